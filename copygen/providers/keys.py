"""Finding the key of a provider: environment, file, command. It goes nowhere but the request.

Never from the command line, which everybody on the machine can read, and never from a prompt
file, which travels.
"""

import asyncio
import base64
import json
import os
import re
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import IO, Final

from copygen import system
from copygen.config import ProviderConfig, key_variables
from copygen.documents import files
from copygen.errors import ConfigError
from copygen.providers.decode import clip, plain
from copygen.providers.redact import Redactor, Secret

EARLY_S: Final = 60.0
"""Before its end a key is replaced by so much: a request takes its time, and clocks differ."""
_END_OF_TIME: Final = 1e12
MAX_KEY_BYTES: Final = 16 * 1024
"""Of a key file; the longest keys in use, signed tokens, take a few thousand."""

_KEY_VALUE: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|hs|rk|pk|gsk|xai|hf|nvapi|pplx)[-_]|AIza|eyJ)[\w.-]{0,100}?[A-Za-z0-9]{16}"
)
"""A provider's prefix and, further on, a run of letters and digits no product code has."""
_KEY_NAME: Final = re.compile(
    r"(?:^|[._-])(?:api[_-]?key|access[_-]?token|client[_-]?secret|authorization)$", re.IGNORECASE
)


def find_key(config: ProviderConfig, environ: Mapping[str, str]) -> Secret | None:
    """The provider's key; None for a provider that takes none.

    The first of: the variable `key_env`, if it is set and not empty; the file `key_file`; the
    first line `key_command` writes, which can take up to 30 s. Raises ConfigError that says what
    is wrong with the one in use, or, when there is none, every way to give one. No message holds
    any part of a key.
    """
    if config.key_env and (value := environ.get(config.key_env, "").strip()):
        return _checked(value, config.key_env)
    if config.key_file is not None:
        return _checked(_from_file(config.key_file), str(config.key_file))
    if config.key_command is not None:
        return _checked(key_from_command(config.key_command), "the output of key_command")
    if config.key_env:
        raise ConfigError(_missing(config, environ))
    return None


