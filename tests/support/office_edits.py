"""A person at LibreOffice: opens workbooks, types into cells, saves them; all in one start."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from tests.support.libreoffice import SOFFICE

SAVED_AS = {
    "xlsx": ("Calc MS Excel 2007 XML", ""),
    "ods": ("calc8", ""),
    "xls": ("MS Excel 97", ""),
    "utf8.csv": ("Text - txt - csv (StarCalc)", "44,34,76,1,,0,false,true"),
    "semicolon.csv": ("Text - txt - csv (StarCalc)", "59,34,1,1,,0,false,true"),
    "tab.csv": ("Text - txt - csv (StarCalc)", "9,34,65535,1,,0,false,true"),
}
"""Ending → the filter, and its options: separator, quote, character set."""
Edits = Mapping[str, str]
"""Cell (`texts.D2`) → what is typed there."""

_MACRO = """
Function Prop(n, v)
  Dim p As New com.sun.star.beans.PropertyValue
  p.Name = n
  p.Value = v
  Prop = p
End Function

Sub Work
  Dim job, told, parts, doc, cell
  On Error GoTo Failed
  job = FreeFile
  Open "{job}" For Input As #job
  Do While Not EOF(job)
    Line Input #job, told
    parts = Split(told, Chr(9))
    Select Case parts(0)
    Case "open"
      doc = StarDesktop.loadComponentFromURL(parts(1), "_blank", 0, Array(Prop("Hidden", True)))
    Case "type"
      cell = doc.Sheets.getByName(parts(1)).getCellRangeByName(parts(2))
      cell.setString(Decoded(parts(3)))
    Case "save"
      doc.calculateAll()
      doc.storeToURL(parts(1), Array(Prop("FilterName", parts(2)), Prop("FilterOptions", parts(3))))
    Case "close"
      doc.close(True)
    End Select
  Loop
  Close #job
  StarDesktop.terminate()
  Exit Sub
Failed:
  job = FreeFile
  Open "{job}.failed" For Output As #job
  Print #job, Error$ & " in line " & Erl & ": " & told
  Close #job
  StarDesktop.terminate()
End Sub

Function Decoded(text)
  Dim out, code
  out = ""
  If text <> "" Then
    For Each code In Split(text, " ")
      out = out & Chr(CLng(code))
    Next code
  End If
  Decoded = out
End Function
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" \
library:readonly="false" library:passwordprotected="false"><library:element library:name="Job"/>\
</library:library>"""
_LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" \
xmlns:xlink="http://www.w3.org/1999/xlink">\
<library:library library:name="Standard" library:link="false"/></library:libraries>"""
_REGISTRY = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item \
oor:path="/org.openoffice.Setup/Office"><prop oor:name="ooSetupInstCompleted" \
oor:op="fuse"><value>true</value></prop></item></oor:items>"""
"""Else the first start replaces the macros by those that ship."""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Job" \
script:language="StarBasic">{macro}</script:module>"""


class OfficeJob:
    """What one start of LibreOffice is to do, with a profile of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        assert SOFFICE is not None
        self._program = SOFFICE
        self._folder = folder
        self._lines: list[str] = []

    def edit(self, path: Path, edits: Edits, endings: tuple[str, ...]) -> dict[str, Path]:
        """Open a workbook, type, and save it under these endings; to be done by `run`."""
        self._lines.append(f"open\t{path.as_uri()}")
        for cell, text in edits.items():
            sheet, _, name = cell.rpartition(".")
            units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
            coded = " ".join(map(str, units))
            self._lines.append(f"type\t{sheet}\t{name}\t{coded}")
        saved = {}
        for ending in endings:
            name, options = SAVED_AS[ending]
            saved[ending] = self._folder / f"{path.stem}-saved.{ending}"
            self._lines.append(f"save\t{saved[ending].as_uri()}\t{name}\t{options}")
        self._lines.append("close")
        return saved

    def run(self) -> None:
        """Start it and do everything."""
        profile, job = self._folder / "profile", self._folder / "job.txt"
        library = profile / "user" / "basic" / "Standard"
        library.mkdir(parents=True)
        macro = _MACRO.replace("{job}", str(job))
        (library / "Job.xba").write_text(_MODULE.format(macro=escape(macro)))
        (library / "script.xlb").write_text(_LIBRARY)
        (library.parent / "script.xlc").write_text(_LIBRARIES)
        (library.parent / "dialog.xlc").write_text(_LIBRARIES)
        (library / "dialog.xlb").write_text(
            _LIBRARY.replace('<library:element library:name="Job"/>', "")
        )
        (library.parents[1] / "registrymodifications.xcu").write_text(_REGISTRY)
        job.write_text("".join(f"{line}\n" for line in self._lines))
        command = [
            *(self._program, "--headless", "--invisible", "--norestore", "--nologo"),
            f"-env:UserInstallation={profile.as_uri()}",
            "macro:///Standard.Job.Work",
        ]
        environ = {**os.environ, "HOME": str(self._folder), "LC_ALL": "C.UTF-8"}
        subprocess.run(command, env=environ, timeout=100, check=True, capture_output=True)
        failed = job.with_name("job.txt.failed")
        assert not failed.exists(), failed.read_text()
