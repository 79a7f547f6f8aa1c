"""What is dispensed, by trying every number of units of every strength: no table, no common measure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from protocol.model.dispensing import Dispensed
from protocol.model.protocol import Protocol
from protocol.model.regimen import AMOUNTS, Dose, regimen
from protocol.model.state import Interval, State

UNITS_MADE = {"mg": "mass", "g": "mass", "ug": "mass", "U": "units", "%": "share"}


def made(exact: Fraction, strengths: Sequence[Fraction], rounding: str, most: int | None = None) -> tuple[int, ...] | None:
    """The units that make the rounded amount; None where it is more than ``most`` units make."""
    if most is not None and exact > most * max(strengths):
        return None
    ranges = [range(int(exact / one) + 2 if most is None else most + 1) for one in strengths]
    ways = [way for way in product(*ranges) if most is None or sum(way) <= most]
    makes = {way: sum((count * one for count, one in zip(way, strengths, strict=True)), Fraction(0)) for way in ways}
    allowed = {
        "up": lambda found: found >= exact,
        "down": lambda found: found <= exact,
        "nearest": lambda found: True,
    }[rounding]
    best = min((found for found in makes.values() if allowed(found)), key=lambda found: (abs(found - exact), found))
    largest_first = sorted(range(len(strengths)), key=lambda place: -strengths[place])
    return min(
        (way for way, found in makes.items() if found == best),
        key=lambda way: (sum(way), [-way[place] for place in largest_first]),
    )


def expected(protocol: Protocol, state: State, dose: Dose, time: int) -> tuple[str, Fraction | None] | None:
    """The body size that is missing, if any, and the rounded amount in the smallest unit of its kind; None where nothing is."""
    by = protocol.dispensing
    if by is None or not dose.is_drug:
        return None
    given = protocol.level(dose.name).regimen if dose.kind == "level" else regimen(dose.name)
    of = by.strengths[0].unit
    numbers = {item.name: item for item in protocol.inputs}
    per = numbers[by.size].kind.unit if by.size else ""  # type: ignore[union-attr]
    if given.rate or given.amount == 0 or UNITS_MADE[given.unit] != UNITS_MADE[of] or given.per not in ("", per):
        return None
    exact = given.amount * AMOUNTS[given.unit]
    if given.per:
        held, valid_for = state.reading(by.size), numbers[by.size].valid_for
        counts = held is not None and (valid_for is None or time - held.observed <= valid_for)
        if held is None or not counts or not isinstance(held.value, Interval) or held.value.low != held.value.high:
            return by.size, None
        exact *= held.value.low
    weights = [one.amount * AMOUNTS[one.unit] for one in by.strengths]
    way = made(exact, weights, by.round, by.most)
    return "", None if way is None else sum((count * one for count, one in zip(way, weights, strict=True)), Fraction(0))


def outline(found: Dispensed | None) -> tuple[str, Fraction | None] | None:
    """What the reference says, in the same form."""
    if found is None:
        return None
    return found.missing, None if found.rounded is None else found.rounded.amount * AMOUNTS[found.rounded.unit]
