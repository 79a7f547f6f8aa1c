"""Which reader reads a table: by the ending of its file, in the folder of the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from protocol.adapters.mapped.from_csv import from_csv
from protocol.adapters.mapped.from_dataset_json import from_dataset_json
from protocol.adapters.mapped.from_parquet import from_parquet
from protocol.adapters.mapped.from_xpt import from_xpt
from protocol.adapters.mapped.table import Table
from protocol.adapters.text import unreadable
from protocol.model.mapping import Source

READERS: dict[str, Callable[[Path], Table]] = {
    ".xpt": from_xpt,
    ".csv": from_csv,
    ".parquet": from_parquet,
    ".json": from_dataset_json,
    ".ndjson": from_dataset_json,
}


def table(source: Source, folder: Path) -> Table:
    """The table of a source; raises InputError where it cannot be read."""
    path = folder / source.file
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise unreadable(path, "S001", f"'{path.suffix}' is no ending of a table", f"Endings: {', '.join(READERS)}.")
    if not path.is_file():
        why = "it is no regular file" if path.exists() else "there is no such file"
        raise unreadable(path, "S001", f"cannot be read: {why}", "Give the folder that holds it with --data.")
    try:
        return reader(path)
    except OSError as error:
        raise unreadable(path, "S001", f"cannot be read: {error.strerror or error}", "Check that you may read it.") from None
