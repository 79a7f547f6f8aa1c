"""Do two protocols decide the same of every course, and where they do not, which shortest course shows it?

Both are followed at once over the same visits. As long as they order and permit the same, both states go on; where they do not,
that is a difference, of a kind: what the one orders and what the other does. Doses are compared by what is given, not by the
names of levels, and rules by what they do, so that a rename or an order that changes nothing is none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from attrs import frozen

from protocol.model.protocol import Protocol
from protocol.model.verification import INTERRUPTED
from protocol.verification.difference.alike import Searches, is_made_as
from protocol.verification.difference.pairs import Pair, Pairs, State
from protocol.verification.difference.seen import Move, Seen, Shown, Told
from protocol.verification.search.abstraction import abstractions
from protocol.verification.search.axes import UNKNOWN
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.diagrams import Node
from protocol.verification.search.explored import Came, Options
from protocol.verification.search.exploring import Exploring, Left
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.kept import Place
from protocol.verification.search.levels import MOST_KEPT
from protocol.verification.search.outcomes import Outcome
from protocol.verification.search.trails import Trail
from protocol.verification.search.watch import MET, why_of

ORDINARY = UNKNOWN - 1
"""What a letter costs at most that is followed where the readings of too many inputs are kept: one that is measured."""

ENOUGH = "enough was found"
"""Why a search was ended by whom it found enough for."""


@frozen
class Apart:
    """A course after whose last visit two protocols differ, as each of them sees it; ``kind`` is what they differ in."""

    old: tuple[Came, ...]
    new: tuple[Came, ...]
    kind: Shown


@frozen(eq=False)
class Compared:
    """``apart``: of each kind of difference the courses found, the shortest first. ``ended``: why it ended early, if it did."""

    apart: dict[Shown, tuple[Apart, ...]]
    states: int
    ended: str = ""


class Comparing:
    """Two protocols over the same visits. ``old`` and ``new`` share their axes and the store of their diagrams.

    What is ``free`` has to be the same in both. Then there are more courses than there are: what is the same on all is the same.
    """

    def __init__(
        self, old: Protocol, new: Protocol, gaps: tuple[int, ...], free: Free = NOTHING, searches: Searches | None = None,
        *, words: bool = False,
    ) -> None:  # fmt: skip
        # What a property asks makes no difference to what is decided.
        bare = (old.unclaimed(), new.unclaimed())
        both = abstractions(bare, gaps[0], free=free)
        if searches is None or not is_made_as(both[0], abstractions(bare[:1], gaps[0], free=free)[0]):
            searches = Searches()  # what is told apart for one other protocol only is not asked again
        self.diagrams, self.gaps = searches.diagrams, gaps
        self.only_ordinary = max(len(one.remembered) for one in both) > MOST_KEPT
        most = ORDINARY if self.only_ordinary else None
        self.old: Exploring = searches.first(both[0], gaps, most)
        self.new = searches.second(searches.first(both[0], gaps, most), both[1])
        self._joint: dict[Hashable, tuple[Move, ...]] = {}
        self._seen = Seen(self.old, self.new, words=words)
        self._same_levels = old.levels == new.levels
        self._found, self._why = Pairs(self), ""
        self._following = enumerate(self._found.follow_all(), 1)

    def compare(
        self, ended: Ended = never, *, stop: Callable[[Compared], bool] | None = None,
        tell: Callable[[int], None] = lambda found: None,
    ) -> Compared:  # fmt: skip
        """All differences, breadth first, until it has to be ``ended``, or ``stop``, asked of new kinds, says so.

        Asked again it goes on where it was stopped; where it ended otherwise it stays as it was.
        """
        if self._why in ("", ENOUGH):
            self._why = self._follow(ended, stop, tell)
        return _compared(self._found, self._why)

    def _follow(self, ended: Ended, stop: Callable[[Compared], bool] | None, tell: Callable[[int], None]) -> str:
        """Why it ends; empty where everything was followed."""
        found = self._found
        try:
            with self.diagrams.watch.until(lambda: ended(len(found.states))):
                for number, kinds in self._following:
                    if number % 16 == 0:
                        tell(len(found.states))
                    if stop is not None and len(found.apart) > kinds and stop(_compared(found, "")):
                        return ENOUGH
        except MET as met:
            return why_of(met)
        except KeyboardInterrupt:
            return INTERRUPTED
        return ""

    def visits(self, old: State, new: State, minutes: int, *, begins: bool) -> Iterator[tuple[Left, Left]]:
        """What can come of a visit so many minutes after two states, in both."""
        node, mine = self.old.by_trail(*old, minutes, begins=begins)
        its, others = self.new.by_trail(*new, minutes, begins=begins)
        for trail, same in _in_order(self._trails(node, its), mine, others):
            for one in mine[trail]:
                for other in others[same]:
                    yield one, other

    def _trails(self, node: Node, its: Node) -> frozenset[tuple[Trail, Trail]]:
        """The trails of both that one visit can leave."""
        return self.diagrams.values(self.diagrams.kept("both", _both, node, its))

    def moves(self, one: Options, other: Options) -> tuple[Move, ...]:
        """Every pair of outcomes that a visit can have, with the letters that have it at the least cost."""
        key = (one.node, other.node, one.costs, other.costs)
        found = self._joint.get(key)
        if found is None:
            node = self.diagrams.kept("decided", _decided, one.node, other.node)
            costs = {axis: tuple(map(_dearer, *both)) for axis, both in enumerate(zip(one.costs, other.costs, strict=True))}
            pairs = self.diagrams.cheapest(node, costs).items()
            found = self._joint[key] = tuple((*pair, *how) for pair, how in pairs if pair is not None)
        return found

    def told(self, places: tuple[Place, Place], one: Options, other: Options) -> Iterator[tuple[Move, *Told]]:
        """Every pair of outcomes that a visit can have, with in what both differ there, or how they go on."""
        alike = one.node is other.node and one.costs is other.costs
        if alike and self._same_levels and places[0].dose == places[1].dose:
            # Of two that decide by the same outcomes nothing has to be asked but where these lead.
            for outcome, way, cost, letters in one.moves:
                yield (outcome, outcome, cost - way.cost, letters), None, ((way, way),)
            return
        for move in self.moves(one, other):
            yield move, *self._seen.told(places, move[0], move[1])


def _compared(found: Pairs, ended: str) -> Compared:
    apart = {kind: tuple(_apart(path, kind) for path in paths) for kind, paths in found.shortest().items()}
    in_order = sorted(apart.items(), key=lambda item: (len(item[1][0].old), repr(item[0])))
    return Compared(dict(in_order), len(found.states), ended)


def _apart(path: tuple[Pair, ...], kind: Shown) -> Apart:
    old = tuple(Came(one.before, one.minutes, one.letters, *one.old, one.cost) for one in path)
    new = tuple(Came(one.before, one.minutes, one.letters, *one.new, one.cost) for one in path)
    return Apart(old, new, kind)


def _both(one: Trail, other: Trail) -> tuple[Trail, Trail]:
    return one, other


def _in_order(trails: frozenset[tuple[Trail, Trail]], mine: Iterable[Trail], its: Iterable[Trail]) -> list[tuple[Trail, Trail]]:
    """Those trails that both can leave, in one order in every run: of courses that are as ordinary the first one is shown."""
    place, other = ({trail: number for number, trail in enumerate(one)} for one in (mine, its))
    here = (both for both in trails if both[0] in place and both[1] in other)
    return sorted(here, key=lambda both: (place[both[0]], other[both[1]]))


def _decided(old: Outcome | None, new: Outcome | None) -> tuple[Outcome, Outcome] | None:
    return None if old is None or new is None else (old, new)


def _dearer(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)
