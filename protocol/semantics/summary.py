"""What was taken in a course, and how was the dose changed, in numbers? `conformance.md` defines each of them.

A number that rests on a dose that nobody knows is not made up: it is not known, and says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from attrs import evolve, frozen

from protocol.model.course import Exposure
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.model.summary import Figure, Spell, Summary
from protocol.model.time import DAY, say_time
from protocol.semantics.exposed import amount, by_dose, regimen_of, spells, supplements, unit_of
from protocol.semantics.modified import adverse, changes, interruptions, is_on, treated

UNTREATED = "no drug was given"


@frozen
class Treated:
    """What a course is summed up from: the spells of its treatment, and those of the doses that the protocol would have given."""

    protocol: Protocol
    trace: Trace
    spells: tuple[Spell, ...]
    planned: Trace | None
    exposures: tuple[Exposure, ...] = ()

    @property
    def drug(self) -> tuple[Spell, ...]:
        """The spells with drug."""
        return tuple(one for one in self.spells if is_on(one))

    @property
    def begin(self) -> int:
        """When the first dose was given."""
        return self.drug[0].start

    @property
    def end(self) -> int:
        """Until when drug was given, as far as is known."""
        return self.drug[-1].end


def summary(
    protocol: Protocol,
    trace: Trace,
    planned: Trace | None = None,
    *,
    exposures: Iterable[Exposure] = (),
    adverse_by: Collection[str] | None = None,
) -> Summary:
    """The figures of one course. ``planned`` is its trace as the protocol would have had it (``planned``).

    ``exposures`` are those of the course, which say to the minute when a dose ended.

    ``adverse_by`` names the rules that lower the dose because of an adverse event; without it those count that ask for a grade.
    """
    intervals = tuple(exposures)
    found = treated(spells(trace, intervals))
    course = Treated(protocol, trace, found, planned, intervals)
    unit = unit_of(protocol)
    figures = tuple(_figures(course, adverse_by)) if course.drug else tuple(_untreated())
    per = "" if unit is None or not unit.per else f"/{unit.per}"
    return Summary(trace.course, "" if unit is None else f"{unit.unit}{per}", (*figures, *_judged(trace)))


def _untreated() -> Iterator[Figure]:
    codes = ("TRTDURD", "TDURD", "TDOSE", "AVDDSE", "TPDOSE", "TDOSINT", "RDI", "TADJ", "TADJAE")
    yield from (Figure(code, None, UNTREATED) for code in (*codes, "NRAISE", "NREDUCE", "TTREDUCE", "NHOLD", "HOLDDURD"))


def _figures(course: Treated, adverse_by: Collection[str] | None) -> Iterator[Figure]:
    days = Fraction(sum(one.minutes for one in course.drug), DAY)
    last = course.spells[-1]
    going_on = "on hold at the last visit" if not is_on(last) else "ongoing" if is_on(spells(course.trace)[-1]) else ""
    yield Figure("TRTDURD", Fraction(course.end - course.begin, DAY), note=going_on)
    yield Figure("TDURD", days, note=_assumed(course.drug))
    yield from _doses(course, days)
    yield from _modifications(course, adverse_by)


def _assumed(drug: Iterable[Spell]) -> str:
    minutes = sum(one.minutes for one in drug if one.known == "assumed")
    return f"{_say_days(minutes)} of them at a dose that is assumed" if minutes else ""


def _say_days(minutes: int) -> str:
    days = Fraction(minutes, DAY)
    return f"{float(days):.3g} day{'' if days == 1 else 's'}"


# How much


def _doses(course: Treated, days: Fraction) -> Iterator[Figure]:
    total, planned, at_first = _total(course), _planned(course), _at_first(course)
    yield total
    yield _ratio("AVDDSE", total, Figure("TDURD", days), "no time with drug is recorded")
    yield planned
    yield _ratio("TDOSINT", total, planned, "the planned dose is 0", 100)
    yield _ratio("RDI", total, at_first, "the first dose is placebo, or no time with drug is recorded", 100)


def _ratio(code: str, one: Figure, other: Figure, if_zero: str, times: int = 1) -> Figure:
    if one.value is None or other.value is None:
        return Figure(code, None, one.why or other.why)
    return Figure(code, one.value / other.value * times, note=one.note) if other.value else Figure(code, None, if_zero)


def _total(course: Treated) -> Figure:
    """The drug taken, with what was given at once beside it."""
    if unknown := [one for one in course.drug if one.known == "unknown"]:
        return Figure("TDOSE", None, f"the dose is not known from {say_time(unknown[0].start)} to {say_time(unknown[0].end)}")
    amounts = [amount(course.protocol, one, one.start, one.end) for one in by_dose(course.spells)]
    return _sum("TDOSE", [*amounts, *supplements(course.protocol, course.trace)], _assumed(course.drug))


def _sum(code: str, amounts: Iterable[Fraction | None], note: str) -> Figure:
    listed = list(amounts)
    known = [one for one in listed if one is not None]
    if len(known) < len(listed):
        return Figure(code, None, "drug was given in a unit that cannot be added to that of the ladder")
    return Figure(code, sum(known, Fraction(0)), note=note)


def _planned(course: Treated) -> Figure:
    """What the protocol would have given from the first dose to the end of treatment, had it been followed on these readings."""
    if course.planned is None:
        return Figure("TPDOSE", None, "what the protocol would have given was not replayed, or could not be")
    plan = list(by_dose(spells(course.planned, course.exposures)))
    # The dose planned at the last visit goes on as long as drug was given.
    plan[-1:] = [evolve(one, end=max(one.end, course.end)) for one in plan[-1:]]
    if not any(one.dose.is_drug for one in plan):
        return Figure("TPDOSE", None, "the protocol starts no treatment")
    during = (one for one in course.planned.steps if course.begin <= one.visit.time < course.end)
    undecided = sum(one.decision.status == "undecided" for one in during)
    note = f"undecided at {undecided} visit{'' if undecided == 1 else 's'}, where the dose stands" if undecided else ""
    return _sum("TPDOSE", (amount(course.protocol, one, course.begin, course.end) for one in plan), note)


def _at_first(course: Treated) -> Figure:
    """What the first dose would have amounted to, had it been given from the first dose to the end of treatment."""
    first = course.drug[0]
    given = regimen_of(course.protocol, first.dose)
    if first.known == "unknown" or given is None:
        return Figure("RDI", None, "the first dose is not known")
    if given.is_once:
        return Figure("RDI", None, "the first dose is one single dose")
    whole = evolve(first, start=course.begin, end=course.end)
    return _sum("RDI", [amount(course.protocol, whole, course.begin, course.end)], "")


# How it was changed


def _modifications(course: Treated, adverse_by: Collection[str] | None) -> Iterator[Figure]:
    steps, holds = changes(course.protocol, course.spells), interruptions(course.spells)
    reduced = [one for one in steps if one.direction < 0]
    if any(one.known == "unknown" for one in course.drug):
        why = _total(course).why
        yield from (Figure(code, None, why) for code in ("TADJ", "TADJAE", "NRAISE", "NREDUCE", "TTREDUCE"))
    else:
        yield Figure("TADJ", Fraction(bool(steps or holds)))
        # Drug that comes back lower comes back so because of what it was held for.
        lowering = [*(one.rule for one in reduced if not one.after_hold), *(one.rule for one in holds)]
        answer, why = adverse(course.protocol, lowering, adverse_by)
        yield Figure("TADJAE", None if answer is None else Fraction(answer), why)
        yield Figure("NRAISE", Fraction(sum(one.direction > 0 for one in steps)))
        yield Figure("NREDUCE", Fraction(len(reduced)))
        until = reduced[0].time if reduced else course.end
        yield Figure("TTREDUCE", Fraction(until - course.begin, DAY), censored=not reduced)
    yield Figure("NHOLD", Fraction(len(holds)))
    yield Figure("HOLDDURD", Fraction(sum(one.end - one.start for one in holds), DAY))


def _judged(trace: Trace) -> Iterator[Figure]:
    certain = sum(any(one.is_certain for one in step.deviations) for step in trace.steps)
    open_ones = sum(any(not one.is_certain for one in step.deviations) for step in trace.steps)
    yield Figure("NDEV", Fraction(certain))
    yield Figure("NUNDEC", Fraction(open_ones))
