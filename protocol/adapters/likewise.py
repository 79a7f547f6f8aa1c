"""Which courses of a difference show the same as another one at other doses, so that one of them is enough to read?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from protocol.adapters.done import regimen_of
from protocol.adapters.permitted_apart import grounds
from protocol.adapters.phrases import counted
from protocol.model.decision import Step
from protocol.model.difference import Different, Unconfirmed
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose

Both = tuple[Protocol, Protocol]
MANY = 3
"""So many courses that differ in the doses only are told as one."""
Some = TypeVar("Some", Different, Unconfirmed)
Alike = tuple[Different, ...]
"""Courses of one meaning that differ in the doses only, the one that is shown first."""


def alike(both: Both, found: Iterable[Different]) -> tuple[Alike, ...]:
    """The courses of one meaning, together where the same is decided, as surely, by the same rules, only at other doses.

    Fewer than ``MANY`` are shown each.
    """
    groups: dict[Hashable, list[Different]] = {}
    for one in found:
        groups.setdefault(_but_doses(both, one), []).append(one)
    return tuple(_parted(groups.values()))


def _parted(groups: Iterable[list[Some]]) -> Iterator[tuple[Some, ...]]:
    for group in groups:
        yield from [tuple(group)] if len(group) >= MANY else [(one,) for one in group]


def _but_doses(both: Both, one: Different) -> Hashable:
    """All that is told of a difference but the doses, and the course that comes to it."""
    return one.meaning, one.later, one.by, grounds(*both, one), _decided(one.old[-1]), _decided(one.new[-1])


def _decided(step: Step) -> Hashable:
    one = step.decision
    return (
        one.status, one.action, one.before.control, one.after.control, one.after.dose.is_drug, one.after.anew, one.supplement,
        one.withheld, one.silent, bool(one.blocked), one.reasons, tuple(fact.name for fact in one.facts),
        tuple(item.name for item in one.missing),
    )  # fmt: skip


def say_likewise(both: Both, others: Sequence[Different]) -> str:
    """``Likewise at 2 other doses (old and new): 16 and 14 U/kg/h, 20 and 18 U/kg/h``."""
    doses = (tuple(side[-1].decision.after.dose for side in (one.old, one.new)) for one in others)
    pairs = [
        (regimen_of(both[0], was), regimen_of(both[1], now)) for was, now in sorted(doses, key=lambda one: _rung(both[0], one[0]))
    ]
    return f"Likewise at {counted(len(others), 'other dose')}{_listed(pairs)}"


def _rung(protocol: Protocol, dose: Dose) -> int:
    return protocol.rung(dose.name) if dose.kind == "level" else -1


# Where no course was found


def of_one_meaning(found: Iterable[Unconfirmed]) -> Iterator[tuple[Unconfirmed, ...]]:
    """Those of one meaning together, in the order in which they were found."""
    groups: dict[str, list[Unconfirmed]] = {}
    for one in found:
        groups.setdefault(one.meaning, []).append(one)
    return _parted(groups.values())


def say_together(group: Sequence[Unconfirmed]) -> str:
    """``no longer silent, at 2 doses: 16 U/kg/h, 20 U/kg/h, after 3 visits or more``."""
    pairs = [(one.old.dose or "no drug", one.new.dose or "no drug") for one in group]
    visits = min(one.visits for one in group)
    return f"{group[0].meaning}, at {counted(len(group), 'dose')}{_listed(pairs)}, after {counted(visits, 'visit')} or more"


# Doses


def _listed(pairs: list[tuple[str, str]]) -> str:
    """``(old and new): 16 and 14, 20 and 18 U/kg/h``; ``: 16, 18 U/kg/h`` where both give the same."""
    told = "" if all(was == now for was, now in pairs) else " (old and new)"
    return f"{told}: {', '.join(_with_one_unit(pairs))}"


def _with_one_unit(pairs: list[tuple[str, str]]) -> Iterator[str]:
    """The pairs, with the unit and the interval once where all have the same."""
    numbers = [[text.partition(" ") for text in pair] for pair in pairs]
    rests = {rest for pair in numbers for _, _, rest in pair}
    for place, pair in enumerate(numbers):
        texts = [number for number, _, _ in pair] if len(rests) == 1 else pairs[place]
        last = f" {next(iter(rests))}" if len(rests) == 1 and place == len(numbers) - 1 else ""
        yield " and ".join(dict.fromkeys(texts)) + last
