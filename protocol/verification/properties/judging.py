"""Where does a property fail? Its claims are asked of each kind of visit, and its history is followed along every course.

A property without a history fails in a kind of visit or does not, wherever that comes up, so each kind is asked once; the search
has found it first where fewest visits lead to it. One with a history is followed in a second search, whose states are a state of
the protocol and what the property remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, cast

from attrs import field, frozen

from protocol.model.decision import Decision
from protocol.model.guard import Clock, Compare, Named, Tracked
from protocol.model.property import All, Asks, Claim, No, While, claims
from protocol.model.property import Any as AnyOf
from protocol.model.state import State
from protocol.semantics.claims import Moment, asked_name, done_at, holds_in
from protocol.semantics.effects import in_force
from protocol.semantics.monitors import Monitor, monitor_of
from protocol.semantics.scene import Candidates, Scene
from protocol.semantics.truth import World
from protocol.verification.properties.conditions import Conditions
from protocol.verification.properties.sketches import Sketches, Truth
from protocol.verification.search.asked import opened
from protocol.verification.search.asking import diagram
from protocol.verification.search.diagrams import Choices, Node
from protocol.verification.search.explored import Costs, Explored, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Kept, is_true_of_clock, state_of
from protocol.verification.search.outcomes import Outcome, Way
from protocol.verification.search.trails import candidates_of, join, truth_of

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

    def of(self, facts: Facts) -> Hashable:
        """What they can tell of these facts."""
        (place, clocks, shown), taken = facts
        return place, tuple([clocks[one] for one in self.clocks]), tuple([shown[one] for one in self.trackers]), taken


@frozen(eq=False)
class Alike:
    """Kinds of visit in groups of those that are alike: the number of the group of each, and of each its key and its members."""

    groups: list[int] = field(factory=list)
    keys: list[tuple[int, Node, Costs]] = field(factory=list)
    members: list[list[int]] = field(factory=list)
    _numbers: dict[tuple[int, Node, Costs], int] = field(factory=dict)

    def add(self, kind: int, key: tuple[int, Node, Costs]) -> None:
        """The next kind of visit: what is told of its facts, its sketch, and the letters that can be had."""
        group = self._numbers.setdefault(key, len(self.keys))
        if group == len(self.keys):
            self.keys.append(key)
            self.members.append([])
        self.groups.append(group)
        self.members[group].append(kind)


Facts = tuple[tuple[Any, tuple[bool, ...], tuple[Any, ...]], Any]
Move = tuple[Outcome, Way, Truths, int, Choices]


class Judging:
    """The claims of a protocol's properties over the letters of a visit. What was once worked out is kept."""

    def __init__(self, search: Exploring) -> None:
        self.search = search
        self.abstraction, self.diagrams = search.abstraction, search.diagrams
        self.conditions = Conditions(self.abstraction, self.diagrams)
        self._parts: dict[Claim, Part] = {}
        self._claims: dict[Hashable, Node] = {}
        self._done: dict[Hashable, tuple[Truth, ...]] = {}
        self._facts_of: dict[Explored, list[int]] = {}
        self._numbers: dict[Facts, int] = {}
        self._all_facts: list[Facts] = []
        self._sketches: dict[bool, Sketches] = {}
        self._alike: dict[tuple[Explored, Sketches, AskedParts], Alike] = {}
        self._asked: dict[tuple[Part, ...], AskedParts] = {}

    def parts(self, monitor: Monitor) -> tuple[Part, ...]:
        """The parts of a monitor, made ready to be asked."""
        return tuple(map(self.part, monitor.parts))

    def part(self, claim: Claim) -> Part:
        """A claim, made ready to be asked."""
        return self._parts.get(claim) or self._made_ready(claim)

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
        return self.claim_where(part, kept, done, outcome, way)

    def claim_where(self, part: Part, kept: Kept, done: tuple[Truth, ...], outcome: Outcome, way: Way) -> Node:
        """The same where it is known what of the claim was done."""
        shown = tuple([candidates_of(self.abstraction, place, kept.memory[place]) for place in part.trackers])
        key = (part.number, done, tuple([is_true_of_clock(kept, atom) for atom in part.clocks]), shown, kept.taken)
        found = self._claims.get(key)
        if found is None:
            whole = self._whole(part, kept, self._moment(kept, outcome, way), shown)
            found = self._claims[key] = self.diagrams.apply(truth_of, self.diagrams.widened(whole, self.abstraction.ways, join))
        return found

    def _whole(self, part: Part, kept: Kept, moment: Moment, shown: tuple[Candidates, ...]) -> Node:
        """Over complete values all that a claim can be."""
        situation = self.search.deciding.situation(kept)
        if kept.taken is None and all(len(candidates) == 1 for candidates in shown):
            return self.diagrams.kept("one", _one, self.conditions.claim(part.claim, moment, situation))

        def answer(world: World) -> frozenset[Truth]:
            return frozenset({holds_in(part.claim, moment, world)})

        return diagram(self.abstraction, self.diagrams, situation, answer, join)

    def _moment(self, kept: Kept, outcome: Outcome, way: Way) -> Moment:
        before, place = state_of(self.abstraction, kept), way.place
        after = State(place.control, place.level, place.dose, place.withheld, place.reasons)
        scene = Scene(self.abstraction.prepared, before, 0)
        decision = Decision(0, outcome.status, way.action, in_force(before), outcome.effect, outcome.rule, silent=outcome.silent)
        return Moment(scene, decision, way.action, way.rules, after)

    # Visits that are alike

    def sketches(self, parts: tuple[Part, ...], *, with_leads: bool) -> Sketches:
        """The sketches in which all that these parts ask of what was done is told apart; mostly those for all properties."""
        wanted = {claim for part in parts for claim in part.done}
        found = self._sketches.get(with_leads)
        if found is None or not wanted <= found.places.keys():
            of_all = (part for item in self.abstraction.protocol.properties for part in self.parts(monitor_of(item)))
            claims = dict.fromkeys([*(claim for part in of_all for claim in part.done), *wanted])
            found = self._sketches[with_leads] = Sketches(self.diagrams, claims, self._moment, with_leads=with_leads)
        return found

    def alike(self, explored: Explored, sketches: Sketches, asked: AskedParts) -> Alike:
        """The kinds of visit in groups of those that are alike to properties that ask this."""
        key = (explored, sketches, asked)
        found = self._alike.get(key)
        if found is None:
            found = Alike()
            facts, told_apart = self._facts(explored), dict[Hashable, int]()
            situations = [told_apart.setdefault(asked.of(one), len(told_apart)) for one in self._all_facts]
            for kind, (_, _, options) in enumerate(explored.visits):
                self.diagrams.watch.count()
                found.add(kind, (situations[facts[kind]], sketches.node(options), options.costs))
            self._alike[key] = found
        return found

    def _facts(self, explored: Explored) -> list[int]:
        """For each kind of visit the place, among all facts, of all that a property can tell of it apart from the letters."""
        found = self._facts_of.get(explored)
        if found is None:
            every = (cast(Facts, self.search.facts(options.kept)) for _, _, options in explored.visits)
            found = self._facts_of[explored] = [self._numbers.setdefault(facts, len(self._numbers)) for facts in every]
            self._all_facts = list(self._numbers)
        return found

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

    def cheapest(
        self,
        options: Options,
        parts: tuple[Part, ...],
        wanted: Callable[[Truths], bool],
        follows: Callable[[Way], bool] = lambda way: True,
    ) -> Iterator[Move]:
        """The moves whose truths are wanted, for each place that they lead to and each of their truths the cheapest.

        Only ways are followed of which ``follows`` says so.
        """
        best: dict[Hashable, Move] = {}
        for number in range(max(len(one[0].ways) for one in options.outcomes)):
            for (outcome, truths), cost, letters in self._told(options, parts, number, wanted, follows):
                way = outcome.ways[number]
                key = (way.lead, truths)
                total = cost + way.cost
                if key not in best or total < best[key][3]:
                    best[key] = outcome, way, truths, total, letters
        yield from best.values()

    def _told(
        self,
        options: Options,
        parts: tuple[Part, ...],
        number: int,
        wanted: Callable[[Truths], bool],
        follows: Callable[[Way], bool],
    ) -> Iterator[tuple[tuple[Outcome, Truths], int, Choices]]:
        """Each outcome that has this way, with the truths that are wanted, and the cheapest letters."""
        node = self.told(options, parts, number, wanted, follows)
        for value, how in () if node is None else self.diagrams.cheapest(node, dict(enumerate(options.costs))).items():
            if value is not None:
                yield value, *how

    def told(
        self,
        options: Options,
        parts: tuple[Part, ...],
        number: int,
        wanted: Callable[[Truths], bool],
        follows: Callable[[Way], bool] = lambda way: True,
    ) -> Node | None:
        """Over letters each outcome that has this way, with the truths that are wanted; None where there are none."""
        outcomes = [one for one, _, _ in options.outcomes if number < len(one.ways) and follows(one.ways[number])]
        asked = {one: tuple(self.claim(part, options.kept, one, one.judged(number)) for part in parts) for one in outcomes}
        so = {several: self._wanted(several, wanted) for several in dict.fromkeys(asked.values())}
        can = {one: so[several] for one, several in asked.items() if so[several] is not self.diagrams.leaf(None)}
        nodes = tuple(dict.fromkeys(can.values()))
        places = {one: nodes.index(node) for one, node in can.items()}

        def told(outcome: Outcome, *shown: Truths | None) -> tuple[Outcome, Truths] | None:
            truths = shown[places[outcome]]
            return None if truths is None else (outcome, truths)

        return self.diagrams.apply_to(told, self.diagrams.narrowed(options.node, frozenset(can)), *nodes) if can else None

    def _wanted(self, claims: tuple[Node, ...], wanted: Callable[[Truths], bool]) -> Node:
        """Over letters the truths of some claims where they are wanted, and None elsewhere."""

        def shown(*truths: Truth) -> Truths | None:
            return truths if wanted(truths) else None

        return self.diagrams.apply(shown, *claims) if claims else self.diagrams.leaf(shown())


def _one(truth: Truth) -> frozenset[Truth]:
    return frozenset({truth})
