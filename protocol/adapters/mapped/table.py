"""A table as it was read: its columns, and which row of its file each of its rows is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from attrs import Factory, frozen

from protocol.model.quantity import exact, say_number

Value = object
"""What a cell holds: a text, a number, a date, yes or no, or None."""


@frozen
class Table:
    """The columns of a file by name, and in ``noted`` what is to be known of how it was read.

    ``first`` is the number of its first row, ``numbers`` those of all where they differ."""

    file: str
    columns: dict[str, Sequence[Value]]
    rows: int
    first: int = 1
    numbers: tuple[int, ...] | None = None
    noted: str = ""
    _texts: dict[str, list[str]] = Factory(dict)

    def number(self, row: int) -> int:
        """The number of a row in its file, counted as the file counts: records from 1, lines of a text as an editor does."""
        return self.numbers[row] if self.numbers is not None else self.first + row

    def name(self, row: int) -> str:
        """What a row is called where its reading goes: ``lb.xpt:12``."""
        return f"{self.file}:{self.number(row)}"

    def texts(self, column: str) -> list[str]:
        """What the cells of a column say."""
        if column not in self._texts:
            self._texts[column] = list(_all_said(self.columns[column]))
        return self._texts[column]


def _all_said(values: Sequence[Value]) -> Iterator[str]:
    return (value.strip() if type(value) is str else said(value) for value in values)


def said(value: Value) -> str:
    """A cell as a text: a number exactly, a date in ISO 8601, empty for None and for what is no number."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return _number(value)
        case Decimal():
            return say_number(exact(value)) if value.is_finite() else ""
        case datetime():
            return value.isoformat(timespec="minutes")
        case date() | time():
            return value.isoformat()
        case bytes():  # a text of a file that does not say that it is one
            return value.decode("utf-8", "replace").strip()
    return str(value)


@lru_cache(maxsize=65_536)
def _number(value: float) -> str:
    """A number of a file: the decimal of its 15 significant digits."""
    return "" if value != value or value in (float("inf"), float("-inf")) else say_number(exact(value))
