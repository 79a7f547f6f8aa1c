"""From a Parquet file to a table."""

from __future__ import annotations

from pathlib import Path

from protocol.adapters.mapped.absent import needs
from protocol.adapters.mapped.table import Table
from protocol.adapters.text import unreadable


def from_parquet(path: Path) -> Table:
    """The table in a Parquet file; raises InputError where it is none."""
    with needs("pyarrow", "bulk", "a Parquet file"):
        import pyarrow
        import pyarrow.parquet
    try:
        found = pyarrow.parquet.read_table(path)
        columns = {name: found.column(name).to_pylist() for name in found.column_names}
    except (pyarrow.ArrowException, ValueError) as error:
        why = str(error).splitlines()[0][:200]
        raise unreadable(path, "S002", f"no Parquet file that can be read: {why}", "Write it again.") from None
    return Table(path.name, columns, found.num_rows)
