"""Which replay does a folder hold, and may this one go on there?

run.json                 which replay it is: files by their hash, protocol, mapping, options
visits/00000.parquet     the visits of some patients, sorted; they go when all is done
visits/_00000.json       which patients, how many rows, and the hash; written after the file
decisions/00000.parquet  their decisions
decisions/_00000.json    from which visits, the hash, and what was counted; written after the file
manifest.json            all of it in one; written last
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from attrs import frozen

from protocol.executors.documents import ProtocolNamed
from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.whole_files import Written, cannot_be_written, put_value, tidy, value_in

VISITS, DECISIONS = "visits", "decisions"
RUN, MANIFEST, _LOCK = "run.json", "manifest.json", ".lock"
_OURS = {VISITS, DECISIONS, RUN, MANIFEST}


@frozen
class Source:
    """A file of visits: its name, its rows, its content."""

    file: str
    rows: int
    content: Written


@frozen
class Run:
    """One replay: what is decided on what. Two that are equal write the same bytes.

    ``program`` is a fingerprint of the files of the package, since one version can stand for many states of them.
    """

    format: Literal["protocol-replay-table/1"]
    package: str
    program: str
    protocol: ProtocolNamed
    follow: Literal["given", "recommended"]
    mapping: str
    buckets: int
    sources: tuple[Source, ...]

    @property
    def rows(self) -> int:
        """The visits of all files."""
        return sum(source.rows for source in self.sources)


@frozen
class Bucket:
    """The visits of some patients: from the first to the last, in the order of their names."""

    number: int
    rows: int
    patients: int
    first: str
    last: str
    visits: Written

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.number:05}"


NOT_DECIDABLE = "not decidable"
"""What stands in the place of a deviation where it depends on what is missing."""
Values = tuple[tuple[str, int], ...]
"""How often each value of a column is there, in the order of the values."""


@frozen
class Counts:
    """What was counted of the decisions on some visits; of a whole run the same, added up.

    ``in_time``: visits at which what was given was not what was permitted, but came to be it in time, so that it is no deviation.
    """

    visits: int = 0
    patients: int = 0
    decisions: int = 0
    patients_with_deviations: int = 0
    refused_readings: int = 0
    withheld: int = 0
    silent: int = 0
    assumed: int = 0
    in_time: int = 0
    status: Values = ()
    action: Values = ()
    verdict: Values = ()
    deviation: Values = ()

    @property
    def deviations(self) -> int:
        """All deviations, of whatever kind; of what depends on what is missing nobody knows whether it is one."""
        return sum(number for kind, number in self.deviation if kind != NOT_DECIDABLE)


@frozen
class Done:
    """The decisions of one bucket: on which visits, how many, and what was counted of them."""

    visits: Written
    decisions: Written
    rows: int
    counts: Counts


@frozen
class Manifest:
    """A replay that is done. ``done`` stands in the order of ``buckets``; ``counts`` are of all of them together."""

    run: Run
    counts: Counts
    buckets: tuple[Bucket, ...]
    done: tuple[Done, ...]


def file_of(folder: Path, part: str, bucket: Bucket) -> Path:
    """The Parquet file of a bucket."""
    return folder / part / f"{bucket.name}.parquet"


def beside(file: Path) -> Path:
    """Where it is written down what a Parquet file holds."""
    return file.with_name(f"_{file.stem}.json")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder for this process alone, made where there is none. Raises InputError where that cannot be."""
    if folder.exists() and not folder.is_dir():
        raise refusal("R005", "it is no folder", "Name a new folder.", str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_ours(folder)
        lock = (folder / _LOCK).open("ab")
    except OSError as error:
        raise cannot_be_written(folder, error) from None
    with lock:
        if not _taken(lock):
            hint = "Wait until it has ended, or name another folder."
            raise refusal("R003", "another run is writing to the folder at this moment", hint, str(folder))
        for part in (folder, folder / VISITS, folder / DECISIONS):
            tidy(part)
        yield


def _check_ours(folder: Path) -> None:
    """Raises InputError where there is something in the folder that no run has written."""
    holds = {item.name for item in folder.iterdir() if not item.name.startswith(".")}
    if holds - _OURS or (holds and RUN not in holds):
        other = sorted(holds - _OURS or holds)[0]
        raise refusal("R005", f"the folder holds something else: '{other}'", "Name a new folder.", str(folder))


def _taken(lock: IO[bytes]) -> bool:
    """Whether the lock is ours now; it goes when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # where there is no such lock, whoever starts two runs is not stopped
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def begun(folder: Path, run: Run) -> None:
    """Writes down which replay the folder holds; raises InputError where it holds another one, of which something is decided."""
    there = value_in(folder / RUN, Run)
    if there is None:
        if (folder / RUN).exists():
            raise refusal("R004", "the folder holds a replay of a version that is not known here", _ANOTHER, str(folder))
        put_value(folder / RUN, run)
    elif there != run and not any((folder / DECISIONS).glob("*")):
        # A run that was refused for what was wrong with the visits has left nothing that anybody could miss.
        shutil.rmtree(folder / VISITS, ignore_errors=True)
        put_value(folder / RUN, run)
    elif there != run:
        raise refusal("R004", f"the folder holds another replay: {'; '.join(_differences(there, run))}", _ANOTHER, str(folder))
    try:
        for part in (VISITS, DECISIONS):
            (folder / part).mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_be_written(folder, error) from None


_ANOTHER = "Name another folder, or delete this one."


def _differences(there: Run, run: Run) -> Iterator[str]:
    if there.protocol != run.protocol:
        yield f"of {there.protocol}, and this is {run.protocol}"
    if there.sources != run.sources:
        yield f"of {_said(there.sources)}, and this is {_said(run.sources)}"
    for what, old, new in (
        ("under the mapping", there.mapping or "none", run.mapping or "none"),
        ("following what was", there.follow, run.follow),
        ("in buckets:", there.buckets, run.buckets),
        ("made by version", there.package, run.package),
        ("made by a program with the fingerprint", there.program, run.program),
    ):
        if old != new:
            yield f"{what} {old}, and this is {new}"


def _said(sources: tuple[Source, ...]) -> str:
    one = sources[0]
    if len(sources) == 1:
        return f"{one.file} ({one.rows} rows, sha256 {one.content.sha256[:12]})"
    every = hashlib.sha256("".join(source.content.sha256 for source in sources).encode()).hexdigest()
    return f"{len(sources)} files ({sum(source.rows for source in sources)} rows, sha256 of all {every[:12]})"
