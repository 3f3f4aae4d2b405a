"""Where a run writes: looked at before anything is sent, so that nothing of value is overwritten
and no paid text is left without a place.
"""

import stat
from pathlib import Path
from typing import Final

from copygen.documents import files
from copygen.errors import ResultsError, UsageError
from copygen.results.files import claim_results, default_results_path, reported
from copygen.results.jsontext import loads

STDIN_STEM: Final = "stdin"
_TABLES: Final = frozenset(
    {".csv", ".tsv", ".tab", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".parquet"}
    | {".feather", ".arrow", ".avro", ".orc", ".db", ".sqlite", ".sqlite3", ".pkl", ".npy"}
)
_TEXTS: Final = frozenset(
    {".json", ".yaml", ".yml", ".toml", ".xml", ".html", ".htm", ".md", ".docx", ".doc", ".odt"}
    | {".rtf", ".pdf", ".pptx", ".po", ".xlf", ".xliff"}
)
_PACKED: Final = frozenset({".gz", ".zip", ".xz", ".zst", ".bz2", ".7z", ".tar"})
_OTHER_KINDS: Final = _TABLES | _TEXTS | _PACKED
_MAX_SUMMARY_BYTES: Final = 4 * 1024 * 1024


def results_path(given: str | None, prompts: Path | None) -> Path | None:
    """The results file; None for standard output. `prompts` is the file that a default stands by.

    Raises UsageError for a name of another kind of file and for one that the command uses
    otherwise, ResultsError for a place where there can be no results.
    """
    if given == "-":
        return None
    if given is not None:
        path = Path(given)
        _check_kind(path)
    else:
        path = default_results_path(prompts or STDIN_STEM)
        if path.is_symlink():
            # It may have come with the folder, and lead anywhere.
            raise ResultsError(
                f"{path} is a link, and copygen follows none that nobody named: name the file "
                "itself with -o."
            )
    claim_results(path)
    return path


def check_summary(path: Path) -> None:
    """Raise UsageError unless `path` is free, a summary of an earlier run, or a stream.

    ResultsError where there can be no file.
    """
    with reported(path, "write the summary there"):
        files.claim(path, files.SUMMARY)
        if path.is_symlink() and not path.exists():
            raise ResultsError(f"{path} is a link that leads nowhere; name another --summary-json.")
        if not path.exists():
            if not path.parent.is_dir():
                raise ResultsError(
                    f"{path.parent} is not a folder; create it or choose another --summary-json."
                )
            return
        mode = files.status(path).st_mode
        if stat.S_ISDIR(mode):
            raise UsageError(f"--summary-json {path} is a folder; name a file in it.")
        if stat.S_ISREG(mode) and not _is_summary(path):
            raise UsageError(
                f"--summary-json {path} would overwrite a file that is no summary of copygen; name "
                "another, or move it away."
            )


def _check_kind(path: Path) -> None:
    kind = path.suffix.lower()
    if kind in _OTHER_KINDS:
        better = path.with_name(f"{path.name.removesuffix(path.suffix)}.jsonl")
        raise UsageError(
            f"-o {path} would not be a {kind} file: results are JSONL, a record per line. "
            f"Use -o {better}, and make other files of it afterwards."
        )


def _is_summary(path: Path) -> bool:
    try:
        content = files.read_bytes(path, files.SUMMARY, _MAX_SUMMARY_BYTES)
        value = loads(content) if content.strip() else {"version": 0, "by_status": {}}
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and {"version", "by_status"} <= value.keys()
