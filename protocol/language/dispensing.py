"""``dispensing``: in which strengths the drug is dispensed, how an amount is rounded to them, and by which body size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import frozen

from protocol.errors import NotationError
from protocol.language.fields import Fields, fields, shortened, text_node
from protocol.language.hints import instead
from protocol.language.names import Names
from protocol.language.nodes import Listing, Scalar
from protocol.language.report import Report, Span, shown
from protocol.language.rules import read_citation
from protocol.model.dispensing import MOST_STEPS, Dispensing, Rounding, common_measure
from protocol.model.input import Number
from protocol.model.protocol import Level
from protocol.model.regimen import AMOUNTS, Amount, amount, kind_of

DISPENSING_KEYS = ("strengths", "round", "at most", "size", "source", "note", "unverified")
ROUNDINGS: tuple[Rounding, ...] = ("nearest", "up", "down")
MOST_UNITS = re.compile(r"(?P<count>[1-9][0-9]{0,3}) units?")
MOST_STRENGTHS = 12
"""More strengths than any drug has."""


@frozen
class _Strength:
    amount: Amount
    span: Span

    @property
    def weight(self) -> Fraction:
        return self.amount.amount * AMOUNTS[self.amount.unit]


def read_dispensing(report: Report, names: Names, top: Fields) -> Dispensing | None:
    """The section ``dispensing``; None where there is none, or where it could not be read."""
    node = top.node("dispensing")
    found = fields(report, "'dispensing'", top.entries["dispensing"][0], node, DISPENSING_KEYS) if node else None
    if found is None:
        return None
    found.require("strengths", hint="Add 'strengths: [100 mg, 400 mg]': the amounts of which one unit is dispensed.")
    found.require("round", hint="Add 'round: nearest', 'round: up' or 'round: down'.")
    strengths = tuple(_strengths(report, found))
    levels, most = [level for level in names.levels.values() if level], _most(report, found)
    size = _size(report, names, found, levels)
    if _in_units(report, found, levels) and _check_strengths(report, strengths, levels):
        _check_amounts(report, strengths, levels, names.number(size), most)
    return Dispensing(
        tuple(one.amount for one in strengths),
        found.word("round", ROUNDINGS, "nearest"),
        most,
        size,
        read_citation(report, names, found),
        found.text("note"),
        found.text("unverified"),
    )


def _strengths(report: Report, found: Fields) -> Iterator[_Strength]:
    node = found.node("strengths")
    if node is None:
        return
    if not isinstance(node, Listing) or not node.items or len(node.items) > MOST_STRENGTHS:
        hint = "Write 'strengths: [150 mg, 500 mg]'."
        report.add("P025", f"'strengths' takes a list of one to {MOST_STRENGTHS} amounts", found.key("strengths"), hint)
        return
    for item in node.items:
        text = text_node(report, Scalar("strengths", Span(item.span.start)), item)
        if text is None:
            continue
        try:
            yield _Strength(amount(shortened(text.text)), text.span)
        except NotationError as error:
            report.add("P072", error.message, text.span, error.hint)


def _most(report: Report, found: Fields) -> int | None:
    """The units of one administration at most: ``6 units``."""
    text = found.scalar("at most")
    if text is None:
        return None
    match = MOST_UNITS.fullmatch(text.text)
    if match is None:
        report.add("P077", f"{shown(text.text)} is not a number of units", text.span, "Write 'at most: 6 units'.")
        return None
    return int(match["count"])


def _in_units(report: Report, found: Fields, levels: Iterable[Level]) -> bool:
    """Whether the levels are amounts that units can make; notes the first that is none."""
    for level in levels:
        if level.regimen.rate or level.regimen.unit == "%":
            why = "given all the time" if level.regimen.rate else "a share of a dose that nobody knows here"
            hint = "Leave 'dispensing' out: no number of units can be said."
            report.add("P076", f"the dose of '{level.name}' is {why}", found.owner, hint)
            return False
    return True


def _check_strengths(report: Report, strengths: tuple[_Strength, ...], levels: Iterable[Level]) -> bool:
    """Whether each strength is one amount of the drug of the levels, and another one than the others."""
    kinds = {kind_of(level.regimen.unit): level.regimen.unit for level in levels if not level.regimen.is_placebo}
    seen: dict[Fraction, _Strength] = {}
    before = len(report.problems)
    for one in strengths:
        if one.amount.per or one.amount.unit == "%":
            report.add("P074", f"one unit cannot hold {one.amount}", one.span, "Write what one unit holds, such as '100 mg'.")
        elif kinds and kind_of(one.amount.unit) not in kinds:
            hint = f"Write it in {' or '.join(kinds.values())}, as the levels are."
            report.add("P074", f"the strength is in {one.amount.unit}, and no dose level is", one.span, hint)
        elif (other := seen.setdefault(one.weight, one)) is not one:
            report.add("P074", f"the strengths {other.amount} and {one.amount} are the same", one.span, "Keep one of them.")
    return bool(strengths) and len(report.problems) == before


def _check_amounts(
    report: Report, strengths: tuple[_Strength, ...], levels: Iterable[Level], size: Number | None, most: int | None
) -> None:
    """The largest amount, and each strength, is a number of steps that can be tabulated."""
    step = common_measure([one.weight for one in strengths])
    for one in strengths:
        if one.weight * (most or 1) / step > MOST_STEPS:
            hint = "Leave out the strength that differs by so little, or was it meant in another unit?"
            report.add("P074", f"too many amounts can be made of {one.amount} and the others", one.span, hint)
            return
    highest = {"": Fraction(1), "kg": size.high if size else Fraction(1), "m2": size.high if size else Fraction(1)}
    for level in levels:
        dose = level.regimen
        if dose.amount * AMOUNTS[dose.unit] * highest[dose.per] / step > MOST_STEPS:
            hint = "Write the strengths in the unit in which they are dispensed, and what is plausible of the size."
            report.add("P074", f"the dose of '{level.name}' can be too much to be counted out in units", strengths[0].span, hint)
            return


def _size(report: Report, names: Names, found: Fields, levels: Iterable[Level]) -> str:
    """The number by which levels per body size are multiplied; it has the unit that they name."""
    sizes = dict.fromkeys(level.regimen.per for level in levels if level.regimen.per and not level.regimen.rate)
    name = found.scalar("size")
    if name is None:
        if sizes and not found.has("size"):
            per, hint = " and ".join(sizes), "Add 'size:' and the number that is measured, such as 'size: weight'."
            report.add("P075", f"doses are per {per}, and 'dispensing' does not say which number that is", found.owner, hint)
        return ""
    if not names.check_known(report, name.text, name.span):
        return ""
    number = names.number(name.text)
    is_broken = any(name.text in known and known[name.text] is None for known in (names.inputs, names.numbers))
    if number is None and not is_broken:
        known = [one for one in (*names.inputs, *names.numbers) if (kind := names.number(one)) and kind.unit in ("kg", "m2")]
        report.add("P075", f"{shown(name.text)} is not a number", name.span, instead(name.text, known, "Numbers in kg or m2"))
    elif number is not None and number.unit not in (sizes or ("kg", "m2")):
        right = " or ".join(sizes or ("kg", "m2"))
        message = f"{shown(name.text)} is in {number.unit}, and body size is in {right} here"
        report.add("P075", message, name.span, f"Name a number in {right}.")
    elif len(sizes) > 1:
        hint = "Levels that are given out in the same units are per the same body size."
        report.add("P075", f"doses are per {' and per '.join(sizes)}, and there is one size", name.span, hint)
    return name.text
