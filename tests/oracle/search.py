"""The search through all courses against the reference: brute force reaches nothing else, and each path is a course."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import evolve, frozen

from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.guard import Compare, Tracked, nodes
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.state import State
from protocol.model.time import WEEK
from protocol.testing import any_protocol
from protocol.verification.patients.courses import concrete
from protocol.verification.patients.giving import given_as
from protocol.verification.search.abstraction import Abstraction, abstraction
from protocol.verification.search.bounds import Bounds
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.explored import Came, Explored
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.kept import Kept, Place
from protocol.verification.search.outcomes import Way
from tests.oracle.explore import explore, letters_of


@frozen
class Seen:
    """A visit without its times and readings: where the patient was, the decision, and where it led."""

    before: Place
    status: str
    effect: Effect
    silent: bool
    after: Place


def drawn(seed: int, inputs: int = 2) -> Protocol:
    """A small random protocol; the same seed gives the same one."""
    return any_protocol(Random(seed).choice, inputs=inputs, known=seed % 2 == 0)


_ACTING_ONCE = ("reduce", "escalate", "hold")


def acting_once(seed: int) -> Protocol | None:
    """A small random protocol of steps and holds, each once on the same evidence; None where there are none of these.

    They ask trackers where there are any, else readings that count for ever. What else happens is left out, which would only
    hide whether something is acted on twice.
    """
    one, random = drawn(seed), Random(seed)
    tracked = [
        node for rule in one.rules for node in nodes(rule.when) if isinstance(node, Compare) and isinstance(node.term, Tracked)
    ]
    kept = [rule for rule in one.rules if rule.action.kind in ("start", "resume", *_ACTING_ONCE)]
    kept = [rule for rule in kept if rule.where[0].control != "in review"]

    def once(number: int, rule: Rule) -> Rule:
        acting, where = rule.action.kind in _ACTING_ONCE, tuple(evolve(where, by=()) for where in rule.where)
        when = random.choice((rule.when, *tracked)) if acting else rule.when
        always = {"mode": "must", "recommended": False, "again": False, "once": rule.action.kind == "hold"}
        return evolve(rule, name=f"{rule.action.kind}-{number}", table="", where=where, when=when, **always)

    rules = tuple(once(number, rule) for number, rule in enumerate(kept))
    inputs = one.inputs if tracked else tuple(evolve(item, valid_for=None) for item in one.inputs)
    small = evolve(one, rules=rules, inputs=inputs, tables=(), properties=(), monitoring=(), between_visits="wait")
    return small if any(rule.action.kind in _ACTING_ONCE for rule in rules) else None


def search(
    protocol: Protocol, *, remembers: bool, limit: int, every: int = WEEK, free: Free = NOTHING
) -> tuple[Exploring, Explored]:
    """The search through the courses of a protocol, as far as so many states; it may keep every last reading, or leave something
    free."""
    names = [item.name for item in protocol.inputs] if remembers else []
    exploring = Exploring(abstraction(protocol, every, names, free), (every,))
    return exploring, BreadthFirst(exploring).explore(Bounds(limit).whole())


def letters(protocol: Protocol) -> int:
    """How many different visits brute force tells apart."""
    return sum(1 for _ in letters_of(protocol))


def left_out(protocol: Protocol, *, limit: int, free: Free = NOTHING) -> set[Seen] | None:
    """What brute force comes to and the search does not; None where the search has too many states."""
    exploring, explored = search(protocol, remembers=False, limit=20 * limit, free=free)
    if explored.ended:
        return None
    by_force = explore(protocol, (WEEK,), limit=limit)
    reached = {
        Seen(_place(by_force.states[here]), step.decision.status, step.decision.after, step.decision.silent, _place(step.state))
        for here, step in by_force.taken
    }
    return reached - set(_seen(exploring, explored))


def _place(state: State) -> Place:
    return Place(state.control, state.level, state.dose, state.withheld, state.reasons)


def _seen(exploring: Exploring, explored: Explored) -> Iterator[Seen]:
    for before, came in visits(exploring, explored):
        yield Seen(before.place, came.outcome.status, came.outcome.effect, came.outcome.silent, came.way.place)


def visits(exploring: Exploring, explored: Explored) -> Iterator[tuple[Kept, Came]]:
    """Each state with each outcome of a visit there, followed as it is recommended."""
    for number, kept in enumerate(explored.states):
        minutes = exploring.gaps[0] if number else 0
        for options in exploring.options(kept, minutes, begins=number == 0):
            for outcome, cost, letters in options.outcomes:
                yield kept, Came(number, minutes, letters, outcome, outcome.ways[0], cost)


def is_exact(asked: Abstraction) -> bool:
    """Whether letters say all that is read: nothing is computed, and nothing happens between visits."""
    protocol = asked.protocol
    ratios = any(axis.name.endswith(" / baseline") for axis in asked.axes)
    return not (protocol.numbers or protocol.scores or ratios or protocol.between_visits == "act")


def confirmed(exploring: Exploring, explored: Explored, most: int) -> tuple[int, list[list[Came]]]:
    """Of so many paths, taken at random, how many are courses on which the reference decides so, and those that are none."""
    paths = [[*explored.path(came.before), came] for _, came in visits(exploring, explored)]
    paths = Random(1).sample(paths, min(most, len(paths)))
    wrong = [path for path in paths if concrete(exploring.abstraction, path) is None]
    good = len(paths) - len(wrong)
    return good, [path for path in wrong if not any(_can_be_another(exploring.abstraction.protocol, came) for came in path)]


def _can_be_another(protocol: Protocol, came: Came) -> bool:
    """Whether the same dose is also given on another way, be it as in a new patient: a course does not say which was meant."""
    given = [_dose_of(protocol, way) for way in came.outcome.ways if not way.recommended]
    return not came.way.recommended and given.count(_dose_of(protocol, came.way)) > 1


def _dose_of(protocol: Protocol, way: Way) -> Given | None:
    given = given_as(protocol, way.effect)
    return evolve(given, anew=False) if given is not None else None
