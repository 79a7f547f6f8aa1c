"""What somebody types at a prompt: a time, a value, a dose, as the cells of a table have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from protocol.adapters.cells import Default, given, observations
from protocol.adapters.problems import Cell, Problems
from protocol.adapters.times import Times, times
from protocol.model.course import Given, Observation
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number

Found = TypeVar("Found")


def time_typed(text: str, protocol: Protocol) -> int | None:
    """Minutes since the first dose, None for nothing; raises InputError for anything else, ranges too."""

    def read(cell: Cell, problems: Problems) -> int | None:
        found: Times | None = times(cell, "elapsed", protocol, problems)
        if found and found.latest is not None:
            problems.report("C020", cell, "a visit has one time, not a range", "Write one time, such as 28 or '4 weeks'.")
        return found.time if found else None

    return _typed(text, read)


def value_typed(text: str, item: Input) -> tuple[Observation, ...]:
    """The values of an input, none for nothing; raises InputError for what is no value of it."""
    return _typed(text, lambda cell, problems: observations(cell, item, Default(), problems)) or ()


def dose_typed(text: str, protocol: Protocol) -> Given | None:
    """The dose given, None for nothing; raises InputError for what is no dose."""
    return _typed(text, lambda cell, problems: given(cell, protocol, problems))


def _typed(text: str, read: Callable[[Cell, Problems], Found | None]) -> Found | None:
    stripped = text.strip()
    problems = Problems("", (stripped,))
    found = read(Cell(stripped, 1, 1), problems) if stripped else None
    problems.stop_if_any()
    return found


def asks_for(item: Input) -> str:
    """What to type for an input: ``platelets, in 10*9/L``, ``response: none, partial or complete``."""
    label = f" ({item.label})" if item.label else ""
    match item.kind:
        case Number(unit, low, high):
            return f"{item.name}{label}, {say_number(low)} to {say_number(high)}{_unit(unit)}"
        case Grade(criteria):
            return f"{item.name}{label}, grade 0 to 5 by {criteria}"
        case Choice(options):
            return f"{item.name}{label}: {', '.join(options)}"
        case YesNo():
            return f"{item.name}{label}: yes or no"


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"
