"""What should be so of every dosing protocol, whatever its author wrote down?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from heapq import nsmallest

from attrs import frozen

from protocol.model.rule import Rule
from protocol.verification.properties.failing import MOST_TRIED, Beside, Failing, Judged, Shown
from protocol.verification.properties.instances import Instances
from protocol.verification.properties.monotone import Heights
from protocol.verification.properties.onward import stuck
from protocol.verification.properties.safety import Safety
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Came, Explored, Options
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.kept import Place
from protocol.verification.search.outcomes import Outcome, Way
from protocol.verification.search.watch import MET, why_of

Wrong = Callable[[Options, Outcome, Way], bool]
Found = tuple[int, int, int, Came, Beside | Rule | None]
"""A failure: after how many visits, at which cost, from which state, its last visit, and with whom or what it is compared."""


@frozen
class BuiltIn:
    """A property of every protocol: its code, its name, and the sentence that says it."""

    code: str
    name: str
    says: str


ON_LADDER = BuiltIn("V201", "dose-on-the-ladder", "The dose in force is a level of the ladder, or none.")
NOT_WHILE_HELD = BuiltIn("V202", "no-escalation-while-held", "Nothing escalates the dose of a patient who is held.")
SAFETY_KNOWN = BuiltIn(
    "V203", "no-escalation-while-unknown", "The dose is not raised while a rule that lowers it is true, or may be."
)
FINAL = BuiltIn("V204", "stopped-is-final", "Nothing is given to a patient who was stopped.")
WAY_OUT = BuiltIn(
    "V205", "every-hold-has-a-way-out", "From every hold or review some course leads to drug, or to the end of treatment."
)
NO_DEAD_END = BuiltIn(
    "V206", "no-dead-end", "A patient all of whose findings are normal from now on is given drug again, or stopped."
)
NOT_SILENT = BuiltIn(
    "V207", "no-silent-visit", "Every visit is covered by a rule, or the protocol says what it means that none covers it."
)
NO_CONFLICT = BuiltIn("V208", "no-conflict", "No two cells of one table order different things.")
MONOTONE = BuiltIn("V209", "never-better-never-more", "Of two patients who differ in one finding, the worse one gets no more.")
NOT_RAISED = BuiltIn("V210", "missing-never-raises", "Missing data never raise a dose.")
NOT_HELD_BACK = BuiltIn("V211", "missing-never-holds-back", "Missing data never hold back what is lowered whatever they are.")
NOT_ENDED = BuiltIn("V212", "missing-never-ends", "Missing data never end treatment.")
ALL = (
    ON_LADDER, NOT_WHILE_HELD, SAFETY_KNOWN, FINAL, WAY_OUT, NO_DEAD_END, NOT_SILENT, NO_CONFLICT, MONOTONE, NOT_RAISED,
    NOT_HELD_BACK, NOT_ENDED,
)  # fmt: skip


def failing(search: Exploring, explored: Explored, item: BuiltIn, instances: Instances, ended: Ended = never) -> Judged:
    """The courses that end with a visit at which a built-in property fails and that is one of these ``instances``, the shortest
    first, as far as could be seen until it ``ended``."""
    found, loose = list[Found](), list[Found]()
    try:
        with search.diagrams.watch.until(partial(ended, 0)):
            search.diagrams.watch.look()
            if item.code in ("V205", "V206"):
                return Judged(stuck(search, explored, instances, only_normal=item.code == "V206"))
            _Looking(search, explored, instances).look(item.code, found, loose)
    except MET as met:
        return Judged(_best(explored, found), ended=why_of(met))
    return Judged(_best(explored, found), loose=_best(explored, loose))


@frozen
class _Looking:
    """The visits at which it is looked for failures."""

    search: Exploring
    explored: Explored
    instances: Instances

    def look(self, code: str, found: list[Found], loose: list[Found]) -> None:
        """Finds what fails, and what may where what is free goes along."""
        match code:
            case "V203":
                safety = Safety(self.search, self.instances)
                self._first(found, safety.against, safety.lowering)
            case "V209":
                heights = Heights(self.search, self.instances)
                self._first(found, heights.not_monotone)
                if self.search.abstraction.trackers:
                    self._first_apart(found, heights.not_monotone_apart)
                if self.search.abstraction.free:
                    self._first_apart(loose, partial(heights.not_monotone_apart, loosely=True))
            case _:
                self._first(found, partial(_where, _WRONG[code], {}, self.instances))

    def _first(
        self, found: list[Found], find: Callable[[Options], Shown], other: Callable[[Options], Hashable] = lambda options: None
    ) -> None:
        """Finds failures, those with the fewest visits first. ``other`` is what they depend on besides."""
        seen, explored = set[Hashable](), self.explored
        for state, minutes, options in map(explored.visits.__getitem__, explored.kinds_in_order()):
            self.search.diagrams.watch.count()
            if len(found) >= MOST_TRIED and explored.depth[state] > found[-1][0]:
                break
            kind = (options.node, options.costs, options.kept.place, other(options), self.instances.told_apart(options))
            if kind in seen:
                continue
            seen.add(kind)
            found += _after(explored, state, minutes, find(options))

    def _first_apart(self, found: list[Found], find: Callable[[Sequence[Options]], Shown]) -> None:
        """The same of two patients in one state whose visits leave different things behind."""
        seen, most, explored = set[frozenset[int]](), len(found) + MOST_TRIED, self.explored
        numbers = self._numbers()
        for state in explored.in_order():
            kinds = explored.kinds[state]
            self.search.diagrams.watch.count()
            if len(found) >= most and explored.depth[state] > found[-1][0]:
                break
            for minutes in dict.fromkeys(after for _, after in kinds):
                several = [kind for kind, after in kinds if after == minutes]
                those = frozenset([numbers[kind] for kind in several])
                if those not in seen:
                    seen.add(those)
                    visits = tuple([explored.visits[kind][2] for kind in dict.fromkeys(several)])
                    found += _after(explored, state, minutes, find(visits))

    def _numbers(self) -> list[int]:
        """For each kind of visit a number, the same one for those of which the same is found."""
        alike, found = dict[Hashable, int](), list[int]()
        for _, _, options in self.explored.visits:
            self.search.diagrams.watch.count()
            key = options.node, options.costs, self.instances.told_apart(options)
            found.append(alike.setdefault(key, len(alike)))
        return found


def _after(explored: Explored, state: int, minutes: int, shown: Shown) -> Iterator[Found]:
    """What is shown at a visit, each with how it was reached."""
    came = explored.came[state]
    for outcome, way, cost, letters, against in shown:
        total = cost + (came.cost if came else 0)
        yield explored.depth[state], total, state, Came(state, minutes, letters, outcome, way, total), against


def _best(explored: Explored, found: list[Found]) -> tuple[Failing, ...]:
    """The failures with the fewest visits, and of these those that cost least first."""
    best = nsmallest(MOST_TRIED, found, key=lambda one: one[:3])
    return tuple(_failing((*explored.path(state), last), against) for _, _, state, last, against in best)


def _failing(path: tuple[Came, ...], against: Beside | Rule | None) -> Failing:
    match against:
        case Beside():
            return Failing(path, True, beside=against.came(path[-1]))
        case Rule(name):
            return Failing(path, True, against=name)
        case _:
            return Failing(path, True)


def _where(wrong: Wrong, known: dict[Place, dict[Outcome, tuple[Way, ...]]], instances: Instances, options: Options) -> Shown:
    """The ways that are wrong; of a decision at a place those are worked out once."""
    here = known.setdefault(options.kept.place, {})
    for outcome, cost, letters in options.outcomes:
        ways = here.get(outcome)
        if ways is None:
            ways = here[outcome] = tuple([way for way in outcome.ways if way.ordered and wrong(options, outcome, way)])
        for way in ways:
            if not instances.parts:
                yield outcome, way, cost, letters, None
            else:
                yield from ((outcome, way, *how, None) for _, how in instances.cheapest(options, {outcome: way}))


_WRONG: dict[str, Wrong] = {
    "V201": lambda options, outcome, way: way.effect.dose.kind == "off ladder" != options.kept.place.dose.kind,
    "V202": lambda options, outcome, way: options.kept.place.control.kind == "held" and way.action == "escalate",
    "V204": lambda options, outcome, way: options.kept.place.control.kind == "stopped" and way.effect.dose.is_drug,
    "V207": lambda options, outcome, way: outcome.silent,
    "V208": lambda options, outcome, way: bool(outcome.conflict),
    "V210": lambda options, outcome, way: "raises" in outcome.broken,
    "V211": lambda options, outcome, way: "holds back" in outcome.broken,
    "V212": lambda options, outcome, way: "ends" in outcome.broken,
}
