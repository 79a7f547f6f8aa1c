"""The grade of a laboratory value by published toxicity criteria, as a number and as the guard that asks for it.

A missing limit of normal leaves open only the grades that are defined by it: without the lower limit, platelets of 90 are grade
0 or 1, and platelets of 60 are grade 2 and nothing else. Where the scale depends on the baseline, a missing baseline leaves
open the grades on which the scales differ. The baseline of a value is that of a guard: the last one up to the first dose, so
that before the first dose there is none; it was high if it is above the upper limit of normal that comes with the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from protocol.errors import NotationError
from protocol.model import quantity
from protocol.model.guard import Always, And, Compare, Guard, Limit, Not, Operator, Or, Ratio, Value
from protocol.semantics.scales import Baseline, Bound, Scale, scale

_BEYOND: dict[tuple[str, bool], Operator] = {("low", False): "<", ("low", True): "<=", ("high", False): ">", ("high", True): ">="}
_WAS = {"high": "above the upper limit of normal", "low": "below the lower limit of normal"}

Says = Mapping[Baseline, Guard]
"""The guards that say that the baseline was high, or low, for the scales that depend on it."""


@frozen
class Asked:
    """Whose grade is asked: of an input, declared in ``unit``. With ``turned`` each bound itself is on its other side."""

    scale: Scale
    input: str
    unit: str
    says: Says
    turned: bool = False


def at_least(criteria: str, term: str, input: str, grade: int | Fraction, unit: str) -> Guard:
    """The guard that says that the grade of an input, declared in ``unit``, is at least ``grade``."""
    return compare_grade(criteria, term, input, unit, ">=", grade)


def compare_grade(
    criteria: str,
    term: str,
    input: str,
    unit: str,
    operator: Operator,
    grade: int | Fraction,
    says: Says | None = None,
    turned: bool = False,
) -> Guard:
    """The guard that compares the grade of an input, declared in ``unit``, with a constant grade.

    Raises NotationError where the criteria have no such grade, and where it depends on a baseline of which nobody ``says`` what
    it was. With ``turned`` a value on a bound counts to the other side of it.
    """
    asked = Asked(scale(criteria, term), input, unit, says or {}, turned)
    here = _whole_grade(asked.scale, grade)
    match operator:
        case ">=":
            return _reached(asked, here)
        case ">":
            return _reached(asked, here + 1)
        case "<":
            return _negated(_reached(asked, here))
        case "<=":
            return _negated(_reached(asked, here + 1))
        case "==":
            return _both(_reached(asked, here), _negated(_reached(asked, here + 1)))
        case "!=":
            return _negated(_both(_reached(asked, here), _negated(_reached(asked, here + 1))))


def _reached(asked: Asked, grade: int) -> Guard:
    """That the grade is at least ``grade``: beyond any bound of it or of a worse grade, of which the loosest speak for all."""
    if grade == 0:
        return Always()
    bounds = [bound for bound in asked.scale.bounds_for(asked.unit) if bound.grade >= grade]
    always, normal, high, low = (_loosest(bounds, was) for was in (None, "normal", "high", "low"))
    parts: list[Guard] = [_beyond(asked, bound) for bound in always]
    if normal or high:
        same = _same_multiple(normal, high)
        parts.append(And(tuple(_beyond(asked, one) for one in same)) if same else _either_scale(asked, grade, normal, high))
    if low:
        parts.append(And((_says(asked, grade, "low"), _any(_beyond(asked, bound) for bound in low))))
    return _any(parts)


def _loosest(bounds: Iterable[Bound], was: Baseline | None) -> tuple[Bound, ...]:
    """Of each kind of bound the one of the mildest grade."""
    found: dict[Limit | None, Bound] = {}
    for bound in sorted(bounds, key=lambda bound: -bound.grade):
        if bound.baseline == was:
            found[bound.relative_to] = bound
    return tuple(found.values())


def _same_multiple(normal: tuple[Bound, ...], high: tuple[Bound, ...]) -> tuple[Bound, ...]:
    """Both bounds, if they are one multiple of the limit and of the baseline.

    To be beyond both is to be beyond that of the greater one, which is the baseline if and only if it was high. So what the
    baseline was need not be known for itself.
    """
    kinds = {(bound.bound, bound.inclusive) for bound in (*normal, *high)}
    fit = [bound.relative_to for bound in (*normal, *high)] == ["ULN", "baseline"]
    return (*normal, *high) if fit and len(kinds) == 1 else ()


def _either_scale(asked: Asked, grade: int, normal: tuple[Bound, ...], high: tuple[Bound, ...]) -> Guard:
    was_high = _says(asked, grade, "high")
    of_normal, of_high = (_any(_beyond(asked, bound) for bound in bounds) for bounds in (normal, high))
    return Or((And((Not(was_high), of_normal)), And((was_high, of_high))))


def _says(asked: Asked, grade: int, was: Baseline) -> Guard:
    if was in asked.says:
        return asked.says[was]
    criteria = asked.scale.criteria
    raise NotationError(
        f"grade {grade} of {asked.scale.term} by {criteria} has a scale of its own where the baseline was {_WAS[was]}",
        f"Write both scales out, with an input that says whether it was; 'protocol explain \"{criteria}\"' shows them.",
    )


def _beyond(asked: Asked, bound: Bound) -> Compare:
    operator = _BEYOND[asked.scale.worse, bound.inclusive != asked.turned]
    if bound.relative_to:
        return Compare(Ratio(asked.input, bound.relative_to), operator, bound.bound)
    return Compare(Value(asked.input), operator, quantity.convert(bound.bound, bound.unit, asked.unit))


def _any(parts: Iterable[Guard]) -> Guard:
    some = tuple(parts)
    return (some[0] if len(some) == 1 else Or(some)) if some else Not(Always())


def _negated(guard: Guard) -> Guard:
    return guard.part if isinstance(guard, Not) else Not(guard)


def _both(left: Guard, right: Guard) -> Guard:
    if left == Always():
        return right
    return left if right == Always() else And((left, right))


def _whole_grade(graded: Scale, grade: int | Fraction) -> int:
    if grade in range(graded.highest + 1):
        return int(grade)
    raise NotationError(
        f"{graded.criteria} has no grade {grade} for a value of {graded.term}",
        f"Grades: {', '.join(map(str, range(graded.highest + 1)))}.",
    )


@frozen
class _Measured:
    """A value in its unit, with what is known of its limits of normal and of its baseline."""

    value: Fraction
    unit: str
    lower: Fraction | None
    upper: Fraction | None
    baseline: Fraction | None


def grade_of(
    criteria: str,
    term: str,
    value: Fraction,
    unit: str,
    lower: Fraction | None,
    upper: Fraction | None,
    baseline: Fraction | None = None,
) -> tuple[int, ...]:
    """Every grade that the value can have, lowest first; more than one where a limit or a baseline that matters is missing."""
    graded, known = scale(criteria, term), _Measured(value, unit, lower, upper, baseline)
    beyond = [(bound.grade, _counts(graded, bound, known)) for bound in graded.bounds_for(unit)]
    lowest = max((grade for grade, passed in beyond if passed), default=0)
    return (lowest, *sorted({grade for grade, passed in beyond if passed is None and grade > lowest}))


def _counts(graded: Scale, bound: Bound, known: _Measured) -> bool | None:
    """Whether the bound counts and the value is beyond it; None where that is not known."""
    passed = _is_beyond(graded, bound, known, bound.relative_to)
    if bound.baseline is None or passed is False:
        return passed
    was = _was(known, bound.baseline)
    if bound.baseline != "low":
        # On each of the two scales its own yardstick is the greater one, so that what is not beyond the other is not beyond it.
        other: Limit = "baseline" if bound.relative_to == "ULN" else "ULN"
        was = False if _is_beyond(graded, bound, known, other) is False else was
    return passed if was else was


def _was(known: _Measured, baseline: Baseline) -> bool | None:
    limit = known.lower if baseline == "low" else known.upper
    if limit is None or known.baseline is None:
        return None
    if baseline == "low":
        return known.baseline < limit
    return (known.baseline > limit) is (baseline == "high")


def _is_beyond(graded: Scale, bound: Bound, known: _Measured, relative_to: Limit | None) -> bool | None:
    # A multiple of the limit, not a quotient by it: a lower limit of normal of 0 is real, and nothing lies below it.
    limits: dict[Limit, Fraction | None] = {"LLN": known.lower, "ULN": known.upper, "baseline": known.baseline}
    limit = limits[relative_to] if relative_to else quantity.convert(Fraction(1), bound.unit, known.unit)
    if limit is None:
        return None
    edge = bound.bound * limit
    return (bound.inclusive and known.value == edge) or (known.value < edge if graded.worse == "low" else known.value > edge)
