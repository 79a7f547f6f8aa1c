"""Where does a property fail that looks back or ahead? It is followed along every course, in a search of its own.

Its states are a state of the protocol and what the property remembers. Where a state leads was found before; what is worked out
here is with which truths it leads there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from heapq import nsmallest
from itertools import chain

from attrs import evolve

from protocol.semantics.monitors import History, Judgement, Monitor, after_visit, first_history
from protocol.verification.properties.failing import MOST_TRIED, At, Collected, Judged
from protocol.verification.properties.judging import Judging, Move
from protocol.verification.properties.most_ordinary import MOST_STEPS, MostOrdinary, Step
from protocol.verification.properties.views import View
from protocol.verification.search.bounds import Ended, briefly
from protocol.verification.search.explored import Came, Explored
from protocol.verification.search.watch import MET, why_of

Numbers = int
"""A bit for each number of truths."""
_AT_FIRST, _STATE = 64, 10
"""At so many states first it is looked whether time is over; later a state is as much as so many nodes are."""
Onward = tuple[int, int, Numbers]
"""After how many minutes a state leads where, and the numbers of the truths with which it does."""


class AlongCourses:
    """One property with a history along the courses that were explored."""

    def __init__(self, judging: Judging, explored: Explored, monitor: Monitor) -> None:
        self.judging, self.explored, self.monitor = judging, explored, monitor
        self.view = View(judging, explored, monitor, with_leads=True)
        self.found = Collected()
        self.histories: list[History] = []
        self._places: dict[History, int] = {}
        self._onward: dict[int, tuple[Onward, ...]] = {}
        self._by_label: dict[int, dict[object, Numbers]] = {}
        self._by_kind: dict[int, tuple[Numbers, ...]] = {}
        self._next: dict[tuple[int, Numbers, int], tuple[tuple[int, int, Judgement], ...]] = {}
        self.waiting: list[tuple[int, int]] = []
        self.steps: list[Step | None] = []
        self.depth: list[int] = []
        self._number: dict[tuple[int, int], int] = {}
        self._came: dict[int, Came] = {}
        self._ways: dict[tuple[int, int, int, Numbers], Move] = {}
        self._told_at: list[tuple[int, Step, int, Judgement]] = []

    def judged(self, ended: Ended) -> Judged:
        """Whether the property fails anywhere, and on which shortest courses, as far as could be seen until it ``ended``."""
        begin = (0, self._place(first_history(self.monitor)))
        self.waiting, self.steps, self.depth, self._number = [begin], [None], [0], {begin: 0}
        watch, why = self.judging.diagrams.watch, ""
        try:
            with watch.until(lambda: ended(len(self.waiting))):
                self._follow()
        except MET as met:
            why = why_of(met)
        over = briefly()
        try:
            with watch.until(partial(over if why else ended, 0)):
                self._make_courses()
        except MET as met:
            why = why or why_of(met)
        return self.found.judged(len(self.waiting), lambda one: self._path(one.last), why)

    def _follow(self) -> None:
        """Follows every state with a history, the first ones first, until enough was found, and all that is found as soon."""
        number, watch = 0, self.judging.diagrams.watch
        while number < len(self.waiting) and not self._is_enough(number):
            if number < _AT_FIRST:
                watch.look()
            watch.count(_STATE)
            state, history = self.waiting[number]
            for minutes, there, numbers in self.onward(state):
                for after, truths, judgement in self._after(history, numbers, minutes):
                    if judgement.fails is True or judgement.shown:
                        self._told_at.append((number, Step(number, minutes, truths), there, judgement))
                    if (there, after) not in self._number:
                        self._number[(there, after)] = len(self.waiting)
                        self.waiting.append((there, after))
                        self.steps.append(Step(number, minutes, truths))
                        self.depth.append(self.depth[number] + 1)
            number += 1

    def _is_enough(self, number: int) -> bool:
        return len(self._told_at) >= MOST_TRIED and self.depth[number] > self.depth[self._told_at[0][0]]

    def _make_courses(self) -> None:
        """Puts what was found into courses, with the most ordinary ways to it."""
        ordinary = self._ordinary()
        for at, step, there, judgement in self._told_most_ordinary(ordinary):
            for number, before in ordinary.way_to(at) if at in ordinary.least else ():
                self.steps[number] = before
            last = self._made(step, there)
            self._path(last)
            self.found.add(judgement, At(self.depth[at], last.cost, at, last))

    def _told_most_ordinary(self, ordinary: MostOrdinary) -> list[tuple[int, Step, int, Judgement]]:
        """Of what was found that which comes first, and that which costs least as far as is known without looking at truths.

        A visit can cost more with the truths that are wanted, so what comes first is not left out for what seems cheaper.
        """

        def cost(told: tuple[int, Step, int, Judgement]) -> tuple[int, int]:
            at, step, there, _ = told
            return self.depth[at], ordinary.least.get(at, 0) + self._least(self.waiting[at][0])[step.minutes, there]

        kinds = ([one for one in self._told_at if bool(one[3].fails) is fails] for fails in (True, False))
        both = ((*some[:MOST_TRIED], *nsmallest(MOST_TRIED, some[MOST_TRIED:], key=cost)) for some in kinds)
        return list(chain.from_iterable(both))

    def _ordinary(self) -> MostOrdinary:
        """The steps on the shortest ways to where something was found."""
        found = MostOrdinary(lambda step, number: self._way(step, self.waiting[number][0])[3])
        last = max((at for at, *_ in self._told_at), default=0)
        for number, (state, history) in enumerate(self.waiting[:last]):
            if self.depth[number] == self.depth[last] or found.steps > MOST_STEPS:
                break
            least = self._least(state)
            for minutes, there, numbers in self.onward(state):
                for after, truths, _ in self._after(history, numbers, minutes):
                    to = self._number.get((there, after))
                    if to is not None and self.depth[to] == self.depth[number] + 1:
                        found.add(to, Step(number, minutes, truths, least[minutes, there]))
        return found

    def _least(self, state: int) -> dict[tuple[int, int], int]:
        """What it costs at least to go on from a state, by the minutes until then and where that leads."""
        found: dict[tuple[int, int], int] = {}
        for minutes, there, _, kind, place in self._moves(state):
            cost = self.explored.visits[kind][2].moves[place][2]
            found[minutes, there] = min(found.get((minutes, there), cost), cost)
        return found

    # Where a state leads, with which truths

    def onward(self, state: int) -> tuple[Onward, ...]:
        """Where a state leads, with the truths with which it can."""
        found = self._onward.get(state)
        if found is None:
            joined: dict[tuple[int, int], int] = {}
            for minutes, there, numbers, _, _ in self._moves(state):
                where = minutes, there
                joined[where] = joined.get(where, 0) | numbers
            found = self._onward[state] = tuple([(*where, numbers) for where, numbers in joined.items()])
        return found

    def _moves(self, state: int) -> Iterator[tuple[int, int, Numbers, int, int]]:
        """Each move of each kind of visit of a state: minutes, where it leads, its truths, the kind, and which move it is."""
        if state >= len(self.explored.kinds):
            return
        edges = iter(self.explored.edges[state])
        for kind, minutes in self.explored.kinds[state]:
            for place, (numbers, (there, _)) in enumerate(zip(self._told(kind), edges, strict=False)):
                yield minutes, there, numbers, kind, place

    def _told(self, kind: int) -> tuple[Numbers, ...]:
        """Of each move of a kind of visit the truths with which it can come."""
        found = self._by_kind.get(kind)
        if found is None:
            by_label = self._by_group(self.view.alike.groups[kind])
            moves = self.explored.visits[kind][2].moves
            found = self._by_kind[kind] = tuple([by_label.get(way.lead, 0) for _, way, _, _ in moves])
        return found

    def _by_group(self, group: int) -> dict[object, Numbers]:
        """The truths of visits that are alike by the label of the way with which they come."""
        found = self._by_label.get(group)
        if found is None:
            found = self._by_label[group] = {}
            for label, number in self.view.told(group):
                found[label] = found.get(label, 0) | 1 << number
        return found

    # What is remembered

    def _place(self, history: History) -> int:
        place = self._places.setdefault(history, len(self.histories))
        if place == len(self.histories):
            self.histories.append(history)
        return place

    def _after(self, history: int, numbers: Numbers, minutes: int) -> tuple[tuple[int, int, Judgement], ...]:
        """What is remembered after a visit that can have these truths, each once, with all truths that lead to it."""
        key = (history, numbers, minutes)
        found = self._next.get(key)
        if found is None:
            told: dict[Judgement, tuple[int, int, Judgement]] = {}
            for number in (one for one in range(numbers.bit_length()) if numbers >> one & 1):
                judgement = after_visit(self.monitor, self.histories[history], self.view.truths[number], minutes)
                self.found.note(judgement)
                place, others, _ = told.get(judgement, (self._place(judgement.history), 0, judgement))
                told[judgement] = place, others | 1 << number, judgement
            found = self._next[key] = tuple(told.values())
        return found

    # The course that is shown

    def _path(self, last: Came) -> tuple[Came, ...]:
        path = [last]
        while (step := self.steps[path[-1].before]) is not None:
            path.append(self._reached(path[-1].before, step))
        return tuple(reversed(path))

    def _reached(self, number: int, step: Step) -> Came:
        """How a state with a history was reached, by the most ordinary letters."""
        found = self._came.get(number)
        if found is None:
            found = self._came[number] = self._made(step, self.waiting[number][0])
        return found

    def _made(self, step: Step, there: int) -> Came:
        before = self.steps[step.before]
        cost = 0 if before is None else self._reached(step.before, before).cost
        outcome, way, _, more, letters = self._way(step, there)
        return Came(step.before, step.minutes, letters, outcome, way, cost + more)

    def _way(self, step: Step, there: int) -> Move:
        """The most ordinary visit that is such a step."""
        state, _ = self.waiting[step.before]
        key = state, step.minutes, there, step.numbers
        found = self._ways.get(key)
        if found is None:
            moves = (one for one in self._moves(state) if one[:2] == (step.minutes, there) and one[2] & step.numbers)
            ways = (self._cheapest(kind, place, step.numbers) for _, _, _, kind, place in moves)
            found = self._ways[key] = min(ways, key=lambda move: move[3])
        return found

    def _cheapest(self, kind: int, place: int, numbers: Numbers) -> Move:
        """The most ordinary visit of a kind that is followed in one of its moves, with any of these truths."""
        options = self.explored.visits[kind][2]
        wanted = [truths for number, truths in enumerate(self.view.truths) if numbers >> number & 1]
        label = options.moves[place][1].lead
        leading = tuple(one for one in options.outcomes if any(way.lead == label for way in one[0].ways))
        leads_there = evolve(options, outcomes=leading)
        found = self.judging.cheapest(leads_there, self.view.parts, lambda told: told in wanted, lambda way: way.lead == label)
        return min(found, key=lambda move: move[3])
