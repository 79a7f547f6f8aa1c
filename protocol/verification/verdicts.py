"""What is so of one property, as far as a search saw: it holds, or it fails on this course, in the reference too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from attrs import evolve, frozen

from protocol.checks.properties_of_course import judged as on_course
from protocol.checks.properties_of_course import moments_of
from protocol.model.course import Course
from protocol.model.expectation import Expectation
from protocol.model.property import Minutes, OfVisits, Property, Response, family_of
from protocol.model.time import say_duration
from protocol.model.verification import CODE_OF, Counterexample, Grid, Outcome, Verdict
from protocol.verification.patients.courses import concrete, times_of
from protocol.verification.properties.built_in import MONOTONE, NOT_SILENT, BuiltIn, failing
from protocol.verification.properties.failing import Failing, Judged
from protocol.verification.properties.instances import Instances
from protocol.verification.properties.judging import Judging
from protocol.verification.properties.surely import leads_onward
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Explored
from protocol.verification.search.exploring import Exploring

_LOOSE = "where a finding moves what was left free, two patients were compared as if that were the same in both"

Confirmed = Callable[[Course], bool]


@frozen(eq=False)
class Search:
    """A search that was made: how, what it found, on which grid, and how long it took."""

    search: Exploring
    explored: Explored
    grid: Grid
    seconds: float


def of_property(made: Search, item: Property, judged: Judged, ended: Ended = never) -> Verdict:
    """The verdict on a property of the file."""
    sometimes = isinstance(item.sentence, OfVisits) and item.sentence.family == "sometimes"
    if sometimes:
        outcome, shown, why = _sometimes(made, item, judged, ended)
    else:
        outcome, shown, why = _outcome(made, judged, ended, lambda course: fails_on(made, item, course))
        if outcome == "holds" and judged.possible:
            why = "undecided visits apart: for some value of what is missing it fails"
    family, vacuous = family_of(item), outcome == "holds" and not judged.begun and not sometimes
    return Verdict(
        item.name, CODE_OF[family], outcome, made.grid, family=family, counterexample=shown if outcome == "fails" else None,
        vacuous=vacuous, unseen=_unseen(item, made.grid) if outcome == "holds" and not vacuous else "", expected=item.expected,
        waiver=item.waiver, why=why,
    )  # fmt: skip


def _unseen(item: Property, grid: Grid) -> str:
    """The window of a property in which no visit falls but the first one; empty where another one does, or is waited for."""
    match item.sentence:
        case Response(_, Minutes(count), "always" | "never") if count < grid.every:
            return say_duration(count)
    return ""


def _sometimes(made: Search, item: Property, judged: Judged, ended: Ended) -> tuple[Outcome, Counterexample | None, str]:
    if judged.shows:
        shown = first_shown(made, judged.shows, lambda course: fails_on(made, item, course), ended)
        return ("holds", shown, "") if shown else _unshown(ended, "no course with readings was found that shows it")
    why = _ended(made, judged.ended)
    return ("unfinished", None, why) if why else ("fails", None, "no course shows it")


def _ended(made: Search, why: str) -> str:
    """Why not all was seen; empty where it was."""
    return made.explored.ended[0] if made.explored.ended else why


def _outcome(
    made: Search, judged: Judged, ended: Ended, confirmed: Confirmed = lambda course: True
) -> tuple[Outcome, Counterexample | None, str]:
    if judged.certain:
        shown = first_shown(made, judged.certain, confirmed, ended)
        if shown is not None:
            return "fails", shown, ""
        return _unshown(ended, "no course with readings was found on which it fails")
    why = _ended(made, judged.ended)
    return ("unfinished", None, why) if why else ("holds", None, "")


def _unshown(ended: Ended, why: str) -> tuple[Outcome, None, str]:
    """What is so where courses were found that could not be put into readings, or not all of them were tried."""
    over = ended(0)
    return ("unfinished", None, over) if over else ("not confirmed", None, why)


# Built-in properties


@frozen
class Asked:
    """A built-in property at all visits; where the file names some, at those of one claim, or (``number`` 0) at all others."""

    item: BuiltIn
    said: Expectation
    number: int = 0

    def instances(self, judging: Judging) -> Instances:
        """The visits at which it is asked."""
        where = self.said.where
        if self.number:
            return Instances(judging, (where[self.number - 1],), named=True)
        return Instances(judging, where, in_part=self.item == NOT_SILENT)


def asked(item: BuiltIn, expectations: Iterable[Expectation]) -> Iterator[Asked]:
    """At which visits a built-in property is asked, each by itself."""
    said = next((one for one in expectations if one.name == item.name), Expectation(item.name))
    yield Asked(item, said)
    yield from (Asked(item, said, number) for number, _ in enumerate(said.where, 1))


def of_built_in(made: Search, judging: Judging, one: Asked, ended: Ended) -> Verdict:
    """The verdict on a built-in property at some visits: where the file names visits it is to hold at the others."""
    item, instances = one.item, one.instances(judging)
    judged, confirmed = failing(made.search, made.explored, item, instances, ended), partial(_is_one_of, made, instances)
    outcome, shown, why = _outcome(made, judged, ended, confirmed)
    if outcome == "holds":
        outcome, why = leads_onward(made.search, made.explored, item, instances, ended)
    if outcome == "holds" and judged.loose:
        shown = first_shown(made, judged.loose, confirmed, ended)
        outcome, why = ("fails", "") if shown else ("not confirmed", _LOOSE)
    elif outcome == "holds" and item is MONOTONE and made.search.abstraction.has_untold:
        outcome, why = "not confirmed", _LOOSE  # two values that only what is free tells apart are one there
    said = one.said if one.number or not one.said.where else Expectation(item.name)
    return Verdict(
        item.name, item.code, outcome, made.grid, "built in", says=item.says, counterexample=shown, expected=said.expected,
        waiver=said.waiver, why=why, named=one.number,
    )  # fmt: skip


def _is_one_of(made: Search, instances: Instances, course: Course) -> bool:
    """Whether the last visit of a course is one of those at which it is asked, as the reference says; as in ``fails_on``."""
    if made.search.deciding.any_dose or not instances.claims:
        return True
    *_, last = moments_of(made.search.abstraction.protocol, course)
    return last.scene.time == course.visits[-1].time and instances.has(last)


# Courses


def fails_on(made: Search, item: Property, course: Course) -> bool:
    """Whether the reference, too, says of a course that a property fails on it, or is shown by it where it is to be so sometimes.

    Of what only a dose leads to that was not permitted it says nothing.
    """
    if made.search.deciding.any_dose:
        return True
    found = on_course(evolve(made.search.abstraction.protocol, properties=(item,), expectations=()), course)
    return item.name in found.shown or any(failure.certain for failure in found.failures)


def first_shown(
    made: Search, found: Iterable[Failing], confirmed: Confirmed = lambda course: True, ended: Ended = never
) -> Counterexample | None:
    """The shortest of these courses that the reference decides as the search says, and that is ``confirmed``; None where none
    of them can be had. The first is tried also where the time has ``ended``."""
    for number, one in enumerate(found):
        if number and ended(0):
            return None
        course = concrete(made.search.abstraction, one.path, confirmed=confirmed)
        beside = None if one.beside is None else concrete(made.search.abstraction, (*one.path[:-1], one.beside))
        if course is not None and (one.beside is None or _differ_in_one(course, beside)):
            last = one.path[-1]
            followed = next(iter(sorted(last.way.rules)), "")
            rule = (last.outcome.rule or followed) if last.way.recommended else (followed or last.outcome.rule)
            return Counterexample(course, times_of(one.path)[-1], one.certain, rule, beside=beside, against=one.against)
    return None


def _differ_in_one(course: Course, beside: Course | None) -> bool:
    """Whether two patients differ in one finding of their last visit, and in nothing else."""
    if beside is None or course.visits[:-1] != beside.visits[:-1]:
        return False
    mine, other = ({one.input: one for one in visit.observations} for visit in (course.visits[-1], beside.visits[-1]))
    return mine.keys() == other.keys() and sum(mine[name] != other[name] for name in mine) == 1
