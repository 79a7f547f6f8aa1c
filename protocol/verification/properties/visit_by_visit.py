"""Where does a property fail of which each visit alone says whether it does? Visits that are alike are asked once.

The search has found each kind first where fewest visits lead to it.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from protocol.model.property import OfVisits, Response, Visits
from protocol.semantics.monitors import Judgement, Monitor, after_visit, first_history
from protocol.verification.properties.failing import MOST_TRIED, At, Collected, Judged
from protocol.verification.properties.judging import Judging, Truths
from protocol.verification.properties.views import View
from protocol.verification.search.bounds import Ended
from protocol.verification.search.explored import Came, Explored
from protocol.verification.search.watch import MET, why_of


def has_no_history(monitor: Monitor) -> bool:
    """Whether each visit alone says if the property fails there."""
    sentence = monitor.property.sentence
    at_once = isinstance(sentence, OfVisits) or (isinstance(sentence, Response) and sentence.within == Visits(0))
    return at_once and not monitor.past


class VisitByVisit:
    """One property without a history over the visits that were explored."""

    def __init__(self, judging: Judging, explored: Explored, monitor: Monitor) -> None:
        self.judging, self.explored, self.monitor = judging, explored, monitor
        self.view = View(judging, explored, monitor, with_leads=False)
        self.found = Collected()
        self._judged: dict[Truths, Judgement] = {}
        self._history = first_history(monitor)

    def judged(self, ended: Ended) -> Judged:
        """Whether the property fails anywhere, and on which shortest courses, as far as could be seen until it ``ended``."""
        explored, why = self.explored, ""
        try:
            with self.judging.diagrams.watch.until(partial(ended, 0)):
                self.judging.diagrams.watch.look()
                self._look_at_all()
        except MET as met:
            why = why_of(met)
        return self.found.judged(len(explored.states), lambda at: (*explored.path(at.before), at.last), why)

    def _telling(self) -> list[int]:
        """The kinds of visit at which something is found. Groups of visits that are alike are asked together."""
        telling = list[int]()
        for group, members in enumerate(self.view.alike.members):
            self.judging.diagrams.watch.count()
            judgements = [self._judgement(self.view.truths[number]) for _, number in self.view.told(group)]
            for judgement in judgements:
                self.found.note(judgement)
            if any(map(_is_told, judgements)):
                telling += members
        return sorted(telling, key=lambda kind: (*self.explored.rank(self.explored.visits[kind][0]), kind))

    def _look_at_all(self) -> None:
        """Looks for the letters where something is found, the first visits first, until enough was."""
        deepest, seen = -1, set[Hashable]()
        for kind in self._telling():
            state, _, options = self.explored.visits[kind]
            depth = self.explored.depth[state]
            if len(self.found.shows) >= MOST_TRIED or (len(self.found.certain) >= MOST_TRIED and depth > deepest):
                break
            deepest = max(deepest, depth)
            key = (self.view.alike.keys[self.view.alike.groups[kind]][0], options.node, options.costs)
            if key not in seen:
                seen.add(key)
                self._look(kind)

    def _look(self, kind: int) -> None:
        """The visits of a kind at which the property fails, or is shown."""
        state, minutes, _ = self.explored.visits[kind]
        before = self.explored.came[state]
        telling = (number for number, truths in enumerate(self.view.truths) if _is_told(self._judgement(truths)))
        leading = self.view.leading(kind, telling)
        wanted = self.judging.cheapest(leading, self.view.parts, lambda truths: _is_told(self._judgement(truths)))
        for outcome, way, truths, cost, letters in wanted:
            total = cost + (before.cost if before else 0)
            last = Came(state, minutes, letters, outcome, way, total)
            self.found.add(self._judgement(truths), At(self.explored.depth[state], total, state, last))

    def _judgement(self, truths: Truths) -> Judgement:
        found = self._judged.get(truths)
        if found is None:
            found = self._judged[truths] = after_visit(self.monitor, self._history, truths)
        return found


def _is_told(judgement: Judgement) -> bool:
    """Whether somebody wants to see the visit."""
    return judgement.fails is True or bool(judgement.shown)
