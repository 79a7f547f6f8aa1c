"""How trackers move at a visit, and what each can be, in Promela."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.model.input import Tracker
from protocol.verification.promela.asked import Asked
from protocol.verification.promela.visits import SEEN, Visits
from protocol.verification.promela.words import one_of, pieces_of


def memory(visits: Sequence[Visits]) -> Iterator[str]:
    """Moving on, and the values that a tracker can have."""
    asked = visits[0].asked
    yield "inline TRACK() {"
    yield "  if"
    for one in visits:
        yield f"  :: ctl == {one.number} ->"
        for place, tracker in enumerate(asked.trackers):
            if not tracker.from_baseline and one.control == "before treatment":
                continue
            yield "     if"
            yield f"     :: {'true' if tracker.from_baseline else 'lev != 0'} ->"
            yield from (f"        {line}" for line in _moved(one, place, tracker))
            yield "     :: else"
            yield "     fi;"
        yield "     skip"
    yield "  fi"
    yield "}"
    yield "inline VALUES() {"
    for place, tracker in enumerate(asked.trackers):
        yield f"  {_values(asked, place, tracker)};"
    yield "  skip"
    yield "}"


def _told(visits: Visits, tracker: Tracker, variable: str, place: int, nothing: int) -> str:
    """What the tracker sees of the letter, as a number: the truth of its condition, or the piece of its input."""
    number = next(n for n, group in enumerate(visits.words.groups) if tracker.name in group.trackers)
    group = visits.words.groups[number]
    which = group.trackers.index(tracker.name)
    text = str(nothing)
    values = dict.fromkeys(way[which][place] for way in group.seen if len(way[which]) > place)
    for value in values:
        ways = [len(way[which]) > place and way[which][place] == value for way in group.seen]
        text = f"({one_of(f'(m{number} >> {SEEN})', ways)} -> {value} : {text})"
    return f"{variable} = {text};"


def _moved(visits: Visits, place: int, tracker: Tracker) -> Iterator[str]:
    nothing = -9
    yield _told(visits, tracker, "here", 0, nothing)
    match tracker.kind:
        case "episodes" | "consecutive":
            yield from _counted(visits, place, tracker, nothing)
        case "since":
            yield "if"
            yield f":: here == 1 -> d{place} = 0; p{place} = 0"
            yield f":: here == 2 -> p{place} = 0"
            yield ":: else"
            yield "fi"
        case _:
            yield from _extreme(visits, place, tracker, nothing)


def _counted(visits: Visits, place: int, tracker: Tracker, nothing: int) -> Iterator[str]:
    top = len(pieces_of(visits.asked, tracker.name)) - 1
    yield _told(visits, tracker, "over", 1, nothing) if tracker.kind == "episodes" else "over = 0;"
    yield "if"
    yield f":: here == {nothing}"
    yield ":: else ->"
    yield f"   old = c{place}; c{place} = 0; i = 0;"
    yield "   do"
    yield f"   :: i > {top} -> break"
    yield "   :: else ->"
    more = f"(2 * (i < {top} -> i + 1 : {top}))"
    if tracker.kind == "consecutive":
        yield f"      c{place} = c{place} | ((old & (1 << (2 * i))) && here != 0 -> (1 << {more}) : 0);"
        yield f"      c{place} = c{place} | ((old & (1 << (2 * i))) && here != 1 -> 1 : 0);"
    else:
        yield f"      c{place} = c{place} | ((old & (2 << (2 * i))) && over != 0 -> (1 << (2 * i)) : 0);"
        yield f"      c{place} = c{place} | ((old & (2 << (2 * i))) && over != 1 -> (2 << (2 * i)) : 0);"
        yield f"      c{place} = c{place} | ((old & (1 << (2 * i))) && here != 0 -> (2 << {more}) : 0);"
        yield f"      c{place} = c{place} | ((old & (1 << (2 * i))) && here != 1 -> (1 << (2 * i)) : 0);"
    yield "      i++"
    yield "   od" + (";" if tracker.name in visits.asked.moved else "")
    if tracker.name in visits.asked.moved:
        # One more than the most that is told apart is a move too; what can be as it was has not moved.
        closed, opened = (sum(bit << 2 * count for count in range(top + 1)) for bit in (1, 2))
        stays = f"(old & {1 if tracker.kind == 'consecutive' else closed}) && here != 1"
        stays = stays if tracker.kind == "consecutive" else f"({stays}) || ((old & {opened}) && over != 1)"
        yield f"   moved_{place} = ({stays} -> moved_{place} : 1)"
    yield "fi"


def _extreme(visits: Visits, place: int, tracker: Tracker, nothing: int) -> Iterator[str]:
    last = len(pieces_of(visits.asked, tracker.name)) - 1
    sign = "<" if tracker.kind == "lowest" else ">"
    yield "if"
    yield f":: here == {nothing}"
    yield ":: else ->"
    end = "hi" if tracker.kind == "lowest" else "lo"
    yield f"   old = {end}{place};"
    for name, all_of_it in (("lo", "0"), ("hi", str(last))):
        yield f"   over = (here < 0 -> {all_of_it} : here);"
        yield f"   {name}{place} = ({name}{place} == 255 || over {sign} {name}{place} -> over : {name}{place});"
    if tracker.name in visits.asked.moved:
        yield f"   moved_{place} = (old != {end}{place} -> 1 : moved_{place})"
    else:
        yield "   skip"
    yield "fi"


def _values(asked: Asked, place: int, tracker: Tracker) -> str:
    """The pieces in which what a tracker holds can lie, as bits."""
    last = len(pieces_of(asked, tracker.name)) - 1
    match tracker.kind:
        case "episodes" | "consecutive":
            found = [f"((c{place} & {3 << 2 * count}) -> {1 << count} : 0)" for count in range(last + 1)]
            return f"n{place} = {' | '.join(found)}"
        case "since":
            low, high = (f"({name}{place} > {last} -> {last} : {name}{place})" for name in ("p", "d"))
            return f"n{place} = ((2 << {high}) - 1) & ~((1 << {low}) - 1)"
        case _:
            spread = f"((2 << hi{place}) - 1) & ~((1 << lo{place}) - 1)"
            return f"n{place} = (lo{place} == 255 -> {(2 << last) - 1} : {spread})"
