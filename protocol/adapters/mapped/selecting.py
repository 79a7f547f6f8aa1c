"""Which rows of a table a mapping means, and why the others are left out."""

from __future__ import annotations

from protocol.adapters.mapped.table import Table
from protocol.model.mapping import Condition, Filter


def filtered(table: Table, rows: Filter) -> dict[int, str]:
    """For each row that is left out, why."""
    left: dict[int, str] = {}
    for condition in rows.only:
        texts = table.texts(condition.column.name)
        left.update((row, _says(condition, text)) for row, text in enumerate(texts) if not fits(condition, text))
    for condition in rows.without:
        texts = table.texts(condition.column.name)
        left.update((row, _says(condition, text)) for row, text in enumerate(texts) if fits(condition, text))
    return left


def where(table: Table, conditions: tuple[Condition, ...]) -> set[int]:
    """The rows for which each of the conditions holds; none where there is no condition."""
    if not conditions:
        return set()
    return set(range(table.rows)) - filtered(table, Filter(conditions)).keys()


def fits(condition: Condition, text: str) -> bool:
    """Whether a text is one of those that a condition names."""
    return text in condition.values or any(one.endswith("*") and text.startswith(one[:-1]) for one in condition.values)


def _says(condition: Condition, text: str) -> str:
    return f"{condition.column} is {text}" if text else f"{condition.column} is empty"
