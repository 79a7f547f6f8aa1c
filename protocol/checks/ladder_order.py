"""F007: two neighbours on the ladder of which the upper does not give more drug than the lower."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol


@check(
    "F007",
    "a ladder that is not lowest first",
    "Doses are compared by their place on the ladder, so a ladder upside down turns every direction round, and with it the "
    "safe side. Write the lowest regimen first and each regimen once. Only a single dose, given once, may stand there again: "
    "doses of a desensitisation follow each other, and two of them can be the same.",
)
def ladder_order(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each such pair. Rungs are compared by place, so a ladder upside down would turn every direction round.

    An amount per body size and one that is not are not compared, because which is more depends on the patient; nor are a
    single dose and a repeated one. A single dose may be repeated, because each of its levels is one more dose.
    """
    for lower, upper in pairwise(protocol.levels):
        is_again = lower.regimen.is_once and lower.regimen.same_as(upper.regimen)
        if lower.regimen.comparable(upper.regimen) and not lower.regimen.less_than(upper.regimen) and not is_again:
            yield Finding(
                "F007",
                f"'{upper.name}' ({upper.regimen}) stands above '{lower.name}' ({lower.regimen}) and is not more drug",
                upper.name,
                "Write the ladder lowest first, each regimen once.",
            )
