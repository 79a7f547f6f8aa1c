"""What became of every row of every table, and of every value: the counts, which add up, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import Factory, define, frozen

from protocol.adapters.mapped.table import Table

Fate = Literal["used", "corrected", "duplicated", "refused", "ignored"]
FATES: tuple[Fate, ...] = ("used", "corrected", "duplicated", "refused", "ignored")
"""A row from which several things are read has the first of these that one of them has."""

EXAMPLES = 3
NOT_ASKED = "nothing in the mapping asks for it"


@frozen
class Wrong:
    """Why something is refused: the code of its page, what, and what would be right."""

    code: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.what}"


@frozen
class Group:
    """So many alike, and where the first few of them stand."""

    what: str
    count: int
    examples: tuple[str, ...] = ()
    hint: str = ""


@define
class Rows:
    """What became of the rows of one table."""

    table: Table
    fates: list[Fate] = Factory(list)
    reasons: dict[int, str] = Factory(dict)
    in_part: set[int] = Factory(set)

    def __attrs_post_init__(self) -> None:
        self.fates = ["ignored"] * self.table.rows

    def note(self, row: int, fate: Fate, reason: str = "") -> None:
        """Notes what became of a row, or of something in it."""
        if fate == "refused":
            self.in_part.add(row)
        before = self.fates[row]
        if fate == before == "ignored":
            self.reasons.setdefault(row, reason)
        elif FATES.index(fate) < FATES.index(before):
            self.fates[row] = fate
            self.reasons[row] = reason

    def turn(self, row: int, fate: Fate, reason: str) -> None:
        """Another fate for a row that was used for one thing so far, which turned out otherwise."""
        if self.fates[row] == "used":
            self.fates[row], self.reasons[row] = fate, reason

    def count(self, fate: Fate) -> int:
        """How many rows have this fate."""
        return self.fates.count(fate)

    @property
    def used_in_part(self) -> int:
        """How many rows are used although something in them is refused."""
        return sum(self.fates[row] == "used" for row in self.in_part)

    def why(self, fate: Fate) -> tuple[Group, ...]:
        """The rows of a fate by reason, the most frequent first."""
        numbered = ((self.reasons.get(row) or NOT_ASKED, row) for row, one in enumerate(self.fates) if one == fate)
        return groups((reason, self.table.name(row)) for reason, row in numbered)


def groups(found: Iterable[tuple[str, str]]) -> tuple[Group, ...]:
    """What is alike together, the most frequent first, with its first examples."""
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for what, example in found:
        counts[what] += 1
        kept = examples.setdefault(what, [])
        if example and len(kept) < EXAMPLES and example not in kept:
            kept.append(example)
    return tuple(Group(what, count, tuple(examples[what])) for what, count in counts.most_common())


@define
class Values:
    """What became of the values of one input, and what was done to them."""

    input: str
    fates: Counter[Fate] = Factory(Counter)
    empty: int = 0
    assumed: int = 0
    refused: list[tuple[Wrong, str]] = Factory(list)
    converted: list[tuple[str, str]] = Factory(list)
    renamed: Counter[str] = Factory(Counter)
    censored: int = 0
    limits: list[tuple[Wrong, str]] = Factory(list)

    @property
    def read(self) -> int:
        """How many values there were to read."""
        return sum(self.fates.values()) + self.empty


@define
class Account:
    """What became of everything. ``doses`` are those that are refused: the table and row of each, and why."""

    rows: dict[str, Rows] = Factory(dict)
    values: dict[str, Values] = Factory(dict)
    noted: dict[tuple[str, str], None] = Factory(dict)
    doses: list[tuple[str, int, str]] = Factory(list)
    hints: dict[str, str] = Factory(dict)

    def of(self, input: str) -> Values:
        """The account of an input."""
        if input not in self.values:
            self.values[input] = Values(input)
        return self.values[input]

    def note(self, what: str, example: str) -> None:
        """Notes, once for each place, something that is no reason to refuse anything and should be known."""
        self.noted[what, example] = None

    def note_refused_doses(self) -> None:
        """Notes why a dose is refused in rows that are used for something else; those of other rows are told with their rows."""
        for table, row, why in self.doses:
            rows = self.rows[table]
            if rows.fates[row] == "used":
                self.note(why, rows.table.name(row))

    def total(self, fate: Fate) -> int:
        """How many rows of all tables have this fate."""
        return sum(rows.count(fate) for rows in self.rows.values())

    @property
    def read(self) -> int:
        """How many rows there are."""
        return sum(rows.table.rows for rows in self.rows.values())

    def refusals(self) -> Iterator[tuple[str, Wrong, str]]:
        """Each value that is refused: of which input, why, and where it stands."""
        for values in self.values.values():
            yield from ((values.input, wrong, where) for wrong, where in values.refused)
