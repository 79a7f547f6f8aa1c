"""From a SAS transport file (SDTM) to a table."""

from __future__ import annotations

from pathlib import Path

from protocol.adapters.mapped.absent import needs
from protocol.adapters.mapped.table import Table
from protocol.adapters.text import unreadable
from protocol.errors import InputError

_ROWS_BEGIN = b"HEADER RECORD*******OBS"
_RECORD = 80


def from_xpt(path: Path) -> Table:
    """The table in a SAS transport file; raises InputError where it is none, or was cut off."""
    with needs("pyreadstat", "cdisc", "a SAS transport file"):
        import pyreadstat
    noted = ""
    try:
        try:
            columns, meta = pyreadstat.read_xport(str(path), output_format="dict")
        except UnicodeDecodeError:  # the format does not say which; what is not UTF-8 was mostly written on Windows
            noted = "texts are not UTF-8, and are read as Windows-1252"
            columns, meta = pyreadstat.read_xport(str(path), output_format="dict", encoding="WINDOWS-1252")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise _unreadable(path, str(error) or type(error).__name__) from None
    rows = len(next(iter(columns.values()), ()))
    _check_end(path, rows, sum(meta.variable_storage_width.values()))
    return Table(path.name, dict(columns), rows, noted=noted)


def _check_end(path: Path, rows: int, width: int) -> None:
    """Raises InputError for a file that ends within a row: the format has no count of rows, and the reader tells of none."""
    data = path.read_bytes()
    begin = data.find(_ROWS_BEGIN)
    rest = data[begin + _RECORD + rows * width :] if begin >= 0 else b""
    if len(data) % _RECORD or rest.strip(b" "):
        raise _unreadable(path, f"it ends within row {rows + 1}")


def _unreadable(path: Path, why: str) -> InputError:
    hint = "Copy it again, in binary mode: it was cut off, or it is a file of another kind."
    return unreadable(path, "S002", f"no SAS transport file that can be read: {why.splitlines()[0][:200]}", hint)
