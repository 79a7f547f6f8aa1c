"""How a dose differs from what was permitted, by the second opinion: a change before its time is found by writing the rules anew.

Where the reference asks a world in which times have passed, here the guards of a copy of the protocol are rewritten, and the
copy is decided by brute force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import define, evolve

from protocol.model.course import Given
from protocol.model.decision import Effect, Step
from protocol.model.guard import Always, And, Clock, Compare, Guard, Named, Not, Or
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.rule import Rule
from protocol.model.state import State
from tests.oracle.decide import Answer, Case, Walk, _gives, decide
from tests.oracle.known import Bounds, World

Counts = Mapping[str, Sequence[int]]
Turn = Callable[[Compare, bool], Guard]


@define(slots=False)
class AtTheLatest(Case):
    """The rules at a visit, of which each acts only if it also would with these guards."""

    latest: Mapping[str, Guard] = {}

    def acts(self, rule: Rule, world: World) -> bool:
        return super().acts(rule, world) and self.true(self.latest[rule.name], world)


class Visited:
    """One visit at which something was given, and all that was known there."""

    def __init__(self, protocol: Protocol, state: State, time: int, bounds: Bounds, counts: Counts, answer: Answer) -> None:
        self.protocol, self.state, self.time, self.bounds, self.counts, self.answer = (
            protocol,
            state,
            time,
            bounds,
            counts,
            answer,
        )

    def kind(self, given: Given) -> str | None:
        """The deviation that giving this is, as far as the visit alone tells; None where it is none."""
        found = self.permits(self.answer.walks, given)
        if (self.answer.waiting and given.kind == "none") or all(found) or _gives(self.protocol, self.answer.after, given):
            return None
        if any(found):
            return "not decidable"
        if self.open_windows() and any(self.permits(self.closing(), given)):
            return None
        dose, control = self.dose(given), self.state.control.kind
        goes_on = dose.is_drug and dose == self.state.dose
        if goes_on and (control == "stopped" or dose.kind == "off ladder"):
            return None
        kind = self.without_drug(given) if not dose.is_drug else self.with_drug(given, dose)
        blocked = all(effect.undefined for walk in self.answer.walks for effect in walk.effects)
        quantity = kind.startswith("dose ") or (kind.endswith("without reason") and not dose.is_drug)
        return "protocol silent" if self.answer.silent and (quantity or blocked) else kind

    def permits(self, walks: Sequence[Walk], given: Given) -> list[bool]:
        return [any(_gives(self.protocol, effect, given) for effect in walk.permitted) for walk in walks]

    def without_drug(self, given: Given) -> str:
        return "stop without reason" if given.kind == "stopped" else "hold without reason"

    def with_drug(self, given: Given, dose: Dose) -> str:
        control, after = self.state.control.kind, self.answer.after
        drug_may_be_given = after.dose.is_drug or any(e.dose.is_drug for walk in self.answer.walks for e in walk.permitted)
        if control == "stopped":
            return "treatment after stop"
        if control == "before treatment" and not after.dose.is_drug:
            return "started too early"
        if not drug_may_be_given and not self.state.dose.is_drug:
            return "resumed too early"
        if not drug_may_be_given:
            return "stop missed" if after.control.kind == "stopped" else "hold missed"
        if given.anew:
            return "begun anew without reason"
        if dose.kind == "off ladder":
            return "off the ladder"
        if control in ("held", "in review") and not self.state.dose.is_drug:
            return "wrong resume level"
        if dose != self.state.dose and self.is_early(given):
            return "change too early"
        return "dose above permitted" if self.rung(dose) > self.rung(after.dose) else "dose below permitted"

    def rung(self, dose: Dose) -> int:
        """A dose off the ladder is below every level: more than it is all that one can say of a level."""
        return self.protocol.rung(dose.name) if dose.kind == "level" else -1

    def dose(self, given: Given) -> Dose:
        """The level that was given: the one named, else the one in force, else the lowest that has the regimen."""
        if given.regimen is None:
            return NO_DRUG
        if given.level:
            return Dose("level", given.level)
        fitting = [Dose("level", level.name) for level in self.protocol.levels if level.regimen.same_as(given.regimen)]
        if self.state.level in fitting:
            return self.state.level
        return fitting[0] if fitting else Dose("off ladder", str(given.regimen))

    # Times that have not come, and windows that are open

    def is_early(self, given: Given) -> bool:
        """Some rule that leads there only waits: with its times passed, whatever it rests on, this is permitted for certain."""
        case = Case(self.protocol, self.state, self.time, self.bounds, self.counts)
        for rule in case.rules:
            if not _gives(self.protocol, case.effect(rule), given) or not list(self.waits(case, rule)):
                continue
            ripe = evolve(rule, when=self.rewritten(rule.when, _passed, True), again=True, once=False)
            if all(self.permits(self.decided([ripe if one is rule else one for one in self.protocol.in_force()]), given)):
                return True
        return False

    def waits(self, case: Case, rule: Rule) -> Iterator[Compare]:
        """The comparisons of clocks that are not yet as they have to be for the rule."""
        met: list[tuple[Compare, bool]] = []

        def meet(atom: Compare, wanted: bool) -> Guard:
            met.append((atom, wanted))
            return atom

        self.rewritten(rule.when, meet, True)
        for atom, wanted in met:
            if (atom.operator in (">", ">=")) is wanted and atom.operator not in ("==", "!=") and case.true(atom, {}) != wanted:
                yield atom

    def open_windows(self) -> bool:
        """Whether a rule that orders something has a time of which the window is open still."""
        case = Case(self.protocol, self.state, self.time, self.bounds, self.counts)
        told = {rule.name for walk in self.answer.walks for rule, _ in (*walk.recommended, *walk.ordered) if rule}
        met: list[Compare] = []

        def meet(atom: Compare, wanted: bool) -> Guard:
            met.append(atom)
            return atom

        for rule in case.rules:
            if rule.name in told:
                self.rewritten(rule.when, meet, True)
        windows = [atom for atom in met if atom.early or atom.late]
        return any(self._is_open(case, atom) for atom in windows)

    def _is_open(self, case: Case, atom: Compare) -> bool:
        runs = atom.term.name != "treatment" or self.state.dose.is_drug  # type: ignore[union-attr]
        return runs and case.age(atom.term.name) <= atom.constant + atom.late  # type: ignore[union-attr]

    def closing(self) -> list[Walk]:
        """What the rules that act now give in each completion if each window had only its last minute."""
        case = AtTheLatest(self.protocol, self.state, self.time, self.bounds, self.counts)
        case.latest = {rule.name: self.rewritten(rule.when, _last_minute, True) for rule in self.protocol.in_force()}
        return [case.walk(world) for world in case.completions()]

    def decided(self, rules: Sequence[Rule]) -> Sequence[Walk]:
        changed = evolve(self.protocol, rules=tuple(evolve(rule, under=()) for rule in rules))
        return decide(changed, self.state, self.time, self.bounds, self.counts).walks

    def rewritten(self, guard: Guard, turn: Turn, wanted: bool) -> Guard:
        """The guard with its definitions written out, and each comparison of a clock turned; ``wanted``: under no ``not``."""
        match guard:
            case Named(name):
                return self.rewritten(self.protocol.definition(name), turn, wanted)
            case Not(part):
                return Not(self.rewritten(part, turn, not wanted))
            case And(parts) | Or(parts):
                return type(guard)(tuple(self.rewritten(part, turn, wanted) for part in parts))
            case Compare(Clock()):
                return turn(guard, wanted)
        return guard


def _passed(atom: Compare, wanted: bool) -> Guard:
    if atom.operator in (">", ">="):
        return Always() if wanted else atom
    if atom.operator in ("<", "<="):
        return atom if wanted else Not(Always())
    return atom


def _last_minute(atom: Compare, wanted: bool) -> Guard:
    windowed = atom.early or atom.late
    return Compare(atom.term, ">", atom.constant + atom.late) if windowed else atom


def late(protocol: Protocol, steps: Sequence[Step], number: int) -> bool:
    """Whether the change ordered at a visit was made too late, of a course in which every dose counts at its visit."""
    one, rest = steps[number], list(steps[number + 1 :])
    before, ordered = one.decision.before.dose, one.decision.after
    if one.state.dose != before or ordered.dose == before:
        return False
    while rest and not rest[0].assumed and rest[0].state.dose == before and rest[0].state.control.kind != "stopped":
        rest.pop(0)
    return bool(rest) and not rest[0].assumed and _met(protocol, ordered, rest[0])


def _met(protocol: Protocol, ordered: Effect, other: Step) -> bool:
    return other.visit.given is not None and _gives(protocol, ordered, other.visit.given)
