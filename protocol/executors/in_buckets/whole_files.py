"""How does a file get to its place whole or not at all, and is it still as it was written?

A file is written beside its place, forced to the disk and then renamed, so that whoever is killed, whenever, leaves either
the whole file or none. What is left beside it is of no use and begins with a dot, which readers of folders pass over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from protocol.executors.in_buckets.codes import AGAIN, refusal
from protocol.executors.scalars import Mismatch
from protocol.executors.shape import shape

_NEW = ".new"
_MOST_BYTES = 1_000_000_000

Value = TypeVar("Value")


@frozen
class Written:
    """A file by its content: how many bytes, and their SHA-256."""

    bytes: int
    sha256: str


def of_content(content: bytes | memoryview) -> Written:
    """What a file of this content is known by."""
    return Written(len(content), hashlib.sha256(content).hexdigest())


def put(path: Path, content: bytes | memoryview) -> Written:
    """Writes a file whole, in the place of one that was there. Raises InputError where there is no room, or no right."""
    beside = path.with_name(f".{path.name}.{os.getpid()}{_NEW}")
    try:
        try:
            _write(beside, content)
            beside.replace(path)
            _force(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise cannot_be_written(path, error) from None
    return of_content(content)


def cannot_be_written(path: Path, error: OSError) -> Exception:
    """What to raise where a file cannot be written, and why."""
    return refusal("R006", f"cannot be written: {error.strerror or error}", AGAIN, str(path))


def _write(path: Path, content: bytes | memoryview) -> None:
    with path.open("wb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())


def _force(folder: Path) -> None:
    """Forces the names in a folder to the disk, where the system can do that of a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tidy(folder: Path) -> None:
    """Removes what a run that was killed left beside its files."""
    for file in folder.glob(f".*{_NEW}"):
        with contextlib.suppress(OSError):
            file.unlink()


def content_of(path: Path, known: Written) -> bytes:
    """The content of a file that was written before. One that has changed is removed, and InputError raised."""
    try:
        content = path.read_bytes()
    except OSError as error:
        content, why = b"", error.strerror or str(error)
    else:
        why = "its content has changed since it was written"
    if of_content(content) != known:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise refusal("R007", f"cannot be used: {why}", "Run the same command again: what is damaged is made anew.", str(path))
    return content


def is_as_written(path: Path, known: Written) -> bool:
    """Whether a file is there, of that content."""
    try:
        if path.stat().st_size != known.bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == known.sha256
    except OSError:
        return False


def put_value(path: Path, value: Any) -> None:
    """Writes a frozen value as JSON that a person can read."""
    put(path, (json.dumps(shape(type(value)).write(value), indent=1) + "\n").encode("ascii"))


def value_in(path: Path, kind: type[Value]) -> Value | None:
    """The value that was written as JSON; None where there is none, or none that can be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        found: Value = shape(kind).read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError, Mismatch):
        return None
    return found
