"""Which dose was in force over which time of a course, and how much drug is that?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import evolve

from protocol.model.course import Exposure
from protocol.model.decision import Step, Trace
from protocol.model.protocol import Protocol
from protocol.model.regimen import AMOUNTS, Amount, Dose, Regimen, kind_of, regimen
from protocol.model.summary import Knowledge, Spell
from protocol.model.time import DAY
from protocol.semantics.taken import administered, is_counted


def spells(trace: Trace, exposures: Iterable[Exposure] = ()) -> tuple[Spell, ...]:
    """The doses in force of a course, one after the other, up to its last visit; no drug is one of them.

    A dose goes on until another one is recorded, or is taken to be given because it was recommended and the data are silent.
    What is given from the last visit on is a spell without length: nobody says how long it went on. Where treatment is recorded
    as ended, and an exposure goes on for the rest of that day, the dose does.
    """
    return tuple(_ended(tuple(_joined(_begun(trace.steps))), tuple(exposures)))


def _ended(found: Sequence[Spell], exposures: Sequence[Exposure]) -> Iterator[Spell]:
    ended = 0
    for number, one in enumerate(found):
        following = found[number + 1 : number + 2]
        start = min(max(one.start, ended), one.end)
        ended = one.end
        if one.dose.is_drug and following and following[0].control.kind == "stopped" and not following[0].dose.is_drug:
            ends = (item.end for item in exposures if item.end is not None and item.start < one.end < item.end <= one.end + DAY)
            ended = max((one.end, *ends))
        yield evolve(one, start=start, end=max(ended, start))


def _begun(steps: Sequence[Step]) -> Iterator[Spell]:
    known: Knowledge = "known"
    for number, one in enumerate(steps):
        known = _knowledge(one, known)
        time = one.visit.time
        end = steps[number + 1].visit.time if number + 1 < len(steps) else time
        rule = one.decision.rule if one.state.dose == one.decision.after.dose else _permitted_by(one)
        yield Spell(time, end, one.state.dose, one.state.control, known, rule)


def _knowledge(one: Step, before: Knowledge) -> Knowledge:
    if one.visit.given is not None:
        return "unknown" if one.visit.given.kind == "unknown" else "known"
    return "assumed" if one.state.dose != one.decision.before.dose else before


def _permitted_by(one: Step) -> str:
    offered = (item.rule for item in one.decision.permitted if item.effect.dose == one.state.dose)
    return next(offered, "")


def _joined(found: Iterable[Spell]) -> Iterator[Spell]:
    """Those of the same dose in the same control state together, as long as it is known equally well."""
    last: Spell | None = None
    for one in found:
        if last is not None and (last.dose, last.control, last.known) == (one.dose, one.control, one.known):
            last = evolve(last, end=one.end)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def unit_of(protocol: Protocol) -> Amount | None:
    """One unit in which the doses of a ladder are added up: mg for masses; None where they have none in common."""
    drugs = [level.regimen for level in protocol.levels if not level.regimen.is_placebo]
    if not drugs or len({(kind_of(one.unit), one.per) for one in drugs}) > 1:
        return None if drugs else Amount(Fraction(1), "mg")
    unit = "mg" if kind_of(drugs[0].unit) == "mass" else drugs[0].unit
    return Amount(Fraction(1), unit, drugs[0].per)


def regimen_of(protocol: Protocol, dose: Dose) -> Regimen | None:
    """The regimen of a dose in force; None where there is none."""
    if dose.kind == "none":
        return None
    return protocol.level(dose.name).regimen if dose.kind == "level" else regimen(dose.name)


def by_dose(found: Iterable[Spell]) -> tuple[Spell, ...]:
    """The spells with those of one dose together, whatever the control state and however well it is known."""
    joined: list[Spell] = []
    for one in found:
        if joined and joined[-1].dose == one.dose:
            joined[-1] = evolve(joined[-1], end=one.end)
        else:
            joined.append(one)
    return tuple(joined)


def amount(protocol: Protocol, spell: Spell, begin: int, end: int) -> Fraction | None:
    """The drug of a spell that is taken from ``begin`` until ``end``, in the ladder's unit; None where it is in another one.

    A dose is due from the moment on at which it came into force. What is due just at the end is not counted any more, but one
    single dose is taken at once.
    """
    given = regimen_of(protocol, spell.dose)
    if given is None or given.is_placebo or spell.end < begin or spell.start > end:
        return Fraction(0)
    if not is_counted(protocol, given.unit, given.per):
        return None
    last = min(spell.end, end) - spell.start
    taken = administered(given, max(last, 1) if given.is_once else last) - administered(given, max(begin - spell.start, 0))
    return taken * AMOUNTS[given.unit]


def supplements(protocol: Protocol, trace: Trace) -> Iterator[Fraction | None]:
    """What was given at once with a step that was made as it was recommended; None for another unit than that of the ladder."""
    for one in trace.steps:
        more = one.decision.supplement
        if more is not None and one.state.dose == one.decision.after.dose != one.decision.before.dose:
            yield more.amount * AMOUNTS[more.unit] if is_counted(protocol, more.unit, more.per) else None
