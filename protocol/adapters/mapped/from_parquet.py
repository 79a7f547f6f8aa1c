"""From a Parquet file to a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protocol.adapters.mapped.absent import needs
from protocol.adapters.mapped.table import Table
from protocol.adapters.problems import quoted
from protocol.adapters.text import unreadable


def from_parquet(path: Path) -> Table:
    """The table in a Parquet file; raises InputError where it is none."""
    with needs("pyarrow", "bulk", "a Parquet file"):
        import pyarrow
        import pyarrow.parquet
    try:
        found = pyarrow.parquet.ParquetFile(path).read()
    except (pyarrow.ArrowException, ValueError) as error:
        why = str(error).splitlines()[0][:200]
        raise unreadable(path, "S002", f"no Parquet file that can be read: {why}", "Write it again.") from None
    twice = next((name for name in found.column_names if found.column_names.count(name) > 1), None)
    if twice is not None:
        raise unreadable(path, "C012", f"two columns are called {quoted(twice)}", "Give each column its own name.")
    columns = {name: _values(path, name, found.column(name), pyarrow) for name in found.column_names}
    return Table(path.name, dict(columns), found.num_rows)


def _values(path: Path, name: str, column: Any, arrow: Any) -> list[Any]:
    """The values of a column; raises InputError for one of which there are none, such as dates of the year 30000."""
    try:
        found: list[Any] = _plain(column, arrow).to_pylist()
    except (arrow.ArrowException, ValueError, OverflowError, KeyError) as error:
        why = f"column {quoted(name)} cannot be read: {str(error).splitlines()[0][:200]}"
        raise unreadable(path, "S002", why, "Write it as a text, or leave the column out.") from None
    return found


def _plain(column: Any, arrow: Any) -> Any:
    """The column without nanoseconds, for which there are no values."""
    kind = column.type
    if arrow.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(arrow.timestamp("us", kind.tz), safe=False)
    return column.cast(arrow.time64("us"), safe=False) if kind == arrow.time64("ns") else column
