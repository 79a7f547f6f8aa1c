"""What a watch saw, as text: the numbers of each rule, what was missing, and in which courses it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protocol.adapters.filled import filled
from protocol.adapters.phrases import counted, listed, say_date
from protocol.adapters.watched import Tally
from protocol.model.decision import Fact
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, say_duration
from protocol.model.watching import Watching

_MINUTES = re.compile(r"([0-9]+) minutes")
_MOST_DATES = 6
_MOST_NEEDS = 5
_HEADS = ("true", "false", "unknown", "courses", "measured", "known")
_LEGEND = (
    "True, false, unknown: at so many visits. Courses: in so many it is true at some visit. Measured: at so many visits "
    "something that the rule asks was measured; known: of these it is true or false at so many."
)


def paragraphs(
    watchings: Sequence[Watching], found: Sequence[Tally], protocol: Protocol, width: int, summary: bool
) -> Iterator[list[str]]:
    """The numbers, why rules are unknown and, unless only the ``summary`` is wanted, where they are true."""
    yield filled(f"{protocol.name} {protocol.version}, its rules watched without a dose: {_size(watchings)}.", width)
    yield list(_table(found, width))
    yield filled(_LEGEND, width)
    yield [line for tally in found if tally.unknown for line in _missing(tally, width)]
    for tally in found if not summary else ():
        yield list(_where(watchings, tally, width))


def _size(watchings: Sequence[Watching]) -> str:
    """How much was watched. A rule of treatment is not asked before the first dose."""
    visits = [seen for watching in watchings for seen in watching.visits]
    asked = sum(bool(seen.answers) for seen in visits)
    apart = f" ({asked:,} of them where a rule applies)" if asked < len(visits) else ""
    refused = sum(len(seen.refused) for seen in visits)
    return f"{counted(len(watchings), 'course')}, {counted(len(visits), 'visit')}{apart}, {counted(refused, 'refused reading')}"


def _table(found: Sequence[Tally], width: int) -> Iterator[str]:
    """The numbers in columns; where the names leave no room, each name stands in a line of its own above them."""
    columns = [_cells(tally) for tally in found]
    wide = [max(len(head), *(len(cells[place]) for cells in columns), 0) for place, head in enumerate(_HEADS)]
    longest = max((len(tally.rule) for tally in found), default=0)
    beside = longest + sum(wide) + 2 * len(wide) <= width
    lead = longest if beside else 2
    yield _row("", lead, _HEADS, wide)
    for tally, cells in zip(found, columns, strict=True):
        if not beside:
            yield tally.rule
        yield _row(tally.rule if beside else "", lead, cells, wide)


def _row(name: str, lead: int, cells: Sequence[str], wide: Sequence[int]) -> str:
    return f"{name:<{lead}}" + "".join(f"  {cell:>{size}}" for cell, size in zip(cells, wide, strict=True))


def _cells(tally: Tally) -> tuple[str, ...]:
    numbers = (tally.true, tally.false, tally.unknown, tally.courses, tally.measured)
    return (*(f"{number:,}" for number in numbers), share(tally.known, tally.measured))


def share(part: int, whole: int) -> str:
    """A part in per cent, rounded down so that it is never said to be more; ``-`` of nothing."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else "-"


def _missing(tally: Tally, width: int) -> list[str]:
    names = [f"{name} ({count:,})" for name, count in tally.needs[:_MOST_NEEDS]]
    more = len(tally.needs) - len(names)
    named = listed([*names, *([f"{more} more"] if more else [])])
    dates = f"; on a date that is a range ({tally.on_date:,})" if tally.on_date else ""
    return filled(f"{tally.rule} is unknown for want of {named or 'nothing else'}{dates}.", width)


def _where(watchings: Sequence[Watching], tally: Tally, width: int) -> Iterator[str]:
    if not tally.true:
        return
    yield f"{tally.rule} is true in {counted(tally.courses, 'course')}"
    for watching in watchings:
        true = [(visit, answer) for visit, answer in watching.of(tally.rule) if answer.holds]
        if true:
            dates = listed((say_date(visit) for visit, _ in true), _MOST_DATES)
            shown = _shown(true[0][1].facts)
            first = f"; {'at first ' if len(true) > 1 else ''}{shown}" if shown else ""
            yield from filled(f"{watching.course}: {dates}{first}.", width, "  ")


def _shown(facts: Sequence[Fact]) -> str:
    """What is known of what the rule asks, but for times that say nothing more: since the start, or since what is so now."""
    return ", ".join(f"{fact.name} {_rounded(fact.value)}" for fact in facts if fact.status != "unknown" and _tells(fact))


def _tells(fact: Fact) -> bool:
    return fact.status != "computed" or not (fact.name.startswith("time ") or fact.value in ("", say_duration(0)))


def _rounded(value: str) -> str:
    """A time of many minutes, such as a time since often is, in whole days; anything else as it is."""
    minutes = _MINUTES.fullmatch(value)
    return f"over {int(minutes[1]) // DAY} days" if minutes and int(minutes[1]) > 2 * DAY else value
