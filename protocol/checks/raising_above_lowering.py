"""F003: a rule that raises the dose stands above one that lowers it, and both can be true at one visit."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from protocol.checks.finding import Finding
from protocol.model.guard import And, Clock, Compare, Guard, Is, Known, Named, Not, Or, Tracked, Value
from protocol.model.protocol import Input, Number, Protocol, Rule, YesNo
from protocol.model.state import State
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.truth import truth

RAISES = ("start", "escalate", "resume")
LOWERS = ("reduce", "hold", "stop")
ANY = Number("1", Fraction(0), Fraction(10**9))


def raising_above_lowering(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each such pair. Clocks, counts and what is known are taken as free, so a pair may be a false alarm."""
    rules = protocol.in_force()
    for place, upper in enumerate(rules):
        for lower in rules[place + 1 :]:
            opposed = upper.action.kind in RAISES and lower.action.kind in LOWERS and _meet(upper, lower)
            if opposed and _both_can_be_true(protocol, upper, lower):
                yield _finding(upper, lower)


def _finding(upper: Rule, lower: Rule) -> Finding:
    above, below = (f"'{rule.name}' ({rule.action.kind})" for rule in (upper, lower))
    hint = "Order the rules safety first: put the one that lowers above."
    return Finding("F003", f"{above} stands above {below}, and both can be true", upper.name, hint)


def _meet(one: Rule, other: Rule) -> bool:
    """Whether some control state and level is in both. Resuming is blocked by holds and stops of treatment in any order."""
    return any(
        first.control == second.control and (not first.levels or not second.levels or set(first.levels) & set(second.levels))
        for first in one.where
        for second in other.where
    )


def _both_can_be_true(protocol: Protocol, one: Rule, other: Rule) -> bool:
    """Whether some values of everything asked make both guards true, decided exactly on freely chosen values."""
    prepared = prepare(_freed(protocol, (one, other)))
    both = And(tuple(rule.when for rule in prepared.rules))
    return truth(Scene(prepared, State(), 0), both) is not False


def _freed(protocol: Protocol, rules: tuple[Rule, ...]) -> Protocol:
    """The two rules with every clock, tracker and ``known`` turned into an input of its own that nobody has measured."""
    made: dict[str, Input] = {}
    freed = tuple(evolve(rule, when=_free(protocol, rule.when, made), under=()) for rule in rules)
    inputs = (*(evolve(item, valid_for=0) for item in protocol.inputs), *made.values())
    return evolve(protocol, rules=freed, inputs=inputs, derived=(), trackers=(), interpretations=())


def _free(protocol: Protocol, guard: Guard, made: dict[str, Input]) -> Guard:
    match guard:
        case Compare(Clock(name) | Tracked(name)):
            name = f"{type(guard.term).__name__} {name}"
            made[name] = Input(name, ANY, 0)
            return evolve(guard, term=Value(name))
        case Known(name, within):
            name = f"known {name} {within}"
            made[name] = Input(name, YesNo(), 0)
            return Is(name, "yes")
        case Named(name):
            return _free(protocol, protocol.definition(name), made)
        case Not(part):
            return Not(_free(protocol, part, made))
        case And(parts):
            return And(tuple(_free(protocol, part, made) for part in parts))
        case Or(parts):
            return Or(tuple(_free(protocol, part, made) for part in parts))
        case _:
            return guard
