"""What a run is asked to do, as one value: it can be compared, stored and sent elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

NO_FILE: Final = "-"
"""As `RunSpec.output`: results go to the caller, and nothing is remembered."""
STREAM: Final = "-"
"""As `RunSpec.prompts`: rows come from the stream or the values that the job is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """A run. It holds no key, no stream and nothing of this process, so it can be pickled."""

    prompts: str | Path = STREAM
    """A prompt file (`.yaml`) or a table (`.csv`, `.tsv`, `.jsonl`, a YAML list)."""
    template: str | Path | None = None
    """The prompt file that words the rows of a table."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Template variables that hold for every row and win over its columns."""
    limit: int | None = None
    """The most prompts to make; None for all."""
    provider: str | None = None
    """Its name; None: the prompt file's, else that of the settings."""
    model: str | None = None
    """For prompts that name none; None: the prompt file's, else the provider's."""
    output: str | Path | None = None
    """The results file; None: beside the prompts (`ad.yaml` → `ad.results.jsonl`), and for values
    no file; `NO_FILE`: none.
    """
    retry: frozenset[str] = frozenset()
    """Which results of earlier runs are made again: `failed`, `rejected`, `all`."""
    fresh: bool = False
    """Whether to start over; an old results file is moved aside."""
    fsync: str = "auto"
    """When results are forced to the disk: `auto` (about every second), `always`, `never`."""
    summary_file: str | Path | None = None
    """Where the summary is written as JSON."""
    settings_file: str | Path | None = None
    """None: the one that `copygen run` finds."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Settings by dotted name, each value in YAML, as with `--option`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings by dotted name, as values; they win over `options`. A None changes nothing."""
    provider_settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the provider by name, likewise: `base_url`, `rpm`, `tpm`."""
    only: frozenset[str] | None = None
    """The ids of the prompts to send; None for all of them."""
