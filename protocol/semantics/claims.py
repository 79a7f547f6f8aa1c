"""Whether a claim is true, false or unknown at one visit of a course; ``protocol.model.property`` says what claims mean."""

from __future__ import annotations

from functools import lru_cache

from attrs import evolve, frozen

from protocol.model.decision import Decision, Effect
from protocol.model.guard import Guard, Named
from protocol.model.input import Derived
from protocol.model.property import (
    Acts,
    All,
    Any,
    Asks,
    At,
    ByRule,
    Claim,
    DoseIs,
    DoseMoves,
    HasStatus,
    Move,
    No,
    NoDrug,
    Relation,
    Silent,
    While,
    Withheld,
)
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.model.rule import ActionKind
from protocol.model.state import State
from protocol.model.table import by_table
from protocol.semantics.applying import is_in_place
from protocol.semantics.effects import direction, rank
from protocol.semantics.scene import Scene
from protocol.semantics.truth import Open, World, completions

_MOVES: dict[Move, int] = {"raised": 1, "lowered": -1, "unchanged": 0}


@frozen(eq=False)
class Moment:
    """One visit as claims see it: what was known before the decision, the decision, what was done on it, the state after.

    ``scene`` belongs to the protocol that ``watched`` gives. ``action`` and ``rules`` are what was done and what it rests on.
    """

    scene: Scene
    decision: Decision
    action: ActionKind
    rules: frozenset[str]
    state: State


@lru_cache(maxsize=64)
def watched(protocol: Protocol) -> Protocol:
    """The same protocol with what its properties ask among its definitions; it decides the same.

    Values are told apart, and counts go on counting, up to the constants that something compares them with; so what only a
    property asks has to stand where the semantics looks for constants.
    """
    asked = dict.fromkeys(guard for item in protocol.claimed() for guard in item.guards())
    return evolve(protocol, derived=(*protocol.derived, *(Derived(asked_name(guard), guard) for guard in asked)))


@lru_cache(maxsize=4096)
def asked_name(guard: Guard) -> str:
    """A name that no file can declare."""
    return f"({guard!r})"


def truth_of(claim: Claim, moment: Moment) -> bool | None:
    """True or false if the claim is so for everything that missing values can be, None (unknown) otherwise.

    The claim is one of this visit alone: what past claims come to, ``protocol.semantics.monitors`` says.
    Raises KeyError for a condition that no property of the watched protocol asks.
    """
    answers: set[bool | None] = set()
    for _, answer in completions(moment.scene, lambda world: holds_in(claim, moment, world)):
        answers.add(answer)
        if len(answers) > 1:
            return None
    return answers.pop()


def holds_in(claim: Claim, moment: Moment, world: World) -> bool | None:
    """The claim in one completion; None where a dose off the ladder cannot be compared. Raises Open where not settled."""
    match claim:
        case Asks(condition):
            return world.holds(Named(asked_name(condition)))
        case No(part):
            found = holds_in(part, moment, world)
            return None if found is None else not found
        case All(parts):
            return _joined(parts, moment, world, decisive=False)
        case Any(parts):
            return _joined(parts, moment, world, decisive=True)
        case While(what, condition):
            return _joined((what, condition), moment, world, decisive=False)
        case _:
            return done_at(claim, moment)


def _joined(parts: tuple[Claim, ...], moment: Moment, world: World, *, decisive: bool) -> bool | None:
    """One part of the decisive truth outweighs all that is open or unknown."""
    first_open: Open | None = None
    found: set[bool | None] = set()
    for part in parts:
        try:
            found.add(holds_in(part, moment, world))
        except Open as still_open:
            first_open = first_open or still_open
        if decisive in found:
            return decisive
    if first_open is not None:
        raise first_open
    return None if None in found else not decisive


def done_at(claim: Claim, moment: Moment) -> bool | None:
    """What does not depend on what is missing: the decision, and where it leads."""
    decision, after = moment.decision, moment.state
    match claim:
        case Acts(kind):
            return moment.action == kind
        case At(where, before):
            return is_in_place(where, moment.scene.state if before else after)
        case DoseIs(relation, level):
            return _compared(moment.scene.prepared.protocol, after.dose, relation, level)
        case DoseMoves(move):
            return _moves(moment, move)
        case NoDrug():
            return not after.dose.is_drug
        case Withheld():
            return after.withheld
        case HasStatus(status):
            return decision.status == status
        case Silent():
            return decision.silent
        case ByRule(rule):
            return rule in moment.rules or rule in by_table(moment.rules)
        case _:
            raise TypeError(f"unknown claim {claim!r}")


def _compared(protocol: Protocol, dose: Dose, relation: Relation, level: str) -> bool | None:
    here, there = rank(protocol, dose), protocol.rung(level)
    if here is None:
        return None
    match relation:
        case "above":
            return here > there
        case "below":
            return here < there
        case "at least":
            return here >= there
        case "at most":
            return here <= there
        case "is":
            return here == there


def _moves(moment: Moment, move: Move) -> bool | None:
    before, after = moment.scene.state.dose, moment.state
    if move == "unchanged" or before == after.dose:
        return (move == "unchanged") is (before == after.dose)
    effect = Effect(after.control, after.level, after.dose)
    way = direction(moment.scene.prepared.protocol, before, effect)
    return None if way is None else way == _MOVES[move]


def happened(before: State, after: Effect, kind: ActionKind) -> ActionKind:
    """The name of what was done, where a step that leaves the ladder turned into something else."""
    if after.control != before.control and after.control.kind in ("held", "stopped"):
        return "hold" if after.control.kind == "held" else "stop"
    steps = kind in ("escalate", "reduce", "resume")
    return "continue" if steps and (after.control, after.dose) == (before.control, before.dose) else kind
