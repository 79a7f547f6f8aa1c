"""The doses that were given, as intervals of time: what the rows of exposure say, and the end of treatment.

The last day of a record is a day on which drug was given, so its interval ends with that day. Where it is not known which of two
doses was given, because a date is not complete or a dose cannot be read, the dose is not known, rather than the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve, frozen

from protocol.adapters.cells import given as given_in
from protocol.adapters.mapped.account import Wrong
from protocol.adapters.mapped.selecting import where
from protocol.adapters.mapped.study import NO_TIME, Study
from protocol.adapters.problems import Cell, Problems
from protocol.adapters.times import Times
from protocol.errors import NotationError
from protocol.model.course import Exposure, Given
from protocol.model.mapping import Dosing, Named
from protocol.model.regimen import regimen
from protocol.model.time import DAY

FREQUENCIES = {
    "QD": "every day", "BID": "every 12 hours", "TID": "every 8 hours", "QID": "every 6 hours", "QOD": "every 2 days",
    "ONCE": "once",
}  # fmt: skip
"""What the codes of CDISC's controlled terminology for a frequency (EXDOSFRQ) mean that leave no doubt."""

_HOURS = re.compile("Q([1-9][0-9]?)H")
UNKNOWN = Given("unknown")


@frozen
class Record:
    """One row of exposure: from when to when (None: at a visit only, or not recorded) which dose."""

    patient: str
    start: Times
    end: Times | None
    given: Given
    table: str
    row: int
    dosing: Dosing


def records(study: Study, dosing: Dosing) -> Iterator[Record]:
    """The rows of exposure, in the order of the table; what cannot be read is noted."""
    name = dosing.table.name
    placebo = where(study.tables[name], dosing.placebo)
    for row in study.rows(name, dosing.rows):
        patient = study.patient(name, row)
        if patient is None:
            continue
        start = study.times(name, dosing.start, row, patient)
        if start is None or isinstance(start, Wrong):
            wrong = start or NO_TIME
            study.refuse_dose(name, row, wrong, dosing.start.column)
            continue
        study.compare(name, dosing.start, row, start, patient)
        end = study.times(name, dosing.end, row, patient) if dosing.end else None
        given = _given(study, dosing, row, row in placebo)
        if given is None:
            study.account.rows[name].note(row, "ignored", f"{dosing.given} is empty")
            continue
        if (wrong_end := _wrong_end(dosing, start, end)) is not None:
            study.refuse_dose(name, row, wrong_end, dosing.end.column if dosing.end else None)
        if isinstance(given, Wrong):
            study.refuse_dose(name, row, given, dosing.frequency if given.code == "S051" else dosing.given or dosing.amount)
        if wrong_end is None and not isinstance(given, Wrong):
            study.account.rows[name].note(row, "used")
        dose = UNKNOWN if isinstance(given, Wrong) or wrong_end else given
        yield Record(patient.name, start, None if isinstance(end, Wrong) or wrong_end else end, dose, name, row, dosing)


def _wrong_end(dosing: Dosing, start: Times, end: Times | Wrong | None) -> Wrong | None:
    if isinstance(end, Wrong):
        return end
    if end is None:
        hint = "Say 'missing until: ongoing' or 'unknown' for what an end that is missing means."
        return Wrong("S047", "no end", hint) if dosing.end and dosing.missing_end == "refuse" else None
    return Wrong("S049", "it ends before it begins", "Correct one of the dates.") if end.last < start.time else None


def _given(study: Study, dosing: Dosing, row: int, placebo: bool) -> Given | Wrong | None:
    table = study.tables[dosing.table.name]

    def text(column: Named | None, otherwise: str = "") -> str:
        return table.texts(column.name)[row] if column else otherwise

    if dosing.given:
        said = text(dosing.given)
        meant = dosing.values.of(said) if dosing.values and said else said
        return _from_text(study, meant) if meant else Wrong("S030", f"'values' has no word for '{said}'") if said else None
    every = _schedule(dosing, text(dosing.frequency), text(None, dosing.schedule))
    if isinstance(every, Wrong):
        return every
    if placebo:
        return _regimen(f"placebo {every}")
    amount = text(dosing.amount)
    if not amount:
        return Wrong("S050", "no amount", "It is not known what was given.")
    if amount in ("0", "0.0"):
        return Given("none")
    return _regimen(f"{amount} {text(dosing.unit, dosing.in_unit)} {every}")


def _schedule(dosing: Dosing, code: str, constant: str) -> str | Wrong:
    if dosing.frequency is None:
        return constant
    hours = _HOURS.fullmatch(code)
    known = FREQUENCIES.get(code) or (f"every {hours[1]} hours" if hours else None)
    found = dosing.frequencies.of(code) or known
    if found is None:
        hint = (
            f"Add it to 'frequencies' of 'doses', such as '{code or 'QW'}: every 7 days'.  Known: {', '.join(FREQUENCIES)}, Q8H."
        )
        return Wrong("S051", f"'{code}' does not say how often" if code else "nothing says how often", hint)
    return found


def _regimen(text: str) -> Given | Wrong:
    try:
        return Given("regimen", regimen(text))
    except NotationError as error:
        return Wrong("C033", error.message, error.hint)


def _from_text(study: Study, text: str) -> Given | Wrong:
    problems = Problems("", (text,))
    found = given_in(Cell(text, 1, 1), study.protocol, problems)
    if found is None:
        first = problems.found[0]
        return Wrong(first.code, first.message, first.hint)
    return found


