"""At which visits of a course are the rules of a protocol true, whatever drug and dose the patient has?

The readings count as in a decision: with their validity, their limits of normal, what is derived from them and what trackers
remember of them. Minute 0 is the first dose, and what depends on the dose otherwise is open (``undosed``). Nothing is decided,
so no rule stands before another, and no hold, stop or review follows. Rules of treatment are asked from minute 0 on, rules that
apply before treatment up to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from protocol.errors import COURSE, PROTOCOL, NotationError, VisitError, check_kind, told
from protocol.model.course import Course, Visit
from protocol.model.decision import Refusal
from protocol.model.guard import Guard, Tracked, Value
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.rule import Rule
from protocol.model.state import State
from protocol.model.time import say_time
from protocol.model.watching import Answer, Seen, Watching
from protocol.semantics.arriving import arrive
from protocol.semantics.asking import inputs_behind
from protocol.semantics.dates import check_order, dates
from protocol.semantics.explain import facts
from protocol.semantics.missing import what_if
from protocol.semantics.observing import passing
from protocol.semantics.prepared import Prepared, prepare
from protocol.semantics.remembered import baseline_at_start
from protocol.semantics.scene import Scene
from protocol.semantics.step import initial
from protocol.semantics.truth import completions
from protocol.semantics.undosed import OF_THE_DOSE, undosed

Asked = tuple[tuple[Rule, frozenset[str]], ...]
"""Rules, each with the inputs that are measured for it."""
MOST_STATES = 2_000
"""How many combinations of dates are told apart before a course with ranges is refused as too vague."""


def watch(protocol: Protocol, course: Course, rules: Collection[str] = ()) -> Watching:
    """Whether each rule's condition holds at each visit of a course; without a dose, and without a decision.

    ``rules`` names those to watch; else they are all that apply on treatment. Raises VisitError as ``trace`` does.
    """
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    check_kind("the course", course, Course, COURSE)
    check_order(course.name, course.visits)
    prepared, asked = _asked(protocol, _named(protocol, rules))
    seen = tuple(_over_dates(prepared, asked, course.visits))
    return Watching(protocol.name, protocol.version, fingerprint(protocol), course.name, seen)


def _named(protocol: Protocol, rules: Collection[str]) -> frozenset[str]:
    """The names of rules, each of which the protocol has; one of them may be given as it is."""
    check_kind("what holds the names of rules", rules, Collection, "a list of them")
    known = sorted(rule.name for rule in protocol.in_force())
    names = (rules,) if isinstance(rules, str) else tuple(rules)
    for name in names:
        if name not in known:
            raise NotationError(f"{told(name)} is not the name of a rule of {protocol.name}", f"Rules: {', '.join(known)}.")
    return frozenset(names)


@lru_cache(maxsize=64)
def _asked(protocol: Protocol, names: frozenset[str]) -> tuple[Prepared, Asked]:
    """The protocol with the rules to watch and the trackers that they ask, and no more."""
    free = undosed(protocol)
    watched = tuple(rule for rule in free.rules if (rule.name in names if names else is_of_treatment(rule)))
    whole = prepare(evolve(free, rules=watched))
    trackers = {name for rule in whole.rules for name in _trackers(whole, rule.when)}
    prepared = prepare(evolve(whole.protocol, trackers=tuple(one for one in free.trackers if one.name in trackers)))
    return prepared, tuple((rule, inputs_behind(prepared, rule.when)) for rule in prepared.rules)


def _trackers(prepared: Prepared, guard: Guard) -> Iterator[str]:
    """The trackers that a guard asks, also those that scores and other trackers ask for it."""
    for term in prepared.terms(guard):
        match term:
            case Tracked(name):
                yield name
                tracker = prepared.protocol.tracker(name)
                for part in (tracker.when, *((tracker.until,) if tracker.until is not None else ())):
                    yield from _trackers(prepared, part)
            case Value(name) if name in prepared.scores:
                for part in prepared.scores[name].guards():
                    yield from _trackers(prepared, part)


def is_of_treatment(rule: Rule) -> bool:
    """Whether the rule is one of those that apply on treatment, at whatever level."""
    return any(where.control == "on treatment" for where in rule.where)


@frozen(eq=False)
class _Look:
    """A visit on one of the dates it may have had: the answers there by rule, what was refused, the state afterwards."""

    answers: dict[str, Answer]
    refused: tuple[Refusal, ...]
    state: State


def _over_dates(prepared: Prepared, rules: Asked, visits: tuple[Visit, ...]) -> Iterator[Seen]:
    states = [initial(prepared.protocol)]
    for number, visit in enumerate(visits):
        later = tuple(other.time for other in visits[number + 1 :])
        looks = [_look(prepared, rules, state, dated) for state in states for dated in dates(prepared, state, visit, later)]
        states = list(dict.fromkeys(look.state for look in looks))
        if len(states) > MOST_STATES:
            raise VisitError(f"the dates up to {say_time(visit.time)} leave over {MOST_STATES} combinations. Narrow a range.")
        answered = dict.fromkeys(rule.name for rule, _ in rules if any(rule.name in look.answers for look in looks))
        answers = (_joined(rule, [look.answers.get(rule) for look in looks]) for rule in answered)
        yield Seen(visit, tuple(answers), looks[0].refused)


def _joined(rule: str, found: Sequence[Answer | None]) -> Answer:
    """One answer for all dates: what is not the same on each of them, or not asked on one, is not known."""
    answers = [answer for answer in found if answer is not None]
    if len(answers) == len(found) and len({answer.holds for answer in answers}) == 1:
        return answers[0]
    needs = tuple(dict.fromkeys(name for answer in answers for name in answer.needs))
    return Answer(rule, None, needs, True, answers[0].measured)


def _look(prepared: Prepared, rules: Asked, state: State, visit: Visit) -> _Look:
    """What is so at a visit. That of minute 0 is the last one before the first dose, and is seen as of the first with it."""
    scene, accepted = arrive(prepared, _started(prepared, state, visit.time - 1), visit)
    after = _started(prepared, scene.state, visit.time)
    treated = scene if after is scene.state else Scene(prepared, after, visit.time)
    answers = {}
    for rule, inputs in rules:
        asked = treated if after.started is not None and not _is_of_the_start(rule) else scene
        if visit.time == 0 or any((where.control == "before treatment") is (visit.time < 0) for where in rule.where):
            answers[rule.name] = _answer(asked, rule, accepted.measured, inputs)
    return _Look(answers, accepted.refused, after)


def _is_of_the_start(rule: Rule) -> bool:
    """Whether the rule applies before treatment only."""
    return all(where.control == "before treatment" for where in rule.where)


def _started(prepared: Prepared, state: State, time: int) -> State:
    """The state with the first dose taken at minute 0, if that is not after this time."""
    if state.started is not None or time < 0:
        return state
    here = state if state.time == 0 else passing(prepared, state, 0)
    return here.moved(started=0, baseline=baseline_at_start(prepared, here))


def _answer(scene: Scene, rule: Rule, measured: frozenset[str], inputs: frozenset[str]) -> Answer:
    found = list(completions(scene, lambda world: world.holds(rule.when)))
    answers = {answer for _, answer in found}
    fresh = not measured.isdisjoint(inputs)
    if len(answers) > 1:
        missing = what_if(scene, [(narrowed, str(answer)) for narrowed, answer in found])
        return Answer(rule.name, None, tuple(one.name for one in missing), False, fresh)
    holds = answers.pop()
    shown = (fact for fact in facts(scene, rule.when, measured) if fact.name not in OF_THE_DOSE) if holds else ()
    return Answer(rule.name, holds, (), False, fresh, tuple(shown))
