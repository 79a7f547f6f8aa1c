"""A mapping: which columns of which tables become the readings, the doses and the times of courses."""

from __future__ import annotations

import hashlib
from typing import Literal

import attrs
from attrs import field, frozen

Missing = Literal["ongoing", "unknown", "refuse"]
"""What an end that is not recorded means: it goes on, nobody knows from the next time on, or the row is refused."""

Repeats = Literal["keep", "first", "last", "lowest", "highest"]
"""Which of several values of one input at one visit counts: all of them (the protocol says what they mean), or one."""

At = Literal["row", "first visit", "first dose", "last dose"]
"""When a value was observed: at the time of its row, or at a visit that every patient has."""


@frozen
class Named:
    """A word of the mapping's file (a column, an input), and where it stands; two of one name are equal."""

    name: str
    line: int = field(default=0, eq=False)
    column: int = field(default=0, eq=False)

    def __str__(self) -> str:
        return self.name


@frozen
class Condition:
    """A column holds one of these texts; ``*`` at the end of one stands for anything, an empty one for an empty cell."""

    column: Named
    values: tuple[str, ...]


@frozen
class Filter:
    """Which rows are meant: ``only`` those for which each of these holds, ``without`` those for which one of these does."""

    only: tuple[Condition, ...] = ()
    without: tuple[Condition, ...] = ()


@frozen
class When:
    """The columns of a time: a date in ISO 8601, a study day, or what has elapsed since the first dose.

    Beside a date a study day is compared with it.
    """

    date: Named | None = None
    study_day: Named | None = None
    elapsed: Named | None = None

    @property
    def column(self) -> Named | None:
        """The one that is read; None where there is none."""
        return self.date or self.study_day or self.elapsed


@frozen
class Source:
    """A table: its file (in the folder of the data), the column of its patients, and the times of its rows."""

    name: str
    file: str
    patient: Named | None
    when: When = When()
    recorded: Named | None = None
    rows: Filter = Filter()
    place: Named = Named("")


@frozen
class Patients:
    """The table with one row for each patient: the date of the first dose, and the arms, planned and actual."""

    table: Named
    first_dose: Named | None = None
    planned: Named | None = None
    actual: Named | None = None
    rows: Filter = Filter()


@frozen
class Values:
    """What the texts of a column are in the protocol's words; ``otherwise`` is for any other text but an empty one."""

    words: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""

    def of(self, text: str) -> str | None:
        """The word for a text; None where there is none."""
        for said, meant in self.words:
            if said == text:
                return meant
        return self.otherwise or None


@frozen
class Window:
    """A planned visit, and the study days on which it counts as in its window."""

    visit: str
    first: int
    last: int


@frozen
class Reading:
    """Where values of one input come from: a column (``value``), or a text that is always the same (``always``).

    Or it follows from the study day: ``days`` are the windows of the planned visits, whose names are the values.

    ``until`` makes it a finding that lasts: it is reported at each visit from the time of its row to that time, and where no row
    says it, ``outside`` is.
    """

    input: Named
    table: Named | None = None
    at: At = "row"
    when: When = When()
    until: When | None = None
    missing_until: Missing = "ongoing"
    rows: Filter = Filter()
    value: Named | None = None
    always: str = ""
    days: tuple[Window, ...] = ()
    values: Values | None = None
    unit: Named | None = None
    in_unit: str = ""
    lower: Named | None = None
    upper: Named | None = None
    not_done: tuple[Condition, ...] = ()
    baseline: tuple[Condition, ...] = ()
    repeats: Repeats = "keep"
    outside: str = ""
    note: str = ""


@frozen
class Dosing:
    """Where the doses given come from: from a time (to another one), a text, or an amount with its unit and how often."""

    table: Named
    start: When
    end: When | None = None
    missing_end: Missing = "refuse"
    rows: Filter = Filter()
    given: Named | None = None
    values: Values | None = None
    amount: Named | None = None
    unit: Named | None = None
    in_unit: str = ""
    frequency: Named | None = None
    schedule: str = ""
    frequencies: Values = Values()
    placebo: tuple[Condition, ...] = ()


@frozen
class Ending:
    """Rows that say that no drug is given any more: from their time on, or from the last dose on if that is earlier."""

    table: Named
    when: When = When()
    rows: Filter = Filter()
    at: Literal["row", "last dose"] = "row"


@frozen
class Windows:
    """The visits that were planned, told by a column of a table; ``planned`` is the column of the study day planned for each."""

    table: Named
    visit: Named
    planned: Named | None = None
    windows: tuple[Window, ...] = ()


@frozen
class DataMapping:
    """A whole mapping. ``by_day``: what one patient has on one day is one visit; else each time is one.

    ``units`` are (as the tables write it, unit of the allow-list). ``file`` and ``text`` are where it stands, for messages.
    """

    name: str
    version: str
    protocol: str
    tables: tuple[Source, ...]
    readings: tuple[Reading, ...]
    patients: Patients | None = None
    doses: tuple[Dosing, ...] = ()
    ends: tuple[Ending, ...] = ()
    windows: tuple[Windows, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    by_day: bool = True
    data: str = ""
    note: str = ""
    file: str = field(default="", eq=False, repr=False)
    text: str = field(default="", eq=False, repr=False)

    def table(self, name: str) -> Source:
        """The table of that name; raises KeyError."""
        for source in self.tables:
            if source.name == name:
                return source
        raise KeyError(name)


def fingerprint(mapping: DataMapping) -> str:
    """Sixteen hexadecimal digits of a SHA-256 over everything that a mapping says; where it stands in its file is not of it."""
    return hashlib.sha256(_canonical(mapping).encode()).hexdigest()[:16]


def _canonical(value: object) -> str:
    kind: type = type(value)
    if attrs.has(kind):
        said = (item for item in attrs.fields(kind) if item.eq and getattr(value, item.name) != item.default)
        return f"{kind.__name__}({','.join(f'{item.name}={_canonical(getattr(value, item.name))}' for item in said)})"
    if isinstance(value, tuple):
        return f"[{','.join(_canonical(item) for item in value)}]"
    return repr(value)
