"""Where does a property fail? Its claims are asked of each kind of visit, and its history is followed along every course.

A property without a history fails in a kind of visit or does not, wherever that comes up, so each kind is asked once; the search
has found it first where fewest visits lead to it. One with a history is followed in a second search, whose states are a state of
the protocol and what the property remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, cast

from attrs import frozen

from protocol.model.decision import Decision
from protocol.model.guard import Clock, Compare, Named, Tracked
from protocol.model.property import All, Asks, Claim, No, While, claims
from protocol.model.property import Any as AnyOf
from protocol.model.state import State
from protocol.semantics.claims import Moment, asked_name, done_at, holds_in
from protocol.semantics.effects import in_force
from protocol.semantics.monitors import Monitor
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World
from protocol.verification.search.asked import opened
from protocol.verification.search.asking import diagram
from protocol.verification.search.diagrams import LAST, Choices, Node
from protocol.verification.search.explored import Explored, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept, is_true_of_clock
from protocol.verification.search.outcomes import Outcome, Way
from protocol.verification.search.trails import candidates_of, join, truth_of

Truth = bool | None
Truths = tuple[Truth, ...]


@frozen(eq=False)
class Part:
    """A claim that is asked at every visit: what of it what was done settles, and what its conditions ask of a state."""

    number: int
    claim: Claim
    done: tuple[Claim, ...]
    clocks: tuple[Compare, ...]
    trackers: tuple[int, ...]


@frozen
class AskedParts:
    """Of the clocks and trackers of a protocol the places of those that some parts ask."""

    clocks: tuple[int, ...]
    trackers: tuple[int, ...]


Facts = tuple[tuple[Any, tuple[bool, ...], tuple[Any, ...]], Any]
Move = tuple[Outcome, Way, Truths, int, Choices]


class Judging:
    """The claims of a protocol's properties over the letters of a visit. What was once worked out is kept."""

    def __init__(self, search: Exploring) -> None:
        self.search = search
        self.abstraction, self.diagrams = search.abstraction, search.diagrams
        self._parts: dict[Claim, Part] = {}
        self._claims: dict[Hashable, Node] = {}
        self._done: dict[Hashable, tuple[Truth, ...]] = {}
        self._facts: list[int] = []
        self._kinds_of_facts: dict[Facts, int] = {}
        self.all_facts: list[Facts] = []
        self._asked: dict[tuple[Part, ...], AskedParts] = {}

    def parts(self, monitor: Monitor) -> tuple[Part, ...]:
        """The parts of a monitor, made ready to be asked."""
        return tuple(self._parts.get(claim) or self._made_ready(claim) for claim in monitor.parts)

    def _made_ready(self, claim: Claim) -> Part:
        prepared, inside = self.abstraction.prepared, list(claims(claim))
        conditions = (part.condition for part in inside if isinstance(part, Asks))
        nodes = dict.fromkeys(node for one in conditions for node in opened(prepared, Named(asked_name(one))))
        compared = [node for node in nodes if isinstance(node, Compare)]
        names = {node.term.tracker for node in compared if isinstance(node.term, Tracked)}
        places = tuple(place for place, one in enumerate(self.abstraction.trackers) if one.name in names)
        done = tuple(part for part in inside if not isinstance(part, Asks | No | All | AnyOf | While))
        clocks = tuple(one for one in compared if isinstance(one.term, Clock))
        self._parts[claim] = Part(len(self._parts), claim, done, clocks, places)
        return self._parts[claim]

    def claim(self, part: Part, kept: Kept, outcome: Outcome, way: Way) -> Node:
        """Over letters whether a claim is true, false or unknown, of visits with this outcome that are followed this way."""
        here = (part.number, kept.place, outcome, way)
        done = self._done.get(here)
        if done is None:
            moment = self._moment(kept, outcome, way)
            done = self._done[here] = tuple(done_at(one, moment) for one in part.done)
        shown = tuple([candidates_of(self.abstraction, place, kept.memory[place]) for place in part.trackers])
        key = (part.number, done, tuple([is_true_of_clock(kept, atom) for atom in part.clocks]), shown, kept.taken)
        found = self._claims.get(key)
        if found is None:
            moment = self._moment(kept, outcome, way)

            def answer(world: World) -> frozenset[Truth]:
                return frozenset({holds_in(part.claim, moment, world)})

            whole = diagram(self.abstraction, self.diagrams, self.search.deciding.situation(kept), answer, join)
            found = self._claims[key] = self.diagrams.apply(truth_of, self.diagrams.widened(whole, self.abstraction.ways, join))
        return found

    def _moment(self, kept: Kept, outcome: Outcome, way: Way) -> Moment:
        before, place = self.search.deciding.situation(kept).state, way.place
        after = State(place.control, place.level, place.dose, place.withheld, place.reasons)
        scene = Scene(self.abstraction.prepared, before, 0)
        decision = Decision(0, outcome.status, way.action, in_force(before), outcome.effect, outcome.rule, silent=outcome.silent)
        return Moment(scene, decision, way.action, way.rules, after)

    def facts(self, explored: Explored) -> list[int]:
        """For each kind of visit the place, among ``all_facts``, of all that a property can tell of it apart from the letters."""
        for _, _, options in explored.visits[len(self._facts) :]:
            self.diagrams.watch.count()
            facts = cast(Facts, self.search.facts(options.kept))
            place = self._kinds_of_facts.setdefault(facts, len(self.all_facts))
            if place == len(self.all_facts):
                self.all_facts.append(facts)
            self._facts.append(place)
        return self._facts

    def asked(self, parts: tuple[Part, ...]) -> AskedParts:
        """What of the facts some parts ask."""
        found = self._asked.get(parts)
        if found is None:
            clocks = {atom for part in parts for atom in part.clocks}
            trackers = {place for part in parts for place in part.trackers}
            places = tuple(place for place, atom in enumerate(self.abstraction.clocks) if atom in clocks)
            found = self._asked[parts] = AskedParts(places, tuple(sorted(trackers)))
        return found

    def kind(self, options: Options, parts: tuple[Part, ...]) -> Hashable:
        """All of a visit that these parts can depend on; the first visit of a kind is one of the shortest."""
        kept = options.kept
        clocks = tuple([is_true_of_clock(kept, atom) for part in parts for atom in part.clocks])
        shown = tuple([candidates_of(self.abstraction, place, kept.memory[place]) for part in parts for place in part.trackers])
        return options.node, kept.place, clocks, shown, kept.taken

    def cheapest(self, options: Options, parts: tuple[Part, ...], wanted: Callable[[Truths], bool]) -> Iterator[Move]:
        """The moves whose truths are wanted, for each place that they lead to and each of their truths the cheapest."""
        best: dict[Hashable, Move] = {}
        for number in range(max(len(one[0].ways) for one in options.outcomes)):
            for (outcome, truths), cost, letters in self._told(options, parts, number, wanted):
                way = outcome.ways[number]
                key = (way.lead, truths)
                total = cost + (not way.recommended)
                if key not in best or total < best[key][3]:
                    best[key] = outcome, way, truths, total, letters
        yield from best.values()

    def _told(
        self, options: Options, parts: tuple[Part, ...], number: int, wanted: Callable[[Truths], bool]
    ) -> Iterator[tuple[tuple[Outcome, Truths], int, Choices]]:
        """Each outcome that has this way, with the truths that are wanted, and the cheapest letters."""
        node = self.told(options, parts, number, wanted)
        for value, how in () if node is None else self.diagrams.cheapest(node, dict(enumerate(options.costs))).items():
            if value is not None:
                yield value, *how

    def told(self, options: Options, parts: tuple[Part, ...], number: int, wanted: Callable[[Truths], bool]) -> Node | None:
        """Over letters each outcome that has this way, with the truths that are wanted; None where there are none."""
        outcomes = [one[0] for one in options.outcomes if number < len(one[0].ways)]
        asked = {one: tuple(self.claim(part, options.kept, one, one.judged(number)) for part in parts) for one in outcomes}
        nodes = tuple(dict.fromkeys(node for several in asked.values() for node in several))
        places = {one: tuple(nodes.index(node) for node in several) for one, several in asked.items()}

        def told(outcome: Outcome | None, *truths: Truth) -> tuple[Outcome, Truths] | None:
            if outcome is None or outcome not in places:
                return None
            shown = tuple([truths[place] for place in places[outcome]])
            return (outcome, shown) if wanted(shown) else None

        if all(node.axis == LAST for node in nodes) and not any(
            wanted(tuple([node.value for node in several])) for several in asked.values()
        ):
            return None
        return self.diagrams.apply(told, options.node, *nodes)
