"""From files of visits in any order to buckets: some patients each, sorted by patient and time. Larger than memory if need be.

Sorted by duckdb, which keeps on the disk what does not fit. A bucket ends where a patient does, as soon as it has its share of
the rows, so that all buckets one after the other are the same rows in the same order, however many there are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from attrs import evolve, frozen

from protocol.errors import InputError, Problem
from protocol.executors.in_buckets.in_order import are_in_order, as_they_stand
from protocol.executors.in_buckets.run_folder import VISITS, Bucket, Run, beside, file_of
from protocol.executors.in_buckets.whole_files import Written, put, put_value, value_in
from protocol.executors.visits_table import place

if TYPE_CHECKING:
    from protocol.executors.in_buckets.sorting import Means

_ROW_GROUP = 262_144

Tell = Callable[[int], None]


@frozen
class Every:
    """All buckets of a run, in order; written when the last one is there."""

    buckets: tuple[Bucket, ...]


def as_parquet(table: pyarrow.Table) -> memoryview:
    """The content of a Parquet file of a table, which depends on the rows alone."""
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table.combine_chunks(), sink, row_group_size=_ROW_GROUP, compression="zstd")
    return memoryview(sink.getvalue())


def buckets_of(run: Run, files: Sequence[Path], folder: Path, means: Means, tell: Tell) -> tuple[Bucket, ...]:
    """All buckets of a run, sorted into the folder as far as they are not there; ``tell`` is told how many rows are."""
    known = value_in(folder / VISITS / "_all.json", Every)
    if known is not None and all(_is_there(folder, bucket) for bucket in known.buckets):
        return known.buckets
    begun = _begun(folder)
    tell(sum(bucket.rows for bucket in begun))
    with _in_order(run, files, folder, means, begun[-1].last if begun else None) as rows:
        found = [*begun, *_written(run, folder, rows, begun, tell)]
    put_value(folder / VISITS / "_all.json", Every(tuple(found)))
    return tuple(found)


def _in_order(
    run: Run, files: Sequence[Path], folder: Path, means: Means, after: str | None
) -> AbstractContextManager[pyarrow.RecordBatchReader]:
    """The rows of the files in order. Who wrote them in order need not wait for them to be sorted, which takes longest of all."""
    if are_in_order(files):
        return contextlib.nullcontext(as_they_stand(run, files, after))
    from protocol.executors.in_buckets.sorting import in_sorted_order

    return in_sorted_order(run, files, folder, means, after)


def _is_there(folder: Path, bucket: Bucket) -> bool:
    file = file_of(folder, VISITS, bucket)
    return file.is_file() and file.stat().st_size == bucket.visits.bytes


def _begun(folder: Path) -> tuple[Bucket, ...]:
    """The buckets that an earlier run sorted, as far as none is missing."""
    found: list[Bucket] = []
    while True:
        bucket = value_in(folder / VISITS / f"_{len(found):05}.json", Bucket)
        if bucket is None or bucket.number != len(found) or not _is_there(folder, bucket):
            return tuple(found)
        found.append(bucket)


def _written(run: Run, folder: Path, rows: pyarrow.RecordBatchReader, begun: Sequence[Bucket], tell: Tell) -> Iterator[Bucket]:
    """The buckets that are not there yet, each written before it is handed out."""
    done = sum(bucket.rows for bucket in begun)
    share = -(-run.rows // run.buckets) or 1
    for number, table in enumerate(_cut(rows, share, bool(begun)), len(begun)):
        bucket = _bucket(folder, number, table)
        done += bucket.rows
        tell(done)
        yield bucket


def _cut(rows: pyarrow.RecordBatchReader, share: int, some: bool) -> Iterator[pyarrow.Table]:
    """The rows in tables that end where a patient does, as soon as there are as many as the share; one if there are none."""
    held, looked = rows.schema.empty_table(), share
    for batch in rows:
        held = pyarrow.concat_tables([held, pyarrow.Table.from_batches([batch])])
        while (end := _end(held, looked)) is not None:
            yield held.slice(0, end)
            held, looked = held.slice(end), share
        looked = max(share, len(held))
    if len(held) or not some:
        yield held


def _end(held: pyarrow.Table, least: int) -> int | None:
    """Where the first patient ends after so many rows; None where that is not to be seen yet."""
    if len(held) <= least:
        return None
    patient = held["patient"].slice(least - 1).combine_chunks()
    changed = compute.index(compute.not_equal(patient[1:], patient[:-1]), True).as_py()
    return None if changed < 0 else least + int(changed)


def _bucket(folder: Path, number: int, table: pyarrow.Table) -> Bucket:
    patient = table["patient"]
    if patient.null_count:  # they come last
        nobody = place(table, len(table) - 1)
        raise InputError((Problem("T005", "column 'patient' is empty", "Say whose visit it is.", **nobody),))
    first, last = (patient[0].as_py(), patient[-1].as_py()) if len(table) else ("", "")
    bucket = Bucket(number, len(table), compute.count_distinct(patient).as_py(), first, last, Written(0, ""))
    file = file_of(folder, VISITS, bucket)
    bucket = evolve(bucket, visits=put(file, as_parquet(table)))
    put_value(beside(file), bucket)
    return bucket
