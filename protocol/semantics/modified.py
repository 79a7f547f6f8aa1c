"""How was the dose of a course changed after its first: raised, reduced, held, and was that because of an adverse event?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from attrs import frozen

from protocol.model.guard import Compare, GradeOf, Guard, Is, Named, Ratio, Tracked, Value, nodes
from protocol.model.input import Grade
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.model.summary import Spell
from protocol.semantics.exposed import regimen_of


@frozen
class Step:
    """A change from one dose to another one: its direction, 0 where the two have no order, and the rule, empty where none."""

    time: int
    direction: int
    rule: str
    after_hold: bool


@frozen
class Interruption:
    """A time without drug after the first dose and before the end of treatment; ``rule`` as of a change."""

    start: int
    end: int
    rule: str


def is_on(spell: Spell) -> bool:
    """Whether drug is in force, be it that nobody knows which dose."""
    return spell.dose.is_drug or spell.known == "unknown"


def treated(found: Sequence[Spell]) -> tuple[Spell, ...]:
    """The spells from the first dose on to the end of treatment; none where no drug was given.

    That end is the end of the last dose where treatment was stopped by the last visit. Else a hold may end yet.
    """
    on = [number for number, one in enumerate(found) if is_on(one)]
    if not on:
        return ()
    return tuple(found[on[0] : on[-1] + 1 if found[-1].control.kind == "stopped" else len(found)])


def changes(protocol: Protocol, found: Sequence[Spell]) -> tuple[Step, ...]:
    """The changes from one dose to another one, whatever time without drug lies between."""
    return tuple(_changes(protocol, found))


def _changes(protocol: Protocol, found: Sequence[Spell]) -> Iterator[Step]:
    before: Dose | None = None
    held = False
    for one in found:
        if one.dose.is_drug and one.known != "unknown":
            if before is not None and one.dose != before:
                yield Step(one.start, _direction(protocol, before, one.dose), one.rule, held)
            before, held = one.dose, False
        else:
            held = True


def _direction(protocol: Protocol, before: Dose, after: Dose) -> int:
    """By the rungs; of a dose off the ladder by its amount, where both have one over time."""
    if before.kind == after.kind == "level":
        return 1 if protocol.rung(after.name) > protocol.rung(before.name) else -1
    one, other = regimen_of(protocol, before), regimen_of(protocol, after)
    if one is None or other is None or not one.comparable(other):
        return 0
    return other.less_than(one) * -1 + one.less_than(other)


def interruptions(found: Sequence[Spell]) -> tuple[Interruption, ...]:
    """The times without drug, those that follow one another together."""
    joined: list[Interruption] = []
    on = True
    for one in found:
        if not is_on(one) and one.control.kind != "stopped":
            rule = one.rule if on else joined[-1].rule
            start = one.start if on else joined[-1].start
            joined[-1 if not on else len(joined) :] = [Interruption(start, one.end, rule)]
        on = is_on(one) or one.control.kind == "stopped"
    return tuple(joined)


def adverse(protocol: Protocol, lowering: Collection[str], named: Collection[str] | None) -> tuple[bool | None, str]:
    """Whether one of the rules that lowered the dose did so because of an adverse event; None, and why, where nobody can tell.

    ``named`` are those that do. Without them a rule that asks for a grade of toxicity does; of any other it is not known.
    """
    if not lowering:
        return False, ""
    if any(rule in named if named is not None else rule and asks_grade(protocol, protocol.rule(rule).when) for rule in lowering):
        return True, ""
    unsure = dict.fromkeys(rule for rule in lowering if not rule or named is None)
    if not unsure:
        return False, ""
    said = ("no rule" if not rule else f"{rule}, which asks for no grade" for rule in sorted(unsure))
    return None, f"the dose was lowered or held by {' and '.join(said)}"


def asks_grade(protocol: Protocol, guard: Guard) -> bool:
    """Whether a guard asks for the grade of a toxicity, itself or by what it names."""
    return any(_asks_grade(protocol, node) for node in nodes(guard))


def _asks_grade(protocol: Protocol, node: Guard) -> bool:
    match node:
        case Compare(GradeOf()):
            return True
        case Compare(Value(name) | Ratio(name, _)) | Is(name):
            return _is_grade(protocol, name)
        case Compare(Tracked(name)):
            tracker = protocol.tracker(name)
            guards = (tracker.when, *((tracker.until,) if tracker.until is not None else ()))
            return _is_grade(protocol, tracker.input) or any(asks_grade(protocol, one) for one in guards)
        case Named(name):
            return asks_grade(protocol, protocol.definition(name))
        case _:
            return False


def _is_grade(protocol: Protocol, name: str) -> bool:
    return any(item.name == name and isinstance(item.kind, Grade) for item in protocol.inputs)
