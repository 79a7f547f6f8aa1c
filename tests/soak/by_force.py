"""What does the reference come to that the search does not? All short courses, and visits drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from time import process_time

from attrs import evolve, frozen

from protocol import initial, step
from protocol.model.course import Given
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import WEEK
from protocol.verification.patients.giving import given_as
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.bounds import Bounds
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.explored import Explored
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place
from tests.oracle.explore import explore
from tests.oracle.lockstep import grid_visits
from tests.oracle.search import Seen

STATES, SECONDS, MEGABYTES = 500, 1.0, 1_500
STEPS, RECENT = 60, 20
FORCED = 40


def enough(states: int = STATES) -> Bounds:
    """How far one search goes here, however busy the machine is."""
    return Bounds(states, SECONDS, MEGABYTES, process_time)


def searched(protocol: Protocol, *, any_dose: bool) -> Explored | None:
    """All that the search comes to; None where it has too many states."""
    exploring = Exploring(abstraction(protocol, WEEK), (WEEK,), any_dose=any_dose)
    explored = BreadthFirst(exploring).explore(enough().whole())
    return None if explored.ended else explored


@frozen
class Forced:
    """What brute force came to, and whether these are all courses on which what is recommended is given."""

    seen: set[Seen]
    every: bool


def all_short(protocol: Protocol) -> Forced:
    """Every visit after every state that is found, the nearest first, up to so many states."""
    found = explore(protocol, (WEEK,), limit=FORCED)
    seen = {_of(taken, found.states[here]) for here, taken in found.taken}
    return Forced(seen, found.complete)


def at_random(protocol: Protocol, random: Random, *, any_dose: bool) -> Iterator[Seen]:
    """Weekly visits, each after one of those before it; the later ones more often, so that some courses are long."""
    states = [initial(protocol)]
    for number in range(STEPS):
        before = random.choice(states[-RECENT:] if number % 4 else states)
        taken = visited(protocol, random, before, any_dose=any_dose, seldom=number % 2 == 0)
        states.append(taken.state)
        yield _of(taken, before)


def _of(taken: Step, before: State) -> Seen:
    decision = taken.decision
    return Seen(_place(before), decision.status, decision.after, decision.silent, _place(taken.state))


def visited(protocol: Protocol, random: Random, state: State, *, any_dose: bool = False, seldom: bool = False) -> Step:
    """A visit a week later, at which what is recommended is given, or something else that is permitted; or any dose."""
    visit = grid_visits(protocol, random, 1, WEEK, seldom=seldom)[0]
    visit = visit if state.time is None else evolve(visit, time=state.time + WEEK)
    taken = step(protocol, state, visit)
    given = random.choice((None, *(_any(protocol) if any_dose else ()), *permitted(protocol, state, taken)))
    return taken if given is None else step(protocol, state, evolve(visit, given=given))


def permitted(protocol: Protocol, state: State, taken: Step) -> Sequence[Given]:
    """What may be given at a visit, whatever is missing."""
    offered = dict.fromkeys(given_as(protocol, one.effect) for one in taken.decision.permitted)
    return [
        given for given in offered if given is not None and _is_permitted(step(protocol, state, evolve(taken.visit, given=given)))
    ]


def _is_permitted(taken: Step) -> bool:
    return taken.verdict is not None and taken.verdict.permitted == "every"


def _any(protocol: Protocol) -> Sequence[Given]:
    return [Given("none"), Given("stopped"), *(Given("regimen", level.regimen, level.name) for level in protocol.levels)]


def _place(state: State) -> Place:
    return Place(state.control, state.level, state.dose, state.withheld, state.reasons)


def all_seen(explored: Explored) -> Iterator[Seen]:
    for state, kinds in zip(explored.states, explored.kinds, strict=True):
        for outcome, _, _ in (told for kind, _ in kinds for told in explored.visits[kind][2].outcomes):
            for way in outcome.ways:
                yield Seen(state.place, outcome.status, outcome.effect, outcome.silent, way.place)
