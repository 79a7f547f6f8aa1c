"""Which finding is normal, which is not? A counterexample that shows no more of the latter than it needs reads like a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.model.guard import And, Atom, Compare, Guard, Is, Named, Not, Or, Ratio, Value
from protocol.semantics.prepared import Prepared
from protocol.verification.search.axes import ALARMING, BEYOND_NORMAL, NOT_RECOVERED, Cell, is_true

_LOWERING = ("hold", "stop", "reduce", "review")


def costs_of(prepared: Prepared, name: str, cells: Iterable[Cell]) -> tuple[int, ...]:
    """What each cell of an input costs: nothing where as little as can be that it shows lowers a dose, or is against resuming.

    Two resume rules can ask the opposite of each other; then no cell has all that they ask, and those that have most are normal.
    """
    alarms = [one for rule in prepared.rules if rule.action.kind in _LOWERING for one in _asked(prepared, rule.when, name, True)]
    wanted = [one for rule in prepared.rules if rule.action.kind == "resume" for one in _asked(prepared, rule.when, name, True)]
    found = [(cell, _cost(name, cell, alarms, wanted)) for cell in cells]
    least = min(cost for cell, cost in found if cell.is_on_record)
    return tuple(cost - least for _, cost in found)


def raised_by(prepared: Prepared, name: str, cells: Iterable[Cell]) -> tuple[int, ...]:
    """How much of each cell of an input helps to raise a dose: who is given more is not as well as who goes on."""
    rules = (rule for rule in prepared.rules if rule.action.kind == "escalate")
    raising = [one for rule in rules for one in _asked(prepared, rule.when, name, True)]
    return tuple(sum(is_true(atom, cell) is truth for atom, truth in raising) for cell in cells)


def _cost(name: str, cell: Cell, alarms: list[tuple[Atom, bool]], wanted: list[tuple[Atom, bool]]) -> int:
    alarming = sum(is_true(atom, cell) is truth for atom, truth in alarms)
    missed = any(is_true(atom, cell) is not truth for atom, truth in wanted)
    return min(alarming, 1) * ALARMING + alarming + missed * NOT_RECOVERED + _is_beyond(cell) * BEYOND_NORMAL


def _is_beyond(cell: Cell) -> bool:
    """Whether a value is beyond the limits of normal of its record, though nothing is done about it."""
    if isinstance(cell.value, str):
        return False
    return (cell.upper is not None and cell.value > cell.upper) or (cell.lower is not None and cell.value < cell.lower)


def _asked(prepared: Prepared, guard: Guard, name: str, truth: bool) -> Iterator[tuple[Atom, bool]]:
    """The comparisons of an input in a guard, each with the truth that helps to make the guard true."""
    match guard:
        case Compare(Value(asked) | Ratio(asked)) | Is(asked):
            if asked == name:
                yield guard, truth
        case Named(known):
            yield from _asked(prepared, prepared.definitions[known], name, truth)
        case Not(part):
            yield from _asked(prepared, part, name, not truth)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked(prepared, part, name, truth)
        case _:
            return
