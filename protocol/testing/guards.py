"""Random guards: one atom, or a few of them joined, and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from protocol.model.guard import And, Clock, ClockName, Compare, Guard, Not, Operator, Or
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose

_CLOCKS: tuple[ClockName, ...] = ("start", "state", "dose change", "dose raised", "dose lowered", "hold", "treatment")
PERIODS = (WEEK, 2 * WEEK, 4 * WEEK, DAY)


def any_guard(choose: Choose, atoms: Sequence[Guard], seen: Sequence[Guard] = ()) -> Guard:
    """One atom, or two or three of them joined; only conditions on readings are ever negated."""
    first = choose(atoms)
    match choose(("one", "one", "one", "and", "or", "not", "not either", "mixed")):
        case "and":
            return And((first, choose(atoms)))
        case "or":
            return Or((first, choose(atoms)))
        case "not":
            return Not(choose(seen or atoms))
        case "not either":
            return Not(Or((choose(seen or atoms), choose(seen or atoms))))
        case "mixed":
            return And((first, Or((choose(atoms), choose(atoms)))))
    return first  # type: ignore[no-any-return]


def any_clock(choose: Choose) -> Guard:
    window = choose((0, 0, 0, DAY))
    sign: Operator = choose((">=", ">=", ">=", ">", "<", "<=")) if not window else ">="
    return Compare(Clock(choose(_CLOCKS)), sign, Fraction(choose(PERIODS)), early=window, late=2 * window)
