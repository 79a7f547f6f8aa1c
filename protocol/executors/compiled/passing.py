"""How do the trackers of a patient move: over the time between two visits, and with the readings of a visit?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from itertools import pairwise

from protocol.executors.compiled import layout
from protocol.executors.compiled.computed import Kept
from protocol.executors.compiled.frame import asked
from protocol.executors.compiled.guards import Asks, Knows, Node
from protocol.executors.compiled.layout import FALSE, NONE, OPEN, TRUE
from protocol.executors.compiled.trackers import Counts, Possible, Tracking
from protocol.executors.compiled.tree import Lapsing, Tree
from protocol.executors.compiled.walking import truths
from protocol.model.guard import Compare

Registers = MutableSequence[int]


def pass_time(tree: Tree, one: Tracking, registers: Registers, time: int, kept: Kept | None) -> None:
    """From the last visit to this one, which still has the readings of the last one."""
    last = registers[layout.TIME]
    if one.tracker.kind == "duration":
        for moment in lapses(tree, (one.when,), registers, time, kept):
            lasting(one, registers, _truths_at(tree, one, registers, moment, kept) // 3, moment)
    elif one.tracker.kind == "since" and last not in (NONE, time):
        changing = lapses(tree, one.conditions, registers, time + 1, kept)
        for begin, end in pairwise((*sorted({last + 1, *changing}), time + 1)):
            so(one, registers, _truths_at(tree, one, registers, begin, kept), end - 1)


def _truths_at(tree: Tree, one: Tracking, registers: Registers, moment: int, kept: Kept | None) -> int:
    if kept is not None:
        kept.fill(registers, moment, tree.frame.computing.get(one.tracker.name, ()))
    return truths(tree, one, registers, moment)


def move(tree: Tree, one: Tracking, registers: Registers, found: int, measured: int, time: int) -> None:
    """With the truths of its conditions at a visit; ``measured`` are the inputs that were read there, as bits."""
    match one.tracker.kind:
        case "duration":
            lasting(one, registers, found // 3, time)
        case "since":
            so(one, registers, found, time)
        case "episodes" | "consecutive":
            _count(tree, one, registers, found, bool(measured & one.inputs), time)
        case "lowest" | "highest":
            _reach(tree, one, registers, time)


def lapses(tree: Tree, guards: Iterable[Node], registers: Registers, until: int, kept: Kept | None) -> list[int]:
    """The first minutes, after the last visit and before ``until``, at which something that is asked is no longer valid."""
    before, found = registers[layout.TIME], set[int]()
    if before == NONE:
        return []
    for guard in guards:
        ages, names = lapsing(tree, guard)
        for register, minutes in ages:
            found.add(registers[register] + minutes + 1)
        if kept is not None:
            for name in names:
                found.update(kept.changes(name))
    return sorted(moment for moment in found if before < moment < until)


def lapsing(tree: Tree, guard: Node) -> Lapsing:
    """What a guard asks that can cease to be valid: registers of when it was observed and for how many minutes it counts, and
    what is computed."""
    found = tree.lapsing.get(id(guard))
    if found is None:
        every = tuple(dict.fromkeys(one for part in asked(tree.frame, guard) for one in _of_part(tree, part)))
        ages = tuple(one for one in every if not isinstance(one, str))
        found = tree.lapsing[id(guard)] = ages, tuple(one for one in every if isinstance(one, str))
    return found


def _of_part(tree: Tree, part: Asks | Knows) -> Iterator[tuple[int, int] | str]:
    one = tree.frame.axes.all[part.axis]
    if isinstance(part, Knows) or one.kind == layout.READING:
        if one.d < layout.EVER:
            yield one.a, one.d
    elif one.kind == layout.HELD:
        name = getattr(part.atom.term if isinstance(part.atom, Compare) else part.atom, "input", "")
        if name:
            yield name


def lasting(one: Tracking, registers: Registers, now: int, time: int) -> None:
    """A duration, when this is the truth of its condition from a time on."""
    definite, possible = one.first, one.first + 1
    if now == OPEN and one.tracker.measured_only:
        return
    if now == FALSE:
        registers[definite] = registers[possible] = NONE
        return
    if registers[possible] == NONE:
        registers[possible] = time
    if now == OPEN:
        registers[definite] = NONE
    elif registers[definite] == NONE:
        registers[definite] = time


def so(one: Tracking, registers: Registers, found: int, time: int) -> None:
    """A time since, at a time up to which these were the truths of its conditions since the last one."""
    now, over = divmod(found, 3)
    if one.tracker.measured_only:
        now, over = (FALSE if answer == OPEN else answer for answer in (now, over))
    if one.until is not None:
        was = registers[one.first + 3]
        begun = _either(now, was)
        now, still = _either(now, _both(was, _not(over))), _both(begun, _not(over))
        registers[one.first + 3] = still
    if now != FALSE:
        registers[one.first + 1] = time
        if now == TRUE:
            registers[one.first] = time


def _not(one: int) -> int:
    return one if one == OPEN else 1 - one


def _both(one: int, other: int) -> int:
    return FALSE if FALSE in (one, other) else OPEN if OPEN in (one, other) else TRUE


def _either(one: int, other: int) -> int:
    return _not(_both(_not(one), _not(other)))


def _count(tree: Tree, one: Tracking, registers: Registers, found: int, measured: bool, time: int) -> None:
    after = after_count(tree, one, registers[one.first], found, measured)
    registers[one.first] = after >> 1
    if after & 1:
        registers[one.first + 1] = time


def after_count(tree: Tree, one: Tracking, before: int, found: int, measured: bool) -> int:
    """The number of the set of counts after a visit, twice, and one more where that is a change."""
    counts = one.counts
    assert counts is not None
    key = before, found, int(measured)
    after = counts.moves.get(key)
    if after is None:
        moved, changed = counted(one, counts, counts.sets[before], found, measured)
        number = counts.number(moved, tree.frame.axes.masks[one.axis])
        after = counts.moves[key] = number * 2 + changed
    return after


def counted(one: Tracking, counts: Counts, possible: Possible, found: int, measured: bool) -> tuple[Possible, bool]:
    """The counts that can be after a visit, and whether each is a change before they are cut off at the largest one kept."""
    now, over = divmod(found, 3)
    if one.tracker.measured_only and (now == OPEN or not measured):
        return possible, False
    if one.tracker.kind == "consecutive":
        if now != OPEN and not measured:
            return possible, False
        moves = {(before, (False, before[1] + 1)) for before in possible if now != FALSE}
        moves |= {(before, (False, 0)) for before in possible if now != TRUE}
    else:
        over = _not(now) if one.until is None else over
        moves = {(before, after) for before in possible for after in _episode(before, now, over)}
    cut = tuple(sorted({(is_open, min(count, counts.top)) for _, (is_open, count) in moves}))
    return cut, all(before != after for before, after in moves)


def _episode(before: tuple[bool, int], now: int, over: int) -> Iterator[tuple[bool, int]]:
    is_open, count = before
    if is_open:
        if over != FALSE:
            yield False, count
        if over != TRUE:
            yield True, count
    else:
        if now != FALSE:
            yield True, count + 1
        if now != TRUE:
            yield False, count


def _reach(tree: Tree, one: Tracking, registers: Registers, time: int) -> None:
    frame = tree.frame
    axis = frame.axes.all[frame.reading[one.tracker.input, one.tracker.name]]
    is_computed = axis.kind == layout.HELD
    is_known = registers[frame.observed(one.tracker.input)] == time if is_computed else time - registers[axis.a] <= axis.d
    unknown = frame.terms[one.tracker.input, one.tracker.name].unknown
    code = registers[axis.a] if is_computed else registers[axis.b] if is_known else unknown
    reach(tree, one, registers, code, is_known)


def reach(tree: Tree, one: Tracking, registers: Registers, code: int, is_known: bool) -> None:
    """The lowest or highest value, after one that is known, or that can be anything."""
    if not is_known and one.tracker.measured_only:
        return
    cells = tree.frame.terms[one.tracker.input, one.tracker.name].masks[code]
    low, high = (cells & -cells).bit_length() - 1, cells.bit_length() - 1
    pick = min if one.tracker.kind == "lowest" else max
    for register, value in ((one.first, low), (one.first + 1, high)):
        registers[register] = value if registers[register] == NONE else pick(registers[register], value)
