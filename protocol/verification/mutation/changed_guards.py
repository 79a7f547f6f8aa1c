"""What can be changed in a guard at one place: a constant, a comparison, a connective, a negation, a condition."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from attrs import evolve, frozen

from protocol.model.guard import Always, And, Compare, Guard, Is, Known, Named, Not, Operator, Or, Tracked
from protocol.model.input import Choice
from protocol.verification.mutation.nudges import Nudges

Kind = Literal[
    "threshold", "time", "count", "comparison", "connective", "negation", "condition", "option", "missing", "validity",
    "otherwise", "level", "off ladder", "cap", "anew", "meanwhile", "supplement", "mode", "recommended", "again", "once",
    "on hold", "place", "order", "left out", "tracker", "points", "formula",
]  # fmt: skip

_STRICTNESS: dict[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE: dict[Operator, Operator] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


@frozen
class Change:
    """One change of a guard: the part as it is and as it becomes (None: it is left out), and the guard that comes of it."""

    kind: Kind
    old: Guard
    new: Guard | None
    whole: Guard


def changes(guard: Guard, nudges: Nudges) -> Iterator[Change]:
    """Every change of one place of a guard, outermost first, left to right; what names stand for is not opened."""
    for kind, new in _of_node(guard, nudges):
        yield Change(kind, guard, new, new)
    match guard:
        case And(parts) | Or(parts):
            for place, part in enumerate(parts):
                rest = (*parts[:place], *parts[place + 1 :])
                left: Kind = "missing" if _asks_what_is_known(part) else "condition"
                yield Change(left, part, None, rest[0] if len(rest) == 1 else evolve(guard, parts=rest))
                for change in changes(part, nudges):
                    yield evolve(change, whole=evolve(guard, parts=(*parts[:place], change.whole, *parts[place + 1 :])))
        case Not(part):
            for change in changes(part, nudges):
                if change.kind != "negation" or change.whole != _negated(part):
                    yield evolve(change, whole=Not(change.whole))


def _negated(part: Guard) -> Guard:
    """What stands for the negation of a part; to negate it behind a 'not' is to leave the 'not' out."""
    match part:
        case Not(inner):
            return inner
        case Compare():
            return _with(part, operator=_OPPOSITE[part.operator])
        case _:
            return Not(part)


def _asks_what_is_known(guard: Guard) -> bool:
    return isinstance(guard.part if isinstance(guard, Not) else guard, Known)


def _of_node(guard: Guard, nudges: Nudges) -> Iterator[tuple[Kind, Guard]]:
    match guard:
        case And(parts):
            yield "connective", Or(parts)
        case Or(parts):
            yield "connective", And(parts)
        case Not(part):
            yield "negation", part
        case Compare():
            yield from _of_comparison(guard, nudges)
        case Is(name, option):
            yield "negation", Not(guard)
            yield from (("option", Is(name, other)) for other in _beside(nudges, name, option))
        case Known(name, within):
            yield "negation", Not(guard)
            if within is not None:
                yield "missing", Known(name)
                yield from (("time", Known(name, one)) for one in (within - nudges.step, within + nudges.step) if one >= 0)
        case Named():
            yield "negation", Not(guard)
        case Always():
            return


def _beside(nudges: Nudges, name: str, option: str) -> tuple[str, ...]:
    """The options declared before and after this one; of a finding none, because that would be its negation."""
    kind = next((item.kind for item in nudges.protocol.inputs if item.name == name), None)
    if not isinstance(kind, Choice):
        return ()
    place = kind.options.index(option)
    return (*kind.options[max(place - 1, 0) : place], *kind.options[place + 1 : place + 2])


def _of_comparison(guard: Compare, nudges: Nudges) -> Iterator[tuple[Kind, Guard]]:
    scale = nudges.scale(guard.term)
    around = nudges.around(guard)
    if scale.time and guard.constant % nudges.step == 0:
        # At visits on the grid "> 4 weeks" is ">= 5 weeks", so of the constant only the other side is tried.
        yield "comparison", _with(guard, operator=_STRICTNESS[guard.operator])
        around = tuple(one for one in around if (one < guard.constant) == (guard.operator in ("<", ">=")))
    elif not scale.whole and guard.operator in _STRICTNESS:
        yield "comparison", _with(guard, operator=_STRICTNESS[guard.operator])
    kind: Kind = "time" if scale.time else "count" if isinstance(guard.term, Tracked) and scale.whole else "threshold"
    yield from ((kind, _with(guard, constant=one)) for one in around)
    if guard.operator == "==":
        yield from (("comparison", evolve(guard, operator=one)) for one in ("<=", ">="))
    if guard.early:
        yield "time", evolve(guard, early=0)
    yield "negation", _with(guard, operator=_OPPOSITE[guard.operator])


def _with(guard: Compare, *, operator: Operator | None = None, constant: Fraction | None = None) -> Compare:
    """The comparison changed; a visit window stays only with ``>=``."""
    changed = evolve(guard, operator=operator or guard.operator, constant=guard.constant if constant is None else constant)
    return changed if changed.operator == ">=" else evolve(changed, early=0, late=0)
