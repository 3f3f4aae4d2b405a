"""LibreOffice, where it is installed: it makes workbooks of its own of others."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc"
)


def converted(workbook: Path, kind: str) -> Path:
    """The workbook as LibreOffice saves it as a file of that kind, in a folder beside it."""
    assert SOFFICE is not None
    folder = workbook.parent / f"as-{kind}"
    profile = workbook.parent / "profile"  # its own: two processes cannot share one
    command = [SOFFICE, "--headless", f"-env:UserInstallation={profile.as_uri()}"]
    command += ["--convert-to", kind, "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder / f"{workbook.stem}.{kind}"
