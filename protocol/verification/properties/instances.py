"""At which visits is a failure of a built-in property one that the file names, and at which is it another one?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from protocol.model.property import Claim
from protocol.semantics.claims import Moment, truth_of
from protocol.verification.properties.judging import Judging
from protocol.verification.search.diagrams import Choices, Node
from protocol.verification.search.explored import Move, Options
from protocol.verification.search.outcomes import Outcome, Way

Letters = Mapping[int, Sequence[int | None]]
"""What each letter of each axis costs, None where it cannot be had."""


class Instances:
    """The visits at which one of some claims is true for certain; not ``named``: those at which none is. With no claims: all.

    With ``in_part`` the property fails at a visit if it does so for some value of what is missing there. Then a claim that may be
    true there is true enough: each of those values is looked at by itself, where it was measured.
    """

    def __init__(self, judging: Judging, claims: tuple[Claim, ...] = (), *, named: bool = False, in_part: bool = False) -> None:
        self.judging, self.claims, self.named, self.in_part = judging, claims, named, in_part
        self.parts = tuple(map(judging.part, claims))

    def told_apart(self, options: Options) -> Hashable:
        """All of a kind of visit on which these claims depend."""
        return self.judging.kind(options, self.parts) if self.parts else ()

    def among(self, options: Options, node: Node, ways: Mapping[Outcome, Way]) -> Node:
        """The diagram of decisions with those that are followed in one of these ways, at such visits only; None elsewhere."""
        diagrams = self.judging.diagrams
        node = diagrams.narrowed(node, frozenset(ways))
        if not self.parts:
            return node
        asked = {one: [self.judging.claim(part, options.kept, one, way) for part in self.parts] for one, way in ways.items()}
        nodes = tuple(dict.fromkeys(claim for several in asked.values() for claim in several))
        places = {one: tuple(map(nodes.index, several)) for one, several in asked.items()}

        def meant(outcome: Outcome, *truths: bool | None) -> Outcome | None:
            return outcome if self._is_meant([truths[place] for place in places[outcome]]) else None

        return diagrams.apply_to(meant, node, *nodes)

    def cheapest(
        self, options: Options, ways: Mapping[Outcome, Way], costs: Letters | None = None
    ) -> Iterator[tuple[Outcome, tuple[int, Choices]]]:
        """The decisions that are followed in one of these ways at such visits, with the letters that cost least."""
        node = self.among(options, options.node, ways)
        found = self.judging.diagrams.cheapest(node, costs or dict(enumerate(options.costs)))
        yield from (one for one in found.items() if one[0] is not None)

    def moves(self, options: Options, costs: Letters | None = None) -> Iterator[Move]:
        """Each way to follow such visits, of each decision the cheapest; ``costs`` are other ones than those of the visit."""
        for number in range(max((len(one.ways) for one, _, _ in options.outcomes), default=0)):
            ways = {one: one.judged(number) for one, _, _ in options.outcomes if number < len(one.ways)}
            for outcome, (cost, letters) in self.cheapest(options, ways, costs):
                way = outcome.ways[number]
                yield outcome, way, cost + way.cost, letters

    def has(self, moment: Moment) -> bool:
        """Whether a visit of a course is one of them, as the reference says."""
        return self._is_meant([truth_of(claim, moment) for claim in self.claims])

    def _is_meant(self, truths: Sequence[bool | None]) -> bool:
        is_named = True in truths or (self.in_part and None in truths)
        return is_named == self.named
