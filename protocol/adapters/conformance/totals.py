"""What do the figures of many courses come to together: their mean, spread and range, how many said yes, and how soon?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from statistics import median

from attrs import frozen

from protocol.model.summary import PARAMETERS, Figure, Parameter, Summary


@frozen
class Total:
    """One parameter over courses. ``known`` of how many it is known; ``why`` not of the others, with how many each.

    Of numbers there are ``mean``, ``median``, ``low`` and ``high``, and ``deviation`` (standard, n - 1); of yes and no ``yes``.
    Of a time to something ``yes`` says how often it came, ``median`` when by the product-limit estimate; None: not reached.
    """

    parameter: Parameter
    known: int
    mean: Fraction | None = None
    deviation: float | None = None
    median: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    yes: int | None = None
    why: tuple[tuple[str, int], ...] = ()


def totals(summaries: Sequence[Summary]) -> tuple[Total, ...]:
    """Every parameter over these courses."""
    return tuple(_total(one, [summary.figure(one.code) for summary in summaries]) for one in PARAMETERS)


def _total(parameter: Parameter, figures: Sequence[Figure]) -> Total:
    known = [(figure.value, figure.censored) for figure in figures if figure.value is not None]
    why = tuple(Counter(figure.why for figure in figures if figure.value is None).most_common())
    values = [value for value, _ in known]
    if not values:
        return Total(parameter, 0, why=why)
    if parameter.measure == "yes or no":
        return Total(parameter, len(values), yes=int(sum(values)), why=why)
    if parameter.code.startswith("TT"):
        came = sum(not censored for _, censored in known)
        return Total(
            parameter, len(values), median=kaplan_meier_median(known), low=min(values), high=max(values), yes=came, why=why
        )
    mean = sum(values, Fraction(0)) / len(values)
    return Total(parameter, len(values), mean, _spread(values, mean), median(values), min(values), max(values), why=why)


def _spread(values: Sequence[Fraction], mean: Fraction) -> float | None:
    if len(values) < 2:
        return None
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def kaplan_meier_median(times: Sequence[tuple[Fraction, bool]]) -> Fraction | None:
    """The first time by which the product-limit estimate of those to whom it has not come is a half or less."""
    left = Fraction(1)
    for time in sorted({value for value, censored in times if not censored}):
        at_risk = sum(value >= time for value, _ in times)
        left *= 1 - Fraction(sum(value == time and not censored for value, censored in times), at_risk)
        if left <= Fraction(1, 2):
            return time
    return None
