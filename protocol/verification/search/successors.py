"""What becomes of states that differ only in where the patient is? Their dates, counts and readings move alike, and do so once.

A *rest* is a state without its place. There are few of them, also where there are many states, so that what time, a visit and an
action do to a rest is worked out once and then looked up by its number.
"""

from __future__ import annotations

from collections.abc import Hashable

from protocol.model.state import State
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.followed import settled
from protocol.verification.search.kept import Kept, Place, passed
from protocol.verification.search.outcomes import Way
from protocol.verification.search.trails import Trail, Trails

_STATE = State()
NOWHERE = Place(_STATE.control, _STATE.level, _STATE.dose, False, frozenset())


class Successors:
    """The rests of a protocol's states, each with a number. What was once worked out is kept."""

    def __init__(self, abstraction: Abstraction, trails: Trails) -> None:
        self.abstraction, self.trails = abstraction, trails
        self.rests: list[Kept] = []
        self._numbers: dict[Kept, int] = {}
        self._passed: dict[Hashable, int] = {}
        self._after: dict[tuple[int, Trail], tuple[int, ...]] = {}
        self._settled: dict[Hashable, int] = {}

    def rest(self, kept: Kept) -> int:
        """The number of a state without its place."""
        rest = kept._replace(place=NOWHERE)
        found = self._numbers.setdefault(rest, len(self.rests))
        if found == len(self.rests):
            self.rests.append(rest)
        return found

    def kept(self, place: Place, rest: int) -> Kept:
        """The state with this place."""
        return self.rests[rest]._replace(place=place)

    def passed(self, place: Place, rest: int, minutes: int) -> int:
        """The rest so many minutes later. Where doses are counted all of the place matters, else whether drug is taken."""
        key = (rest, place if self.abstraction.prepared.counts_dose else place.dose.is_drug, minutes)
        found = self._passed.get(key)
        if found is None:
            kept = self.kept(place, rest)
            found = self.rest(passed(self.abstraction, kept, minutes, self.trails.between(kept, minutes)))
            self._passed[key] = found
        return found

    def after(self, rest: int, trail: Trail) -> tuple[int, ...]:
        """The rest with the readings and trackers of a visit; one for each of what may have moved, and need not have."""
        key = (rest, trail)
        found = self._after.get(key)
        if found is None:
            found = self._after[key] = tuple(map(self.rest, self.trails.after(self.rests[rest], trail)))
        return found

    def settled(self, rest: int, way: Way) -> int:
        """The rest after a visit that was followed this way."""
        kept = self.rests[rest]
        key = (rest, way.resets) if kept.taken is None else (rest, way.resets, way.effect.supplement)
        found = self._settled.get(key)
        if found is None:
            found = self._settled[key] = self.rest(settled(self.abstraction, kept, way))
        return found
