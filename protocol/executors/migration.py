"""What a state becomes when the patient goes over to an amended protocol, by a mapping that leaves nothing to guess.

Whatever the patient's state uses must be in the new protocol unchanged under the same name, or be mapped. A migration
changes what names mean, never the dose in force: where the regimen itself is another one, the dose is off the new ladder
until a visit says otherwise. Where the old protocol did not keep when the dose last went up or down, it was no later than the
last change of the dose, and counts as then: so nobody is raised too early. Where it did not add up the drug taken, or in
another kind of unit, nobody knows how much was taken before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
from attrs import evolve, field, frozen

from protocol.errors import MigrationError
from protocol.executors.journal import Mapping
from protocol.executors.meaning import same_meaning
from protocol.model.guard import Clock
from protocol.model.input import Choice, Grade, Input, Number, Tracker
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose, Regimen, at_level
from protocol.model.rule import Rule
from protocol.model.state import UNORDERED, Awaited, Control, Counted, Held, Interval, Memory, State, Taken
from protocol.model.table import cell_name, cells, place_of
from protocol.semantics.prepared import prepare
from protocol.semantics.step import LOWERED, RAISED, initial
from protocol.semantics.taken import is_counted
from protocol.semantics.trackers import first_memory, memory_of, saturation

OFF_LADDER, DROP, FRESH = "off ladder", "drop", "fresh"


def migrated(old: Protocol, new: Protocol, state: State, mapping: Mapping) -> State:
    """The state under the new protocol; raises MigrationError that lists everything that is not mapped, or not well."""
    passage = Passage(old, new, mapping)
    passage.check_names()
    if state.time is None:
        found = initial(new)
    else:
        found = evolve(
            state,
            control=passage.control(state.control),
            level=passage.dose(state.level, taken=False),
            dose=passage.dose(state.dose, taken=True),
            reasons=frozenset(passage.rule(name, "hold") for name in sorted(state.reasons)),
            **passage.readings(state),
            memory=passage.memory(state),
            raised=_last(old, new, RAISED, state.raised, state),
            lowered=_last(old, new, LOWERED, state.lowered, state),
            taken=_taken(old, new, state),
            awaited=tuple(passage.awaited(state)),
        )
    if passage.problems:
        problems = tuple(dict.fromkeys(passage.problems))
        message = f"from {old.name} {old.version} to {new.name} {new.version}, this patient's state is not mapped"
        raise MigrationError("M012", f"{message}:\n" + "\n".join(f"  - {one}" for one in problems), _HINT, problems)
    return found


_HINT = (
    "Give machine.Mapping(levels={...}, rules={...}, inputs={...}, trackers={...}) with all of these; further names do no harm."
)


@frozen
class Passage:
    """From one protocol to another by a mapping; collects every problem that it meets."""

    old: Protocol
    new: Protocol
    mapping: Mapping
    problems: list[str] = field(factory=list)

    def check_names(self) -> None:
        """A name that neither protocol has is a slip of the pen, and would map nothing in silence."""
        levels, new_levels = {one.name for one in self.old.levels}, {one.name for one in self.new.levels}
        known: dict[str, tuple[Callable[[str], bool], set[str]]] = {
            "levels": (lambda name: name in levels or " " in name, new_levels | {OFF_LADDER}),
            "rules": (_with_tables(self.old.rules).__contains__, _with_tables(self.new.in_force()) | {UNORDERED}),
            "inputs": ({one.name for one in self.old.inputs}.__contains__, {one.name for one in self.new.inputs} | {DROP}),
            "trackers": ({one.name for one in self.new.trackers}.__contains__, {one.name for one in self.old.trackers} | {FRESH}),
        }
        for kind, (is_known, targets) in known.items():
            for name, target in getattr(self.mapping, kind):
                where = f"{kind}={{'{name}': '{target}'}}"
                if not is_known(name):
                    self.problems.append(f"{where}: there is no '{name}'")
                if target not in targets:
                    self.problems.append(f"{where}: there is no '{target}'; choose from {', '.join(sorted(targets))}")

    # The dose

    def dose(self, dose: Dose, *, taken: bool) -> Dose:
        """The level or dose under its new name; what is being taken stays the same regimen."""
        if not dose.is_drug:
            return dose
        target = dict(self.mapping.levels).get(dose.name)
        is_same = self._same_regimen(dose)
        if (
            target is None
            and dose.kind == "level"
            and any(level.name == dose.name and is_same(level.regimen) for level in self.new.levels)
        ):
            return dose
        if target is None and dose.kind == "off ladder" and not any(is_same(level.regimen) for level in self.new.levels):
            return dose
        level = next((level for level in self.new.levels if level.name == target), None)
        if level is not None and (is_same(level.regimen) or not taken):
            return at_level(level.name)
        if target == OFF_LADDER:
            return Dose("off ladder", dose.name if dose.kind == "off ladder" else str(self.old.level(dose.name).regimen))
        self._no_dose(dose, None if level is None else level.regimen)
        return dose

    def _same_regimen(self, dose: Dose) -> Callable[[Regimen], bool]:
        if dose.kind == "off ladder":
            return lambda regimen: str(regimen) == dose.name
        return self.old.level(dose.name).regimen.same_as

    def _no_dose(self, dose: Dose, other: Regimen | None) -> None:
        choices = ", ".join(f"'{level.name}' ({level.regimen})" for level in self.new.levels)
        if other is not None:
            self.problems.append(
                f"dose '{dose.name}' is being taken and is not {other}: a migration does not change a dose. "
                f"Write levels={{'{dose.name}': 'off ladder'}}, or record first what is given"
            )
        elif dict(self.mapping.levels).get(dose.name) is None:
            self.problems.append(f"level '{dose.name}': write levels={{'{dose.name}': ...}} with {choices} or 'off ladder'")

    # Holds and reviews

    def control(self, control: Control) -> Control:
        """The control state; a review goes on under the rule's new name."""
        return evolve(control, by=self.rule(control.by, "review")) if control.by else control

    def rule(self, name: str, kind: str) -> str:
        """The new name of a rule that holds this patient or asked for the review; a cell keeps to its table."""
        if name == UNORDERED:
            return name
        old = next((rule for rule in self.old.in_force() if rule.name == name), None)
        target = dict(self.mapping.rules).get(name) or (self._cell(old) if old and old.table else None)
        new = next((rule for rule in self.new.in_force() if rule.name == (target or name)), None)
        if target is None:
            is_same = old is not None and new is not None and _acts_alike(self.old, old, self.new, new)
            if not is_same:
                self._no_rule(name, kind)
        elif target == UNORDERED and kind == "hold":
            return UNORDERED
        elif new is not None and (kind not in _can(new) or (kind == "review" and old and old.action != new.action)):
            self.problems.append(f"rules={{'{name}': '{target}'}}: '{target}' does not {kind} in the same way")
        return target or name

    def _cell(self, old: Rule) -> str | None:
        """The one cell of the same table, or of the one that this is mapped to, that does the same wherever it is printed."""
        table = dict(self.mapping.rules).get(old.table)
        if table == UNORDERED:
            return table
        alike = [rule.name for rule in cells(table or old.table, self.new.in_force()) if self._alike(old, rule)]
        return alike[0] if len(alike) == 1 else cell_name(table, *place_of(old.name)) if table else None

    def _alike(self, old: Rule, new: Rule) -> bool:
        return _acts_alike(self.old, old, self.new, new)

    def _no_rule(self, name: str, kind: str) -> None:
        choices = [f"'{rule.name}'" for rule in self.new.in_force() if kind in _can(rule)]
        choices += [f"'{UNORDERED}' (any resume rule ends it)"] if kind == "hold" else []
        self.problems.append(
            f"{kind} rule '{name}': write rules={{'{name}': ...}} with {', '.join(choices) or 'nothing that fits'}"
        )

    # Readings

    def readings(self, state: State) -> dict[str, Any]:
        """The readings of each part of the state under their new names; those that are dropped are unknown."""
        parts = ((part.name, getattr(state, part.name)) for part in attrs.fields(State))
        return {
            name: self._carried(held) for name, held in parts if held and isinstance(held, tuple) and isinstance(held[0], Held)
        }

    def _carried(self, readings: tuple[Held, ...]) -> tuple[Held, ...]:
        found: list[Held] = []
        before: dict[str, str] = {}
        for held in readings:
            target = self._input(held)
            if target != DROP and before.setdefault(target, held.input) != held.input:
                self.problems.append(f"inputs: two readings become '{target}'; drop one of them")
            if target != DROP:
                found.append(evolve(held, input=target))
        return tuple(sorted(found, key=lambda held: (held.input, held.observed)))

    def _input(self, held: Held) -> str:
        name = held.input
        target = dict(self.mapping.inputs).get(name)
        new = next((item for item in self.new.inputs if item.name == (target or name)), None)
        if target is None and (new is None or not same_meaning(self.old, self.old.input(name), self.new, new)):
            how = "is declared differently" if new else "is gone"
            self.problems.append(f"input '{name}' {how}: write inputs={{'{name}': ...}} with its new name or 'drop'")
        elif target not in (None, DROP) and new is not None:
            why = _unfit(self.old.input(name), new, held)
            if why:
                self.problems.append(f"inputs={{'{name}': '{target}'}}: {why}; write 'drop' and have it measured again")
        return target or name

    def awaited(self, state: State) -> Iterator[Awaited]:
        """What is awaited of the inputs that the new protocol monitors: what was overdue stays so, if it is by that one too."""
        renamed, monitored = dict(self.mapping.inputs), {entry.input for entry in self.new.monitoring}
        for one in state.awaited:
            target = renamed.get(one.input, one.input)
            if target in monitored:
                yield evolve(one, input=target)

    # Trackers

    def memory(self, state: State) -> tuple[Memory, ...]:
        """What each tracker of the new protocol holds."""
        return tuple(self._tracked(state, tracker) for tracker in self.new.trackers)

    def _tracked(self, state: State, tracker: Tracker) -> Memory:
        source = dict(self.mapping.trackers).get(tracker.name)
        old = next((one for one in self.old.trackers if one.name == (source or tracker.name)), None)
        if source is None and (old is None or not self._counts_alike(old, tracker)):
            choices = ", ".join(
                f"'{one.name}'" for one in self.old.trackers if type(first_memory(one)) is type(first_memory(tracker))
            )
            how = "is defined differently" if old else "is new"
            self.problems.append(
                f"tracker '{tracker.name}' {how}: write trackers={{'{tracker.name}': ...}} with "
                f"{choices + ' or ' if choices else ''}'fresh' (nothing observed so far)"
            )
        if source == FRESH or old is None:
            return first_memory(tracker)
        memory = memory_of(prepare(self.old), state, old.name)
        if type(memory) is not type(first_memory(tracker)):
            self.problems.append(f"trackers={{'{tracker.name}': '{old.name}'}}: they do not keep the same kind of memory")
        return _within(memory, saturation(prepare(self.new), tracker.name)) if isinstance(memory, Counted) else memory

    def _counts_alike(self, old: Tracker, new: Tracker) -> bool:
        """Whether they mean the same, and the old one counted as far as the new one asks."""
        reaches = old.kind not in ("episodes", "consecutive") or saturation(prepare(self.old), old.name) >= saturation(
            prepare(self.new), new.name
        )
        return reaches and same_meaning(self.old, old, self.new, new)


