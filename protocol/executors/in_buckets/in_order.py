"""Do the rows of files of visits stand in order already, by patient and time? Then they are taken as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.run_folder import Run

_AT_ONCE = 131_072
_KEYS = ("patient", "elapsed")


def are_in_order(files: Sequence[Path]) -> bool:
    """Whether there are rows in the files, and stand, one file after the other, as sorting would put them."""
    before: tuple[Any, Any] | None = None
    for file in files:
        for batch in _batches(file, _KEYS):
            if batch.num_rows and not _is_in_order(batch, before):
                return False
            before = (batch["patient"][-1], batch["elapsed"][-1]) if batch.num_rows else before
    return before is not None


def _batches(file: Path, columns: Sequence[str]) -> Iterator[pyarrow.Table]:
    try:
        with parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches(_AT_ONCE, columns=list(columns)):
                table = pyarrow.Table.from_batches([batch])
                yield table.cast(pyarrow.schema([_plain(field) for field in table.schema]))
    except (pyarrow.ArrowException, OSError) as error:
        said = str(error).split("\n")[0]
        raise refusal("R001", f"cannot be read: {said}", "Write the file again, or fetch it again.", str(file)) from None


def _plain(field: pyarrow.Field) -> pyarrow.Field:
    """The column as sorting gives it: a text however it is kept is a text."""
    kind = field.type.value_type if pyarrow.types.is_dictionary(field.type) else field.type
    is_text = pyarrow.types.is_large_string(kind) or pyarrow.types.is_string_view(kind)
    return field.with_type(pyarrow.string() if is_text else kind)


def _is_in_order(table: pyarrow.Table, before: tuple[Any, Any] | None) -> bool:
    """Whether no row is before the one above it; a row of nobody, or at no time, is in no order."""
    patient, elapsed = (_after(table[name], None if before is None else before[place]) for place, name in enumerate(_KEYS))
    if patient.null_count or elapsed.null_count:
        return False
    later = compute.less(patient[:-1], patient[1:])
    same = compute.and_(compute.equal(patient[:-1], patient[1:]), compute.less_equal(elapsed[:-1], elapsed[1:]))
    return compute.all(compute.or_(later, same), min_count=0).as_py() is True


def _after(column: pyarrow.ChunkedArray, before: Any) -> pyarrow.Array:
    """The values of a column, behind the last one above them."""
    chunks = column.chunks if before is None else [pyarrow.array([before.as_py()], column.type), *column.chunks]
    return pyarrow.concat_arrays(chunks)


def as_they_stand(run: Run, files: Sequence[Path], after: str | None) -> pyarrow.RecordBatchReader:
    """The rows of the files, those of later patients than this one, as they stand."""
    # A column of nothing but nulls says nothing.
    names = [field.name for field in parquet.read_schema(files[0]) if not pyarrow.types.is_null(field.type)]
    tables = _tables(run, files, names)
    first = next(tables)
    batches = (batch for table in chain([first], tables) for batch in _later(table, after).to_batches())
    return pyarrow.RecordBatchReader.from_batches(first.schema, batches)


def _tables(run: Run, files: Sequence[Path], names: Sequence[str]) -> Iterator[pyarrow.Table]:
    for file, source in zip(files, run.sources, strict=True):
        begin = 1
        for table in _batches(file, names):
            table = table.select(names)
            if "source" not in names:
                table = table.append_column("source", pyarrow.repeat(source.file, len(table)))
            if "row" not in names:
                table = table.append_column("row", pyarrow.array(range(begin, begin + len(table)), pyarrow.int64()))
            begin += len(table)
            yield table


def _later(table: pyarrow.Table, patient: str | None) -> pyarrow.Table:
    return table if patient is None else table.filter(compute.greater(table["patient"], patient))