class KeySource:
    """The key in use, and where another one comes from when that is over.

    `find` is asked for it again, in a thread of its own, shortly before the key expires and when
    the provider refuses it: a file may have been written anew, and a command gives a fresh token.
    None: there is no other. A key expires when it says so itself (a JSON web token's `exp`), or
    `lifetime_s` after it was asked for. Each key that was refused leads to one question, however
    many requests carried it.
    """

    def __init__(
        self,
        key: Secret | None = None,
        find: Callable[[], Secret | None] | None = None,
        lifetime_s: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.key = key
        self._find = find
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._refused: Secret | None = None
        self._asking: asyncio.Lock | None = None
        self.expires_at_s = self._end_of(key)
        """When to have another one, in seconds since 1970; None: it holds, or is the only one."""

    @classmethod
    def of(
        cls, config: ProviderConfig, environ: Mapping[str, str], key: Secret | None
    ) -> "KeySource":
        """The source that a provider's settings name, with the `key` it gave."""
        origin = None if key is None else origin_of_key(config, environ)
        if origin is None or origin == config.key_env:
            return cls(key)  # the environment of a process does not change
        return cls(key, lambda: find_key(config, environ), config.key_lifetime_s)

    def expires_soon(self, now: datetime) -> bool:
        """Whether another key is needed by that time, and can be had."""
        return self.expires_at_s is not None and now.timestamp() > self.expires_at_s - EARLY_S

    async def ask_again(self, known: Secret | None) -> bool:
        """Whether there is another key than the one that is `known`, after asking for one.

        Raises ConfigError when the source has none at all.
        """
        if self._asking is None:
            self._asking = asyncio.Lock()
        async with self._asking:
            if self.key != known:
                return True  # somebody else has asked meanwhile
            if self._find is None or (known is not None and self._refused == known):
                return False
            self._refused = known
            key = await asyncio.to_thread(self._find)
            self.expires_at_s = self._end_of(key)
            if key is None or key == known:
                self.expires_at_s = None  # asking more often gives no other
                return False
            self.key = key
            return True

    def _end_of(self, key: Secret | None) -> float | None:
        if key is None or self._find is None:
            return None
        told = _expiry_of(key.reveal())
        if self._lifetime_s is None:
            return told
        counted = self._clock() + self._lifetime_s
        return counted if told is None else min(told, counted)


def _expiry_of(token: str) -> float | None:
    """When a JSON web token expires, in seconds since 1970 (RFC 7519 section 4.1.4)."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    expiry = claims.get("exp") if isinstance(claims, dict) else None
    if not isinstance(expiry, int | float) or not 0 < expiry < _END_OF_TIME:
        return None
    return float(expiry)


def origin_of_key(config: ProviderConfig, environ: Mapping[str, str]) -> str | None:
    """Where `find_key` takes the key from, in words; None for a provider that takes none."""
    if config.key_env and environ.get(config.key_env, "").strip():
        return config.key_env
    if config.key_file is not None:
        return str(config.key_file)
    return "key_command" if config.key_command is not None else None


def doubt_about(config: ProviderConfig, key: Secret | None) -> str | None:
    """A warning when the key does not look like one of this provider; None when it does."""
    if key is None or not config.key_prefixes or key.reveal().startswith(config.key_prefixes):
        return None
    usual = " or ".join(f"'{prefix}'" for prefix in config.key_prefixes)
    return (
        f"the key for {config.name} ({key.masked}) does not begin with {usual} "
        f"as keys of {config.name} usually do; trying it all the same."
    )


def unguarded_file(config: ProviderConfig, environ: Mapping[str, str]) -> str | None:
    """A warning when the key is in a file and this system does not say who may read it."""
    if config.key_file is None or origin_of_key(config, environ) != str(config.key_file):
        return None
    if system.tells_access():
        return None
    return (
        f"copygen cannot see on this system who else may read the key file {config.key_file}; "
        "keep it in a folder that only you can open."
    )


def looks_like_key(value: str, name: str = "") -> bool:
    """Whether a value given under `name` is, by its shape or its name, a provider's key."""
    return bool(value) and bool(_KEY_VALUE.search(value) or _KEY_NAME.search(name))


def _from_file(given: Path) -> str:
    path = _expanded(given)
    try:
        with files.open_regular(path, "the key file") as stream:
            # The descriptor is checked, not the name.
            _check_access(path, os.fstat(stream.fileno()))
            content = stream.read(MAX_KEY_BYTES + 1)
    except OSError as exc:
        raise ConfigError(f"cannot read the key file {path}: {exc.strerror}.") from exc
    if len(content) > MAX_KEY_BYTES:
        raise ConfigError(f"{path} is no key file: it is larger than {MAX_KEY_BYTES // 1024} KiB.")
    value = content.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if not value:
        raise ConfigError(f"the key file {path} is empty; it should hold the key and nothing else.")
    return value


def _expanded(given: Path) -> Path:
    try:
        path = files.expanded(given)
    except OSError as exc:
        raise ConfigError(f"there is no home folder to find the key_file {given} in.") from exc
    if not path.is_absolute():
        # In whatever folder copygen runs, a file of that name could be somebody else's.
        raise ConfigError(f"key_file must be an absolute path or begin with ~/, not '{given}'.")
    return path


def _check_access(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"the key file {path} is not a regular file.")
    if system.is_mine(status) is False:
        raise ConfigError(
            f"the key file {path} belongs to somebody else; it must be yours: "
            f"sudo chown $(id -u) {quote(str(path))}"
        )
    if system.open_to_others(status):
        raise ConfigError(
            f"others may read or change the key file {path} (mode "
            f"{stat.S_IMODE(status.st_mode):04o}); close it: chmod 600 {quote(str(path))}"
        )


def _checked(value: str, place: str) -> Secret:
    if len(value) > 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]  # as an --env-file gives it that knows no quotes
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            f"the key in {place} has a space, a line break or a non-ASCII character "
            "in it; copy it again."
        )
    return Secret(value)


