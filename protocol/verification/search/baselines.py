"""For which letters is a hold true because of a baseline that nobody knows, and no later reading will tell?

So the reference says of a value that is read as a bound only; that it is so many times its baseline is such a bound where the
baseline is missing. What is missing of other inputs is asked again as long as the hold lasts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from protocol.model.guard import Ratio
from protocol.model.rule import Rule
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.diagrams import Diagrams, Node

Supposed = tuple[dict[int, int], Node]
"""Complete values of some axes, and over letters whether these can be so."""


def supposed(abstraction: Abstraction, diagrams: Diagrams, rule: Rule) -> Iterator[Supposed]:
    """Everything that multiples of baselines can be that a rule asks; nothing where it asks none."""
    terms = dict.fromkeys(abstraction.prepared.terms(rule.when))
    ratios = [term for term in terms if isinstance(term, Ratio) and term.limit == "baseline"]
    axes = [abstraction.axis_of(term) for term in ratios]
    for places in product(*(range(len(abstraction.axes[axis].completes)) for axis in axes)) if axes else ():
        possible = diagrams.leaf(True)
        for term, axis, place in zip(ratios, axes, places, strict=True):
            one = _possible(abstraction, diagrams, axis, place, abstraction.places[term.input])
            possible = diagrams.apply(lambda here, other: here and other, possible, one)
        yield dict(zip(axes, places, strict=True)), possible


def _possible(abstraction: Abstraction, diagrams: Diagrams, axis: int, place: int, value: int) -> Node:
    """Over letters whether a multiple of a baseline can be this, where it is known or at least the ``value`` is."""
    read = diagrams.split(value, [diagrams.leaf(letter.kind != "unknown") for letter in abstraction.axes[value].letters])
    parts = []
    for letter in abstraction.axes[axis].letters:
        fits = place in letter.complete
        parts.append(read if fits and letter.kind == "unknown" else diagrams.leaf(fits))
    return diagrams.choose(axis, parts)
