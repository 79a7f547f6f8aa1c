"""All visits of one course, one after the other: decisions as they were issued, and what later corrections change.

Exposure intervals become the dose given at each visit, and a dose that changes between visits becomes a moment of its
own. Where a date is a range, every threshold inside it is tried, and decisions or verdicts that differ are marked as
depending on the date; what is shown is the earliest date of the range.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import evolve, frozen

from protocol.errors import COURSE, VisitError, check_kind
from protocol.model.course import Course, Observation, Visit, with_exposures
from protocol.model.decision import Revision, Step, Trace, Verdict
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.state import State
from protocol.model.time import say_time
from protocol.semantics.dates import check_order, dates
from protocol.semantics.deviating import not_decidable, shown
from protocol.semantics.foresee import acted
from protocol.semantics.in_time import in_time
from protocol.semantics.prepared import prepare
from protocol.semantics.step import initial, step

MOST_BRANCHES = 2_000
"""How many combinations of dates are tried before a course with ranges is refused as too vague."""


def trace(protocol: Protocol, course: Course, *, strict: bool = False) -> Trace:
    """The decisions of a protocol over one course. Raises VisitError for visits out of order or unknown inputs.

    A reading that cannot be used is refused and reported in its step; with ``strict`` it raises VisitError instead.

    Each decision is issued on what was recorded by its visit. ``revisions`` are the decisions that would have been
    different with what was recorded later.
    """
    check_kind("the course", course, Course, COURSE)
    visits = with_exposures(course)
    return of_visits(protocol, evolve(course, visits=visits), {visit.time for visit in course.visits}, strict=strict)


def of_visits(protocol: Protocol, course: Course, met: Collection[int], *, strict: bool = False) -> Trace:
    """The decisions at the visits of a course, of which each says what was given then. Raises VisitError as ``trace`` does.

    ``met`` are the times at which the patient was seen; at the others only the dose changed.
    """
    visits = course.visits
    check_order(course.name, visits)
    final = _over_dates(protocol, visits)
    if strict:
        _check_refused(course, final)
    issued = _as_issued(protocol, visits, final)
    dosing = frozenset(visit.time for visit in visits) - frozenset(met)
    told = {refusal for one in issued for refusal in one.refused}
    return Trace(
        protocol.name,
        protocol.version,
        fingerprint(protocol),
        course.name,
        in_time(protocol, issued, dosing),
        tuple(_revisions(issued, final)),
        tuple(
            refusal
            for one in final
            for refusal in one.refused
            if refusal not in told and _is_recorded_after(refusal.observation, one.visit.time)
        ),
    )


def all_recorded(protocol: Protocol, course: Course) -> tuple[Step, ...]:
    """The steps of a course on everything that was ever recorded, on the earliest date of each range.

    Each step follows from the state of the one before it. Raises VisitError as ``trace`` does.
    """
    visits = with_exposures(course)
    check_order(course.name, visits)
    return _over_dates(protocol, visits)


def state_before(protocol: Protocol, course: Course, one: Step) -> State:
    """The state from which a step of the course's trace was decided, on what had been recorded by then."""
    visits = with_exposures(course)
    number = next(number for number, visit in enumerate(visits) if visit.time >= one.visit.time)
    known = _over_dates(protocol, _known_at(visits[: number + 1], visits[number].latest or visits[number].time))
    earlier = [taken for taken in known if taken.visit.time < one.visit.time]
    return earlier[-1].state if earlier else initial(protocol)


def _revisions(issued: tuple[Step, ...], final: tuple[Step, ...]) -> Iterator[Revision]:
    now = {one.visit.time: one.decision for one in final}
    for old in issued:
        new = now.get(old.visit.time)
        if new is not None and new != old.decision:
            yield Revision(old.visit.time, old.decision, new)


def _check_refused(course: Course, steps: tuple[Step, ...]) -> None:
    refused = [(one.visit.time, refusal) for one in steps for refusal in one.refused]
    if refused:
        listed = "; ".join(f"{say_time(time)}, {refusal.observation.input}: {refusal.why}" for time, refusal in refused)
        raise VisitError(f"'{course.name}': {listed}")


# Dates that are ranges


