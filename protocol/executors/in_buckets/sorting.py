"""How do visits in any order come in order, larger than memory if need be? Sorted by duckdb, on the disk what does not fit."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet as parquet
from attrs import frozen

from protocol.errors import InputError
from protocol.executors.in_buckets.codes import AGAIN, refusal
from protocol.executors.in_buckets.run_folder import Run

BATCH = 131_072
_SPILL = ".sorting"
_PATH, _NUMBER, _SOURCE = '"#path"', '"#number"', '"#source"'
_OPTIONS = "file_row_number = true, filename = true, union_by_name = true"
_NOT_WRITTEN = "Could not write"


@frozen
class Means:
    """What sorting may use: so many threads, and so much memory, such as ``1GB``."""

    threads: int = 1
    memory: str = "1GB"


@contextlib.contextmanager
def in_sorted_order(
    run: Run, files: Sequence[Path], folder: Path, means: Means, after: str | None
) -> Iterator[pyarrow.RecordBatchReader]:
    """The rows of the files, those of later patients than this one, sorted by patient, time, file and row."""
    with _sorting(folder, means) as connection:
        yield _ordered(connection, run, files, after)


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
    where = "" if after is None else f" WHERE patient > {_quoted(after)} OR patient IS NULL"
    order = f"ORDER BY patient, elapsed, {_NUMBER}, file_row_number"
    asked = connection.sql(f"SELECT {_chosen(files[0])} FROM {_read(run, files)}{where} {order}")
    return asked.to_arrow_reader(BATCH)


def _chosen(first: Path) -> str:
    """The columns, and where each row comes from if the files do not say it."""
    # A column of nothing but nulls can have a type of its own, which duckdb takes for numbers; it says nothing.
    names = [field.name for field in parquet.read_schema(first) if not pyarrow.types.is_null(field.type)]
    columns = [*map(_named, names)]
    columns += [] if "source" in names else [f"{_SOURCE} AS source"]
    columns += [] if "row" in names else ['file_row_number + 1 AS "row"']
    return ", ".join(columns)


def _read(run: Run, files: Sequence[Path]) -> str:
    """All rows of all files, each with the number of its row there, and the number and the name of its file.

    In one scan: sorted files one by one would need the memory of all of them.
    """
    read = f"read_parquet([{', '.join(_quoted(_pattern(file)) for file in files)}], {_OPTIONS})"
    known = zip(files, run.sources, strict=True)
    places = ", ".join(f"({_quoted(str(file))}, {number}, {_quoted(one.file)})" for number, (file, one) in enumerate(known))
    return f"{read} JOIN (VALUES {places}) AS files({_PATH}, {_NUMBER}, {_SOURCE}) ON filename = {_PATH}"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pattern(file: Path) -> str:
    """The path as a pattern that only this file fits."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file))