def _missing(config: ProviderConfig, environ: Mapping[str, str]) -> str:
    prefix = config.key_prefixes[0] if config.key_prefixes else ""
    where = f" Get a key at {config.key_url}." if config.key_url else ""
    command = system.set_variable(config.key_env or "", f"{prefix}...")
    others = [name for name, variable in key_variables().items() if environ.get(variable)]
    hint = ""
    if others:
        hint = f" {key_variables()[others[0]]} is set: to use it, add -p {others[0]}."
    return (
        f"no key for {config.name}: the environment variable {config.key_env} is not set. "
        f"Set it with: {command} (or name a key_file or a key_command under "
        f"providers.{config.name} in your settings file).{where}{hint} "
        "To try copygen without a key, add: --provider simulator"
    )


LIMIT_S: Final = 30.0
"""What a key command may take. It holds back every request, so it has to end by itself."""
_KEPT_BYTES: Final = 16 * 1024
"""Of each stream; what comes after is read, so that the command can end, and dropped."""
_LONGEST_COMPLAINT: Final = 160


def key_from_command(command: Sequence[str], *, limit_s: float = LIMIT_S) -> str:
    """The first line the command writes to standard output, without white space around it.

    No shell, nothing on standard input, `limit_s` seconds at most. What it writes to standard
    error is shown only when it fails: one short line of it, redacted. Raises ConfigError when
    it cannot be run, fails, takes too long or says nothing.
    """
    name = command[0]
    out, err, code = _run(command, limit_s)
    first = out.decode("utf-8", "replace").partition("\n")[0].strip()
    if code is None:
        raise ConfigError(f"the key_command '{name}' did not end within {limit_s:g} s.")
    if code:
        said = _complaint(err, first)
        how = f"was ended by signal {-code}" if code < 0 else f"failed with code {code}"
        raise ConfigError(f"the key_command '{name}' {how}{said}.")
    if not first:
        raise ConfigError(
            f"the key_command '{name}' gave no key: the first line of its output should be the key."
        )
    return first


def _run(command: Sequence[str], limit_s: float) -> tuple[bytes, bytes, int | None]:
    """Standard output, standard error and exit code; the code is None when time ran out."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own settings name the program
            [system.program(command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
    except OSError as exc:
        raise ConfigError(
            f"the key_command '{command[0]}' cannot be run: {exc.strerror or exc}."
        ) from exc
    assert process.stdout is not None
    assert process.stderr is not None
    end = time.monotonic() + limit_s
    streams = (_Drain(process.stdout), _Drain(process.stderr))
    for drain in streams:
        drain.join(max(0.0, end - time.monotonic()))
    in_time = not any(drain.is_alive() for drain in streams)
    try:
        code = process.wait(max(0.0, end - time.monotonic()) if in_time else 0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return b"", b"", None
    return bytes(streams[0].kept), bytes(streams[1].kept), code


class _Drain(threading.Thread):
    """Reads a pipe to its end, which may be long after the command's: a process that the command
    started may hold it. Windows has no `select` for pipes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self._stream = stream
        self.start()

    def run(self) -> None:
        """Keep the beginning, drop the rest."""
        with self._stream:
            while piece := self._stream.read(65536):
                self.kept.extend(piece[: _KEPT_BYTES - len(self.kept)])


def _complaint(err: bytes, first: str) -> str:
    # A command that fails late may have printed the key, and may repeat it in what it complains.
    redactor = Redactor([Secret(first)])
    said = redactor.redact(plain(err.decode("utf-8", "replace")))
    return f": {clip(said, _LONGEST_COMPLAINT).rstrip('.')}" if said else ""