@frozen(eq=False)
class Branch:
    """One choice of dates so far: the state it leads to and its steps."""

    state: State
    steps: tuple[Step, ...] = ()


def _over_dates(protocol: Protocol, visits: tuple[Visit, ...]) -> tuple[Step, ...]:
    branches = [Branch(initial(protocol))]
    prepared = prepare(protocol)
    for number, visit in enumerate(visits):
        later = tuple(other.time for other in visits[number + 1 :])
        dated = ((branch, moment) for branch in branches for moment in dates(prepared, branch.state, visit, later))
        branches = [_taken(protocol, branch, moment) for branch, moment in dated]
        if len(branches) > MOST_BRANCHES:
            raise VisitError(f"the dates up to {say_time(visit.time)} leave over {MOST_BRANCHES} combinations. Narrow a range.")
    return _merged(branches)


def _taken(protocol: Protocol, branch: Branch, visit: Visit) -> Branch:
    """The branch after the visit, and after the moments before it at which the protocol acts by itself."""
    before = acted(protocol, branch.state, visit.time)
    taken = step(protocol, before[-1].state if before else branch.state, visit)
    return Branch(taken.state, (*branch.steps, *before, taken))


def _merged(branches: list[Branch]) -> tuple[Step, ...]:
    """The steps of the earliest dates, marked where other dates decide or judge differently."""
    if len(branches) == 1:
        return branches[0].steps
    if len({len(branch.steps) for branch in branches}) > 1:
        raise VisitError("how often the protocol acts between visits depends on a date that is a range. Give one date.")
    columns = zip(*(branch.steps for branch in branches), strict=True)
    return tuple(_marked(column) for column in columns)


def _marked(column: tuple[Step, ...]) -> Step:
    first = column[0]
    decisions = {(one.decision.status, one.decision.after, one.decision.rule, one.decision.conflict) for one in column}
    marked = evolve(first, depends_on_date=len(decisions) > 1)
    verdicts = tuple(dict.fromkeys(one.verdict for one in column if one.verdict is not None))
    if len({(one.permitted, one.needs) for one in verdicts}) < 2:
        return marked
    joined = _joined(verdicts)
    if joined.permitted != "some":
        return evolve(marked, verdict=joined)
    if all(one.recommended for one in verdicts):
        return evolve(marked, verdict=joined, deviations=())
    return evolve(marked, verdict=joined, deviations=(not_decidable(joined, shown(joined.given, first.state.dose)),))


def _joined(verdicts: tuple[Verdict, ...]) -> Verdict:
    """One verdict for all dates: what is needed at some date is needed."""
    words = {one.permitted for one in verdicts}
    needs = {need.name: need for one in reversed(verdicts) for need in one.needs}
    permitted = words.pop() if len(words) == 1 else "some"
    return evolve(verdicts[0], permitted=permitted, needs=tuple(needs.values()), depends_on_date=True)


# What was recorded when


def _as_issued(protocol: Protocol, visits: tuple[Visit, ...], final: tuple[Step, ...]) -> tuple[Step, ...]:
    """The decisions on what had been recorded by each visit; all of it, unless something was recorded later."""
    late = max((moment for visit in visits for moment in _late_records(visit)), default=None)
    if late is None:
        return final
    issued: list[Step] = []
    for number, visit in enumerate(visits):
        known = final
        if visit.time < late:
            known = _over_dates(protocol, _known_at(visits[: number + 1], visit.latest or visit.time))
        before = visits[number - 1].time if number else None
        issued.extend(one for one in known if (before is None or one.visit.time > before) and one.visit.time <= visit.time)
    return tuple(issued)


def _late_records(visit: Visit) -> Iterator[int]:
    for observation in visit.observations:
        if observation.recorded is not None and _is_recorded_after(observation, visit.time):
            yield observation.recorded


def _known_at(visits: tuple[Visit, ...], time: int) -> tuple[Visit, ...]:
    known = ((visit, tuple(one for one in visit.observations if not _is_recorded_after(one, time))) for visit in visits)
    return tuple(evolve(visit, observations=observations) for visit, observations in known)


def _is_recorded_after(observation: Observation, time: int) -> bool:
    return observation.recorded is not None and observation.recorded > time
