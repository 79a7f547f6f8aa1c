"""A table of rules as its source prints it: what stands at the heads of its columns and rows. Each cell is a rule of its own.

Cells of one table have equal right: none stands above another. Where two of them order different things at one visit, the
source contradicts itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from protocol.model.guard import Always, Guard
from protocol.model.rule import Rule, Where


@frozen
class Table:
    """The heads of a table, as texts in the language; ``Protocol.rules`` has its cells, row by row.

    ``where`` is where each cell applies if the columns are conditions; it is empty if they are places. ``when`` is asked of
    every cell. A row that begins with a comparison sign goes on with the text of each column.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    where: tuple[Where, ...] = ()
    when: Guard = Always()

    def heads(self, rule: str) -> tuple[str, str]:
        """The row and the column of a cell, as they are printed."""
        row, column = place_of(rule)
        return self.rows[row - 1], self.columns[column - 1]


def cell_name(table: str, row: int, column: int) -> str:
    """The name of the rule in a cell; rows and columns are counted from 1. No rule that stands alone has such a name."""
    return f"{table}.{row}.{column}"


def table_of(rule: str) -> str:
    """The name of the table of which a rule is a cell, by its name; the name itself for a rule that stands alone."""
    return rule.partition(".")[0]


def place_of(rule: str) -> tuple[int, int]:
    """The row and the column of a cell, counted from 1, by its name."""
    _, row, column = rule.split(".")
    return int(row), int(column)


def by_table(rules: Iterable[str]) -> tuple[str, ...]:
    """The names with those of cells replaced by that of their table, each once."""
    return tuple(dict.fromkeys(table_of(rule) for rule in rules))


def cells(table: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The cells of a table, row by row."""
    return tuple(rule for rule in rules if rule.table == table)


def entries(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules as they are written: of each table one, under the name of the table, with what is said of all its cells."""
    found: dict[str, Rule] = {}
    for rule in rules:
        found.setdefault(rule.table or rule.name, evolve(rule, name=rule.table) if rule.table else rule)
    return tuple(found.values())
