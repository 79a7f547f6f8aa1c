"""Which course of one patient does a path of the search stand for, and does the reference decide on it as the path says?

A letter says cells; a course says readings. What a letter leaves open is left out. A reading that a letter carries over has to
have been made: it is put into an earlier visit of which the path left that input open. What cannot be put into readings, such as
a computed number in a cell that none of them gives, has no course: then the path is not confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, product

from attrs import frozen

from protocol.errors import ProtocolError
from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from protocol.verification.patients.beyond import extremes_of, put_beyond
from protocol.verification.patients.computed_readings import filling
from protocol.verification.patients.giving import given_as
from protocol.verification.patients.readable import observation
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.axes import BETWEEN, NEW, OLD, Axis, Letter
from protocol.verification.search.explored import Came

Path = Sequence[Came]
Shown = dict[int, Letter]
Entries = dict[str, Observation]
"""What a visit says of each input; an observation without a value is ``not done``."""


def concrete(
    abstraction: Abstraction, path: Path, name: str = "", confirmed: Callable[[Course], bool] = lambda course: True
) -> Course | None:
    """A course on which the reference decides at each visit as the path says, and that is ``confirmed``; None where none was
    found."""
    courses = in_readings(abstraction, path, name)
    agreeing = (course for course in courses if agrees(path, replayed(abstraction.protocol, course)))
    return next((course for course in agreeing if confirmed(course)), None)


def in_readings(abstraction: Abstraction, path: Path, name: str = "") -> Iterator[Course]:
    """Courses that the path can stand for, the most readable first; what the reference decides on them was not asked yet."""
    carried = any(abstraction.axes[axis].letters[letter].kind == "carried" for came in path for axis, letter in came.letters)
    ways = (False, True) if carried else (False,), (False, True), (False, True)
    # Readings that are each beyond all before them, from none of the visits on, from the first, and from each later one.
    froms = (len(path), *range(len(path))) if extremes_of(abstraction) else (len(path),)
    for beyond, (sparse, exact, spoken) in product(froms, product(*ways)):
        course = _course(abstraction, path, name, exact=exact, spoken=spoken, sparse=sparse, beyond=beyond)
        if course is not None:
            yield course


def replayed(protocol: Protocol, course: Course) -> tuple[Step, ...]:
    """The steps of the reference at the visits of a course; empty where it refuses the course."""
    times = {visit.time for visit in course.visits}
    try:
        return tuple(step for step in trace(protocol, course).steps if step.visit.time in times)
    except ProtocolError:
        return ()


def agrees(path: Path, steps: Sequence[Step]) -> bool:
    """Whether the reference decides at every visit as the path says, and comes to the same place."""
    return len(path) == len(steps) and all(_agrees(came, step) for came, step in zip(path, steps, strict=True))


def _agrees(came: Came, step: Step) -> bool:
    outcome, way, decision, state = came.outcome, came.way, step.decision, step.state
    if step.refused or (decision.status, decision.after, decision.silent) != (outcome.status, outcome.effect, outcome.silent):
        return False
    if way.recommended and decision.action != way.action:
        return False
    if way.ordered and not way.recommended and (step.verdict is None or step.verdict.permitted != "every"):
        return False
    place = (state.control, state.level, state.dose, state.withheld, state.reasons)
    return place == (way.place.control, way.place.level, way.place.dose, way.place.withheld, way.place.reasons)


def times_of(path: Path) -> tuple[int, ...]:
    """When the visits are: the first dose on day 0, or the last visit where there is none."""
    times = tuple(accumulate(came.minutes for came in path))
    first = next((time for time, came in zip(times, path, strict=True) if came.way.place.dose.is_drug), times[-1])
    return tuple(time - first for time in times)


def _course(
    abstraction: Abstraction, path: Path, name: str, *, exact: bool, spoken: bool, sparse: bool, beyond: int
) -> Course | None:
    times = times_of(path)
    shown = carried_from(abstraction, path, times, sparse=sparse)
    if shown is None:
        return None
    entries = [dict(_entries(abstraction, shown, times, visit, exact=exact, spoken=spoken)) for visit in range(len(path))]
    put_beyond(abstraction, shown, entries, beyond)
    given = [None if came.way.recommended else given_as(abstraction.protocol, came.way.effect) for came in path]
    if any(dose is None and not came.way.recommended for dose, came in zip(given, path, strict=True)):
        return None
    filled = filling(abstraction, times, entries, shown, given)
    for visit, letters in enumerate(shown):
        for place, letter in sorted(letters.items()):
            filled.fill(visit, abstraction.axes[place], letter)
    visits = (Visit(time, tuple(said.values()), dose) for time, said, dose in zip(times, entries, given, strict=True))
    return Course(name, tuple(visits))


# Readings that are carried over


@frozen
class Before:
    """The ages, at a visit, of the last step and the last hold before it; None where there was none."""

    step: int | None
    hold: int | None


def before_each(path: Path, times: Sequence[int]) -> tuple[Before, ...]:
    """Before each visit when the last step and the last hold were."""
    found, step, hold = [], None, None
    for came, time in zip(path, times, strict=True):
        found.append(Before(None if step is None else time - step, None if hold is None else time - hold))
        step = time if "stepped" in came.way.resets else step
        hold = time if "hold_began" in came.way.resets else hold
    return tuple(found)


def carried_from(abstraction: Abstraction, path: Path, times: Sequence[int], *, sparse: bool = False) -> list[Shown] | None:
    """The letters of each visit, with a reading measured before for each that is carried; None where there can be none.

    ``sparse``: a reading that is newer than the letter says is left out where an older one says the same.
    """
    shown = [{axis: abstraction.axes[axis].letters[letter] for axis, letter in came.letters} for came in path]
    before, settled = before_each(path, times), _settled(abstraction, shown, times)
    for visit, letters in enumerate(shown):
        for place, letter in letters.items():
            if (
                letter.kind == "carried"
                and place not in settled
                and not _is_put(abstraction, place, shown, times, visit, before[visit], sparse)
            ):
                return None
    return shown


def _settled(abstraction: Abstraction, shown: list[Shown], times: Sequence[int]) -> frozenset[int]:
    """The computed numbers that what the path shows of the first dose settles, so that nothing has to be put anywhere."""
    start = next((letters for letters, time in zip(shown, times, strict=True) if time >= 0), {})
    return frozenset(base.place for base in abstraction.bases if base.cell(start.get(base.of)) is not None)


def _is_put(
    abstraction: Abstraction, place: int, shown: list[Shown], times: Sequence[int], visit: int, before: Before, sparse: bool
) -> bool:
    """Whether a reading that is carried over at a visit was measured before; puts it where the path left that open.

    It should be as new as the letter says. Where nothing asks that, the search has forgotten when the last step was, so then any
    will do; where something does, the reference will not agree.
    """
    axis, letter = abstraction.axes[place], shown[visit][place]
    left_open: list[int] = []
    too_new: list[int] = []
    for earlier in range(visit - 1, -1, -1):
        age, there = times[visit] - times[earlier], shown[earlier].get(place)
        if axis.item.valid_for is not None and age > axis.item.valid_for:
            break
        if there is not None and (there.kind == "unknown" or there.reading != letter.reading):
            break
        fits = _fits(abstraction, axis, letter, age, before)
        if there is not None and there.kind == "measured":
            if fits or not sparse:
                return _left_out(shown, place, too_new)
            too_new.append(earlier)
        if there is None:
            left_open.append(earlier)
            if fits:
                break
    if left_open and (fits or not too_new):
        shown[left_open[-1]][place] = _measured(axis, letter.reading)
        return _left_out(shown, place, too_new)
    return bool(too_new)


def _left_out(shown: list[Shown], place: int, visits: list[int]) -> bool:
    for visit in visits:
        del shown[visit][place]
    return True


def _fits(abstraction: Abstraction, axis: Axis, letter: Letter, age: int, before: Before) -> bool:
    """Whether a reading of this age is one as the letter says: as new as that, and young enough."""
    if tuple(age <= within for within in axis.withins) != letter.within:
        return False
    if axis.name not in abstraction.cares:
        return True
    dates = (before.step, before.hold if abstraction.holds_once else None)
    newer = [date is None or age < date for date in dates]
    date = NEW if all(newer) else BETWEEN if any(newer) and abstraction.holds_once else OLD
    return date == letter.date


def _measured(axis: Axis, reading: int) -> Letter:
    return next(one for one in axis.letters if one.kind == "measured" and one.reading == reading)


# What is written down


def _entries(
    abstraction: Abstraction, shown: Sequence[Shown], times: Sequence[int], visit: int, *, exact: bool, spoken: bool
) -> Iterator[tuple[str, Observation]]:
    measured = {item.name for item in abstraction.protocol.inputs}
    for place, letter in sorted(shown[visit].items()):
        axis = abstraction.axes[place]
        if axis.name not in measured:
            continue
        if letter.kind == "measured":
            yield axis.name, observation(axis, letter.cell, limits=letter.limits, exact=exact)
        if letter.kind == "unknown" and (spoken or _is_still_valid(axis, place, shown, times, visit)):
            yield axis.name, Observation(axis.name, None)


def _is_still_valid(axis: Axis, place: int, shown: Sequence[Mapping[int, Letter]], times: Sequence[int], visit: int) -> bool:
    """Whether a reading made before would count at the visit if nothing were said of it."""
    for earlier in range(visit - 1, -1, -1):
        if axis.item.valid_for is not None and times[visit] - times[earlier] > axis.item.valid_for:
            return False
        letter = shown[earlier].get(place)
        if letter is not None and letter.kind != "carried":
            return letter.kind == "measured"
    return False
