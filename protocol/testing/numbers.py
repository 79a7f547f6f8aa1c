"""Random derived numbers: every operation, baselines, earlier readings, and values that stand in for missing ones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from protocol.model.formula import Baseline, Constant, Current, Earlier, Formula, Operation, Sign, parts
from protocol.model.guard import Compare, Value
from protocol.model.input import DerivedNumber, Input, Number
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose

_WINDOWS = ((0, 0), (DAY, DAY), (3 * DAY, 2 * DAY), (2 * WEEK, 0))
_CONSTANTS = {"fall": (-50, 0, 50), "total": (0, 1, 100), "share": (1, 10), "rest": (0, 1)}
_RANGES = {"fall": (-100, 200), "total": (-20, 200), "share": (-100, 1000), "rest": (-50, 50)}


def any_number(choose: Choose, inputs: Sequence[Input], defaults: bool) -> tuple[DerivedNumber, ...]:
    """None, or one derived number over some of these inputs; none where no input is a number."""
    names = [item.name for item in inputs if isinstance(item.kind, Number)]
    kind = choose(("", *_CONSTANTS)) if names else ""
    if not kind:
        return ()
    one, other = choose(names), choose(names)
    value, window = _FORMULAS[kind](choose, one, other)
    low, high = _RANGES[kind]
    both = one != other and {Current(one), Current(other)} <= set(parts(value))
    standing_in = ((other, Fraction(choose((0, 1, 10)))),) if defaults and both and choose((False, True)) else ()
    return (DerivedNumber(kind, value, Number("1", Fraction(low), Fraction(high)), standing_in, window),)


def any_comparison(choose: Choose, number: DerivedNumber) -> Compare:
    """A comparison of a derived number that can come out either way."""
    return Compare(Value(number.name), choose(("<", ">=", ">", "<=")), Fraction(choose(_CONSTANTS[number.name])))


Drawn = tuple[Formula, tuple[int, int] | None]


def _fall(choose: Choose, one: str, _: str) -> Drawn:
    """The change from baseline, or from an earlier reading, in percent."""
    ago = choose((WEEK, 4 * WEEK))
    past = choose((Baseline(one), Earlier(one, ago)))
    window = choose([sides for sides in _WINDOWS if sides[1] < ago]) if isinstance(past, Earlier) else None
    return _of("*", _of("/", _of("-", Current(one), past), past), Constant(Fraction(100))), window


def _total(choose: Choose, one: str, other: str) -> Drawn:
    return _of("+", Current(one), _of(choose(("*", "-")), Constant(Fraction(1, 2)), Current(other))), None


def _share(_: Choose, one: str, other: str) -> Drawn:
    return _of("/", _of("*", Current(one), Constant(Fraction(10))), Current(other)), None


def _rest(choose: Choose, one: str, other: str) -> Drawn:
    past = choose((Earlier(other, WEEK), Baseline(other), Earlier(one, 2 * WEEK)))
    return _of("-", Current(one), past), (DAY, 2 * DAY) if isinstance(past, Earlier) else None


_FORMULAS = {"fall": _fall, "total": _total, "share": _share, "rest": _rest}


def _of(sign: Sign, left: Formula, right: Formula) -> Formula:
    return Operation(sign, left, right)
