"""How are visits replayed that are too many for one table? File by file into a folder, in steps that nobody can break in two.

Sorted into buckets, each of which is replayed by itself: here, in several processes, or by Spark. Whatever is stopped, killed
or out of room goes on where it was when it is run again, and comes to the same bytes as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from attrs import frozen

from protocol.errors import ExtraMissing, InputError, unfit
from protocol.executors.columns import Follow
from protocol.executors.documents import named, package
from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.mapped_by import mapped_by
from protocol.executors.in_buckets.run_folder import (
    DECISIONS,
    MANIFEST,
    RUN,
    VISITS,
    Bucket,
    Done,
    Manifest,
    Run,
    Source,
    begun,
    beside,
    file_of,
    locked,
)  # fmt: skip
from protocol.executors.in_buckets.whole_files import is_as_written, put_value, value_in
from protocol.executors.in_buckets.workers import Refused, in_processes
from protocol.executors.program import source
from protocol.executors.record import check_protocol
from protocol.model.protocol import Protocol

ROWS = 500_000
"""Visits in a bucket where nobody says how many buckets there are."""
_SIZE = re.compile(r"[1-9][0-9]{0,5}(\.[0-9]+)? ?[KMGT]i?B", re.ASCII)

Engine = Literal["local", "spark"]
Tell = Callable[[str, int, int], None]
Changes = tuple[tuple[int, int], ...]


def _nobody(what: str, done: int, of: int) -> None:
    return None


@frozen
class Means:
    """With what: so many processes, or Spark; so much memory for sorting.

    ``tell`` is told what is done, how much of it, of how much; ``hear`` of each bucket how it was decided.
    """

    workers: int = 1
    engine: Engine = "local"
    memory: str = "1GB"
    tell: Tell = _nobody
    hear: Callable[[str], object] = len


def replay_files(
    protocol: Protocol,
    files: Sequence[Path],
    folder: Path,
    *,
    follow: Follow = "given",
    buckets: int | None = None,
    means: Means = Means(),
) -> Manifest:
    """Replays files of visits into a folder, or goes on with it. Raises InputError, and ExtraMissing without ``bulk``."""
    check_protocol(protocol)
    check_extras(means.engine)
    if not _SIZE.fullmatch(means.memory):
        raise unfit("'memory'", means.memory, "a size such as '500MB' or '2GB'")
    from protocol.executors.in_buckets.visit_files import changes_of, check_files, sources_of

    files = tuple(Path(file) for file in files)
    check_files(protocol, files)
    with locked(folder):
        before = changes_of(files)
        sources = sources_of(files, means.tell)
        share = _share(folder, sources) if buckets is None else buckets
        mapping = mapped_by(files, sources)
        run = Run("protocol-replay-table/1", package(), source()[:16], named(protocol), follow, mapping, share, sources)
        begun(folder, run)
        return _finished(folder, run) or _replayed(protocol, run, files, before, folder, means)


def _share(folder: Path, sources: tuple[Source, ...]) -> int:
    """How many buckets, where nobody says it: as many as a run of the same visits has begun with."""
    there = value_in(folder / RUN, Run)
    if there is not None and there.sources == sources:
        return there.buckets
    return -(-sum(one.rows for one in sources) // ROWS) or 1


def check_extras(engine: Engine) -> None:
    """Raises ExtraMissing where a library is not installed that is needed."""
    if engine not in ("local", "spark"):
        raise unfit("'engine'", engine, "'local' or 'spark'")
    for library in ("pyarrow", "numpy", "duckdb"):
        if find_spec(library) is None:
            raise ExtraMissing("a replay of files of visits", library, "bulk")
    if engine == "spark" and find_spec("pyspark") is None:
        raise ExtraMissing("a replay on a Spark cluster", "pyspark", "spark")


def _finished(folder: Path, run: Run) -> Manifest | None:
    """What stands in the manifest, where the run is done and all of it is as it was written."""
    found = value_in(folder / MANIFEST, Manifest)
    if found is None or found.run != run:
        return None
    if any(_done(folder, bucket) != done for bucket, done in zip(found.buckets, found.done, strict=True)):
        return None
    _leave(folder)
    return found


def _leave(folder: Path) -> None:
    shutil.rmtree(folder / VISITS, ignore_errors=True)


def _replayed(protocol: Protocol, run: Run, files: Sequence[Path], before: Changes, folder: Path, means: Means) -> Manifest:
    with _undisturbed():
        from protocol.executors.in_buckets import sorted_visits, sorting
    from protocol.executors.in_buckets.bucket import added
    from protocol.executors.in_buckets.visit_files import changes_of

    by = sorting.Means(means.workers, means.memory)
    buckets = sorted_visits.buckets_of(run, files, folder, by, lambda done: means.tell("sorting", done, run.rows))
    if changes_of(files) != before:
        _leave(folder)
        hint = "Leave the files as they are while they are read, and begin in a new folder."
        raise refusal("R001", "a file of visits was changed while it was read", hint)
    done = {bucket: found for bucket in buckets if (found := _done(folder, bucket)) is not None}
    rows = sum(one.rows for one in done)
    for bucket, found in _each(protocol, run, folder, [one for one in buckets if one not in done], means):
        done[bucket] = found
        rows += bucket.rows
        means.tell("replaying", rows, run.rows)
    in_order = tuple(done[bucket] for bucket in buckets)
    manifest = Manifest(run, added([one.counts for one in in_order]), buckets, in_order)
    assert manifest.counts.visits == run.rows, "a visit was lost or counted twice"
    put_value(folder / MANIFEST, manifest)
    _leave(folder)
    return manifest


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Who interrupts is heard only afterwards: duckdb aborts the whole process where it is interrupted while it is loaded."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {sign: signal.signal(sign, lambda number, frame: heard.append(number)) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, signal.SIG_DFL if handler is None else handler)
    for number in heard[:1]:
        signal.raise_signal(number)


def _done(folder: Path, bucket: Bucket) -> Done | None:
    """What was done of a bucket, if it was done and is as it was written."""
    file = file_of(folder, DECISIONS, bucket)
    found = value_in(beside(file), Done)
    if found is None or found.visits != bucket.visits or not is_as_written(file, found.decisions):
        return None
    return found


def _each(protocol: Protocol, run: Run, folder: Path, buckets: Sequence[Bucket], means: Means) -> Iterator[tuple[Bucket, Done]]:
    """Each bucket with what was done. Raises InputError for the first one that is refused."""
    if not buckets:
        return
    means.tell("replaying", run.rows - sum(bucket.rows for bucket in buckets), run.rows)
    work = partial(_one, protocol, run.follow, folder)
    refused: dict[int, Refused] = {}
    for bucket, answer in _engine(means)(work, buckets, means.workers):
        if isinstance(answer, Refused):
            refused[bucket.number] = answer
        else:
            means.hear(answer[1])
            yield bucket, answer[0]
    if refused:
        raise InputError(refused[min(refused)].problems)


def _engine(means: Means) -> Callable[..., Iterator[tuple[Bucket, tuple[Done, str] | Refused]]]:
    if means.engine == "local":
        return in_processes
    from protocol.executors.in_buckets.on_spark import on_spark

    return on_spark


def _one(protocol: Protocol, follow: Follow, folder: Path, bucket: Bucket) -> tuple[Done, str]:
    from protocol.executors.in_buckets.bucket import replay_bucket

    how: list[str] = []
    source, target = file_of(folder, VISITS, bucket), file_of(folder, DECISIONS, bucket)
    return replay_bucket(protocol, source, target, follow=follow, hear=how.append), how[0]
