"""What a claim that looks back comes to at one visit: a claim of that visit alone, one for each thing the past can have been.

Of the visits before, a past claim needs a *stage* only. ``what since begin`` was true at the visit before (1) or not (0), and so
is ``begin or what`` now, or ``begin``. ``at least n times what`` was so already (2), lacks one visit (1), or lacks more (0), and
so is ``always``, ``what``, or never. A claim with past claims in it has a form for each stage of each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from protocol.model.guard import Always
from protocol.model.property import All, Any, Asks, Claim, No, Past, Since, Times, While, claims

ALWAYS: Claim = Asks(Always())
NEVER: Claim = No(ALWAYS)

Stages = tuple[int, ...]
Bounds = tuple[int, int]
"""The least and the most that the past can come to: at how many visits ``what`` of ``Times`` was true, up to the count that is
asked; of ``Since``, 1 if it was true at the visit before, else 0."""
NOTHING_YET: Bounds = (0, 0)


def past_claims(claim: Claim) -> tuple[Past, ...]:
    """The past claims in a claim, each once."""
    return tuple(dict.fromkeys(part for part in claims(claim) if isinstance(part, Since | Times)))


def stages(part: Past, bounds: Bounds) -> range:
    """The stages that a past claim can be at."""
    least, most = bounds
    if isinstance(part, Since):
        return range(least, most + 1)
    return range(_stage(part, least), _stage(part, most) + 1)


def _stage(part: Times, times: int) -> int:
    return max(0, times - part.count + 2)


def every_stage(part: Past) -> range:
    """All stages at which a past claim can ever be."""
    return range(2) if isinstance(part, Since) else stages(part, (0, part.count))


def forms(claim: Claim) -> Iterator[tuple[Stages, Claim]]:
    """For each way in which the past claims in a claim can stand, in their order, the claim of one visit that it comes to."""
    parts = past_claims(claim)
    for found in product(*map(every_stage, parts)):
        yield found, at_stages(claim, dict(zip(parts, found, strict=True)))


def at_stages(claim: Claim, found: Mapping[Past, int]) -> Claim:
    """The claim with what each of its past claims comes to at that stage in its place."""
    match claim:
        case Since(what, begin):
            return any_of((begin, what)) if found[claim] else begin
        case Times(_, what):
            return (NEVER, what, ALWAYS)[found[claim]]
        case No(part):
            return not_(at_stages(part, found))
        case All(parts):
            return all_of(tuple(at_stages(part, found) for part in parts))
        case Any(parts):
            return any_of(tuple(at_stages(part, found) for part in parts))
        case While(what, condition):
            return all_of((at_stages(what, found), at_stages(condition, found)))
        case _:
            return claim


def not_(part: Claim) -> Claim:
    """Not the part, without a ``not`` that is taken back."""
    return part.part if isinstance(part, No) else No(part)


def all_of(parts: tuple[Claim, ...]) -> Claim:
    """All parts, as short as it can be said."""
    kept = tuple(dict.fromkeys(part for part in parts if part != ALWAYS))
    if NEVER in kept or not kept:
        return NEVER if kept else ALWAYS
    return kept[0] if len(kept) == 1 else All(kept)


def any_of(parts: tuple[Claim, ...]) -> Claim:
    """Some part, as short as it can be said."""
    kept = tuple(dict.fromkeys(part for part in parts if part != NEVER))
    if ALWAYS in kept or not kept:
        return ALWAYS if kept else NEVER
    return kept[0] if len(kept) == 1 else Any(kept)
