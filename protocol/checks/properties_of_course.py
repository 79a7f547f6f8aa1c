"""Whether the properties of a protocol hold on one course: the visits at which one fails, for certain or for some value.

This is the plain reading of ``protocol.model.property``, one visit after the other. What holds on some courses need not hold
on all; that is proved elsewhere. The course is read on everything that was ever recorded, and on the earliest date of each
range, as long as it follows the protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, field, frozen

from protocol.model.course import Course
from protocol.model.decision import Effect, Fact, Step
from protocol.model.property import All, Any, Claim, Minutes, No, OfVisits, Property, Response, Visits
from protocol.model.protocol import Protocol
from protocol.model.rule import ActionKind
from protocol.model.state import State
from protocol.semantics.arriving import arrive
from protocol.semantics.claims import Moment, truth_of, watched
from protocol.semantics.decide import conclude
from protocol.semantics.explain import facts
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
    names = dict.fromkeys(offer.rule for offer in offers if offer.effect == after and offer.rule)
    kinds = (scene.prepared.rules[scene.prepared.place[name]].action.kind for name in names)
    return _kind(scene.state, after, next(kinds, "continue")), frozenset(names)


def _kind(before: State, after: Effect, kind: ActionKind) -> ActionKind:
    """The name of what happened, where a step that leaves the ladder turned into something else."""
    if after.control != before.control and after.control.kind in ("held", "stopped"):
        return "hold" if after.control.kind == "held" else "stop"
    steps = kind in ("escalate", "reduce", "resume")
    return "continue" if steps and (after.control, after.dose) == (before.control, before.dose) else kind


def first_failures(item: Property, moments: Sequence[Moment]) -> Iterator[Failure]:
    """The first visit at which a property fails for certain; else the first at which it fails for some missing value."""
    possible: Failure | None = None
    for place, moment in enumerate(moments):
        fails = _fails(item, moments, place)
        if fails:
            yield Failure(item, moment.scene.time, True, moment)
            return
        if fails is None and possible is None:
            possible = Failure(item, moment.scene.time, False, moment)
    if possible is not None:
        yield possible


def _is_shown(item: Property, moments: Sequence[Moment]) -> bool:
    match item.sentence:
        case OfVisits("sometimes", claim):
            return any(truth_of(claim, moment) for moment in moments)
        case _:
            return False


def _fails(item: Property, moments: Sequence[Moment], place: int) -> bool | None:
    """Whether the property fails because of what begins at this visit; None: for some value of what is missing."""
    counts = No(Any(item.exceptions))
    match item.sentence:
        case OfVisits("sometimes", _):
            return False
        case OfVisits(family, claim):
            return truth_of(All((_wrong(family, claim), counts)), moments[place])
        case Response() as sentence:
            return _goes_wrong(sentence, counts, moments[place], moments[place + 1 :])


def _goes_wrong(sentence: Response, counts: Claim, at: Moment, rest: Sequence[Moment]) -> bool | None:
    begins = truth_of(All((sentence.after, counts)), at)
    if begins is False:
        return False
    wrong = _wrong(sentence.family, sentence.claim)
    later, ended = _span(at, rest, sentence)
    now = truth_of(All((sentence.after, counts, wrong)), at)
    found = [truth_of(All((counts, wrong)), one) for one in later]
    if sentence.family == "sometimes":
        return _every((now, *found)) if ended else False
    still = [truth_of(counts, one) for one in later]
    return _some((now, *(_every((begins, *still[:number], one)) for number, one in enumerate(found))))


def _span(at: Moment, rest: Sequence[Moment], sentence: Response) -> tuple[Sequence[Moment], bool]:
    """The visits of the span after its first, and whether the course reaches the end of it."""
    match sentence.within:
        case Visits(count):
            return rest[:count], len(rest) >= count
        case Minutes(count):
            end = at.scene.time + count
            inside = [one for one in rest if one.scene.time <= end]
            beyond = [one for one in rest if one.scene.time > end][:1]
            looked = bool(inside) and inside[-1].scene.time == end
            judged_late = sentence.family == "sometimes" and not looked
            return [*inside, *(beyond if judged_late else ())], looked or bool(beyond)


def _every(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return False if False in found else None if None in found else True


def _some(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return True if True in found else None if None in found else False


def _wrong(family: str, claim: Claim) -> Claim:
    """What must not be true at a visit."""
    return claim if family == "never" else No(claim)
