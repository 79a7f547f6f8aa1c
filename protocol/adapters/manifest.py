"""What a file that was made of tables rests on: the tables by their SHA-256, the protocol, the mapping, versions and counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

from protocol.adapters.mapped.summary import Fates, Summary
from protocol.adapters.to_json import plain

FORMAT = "protocol-manifest/1"
ENDING = ".manifest.json"


@frozen
class FileHash:
    """A file by its name, its size and the SHA-256 of its bytes."""

    file: str
    bytes: int
    sha256: str


@frozen
class Identity:
    """A protocol, or a mapping: which one, and the fingerprint of everything in it."""

    name: str
    version: str
    fingerprint: str


@frozen
class RowsOf:
    """What became of the rows of one table: ``rows`` is the sum of all fates."""

    file: str
    rows: int
    fates: Fates


@frozen
class Manifest:
    """Everything that an output rests on. ``left_out`` are courses that it could not hold, and why."""

    program: str
    protocol: Identity
    mapping: Identity
    inputs: tuple[FileHash, ...]
    output: FileHash
    courses: int
    visits: int
    rows: tuple[RowsOf, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def manifest(
    found: Summary, inputs: Iterable[Path], output: Path, left_out: tuple[tuple[str, str], ...] = (), program: str = ""
) -> Manifest:
    """The manifest of an output; ``program`` is the version of this package."""
    return Manifest(
        program,
        Identity(found.protocol, found.protocol_version, found.protocol_fingerprint),
        Identity(found.mapping, found.mapping_version, found.mapping_fingerprint),
        tuple(hashed(path) for path in inputs),
        hashed(output),
        found.courses,
        found.visits,
        tuple(RowsOf(table.file, table.rows, table.fates) for table in found.tables),
        left_out,
    )


def hashed(path: Path) -> FileHash:
    """A file's size and SHA-256; it is read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileHash(path.name, path.stat().st_size, digest)


def to_text(made: Manifest) -> str:
    """The manifest as JSON; equal manifests give equal text."""
    return json.dumps({"format": FORMAT, **plain(made)}, indent=1, ensure_ascii=False) + "\n"
