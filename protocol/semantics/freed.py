"""A guard with everything in it free: clocks, trackers and what is known become inputs that nobody has measured.

With everything free a question about a guard (can it be true together with another, can it be unknown) is a question about
completions, and is answered exactly for those; what ties clocks, trackers and readings to each other is left out.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from protocol.model.guard import Always, And, Clock, Compare, CumulativeDose, Guard, Is, Known, Named, Not, Or, Tracked, Value
from protocol.model.input import Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, Rule, Where
from protocol.model.state import State
from protocol.semantics.prepared import computed_inputs, prepare
from protocol.semantics.scene import Scene

ANY = Number("1", Fraction(0), Fraction(10**9))
NOWHERE = (Where("on treatment"),)


def freed(protocol: Protocol, guard: Guard, missing: str = "") -> tuple[Scene, Guard]:
    """A scene in which nothing is known, and the guard to ask there: ``known`` of ``missing`` is false, all else is free."""
    made: dict[str, Input] = {}
    free = _free(protocol, guard, made, missing)
    inputs = (*protocol.inputs, *computed_inputs(protocol), *made.values())
    rule = Rule("asked", NOWHERE, free, "must", Action("continue"))
    asked = evolve(
        protocol, rules=(rule,), inputs=inputs, derived=(), numbers=(), scores=(), trackers=(), interpretations=(), monitoring=()
    )
    prepared = prepare(asked)
    return Scene(prepared, State(), 0), prepared.rules[0].when


def _free(protocol: Protocol, guard: Guard, made: dict[str, Input], missing: str) -> Guard:
    match guard:
        case Compare(Clock() | Tracked() | CumulativeDose() as term):
            made[f"({term!r})"] = Input(f"({term!r})", _range(protocol, guard), 0)
            return evolve(guard, term=Value(f"({term!r})"))
        case Known(name) if name == missing:
            return Not(Always())
        case Known(name, within):
            asked = f"(known {name} {within})"
            made[asked] = Input(asked, YesNo(), 0)
            return Is(asked, "yes")
        case Named(name):
            return _free(protocol, protocol.definition(name), made, missing)
        case Not(part):
            return Not(_free(protocol, part, made, missing))
        case And(parts):
            return And(tuple(_free(protocol, part, made, missing) for part in parts))
        case Or(parts):
            return Or(tuple(_free(protocol, part, made, missing) for part in parts))
        case _:
            return guard


def _range(protocol: Protocol, atom: Compare) -> Number:
    """What a clock or tracker can be: any time or count, or of a lowest or highest value what its input can be."""
    tracked = protocol.tracker(atom.term.tracker).input if isinstance(atom.term, Tracked) else ""
    kind = prepare(protocol).inputs[tracked].kind if tracked else ANY
    return kind if isinstance(kind, Number) else ANY
