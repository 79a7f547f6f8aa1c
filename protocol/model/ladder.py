"""A ladder in even steps: what ``2 to 40 by 1 U/kg/h`` generates, and which ladders can be said like that.

A protocol holds its levels only, however they were written, so a ladder that was listed in even steps under the same names
is the same protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import evolve

from protocol.errors import NotationError
from protocol.model.protocol import Level
from protocol.model.quantity import say_number
from protocol.model.regimen import Regimen

MOST_LEVELS = 200
"""More levels than any published ladder has; a ladder that would have more was meant in another unit."""


def generated(low: Fraction, high: Fraction, step: Regimen) -> tuple[Level, ...]:
    """The levels ``dose-2`` to ``dose-40``, of which each is ``step`` above the one before; a decimal point becomes a hyphen.

    Raises NotationError where no whole number of steps leads from ``low`` to ``high``, or where there would be too many.
    """
    if step.is_placebo:
        raise NotationError("a step of placebo leads nowhere", "Write the step as a regimen: '100 mg every day'.")
    if low <= 0:
        raise NotationError("a ladder cannot begin at 0", "Begin it at its first dose; no drug is a hold or a stop, not a level.")
    if high <= low:
        hint = "Write the lower amount first, then the higher one."
        raise NotationError(f"no ladder goes up from {say_number(low)} to {say_number(high)}", hint)
    steps = (high - low) / step.amount
    if steps > MOST_LEVELS - 1:
        hint = "Take larger steps, or a unit in which the doses are ordered."
        raise NotationError(f"this ladder has {int(steps) + 1} levels, and {MOST_LEVELS} are the most", hint)
    if steps.denominator != 1:
        last = low + int(steps) * step.amount
        ends = [say_number(end) for end in (last, last + step.amount) if end > low]
        hint = f"End it at {' or '.join(ends)}, or list the levels."
        message = f"steps of {say_number(step.amount)} from {say_number(low)} do not reach {say_number(high)}"
        raise NotationError(message, hint)
    return tuple(_level(low + number * step.amount, step) for number in range(int(steps) + 1))


def _level(amount: Fraction, step: Regimen) -> Level:
    return Level(f"dose-{say_number(amount).replace('.', '-')}", evolve(step, amount=amount))


_GENERATED = re.compile(r"dose-[0-9]+(?:-[0-9]+)?")
_SHORTEST_RUN = 5
_FEWEST_NAMES = 3


def runs(levels: Sequence[Level]) -> tuple[tuple[Level, ...], ...]:
    """The levels, those that stand in even steps under generated names together; fewer than five stand each alone."""
    found: list[list[Level]] = []
    for level in levels:
        if found and _goes_on(found[-1], level):
            found[-1].append(level)
        else:
            found.append([level])
    parts = ([run] if len(run) >= _SHORTEST_RUN else [[level] for level in run] for run in found)
    return tuple(tuple(part) for several in parts for part in several)


def _goes_on(run: list[Level], level: Level) -> bool:
    """Whether the level is generated as those of the run are, one step above the last of them."""
    last = run[-1].regimen
    if last.is_placebo or level.regimen.is_placebo:
        return False
    alike = all(one == _level(one.regimen.amount, last) for one in (run[-1], level))
    step = level.regimen.amount - last.amount
    return alike and step > 0 and (len(run) == 1 or step == last.amount - run[-2].regimen.amount)


def say_run(run: tuple[Level, ...]) -> str:
    """``2 to 60 U/kg/h in steps of 1`` of several levels, ``18 U/kg/h`` of one."""
    first, last = run[0].regimen, run[-1].regimen
    if first == last:
        return str(first)
    return f"{say_number(first.amount)} to {last} in steps of {say_number(run[1].regimen.amount - first.amount)}"


def folded(names: Iterable[str], ladder: Sequence[str]) -> tuple[str, ...]:
    """The names of some levels, lowest first; generated ones that stand together on the ladder as ``dose-2 to dose-17``."""
    wanted = set(names)
    found: list[list[str]] = [[]]
    for name in ladder:
        if name not in wanted or not _GENERATED.fullmatch(name):
            found.extend(([name] if name in wanted else [], []))
        else:
            found[-1].append(name)
    parts = ([f"{run[0]} to {run[-1]}"] if len(run) >= _FEWEST_NAMES else run for run in found)
    return tuple(name for part in parts for name in part)


def say_generated(levels: tuple[Level, ...]) -> str:
    """``2 to 40 by 1 U/kg/h``; empty where the levels are not what such a text generates."""
    if len(levels) < 2:
        return ""
    low, second, high = levels[0].regimen, levels[1].regimen, levels[-1].regimen
    if not 0 < low.amount < second.amount:
        return ""
    step = evolve(low, amount=second.amount - low.amount)
    try:
        found = generated(low.amount, high.amount, step)
    except NotationError:
        return ""
    return f"{say_number(low.amount)} to {say_number(high.amount)} by {step}" if found == levels else ""