# At visits

TWO_DOSES = Wrong("S052", "another row of this visit says another dose", "Correct one of them, or leave it out.")
NO_DAY = Wrong("S048", "the date of a dose given at a visit is a range", "Complete the date, or leave the row out.")


def given_at(study: Study, found: list[Record]) -> dict[Times, Given]:
    """What was given at each visit, of the rows that say no end; where they contradict each other it is not known."""
    said: dict[Times, list[Record]] = {}
    for one in found:
        if one.dosing.end is None:
            said.setdefault(Times(one.start.time), []).append(one)
    return {when: _agreed(study, together) for when, together in said.items()}


def _agreed(study: Study, together: list[Record]) -> Given:
    """The dose of which rows of one visit tell, and what becomes of them."""
    vague = [one for one in together if one.start.latest is not None]
    kept = [*_without_copies(study, [one for one in together if one.start.latest is None])]
    for one in vague:
        study.refuse_dose(one.table, one.row, NO_DAY, one.dosing.start.column)
    if len(kept) > 1:
        for one in kept:
            study.refuse_dose(one.table, one.row, TWO_DOSES, one.dosing.given or one.dosing.amount)
    return kept[0].given if len(kept) == 1 else UNKNOWN


# Intervals


def exposures(study: Study, found: list[Record], stop: int | None) -> tuple[Exposure, ...]:
    """The intervals of one patient, in order of time; ``stop``: when treatment ended."""
    day = DAY if study.mapping.by_day else 0
    ordered = sorted(_without_copies(study, found), key=lambda one: (one.start.time, one.start.last))
    intervals: list[Exposure] = []
    for number, one in enumerate(ordered):
        following = ordered[number + 1].start.time if number + 1 < len(ordered) else None
        if one.end is not None and following is not None and following <= one.end.time and following > one.start.last:
            what = "a dose begins before the one before it has ended; from then on the later one counts"
            study.account.note(what, study.tables[ordered[number + 1].table].name(ordered[number + 1].row))
        intervals += _intervals(one, day, following)
    intervals += _undecided(study, ordered, day)
    if stop is not None:
        intervals = [*_until(study, intervals, found[0].patient if found else "", stop, day)]
    return tuple(sorted(intervals, key=lambda one: one.start))


def _undecided(study: Study, ordered: list[Record], day: int) -> Iterator[Exposure]:
    """Where rows say different doses from one moment on it is not known which was given, as long as both of them last."""
    for one, other in pairwise(ordered):
        if one.start == other.start and one.start.latest is None and one.given != other.given:
            what = "two doses begin at once; as long as both last the dose is not known"
            study.account.note(what, study.tables[other.table].name(other.row))
            ends = [max(end.time, one.start.time) + day for end in (one.end, other.end) if end is not None]
            yield Exposure(one.start.time, min(ends, default=None), UNKNOWN)


def end_of(study: Study, found: list[Record]) -> int | None:
    """When the last of the doses of a patient had been given; None where it is not recorded."""
    drug = [one for one in found if one.given.kind == "regimen"]
    ends = [max(one.end.last, one.start.last) for one in drug if one.end is not None]
    return max(ends) + (DAY if study.mapping.by_day else 0) if ends and len(ends) == len(drug) else None


def _without_copies(study: Study, found: list[Record]) -> Iterator[Record]:
    seen: dict[object, Record] = {}
    for one in found:
        said = (one.start, one.end, one.given)
        if said in seen:
            study.account.rows[one.table].turn(one.row, "duplicated", "the same dose for the same time as in another row")
            continue
        seen[said] = one
        yield one


def _intervals(one: Record, day: int, following: int | None) -> Iterator[Exposure]:
    begin = one.start.last
    if one.start.latest is not None:
        yield Exposure(one.start.time, begin, UNKNOWN)
    if one.end is None:
        known = begin + day if one.dosing.missing_end == "unknown" and one.dosing.end else None
        until = following if following is not None and following > begin else None
        if known is None or (until is not None and until <= known):
            yield Exposure(begin, until, one.given)
            return
        yield Exposure(begin, known, one.given)
        yield Exposure(known, until, UNKNOWN)
        return
    # Whatever the end is, it is not before the day of the begin.
    end, last = (max(moment, begin) + day for moment in (one.end.time, one.end.last))
    if end > begin:
        yield Exposure(begin, end, one.given)
    if last > end:
        yield Exposure(end, last, UNKNOWN)


def _until(study: Study, intervals: list[Exposure], patient: str, stop: int, day: int) -> Iterator[Exposure]:
    """The intervals up to the end of treatment, that end, and what was given later all the same."""
    if any(one.start == stop and one.given.kind == "regimen" for one in intervals):
        stop += day  # what was given on the day on which treatment ended was given
    for one in intervals:
        if one.start < stop:
            # A dose that is recorded to the end of the day on which treatment ended was given on that day.
            whole = one.end is not None and one.end >= stop + day
            yield evolve(one, end=stop + day if whole else stop if one.end is None else min(one.end, stop))
        if one.end is not None and one.end > stop + day and one.given.kind == "regimen":
            study.account.note("drug is recorded after the end of treatment", patient)
            yield evolve(one, start=max(one.start, stop + max(day, 1)))
        elif one.end is None and one.start > stop and one.given.kind == "regimen":
            study.account.note("drug is recorded after the end of treatment", patient)
            yield one
    yield Exposure(stop, None, Given("stopped"))
