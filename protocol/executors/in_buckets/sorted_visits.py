"""From files of visits in any order to buckets: some patients each, sorted by patient and time. Larger than memory if need be.

Sorted by duckdb, which keeps on the disk what does not fit. A bucket ends where a patient does, as soon as it has its share of
the rows, so that all buckets one after the other are the same rows in the same order, however many there are.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from attrs import evolve, frozen

from protocol.errors import InputError, Problem
from protocol.executors.in_buckets.codes import AGAIN, refusal
from protocol.executors.in_buckets.run_folder import VISITS, Bucket, Run, beside, file_of
from protocol.executors.in_buckets.whole_files import Written, put, put_value, value_in
from protocol.executors.visits_table import place

_BATCH = 131_072
_ROW_GROUP = 262_144
_SPILL = ".sorting"
_FILE, _ROW = "#file", "#row"
_NOT_WRITTEN = "Could not write"

Tell = Callable[[int], None]


@frozen
class Means:
    """What sorting may use: so many threads, and so much memory, such as ``1GB``."""

    threads: int = 1
    memory: str = "1GB"


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
    with _sorting(folder, means) as connection:
        ordered = _ordered(connection, run, files, begun[-1].last if begun else None)
        found = [*begun, *_written(run, folder, ordered, begun, tell)]
    put_value(folder / VISITS / "_all.json", Every(tuple(found)))
    return tuple(found)


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


# Sorting


@contextlib.contextmanager
def _sorting(folder: Path, means: Means) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that keeps on the disk what does not fit into memory, and nothing when it is closed."""
    spill = folder / _SPILL
    shutil.rmtree(spill, ignore_errors=True)
    settings = {
        "threads": means.threads,
        "memory_limit": means.memory,
        "temp_directory": str(spill),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            yield connection
    except duckdb.Error as error:
        raise _not_sorted(folder, error) from None
    except RuntimeError as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _not_sorted(folder: Path, error: duckdb.Error) -> InputError:
    said = str(error).split("\n")[0]
    if isinstance(error, duckdb.OutOfMemoryException) or _NOT_WRITTEN in said:
        return refusal("R006", f"sorting has no room left, in --memory or on the disk: {said}", AGAIN, str(folder))
    return refusal("R001", f"the visits cannot be read: {said}", "Write the file again, or fetch it again.")


def _ordered(
    connection: duckdb.DuckDBPyConnection, run: Run, files: Sequence[Path], after: str | None
) -> pyarrow.RecordBatchReader:
    """The rows of the files, those of later patients than this one, in the one order that there is."""
    every = " UNION ALL BY NAME ".join(
        _rows(number, file, source.file) for number, (file, source) in enumerate(zip(files, run.sources, strict=True))
    )
    where = "" if after is None else f" WHERE patient > {_quoted(after)} OR patient IS NULL"
    asked = connection.sql(f'SELECT * FROM ({every}){where} ORDER BY patient, elapsed, "{_FILE}", "{_ROW}"')
    return asked.to_arrow_reader(_BATCH)


def _rows(number: int, file: Path, name: str) -> str:
    """What is read of one file: its columns, where each row comes from if the file does not say it, and its place."""
    schema = parquet.read_schema(file)
    # A column of nothing but nulls can have a type of its own, which duckdb takes for numbers; it says nothing.
    left_out = [field.name for field in schema if pyarrow.types.is_null(field.type)]
    columns = [f"* EXCLUDE ({', '.join(map(_named, ['file_row_number', *left_out]))})"]
    columns += [f"{number} AS {_named(_FILE)}", f"file_row_number AS {_named(_ROW)}"]
    said = {*schema.names} - {*left_out}
    columns += [] if "source" in said else [f"{_quoted(name)} AS source"]
    columns += [] if "row" in said else ['file_row_number + 1 AS "row"']
    return f"SELECT {', '.join(columns)} FROM read_parquet({_quoted(_pattern(file))}, file_row_number=true)"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pattern(file: Path) -> str:
    """The path as a pattern that only this file fits."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file))


# Buckets


def _written(run: Run, folder: Path, rows: pyarrow.RecordBatchReader, begun: Sequence[Bucket], tell: Tell) -> Iterator[Bucket]:
    """The buckets that are not there yet, each written before it is handed out."""
    done = sum(bucket.rows for bucket in begun)
    share = -(-run.rows // run.buckets) or 1
    for number, table in enumerate(_cut(rows, share, bool(begun)), len(begun)):
        bucket = _bucket(folder, number, table.drop_columns([_FILE, _ROW]))
        done += bucket.rows
        tell(done)
        yield bucket
    if done != run.rows:
        hint = "Leave the files as they are while they are read, and begin in a new folder."
        raise refusal("R001", f"the files had {run.rows} rows and now have {done}", hint)


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
