"""Is the time what was wrong with a dose: given before what permits it had come due, or ordered and still on time?

A dose is *too early* where nothing but time is lacking: a rule that leads to it would permit it, whatever is missing, if
every time for which that rule waits had passed. All else stays as it is at this visit.

A rule may say `time since start >= 4 weeks (window -3 to +3 days)`: it orders from 3 days before on, and until 3 days after
what it orders is *on time*. Until then it is no deviation to give what would be permitted if no window had opened yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from attrs import evolve, frozen

from protocol.model.course import Given
from protocol.model.guard import Always, And, Clock, Compare, Guard, Named, Not, Operator, Or, nodes
from protocol.model.rule import Rule
from protocol.model.said import say_guard
from protocol.semantics import clocks
from protocol.semantics.applying import applicable
from protocol.semantics.compiled import Ask
from protocol.semantics.effects import effect_of
from protocol.semantics.identity import is_it
from protocol.semantics.offers import Result
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.truth import World, completions
from protocol.semantics.walk import walk


@frozen(eq=False)
class Ripe(World):
    """A world in which every time has passed for which one rule waits; whether its readings were used up is not asked."""

    name: str
    when: Guard

    def rules_out(self, ask: Ask) -> bool:
        """Nothing is ruled out by what is so now."""
        return False

    def acting(self, rule: Rule) -> bool | None:
        """Whether the rule would act by then; None for all the others, which are as they are now."""
        return self.holds(self.when) if rule.name == self.name else None


@frozen(eq=False)
class Closing(World):
    """A world in which a time with a window has come only when the window closes."""

    def rules_out(self, ask: Ask) -> bool:
        """Nothing is ruled out by what is so now."""
        return False

    def holds(self, guard: Guard) -> bool:
        """Whether the guard is true here; what is settled now need not be, so each part is asked."""
        if isinstance(guard, Compare) and isinstance(guard.term, Clock) and _has_window(guard):
            minutes = clocks.age(self.scene.state, guard.term.name, self.scene.time)
            return minutes is None or minutes > guard.constant + guard.late
        return self._asked(guard)


def waited_for(scene: Scene, given: Given) -> tuple[Rule, str] | None:
    """The rule that would permit what was given if only its time had come, and the times for which it waits; None: no rule."""
    prepared = scene.prepared
    for rule in applicable(prepared, scene.state):
        times = tuple(dict.fromkeys(_lacking(scene, rule.when, True)))
        if not times or not is_it(prepared.protocol, given, effect_of(prepared.protocol, scene.state, rule)):
            continue
        ripe = _ripe(prepared, rule.when, True)
        found = completions(scene, partial(_walked, name=rule.name, when=ripe))
        if all(_is_permitted(scene, given, result) for _, result in found):
            return rule, " and ".join(say_guard(time) for time in times)
    return None


def _walked(world: World, name: str, when: Guard) -> Result:
    return walk(Ripe(world.scene, world.narrowed, name, when))


def _closing(world: World) -> Result:
    return walk(Closing(world.scene, world.narrowed))


def _is_permitted(scene: Scene, given: Given, result: Result) -> bool:
    return any(is_it(scene.prepared.protocol, given, effect) for effect in result.permitted())


def _ripe(prepared: Prepared, guard: Guard, wanted: bool) -> Guard:
    """The guard with each comparison of a clock as it is once time has passed, where that helps it to be ``wanted``."""
    match guard:
        case Compare(Clock(), ">" | ">=") if wanted:
            return Always()
        case Compare(Clock(), "<" | "<=") if not wanted:
            return Not(Always())
        case Named(name):
            return _ripe(prepared, prepared.definitions[name], wanted)
        case Not(part):
            return Not(_ripe(prepared, part, not wanted))
        case And(parts):
            return And(tuple(_ripe(prepared, part, wanted) for part in parts))
        case Or(parts):
            return Or(tuple(_ripe(prepared, part, wanted) for part in parts))
        case _:
            return guard


def _lacking(scene: Scene, guard: Guard, wanted: bool) -> Iterator[Compare]:
    """The times that still have to pass so that the guard can be ``wanted``, each as it has to become."""
    match guard:
        case Compare(Clock(name), sign) if sign in (_PASSED if wanted else _TURNED):
            if clocks.compare(guard, clocks.age(scene.state, name, scene.time)) is not wanted:
                yield guard if wanted else evolve(guard, operator=_TURNED[sign])
        case Named(name):
            yield from _lacking(scene, scene.prepared.definitions[name], wanted)
        case Not(part):
            yield from _lacking(scene, part, not wanted)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _lacking(scene, part, wanted)


_PASSED = (">", ">=")
_TURNED: dict[str, Operator] = {"<": ">=", "<=": ">"}
"""What has to be so before a comparison that time turns from true to false is false."""


def _clock_atoms(prepared: Prepared, guard: Guard) -> Iterator[Compare]:
    for node in nodes(guard):
        if isinstance(node, Named):
            yield from _clock_atoms(prepared, prepared.definitions[node.name])
        elif isinstance(node, Compare) and isinstance(node.term, Clock):
            yield node


def _has_window(atom: Compare) -> bool:
    return bool(atom.early or atom.late)


@lru_cache(maxsize=256)
def _windows(prepared: Prepared) -> dict[str, tuple[Compare, ...]]:
    """The rules that have times with windows, each with these times."""
    found = {rule.name: tuple(atom for atom in _clock_atoms(prepared, rule.when) if _has_window(atom)) for rule in prepared.rules}
    return {name: atoms for name, atoms in found.items() if atoms}


def on_time_until(scene: Scene, results: Iterable[Result], given: Given) -> int | None:
    """Until when what the rules order here is on time, if what was given is permitted as long as that; None if it is not.

    The minute is the last one in any window that is still open, of the rules that gave these results.
    """
    windows = _windows(scene.prepared)
    if not windows:
        return None
    rules = {offer.rule for result in results for offer in (*result.recommended, *result.ordered)}
    closings = [closing for name in rules for atom in windows.get(name, ()) if (closing := _closes(scene, atom)) is not None]
    if not closings or not any(_is_permitted(scene, given, result) for _, result in completions(scene, _closing)):
        return None
    return max(closings)


def _closes(scene: Scene, atom: Compare) -> int | None:
    """The last minute of the window of a time; None where that is over, or will never come."""
    assert isinstance(atom.term, Clock)
    minutes = clocks.age(scene.state, atom.term.name, scene.time)
    left = None if minutes is None else int(atom.constant) + atom.late - minutes
    runs = atom.term.name != "treatment" or scene.state.dose.is_drug
    return scene.time + left if left is not None and left >= 0 and runs else None
