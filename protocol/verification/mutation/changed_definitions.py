"""What can be changed in what rules ask, beside guards: memory, validity, points, formulas, and what missing data come to."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from attrs import evolve

from protocol.model.formula import Constant, Earlier, Formula, Operation, Sign
from protocol.model.guard import Compare, Guard, Value, nodes
from protocol.model.input import DerivedNumber, Input, Item, Score, Tracker
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.rule import ControlKind
from protocol.model.said import say_formula, say_guard
from protocol.model.time import say_duration
from protocol.verification.mutation.changed_guards import Kind
from protocol.verification.mutation.mutant import Mutant, mutant
from protocol.verification.mutation.nudges import Nudges, Scale
from protocol.verification.mutation.written import guards_in_force, named_in_force, replaced, say_tracker, with_item

_CONTROLS: tuple[ControlKind, ...] = ("before treatment", "on treatment", "held", "in review")
_SIDES: tuple[Literal["less", "more", "none"], ...] = ("less", "more", "none")


def changed_definitions(protocol: Protocol, nudges: Nudges) -> Iterator[Mutant]:
    """The protocol with one thing changed in what the rules in force ask, or in what holds where nothing is known or said."""
    asked = named_in_force(protocol)
    for tracker in protocol.trackers:
        if tracker.name in asked:
            for says, changed in _tracker(tracker):
                whole = with_item(protocol, "trackers", protocol.trackers, tracker.name, changed)
                yield mutant("tracker", tracker.name, says, say_tracker(protocol, tracker), whole)
    for item in protocol.inputs:
        if item.name in asked:
            for says, other in _validity(item, nudges.step):
                whole = with_item(protocol, "inputs", protocol.inputs, item.name, other)
                yield mutant("validity", item.name, says, f"{item.label or item.name}: {_valid_for(item)}", whole)
    for number in protocol.numbers:
        if number.name in asked:
            yield from _number(protocol, number, nudges)
    for score in protocol.scores:
        if score.name in asked:
            yield from _score(protocol, score)
    yield from _otherwise(protocol)


def _tracker(tracker: Tracker) -> Iterator[tuple[str, Tracker]]:
    if tracker.until is not None:
        yield "is over when what began is no longer so, without its own 'until'", evolve(tracker, until=None)
    says = "passes over what is not measured", "leaves open what is not measured"
    changed = evolve(tracker, measured_only=not tracker.measured_only)
    yield f"{says[tracker.measured_only]} instead of {_opposite(says, tracker.measured_only)}", changed
    says = "remembers readings from before the first dose too", "begins with the first dose"
    changed = evolve(tracker, from_baseline=not tracker.from_baseline)
    yield f"{says[tracker.from_baseline]} instead of {_opposite(says, tracker.from_baseline)}", changed
    if tracker.kind == "lowest":
        yield "keeps the highest value instead of the lowest", evolve(tracker, kind="highest")
    elif tracker.kind == "highest":
        yield "keeps the lowest value instead of the highest", evolve(tracker, kind="lowest")


_GERUNDS = {
    "passes over what is not measured": "passing over it",
    "leaves open what is not measured": "leaving it open",
    "remembers readings from before the first dose too": "remembering earlier ones too",
    "begins with the first dose": "beginning with the first dose",
}


def _opposite(says: tuple[str, str], now: bool) -> str:
    return _GERUNDS[says[not now]]


def _valid_for(item: Input) -> str:
    if item.fixed:
        return "the first one for ever"
    if item.valid_for is None:
        return "valid for ever"
    return f"valid for {say_duration(item.valid_for)}" if item.valid_for else "valid at its own visit only"


def _validity(item: Input, step: int) -> Iterator[tuple[str, Input]]:
    """A reading that counts for one visit longer, or shorter; one that counts for ever counts at its own visit only."""
    if item.fixed:
        others = [evolve(item, fixed=False)]
    elif item.valid_for is None:
        others = [evolve(item, valid_for=0)]
    else:
        others = [evolve(item, valid_for=time) for time in (item.valid_for - step, item.valid_for + step) if time >= 0]
    for other in others:
        yield f"a value is {_valid_for(other)} instead of {_valid_for(item).removeprefix('valid ')}", other


def _number(protocol: Protocol, number: DerivedNumber, nudges: Nudges) -> Iterator[Mutant]:
    sentence = f"{number.label or number.name}: {say_formula(number.value)}"
    found: list[tuple[Kind, str, DerivedNumber]] = []
    for formula in _formulas(number.value, nudges.step):
        says = f"is {say_formula(formula)} instead of {say_formula(number.value)}"
        found.append(("formula", says, evolve(number, value=formula)))
    for name, value in number.defaults:
        rest = tuple(pair for pair in number.defaults if pair[0] != name)
        says = f"is unknown without {name} instead of taking {say_number(value)} for it"
        found.append(("missing", says, evolve(number, defaults=rest)))
    for kind, says, changed in found:
        whole = with_item(protocol, "numbers", protocol.numbers, number.name, changed)
        yield mutant(kind, number.name, says, sentence, whole)


_SIGNS: dict[Sign, Sign] = {"+": "-", "-": "+", "*": "/"}


def _formulas(formula: Formula, step: int) -> Iterator[Formula]:
    """The formula with one sign turned round, or one earlier reading taken from one visit further back."""
    match formula:
        case Operation(sign, left, right):
            if sign in _SIGNS and not isinstance(right, Constant):
                yield Operation(_SIGNS[sign], left, right)
            yield from (Operation(sign, one, right) for one in _formulas(left, step))
            yield from (Operation(sign, left, one) for one in _formulas(right, step))
        case Earlier(name, ago):
            yield Earlier(name, ago + step)
        case _:
            return


def _score(protocol: Protocol, score: Score) -> Iterator[Mutant]:
    for place, item in enumerate(score.items):
        for says, changed in _points(item):
            other = evolve(score, items=replaced(score.items, place, changed))
            if _fits(protocol, score, other):
                whole = with_item(protocol, "scores", protocol.scores, score.name, other)
                yield mutant("points", score.name, f"{item.name}: {says}", f"{score.label or score.name}: {item.name}", whole)


def _points(item: Item) -> Iterator[tuple[str, Item]]:
    """The item with one more point in one of its lines."""
    for number, case in enumerate(item.cases):
        more = evolve(case, points=case.points + 1)
        says = f"{more.points} instead of {case.points} points for {say_guard(case.when)}"
        yield says, evolve(item, cases=replaced(item.cases, number, more))
    yield f"{item.otherwise + 1} instead of {item.otherwise} points otherwise", evolve(item, otherwise=item.otherwise + 1)
    yield f"{item.unknown + 1} instead of {item.unknown} points if unknown", evolve(item, unknown=item.unknown + 1)


def _fits(protocol: Protocol, score: Score, changed: Score) -> bool:
    """Whether the score can still be what it is compared with."""
    every = (node for guard in (*guards_in_force(protocol), *_of_properties(protocol)) for node in nodes(guard))
    asked = (node.constant for node in every if isinstance(node, Compare) and node.term == Value(score.name))
    return all(_within(constant, Scale(True, changed.kind.low, changed.kind.high)) for constant in asked)


def _of_properties(protocol: Protocol) -> Iterator[Guard]:
    return (guard for item in protocol.claimed() for guard in item.guards())


def _within(constant: Fraction, scale: Scale) -> bool:
    return scale.low is not None and scale.high is not None and scale.low <= constant <= scale.high


def _otherwise(protocol: Protocol) -> Iterator[Mutant]:
    """What holds where something is missing, or where no rule covers a visit; in review only where some rule reviews."""
    for side in _SIDES:
        if side != protocol.safe_side:
            says = f"is {side} instead of {protocol.safe_side}"
            sentence = f"the safe side, where values are missing, is {protocol.safe_side}"
            yield mutant("missing", "safe side", says, sentence, evolve(protocol, safe_side=side))
    reviews = any(rule.action.kind == "review" for rule in protocol.in_force())
    for control in _CONTROLS if reviews else (one for one in _CONTROLS if one != "in review"):
        said, silent = control in protocol.otherwise, control in protocol.silent
        now = "continue" if said else "silent" if silent else "nothing"
        others = tuple(one for one in protocol.otherwise if one != control)
        changed = (
            evolve(protocol, otherwise=others)
            if said
            else evolve(protocol, otherwise=_in_order((*others, control)), silent=_without(protocol.silent, control))
        )
        says = f"{control}, {'nothing is said' if said else 'continue'} instead of {now}"
        sentence = f"what a visit means that no rule covers, {control}: {now}"
        yield mutant("otherwise", "otherwise", says, sentence, changed)


def _without(controls: tuple[ControlKind, ...], one: ControlKind) -> tuple[ControlKind, ...]:
    return tuple(control for control in controls if control != one)


def _in_order(controls: tuple[ControlKind, ...]) -> tuple[ControlKind, ...]:
    return tuple(control for control in _CONTROLS if control in controls)
