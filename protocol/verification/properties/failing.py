"""On which courses was a property found to fail? The shortest are kept, and of these those with the fewest findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import nsmallest

from attrs import evolve, field, frozen

from protocol.model.rule import Rule
from protocol.semantics.monitors import Judgement
from protocol.verification.search.diagrams import Choices
from protocol.verification.search.explored import Came
from protocol.verification.search.outcomes import Outcome, Way


@frozen
class Failing:
    """A property fails at the end of these visits, for certain or for some value of what is missing.

    ``beside``: the last visit of the patient with whom this one is compared, where the property compares two. ``against``: the
    rule that is true there as well, or may be, where it fails because of that.
    """

    path: tuple[Came, ...]
    certain: bool
    beside: Came | None = None
    against: str = ""


@frozen
class Beside:
    """What the other one of two patients shows at the same visit, and what is decided of that one."""

    letters: Choices
    outcome: Outcome

    def came(self, last: Came) -> Came:
        """How the other one comes there."""
        return evolve(last, letters=self.letters, outcome=self.outcome, way=self.outcome.ways[0])


Shown = Iterator[tuple[Outcome, Way, int, Choices, Beside | Rule | None]]
"""What fails: the decision, the way in which it was followed, its cost, the visit, and with whom or what it is compared."""


@frozen
class Judged:
    """What the search says of a property: the courses on which it fails for certain, the shortest first.

    ``possible``: it fails for some value of what is missing somewhere. ``begun``: what it is about happens. ``shows`` are courses
    that show what is to be so sometimes. ``states`` is how many were looked at, with what the property remembers of them.
    ``ended`` says why not all of them were. ``loose`` are courses on which it may fail where what was left free goes along.
    """

    certain: tuple[Failing, ...] = ()
    possible: bool = False
    begun: bool = False
    shows: tuple[Failing, ...] = ()
    states: int = 0
    ended: str = ""
    loose: tuple[Failing, ...] = ()


MOST_TRIED = 40
"""Courses that are kept of one property, in case the first of them cannot be put into readings."""


@frozen
class At:
    """Where something was found: after so many visits, at such a cost, and the way there."""

    depth: int
    cost: int
    before: int
    last: Came


@frozen(eq=False)
class Collected:
    """What was found so far."""

    certain: list[At] = field(factory=list)
    possible: list[bool] = field(factory=list)
    shows: list[At] = field(factory=list)
    begun: list[bool] = field(factory=list)

    def note(self, judgement: Judgement) -> None:
        """Keeps of a judgement what needs no course: that something begins, and that it fails for some missing value."""
        if judgement.begins is not False and not self.begun:
            self.begun.append(True)
        if judgement.fails is None and not self.possible:
            self.possible.append(True)

    def add(self, judgement: Judgement, at: At) -> None:
        """Keeps where a property fails for certain, or is shown."""
        if judgement.fails:
            self.certain.append(at)
        if judgement.shown:
            self.shows.append(at)

    def judged(self, states: int, path: Callable[[At], tuple[Came, ...]], ended: str = "") -> Judged:
        """What was found, the shortest courses first, and of equally long ones those with the fewest findings."""

        def best(found: list[At]) -> tuple[Failing, ...]:
            chosen = nsmallest(MOST_TRIED, found, key=lambda at: (at.depth, at.cost))
            return tuple(Failing(path(at), True) for at in chosen)

        return Judged(best(self.certain), bool(self.possible), bool(self.begun), best(self.shows), states, ended)
