"""How old each clock is at a visit, and when a clock's threshold comes due."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from protocol.model.guard import ClockName, Compare
from protocol.model.state import State


def origin(state: State, name: ClockName) -> int | None:
    """When the event of a clock happened, in minutes since the first dose; None if it never did. Not for the stopwatch."""
    match name:
        case "start":
            return state.started
        case "state":
            return state.entered
        case "dose change":
            return state.changed
        case "dose raised":
            return state.raised
        case "dose lowered":
            return state.lowered
        case "hold":
            return state.hold_began
        case "treatment":
            raise ValueError("time on treatment is a stopwatch and has no origin")


def age(state: State, name: ClockName, time: int) -> int | None:
    """Minutes on the clock at a time; None is infinitely old. ``treatment`` counts only minutes with drug in force."""
    if name == "treatment":
        return on_drug(state, time)
    begun = origin(state, name)
    return None if begun is None else time - begun


def on_drug(state: State, time: int) -> int:
    """The stopwatch at a time: what it showed at the last visit, and the minutes since if drug has been in force."""
    running = state.time is not None and state.dose.is_drug
    return state.on_drug + (time - (state.time or 0) if running else 0)


def compare(atom: Compare, minutes: int | None) -> bool:
    """The comparison of a clock's age with its constant; infinitely old is more than every constant."""
    if minutes is None:
        return atom.operator in (">", ">=", "!=")
    return holds(atom.operator, minutes + atom.early if atom.operator == ">=" else minutes, atom.constant)


OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def holds(sign: str, left: Fraction | int, right: Fraction) -> bool:
    """One comparison of two exact numbers; as whole numbers, because a comparison of fractions takes twenty times as long."""
    return OPERATORS[sign](left.numerator * right.denominator, right.numerator * left.denominator)


def came_due(state: State, atom: Compare, name: ClockName, time: int, since: int | None) -> int | None:
    """When a true ``clock >= constant`` became true; None if the event never happened or time passing cannot make it true.

    The stopwatch has no origin; what it showed when it was last acted on, at ``since``, says whether it came due since: at the
    last step or, of a hold that counts once, when the last hold began. Then it counts as now.
    """
    if atom.operator not in (">", ">="):
        return None
    limit = int(atom.constant) - (atom.early if atom.operator == ">=" else 0)
    if name == "treatment":
        of_step = since in (None, state.stepped)
        shown = state.stepped_on_drug if of_step else state.held_on_drug
        return time if limit > shown else (state.stepped if of_step else state.hold_began)
    begun = origin(state, name)
    return None if begun is None else begun + limit
