"""Whether the properties of a protocol hold on one course: the visits at which one fails, for certain or for some value.

One visit after the other is judged as ``protocol.semantics.monitors`` says, what begins at each of them by itself. What holds
on some courses need not hold on all; that is proved elsewhere. The course is read on everything that was ever recorded, and
on the earliest date of each range, as long as it follows the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from attrs import evolve, field, frozen

from protocol.model.course import Course
from protocol.model.decision import Effect, Fact, Step
from protocol.model.property import OfVisits, Property
from protocol.model.protocol import Protocol
from protocol.model.rule import ActionKind
from protocol.semantics.arriving import arrive
from protocol.semantics.claims import Moment, happened, truth_of, watched
from protocol.semantics.decide import conclude
from protocol.semantics.explain import facts
from protocol.semantics.monitors import History, Judgement, Monitor, after_visit, first_history, monitor_of, some
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.step import initial, step
from protocol.semantics.trace import all_recorded


@frozen
class Failure:
    """A property fails at the visit at this time; not ``certain``: for some value of what is missing there.

    ``moment`` is that visit as claims see it; of a span of visits the one at which it begins.
    """

    property: Property
    time: int
    certain: bool
    moment: Moment = field(eq=False, repr=False)

    def facts(self) -> tuple[Fact, ...]:
        """What the conditions of the property ask, with the values at the visit."""
        scene = self.moment.scene
        measured = frozenset(held.input for held in scene.state.readings if held.observed == scene.time)
        found = (fact for guard in self.property.guards() for fact in facts(scene, guard, measured))
        return tuple(dict.fromkeys(found))


@frozen
class Judged:
    """What one course says of a protocol's properties: how many ``of`` its visits were judged, where properties fail first, and
    the names of those that say that something happens ``sometimes`` and are shown right by this course.

    What the protocol does by itself between visits is judged too, and not counted.
    """

    visits: int
    failures: tuple[Failure, ...] = ()
    shown: tuple[str, ...] = ()
    of: int = 0


def judged(protocol: Protocol, course: Course) -> Judged:
    """The properties of a protocol judged on one course. Raises VisitError as ``trace`` does."""
    steps = all_recorded(watched(protocol), course)
    moments = tuple(_moments(protocol, steps))
    failures = (failure for item in protocol.properties for failure in first_failures(item, moments))
    shown = (item.name for item in protocol.properties if _is_shown(item, moments))
    times = {visit.time for visit in course.visits}
    at = sum(moment.scene.time in times for moment in moments)
    return Judged(at, tuple(failures), tuple(shown), sum(one.visit.time in times for one in steps))


def moments_of(protocol: Protocol, course: Course) -> Iterator[Moment]:
    """The visits of a course as claims see them, as long as the course follows the protocol."""
    return _moments(protocol, all_recorded(watched(protocol), course))


def _moments(protocol: Protocol, steps: Iterable[Step]) -> Iterator[Moment]:
    asked = watched(protocol)
    state = initial(asked)
    for one in steps:
        scene, _ = arrive(prepare(asked), state, one.visit)
        if one.verdict is None or one.verdict.recommended or one.verdict.permitted == "every":
            yield Moment(scene, one.decision, *_done(scene, one), one.state)
        else:
            told = step(asked, state, evolve(one.visit, given=None))
            yield Moment(scene, told.decision, *_done(scene, told), told.state)
        if one.verdict is not None and one.verdict.permitted == "none" and not one.verdict.recommended:
            return
        state = one.state


def _done(scene: Scene, one: Step) -> tuple[ActionKind, frozenset[str]]:
    """The action that was done at a visit and the rules that it rests on: the recommended one, else the permitted one taken."""
    after = Effect(one.state.control, one.state.level, one.state.dose)
    if one.verdict is None or one.verdict.recommended:
        return one.decision.action, frozenset({one.decision.rule})
    offers = (offer for _, result in conclude(scene).results for offer in (*result.offered, *result.ordered))
    # Of what was taken the state has no more: neither that it was as in a new patient nor what was given at once with it.
    names = dict.fromkeys(offer.rule for offer in offers if offer.rule and _leads_to(offer.effect, after))
    kinds = (scene.prepared.rules[scene.prepared.place[name]].action.kind for name in names)
    return happened(scene.state, after, next(kinds, "continue")), frozenset(names)


def _leads_to(effect: Effect, after: Effect) -> bool:
    return (effect.control, effect.level, effect.dose) == (after.control, after.level, after.dose)


def first_failures(item: Property, moments: Sequence[Moment]) -> Iterator[Failure]:
    """The first visit at which a property fails for certain; else the first at which it fails for some missing value."""
    seen = _Seen.of(item, moments)
    possible: Failure | None = None
    for place, moment in enumerate(moments):
        fails = seen.fails(place)
        if fails:
            yield Failure(item, moment.scene.time, True, moment)
            return
        if fails is None and possible is None:
            possible = Failure(item, moment.scene.time, False, moment)
    if possible is not None:
        yield possible


def _is_shown(item: Property, moments: Sequence[Moment]) -> bool:
    is_sometimes = isinstance(item.sentence, OfVisits) and item.sentence.family == "sometimes"
    return is_sometimes and any(one.shown for one in _Seen.of(item, moments).alone)


# Every course of a protocol asks for the same ones.
_ready = lru_cache(maxsize=1_024)(monitor_of)


class _Answers(Sequence[bool | None]):
    """The truths of the parts of a monitor at a visit, each found when it is first asked for."""

    def __init__(self, monitor: Monitor, moment: Moment) -> None:
        self._ask = cache(lambda place: truth_of(monitor.parts[place], moment))
        self._length = len(monitor.parts)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: int) -> bool | None:  # type: ignore[override]
        return self._ask(place)


@frozen(eq=False)
class _Seen:
    """The visits of a course as the monitor of a property sees them, with what it remembers before each if nothing is owed."""

    monitor: Monitor
    times: tuple[int, ...]
    truths: tuple[_Answers, ...]
    before: tuple[History, ...]
    alone: tuple[Judgement, ...]

    @classmethod
    def of(cls, item: Property, moments: Sequence[Moment]) -> _Seen:
        monitor = _ready(item)
        truths = tuple(_Answers(monitor, moment) for moment in moments)
        before, alone = [first_history(monitor)], []
        for answers in truths:
            alone.append(after_visit(monitor, evolve(before[-1], owed=()), answers))
            before.append(evolve(alone[-1].history, owed=()))
        return cls(monitor, tuple(moment.scene.time for moment in moments), truths, tuple(before), tuple(alone))

    def fails(self, place: int) -> bool | None:
        """Whether the property fails because of what begins at this visit; None: for some value of what is missing."""
        judged, found = self.alone[place], [self.alone[place].fails]
        for number in range(place + 1, len(self.times)):
            if not judged.history.owed or found[-1]:
                break
            elapsed = self.times[number] - self.times[number - 1]
            judged = after_visit(self.monitor, judged.history, self.truths[number], elapsed, begins=False)
            found.append(judged.fails)
        return some(found)