def _last(old: Protocol, new: Protocol, asked: Clock, kept: int | None, state: State) -> int | None:
    """When the dose in force last went up or down, if the new protocol asks for it."""
    if asked not in prepare(new).constants:
        return None
    return kept if asked in prepare(old).constants else state.changed


def _taken(old: Protocol, new: Protocol, state: State) -> Taken | None:
    """The drug taken so far, if the new protocol asks for it; incomplete where the old one did not count it in such units."""
    if not prepare(new).counts_dose:
        return None
    drugs = (level.regimen for level in old.levels if not level.regimen.is_placebo)
    if prepare(old).counts_dose and all(is_counted(new, one.unit, one.per) for one in drugs):
        return state.taken
    return Taken(incomplete=state.started is not None)


def _with_tables(rules: tuple[Rule, ...]) -> set[str]:
    """The names of rules, and of the tables of which some are cells."""
    return {name for rule in rules for name in (rule.name, rule.table or rule.name)}


def _acts_alike(old: Protocol, one: Rule, new: Protocol, other: Rule) -> bool:
    return (one.action, one.mode) == (other.action, other.mode) and same_meaning(old, one.when, new, other.when)


def _can(rule: Rule) -> Iterator[str]:
    yield rule.action.kind
    if rule.action.off_ladder is not None:
        yield rule.action.off_ladder


def _unfit(old: Input, new: Input, held: Held) -> str:
    """Why a reading cannot stand for the new input; empty if it can."""
    if type(old.kind) is not type(new.kind):
        return "the two are not of one kind"
    match old.kind, new.kind:
        case Number(unit), Number(other, low, high):
            if unit != other:
                return f"one is in {unit}, the other in {other}"
            inside = not isinstance(held.value, Interval) or (low <= held.value.low and held.value.high <= high)
            return "" if inside else f"{held.text} is not plausible there"
        case Grade(criteria), Grade(others) if criteria != others:
            return f"one is graded by {criteria}, the other by {others}"
        case Choice(), Choice(options) if held.value is not None and held.value not in options:
            return f"'{held.value}' is not an option there"
    return ""


def _within(memory: Counted, top: int) -> Counted:
    possible = {(is_open, min(count, top)) for is_open, count in memory.possible}
    return attrs.evolve(memory, possible=tuple(sorted(possible)))
