"""What a guard is at a visit without supposing anything: true, false, or open. Asked by functions made once for a protocol.

A guard that is true (or false) here is so in every completion of what is missing, so nothing has to be split for it. What
is open is left to ``truth``, which splits it. The answers are those of ``World.holds`` on a scene that is not narrowed;
this file only comes to them faster, since most visits measure what most rules ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from protocol.model.guard import Always, And, Atom, Clock, Compare, Guard, Is, Known, Named, Not, Or, Ratio, Term, Value
from protocol.model.rule import Rule
from protocol.model.state import State
from protocol.semantics import clocks
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Candidate, Scene

Ask = Callable[[Scene], bool | None]


def settled(scene: Scene, guard: Guard, *, again: bool = False) -> bool | None:
    """Whether the guard is true whatever is missing, or false; None where that is open, or the guard is not the protocol's.

    ``again``: the same is asked of this scene many times, so it is kept.
    """
    ask = _asks(scene.prepared).get(id(guard))
    return None if ask is None else said(scene, ask) if again else ask(scene)


def said(scene: Scene, ask: Ask) -> bool | None:
    """What a function says of a scene, which is asked once."""
    if ask not in scene.settled:
        scene.settled[ask] = ask(scene)
    return scene.settled[ask]


def ask_of(prepared: Prepared, rule: Rule) -> Ask:
    """The function that settles the guard of a rule of the protocol, or leaves it open."""
    return _asks(prepared)[id(rule.when)]


def term_of(atom: Atom) -> Term:
    """The term that a comparison is about."""
    return atom.term if isinstance(atom, Compare) else Value(atom.input)


def true_of(atom: Atom, value: Candidate) -> bool:
    """Whether the comparison is true of this value of its term."""
    if isinstance(atom, Is):
        return value == atom.option
    assert not isinstance(value, str)
    return clocks.holds(atom.operator, value, atom.constant)


@lru_cache(maxsize=256)
def _asks(prepared: Prepared) -> dict[int, Ask]:
    """The function of each guard of the protocol and of each part of one, found by identity: hashing a guard takes longer."""
    made: dict[int, Ask] = {}
    for guard in _guards(prepared):
        _ask(prepared, guard, made)
    return made


def _guards(prepared: Prepared) -> Iterator[Guard]:
    yield from (rule.when for rule in prepared.rules)
    yield from (entry.when for _, entries in prepared.monitoring for entry in entries)
    yield from (guard for score in prepared.scores.values() for guard in score.guards())
    for tracker in prepared.trackers:
        yield tracker.when
        if tracker.until is not None:
            yield tracker.until


def _ask(prepared: Prepared, guard: Guard, made: dict[int, Ask]) -> Ask:
    found = made.get(id(guard))
    if found is None:
        found = made[id(guard)] = _made(prepared, guard, made)
    return found


def _made(prepared: Prepared, guard: Guard, made: dict[int, Ask]) -> Ask:
    match guard:
        case Always():
            return lambda scene: True
        case Compare(Clock(clock)):
            return lambda scene: clocks.compare(guard, clocks.age(scene.state, clock, scene.time))
        case Compare() | Is():
            return _of_atom(prepared, guard)
        case Known():
            return lambda scene: scene.knows(guard)
        case Named(name):
            return _ask(prepared, prepared.definitions[name], made)
        case Not(part):
            return _opposite(_ask(prepared, part, made))
        case And(parts):
            return any_of(tuple(_ask(prepared, part, made) for part in parts), False)
        case Or(parts):
            return any_of(tuple(_ask(prepared, part, made) for part in parts), True)


def _opposite(part: Ask) -> Ask:
    def ask(scene: Scene) -> bool | None:
        answer = part(scene)
        return None if answer is None else not answer

    return ask


def any_of(parts: tuple[Ask, ...], wanted: bool) -> Ask:
    """``or`` looks for a true part, ``and`` for a false one. A settled part of that truth outweighs the open ones before it."""

    def ask(scene: Scene) -> bool | None:
        answer: bool | None = not wanted
        for part in parts:
            found = part(scene)
            if found is wanted:
                return wanted
            if found is None:
                answer = None
        return answer

    return ask


def _of_atom(prepared: Prepared, atom: Atom) -> Ask:
    """A comparison. Of a reading that is one value it is a comparison of whole numbers; of anything else it tries each cell."""
    in_cells = _in_cells(atom)
    match atom:
        case Is(name):
            return _of_option(atom, name, in_cells, _unread(prepared, in_cells))
        case Compare(Value(name)):
            # An unknown derived number can still be narrowed by the parts that are known, and a score is never unknown.
            unread = None if name in prepared.numbers or name in prepared.scores else _unread(prepared, in_cells)
            return _of_value(atom, name, in_cells, unread)
        case Compare(Ratio(name, "ULN" | "LLN" as limit)):
            return _of_ratio(atom, name, limit, in_cells)
        case _:
            return in_cells


def _in_cells(atom: Atom) -> Ask:
    term = term_of(atom)

    def ask(scene: Scene) -> bool | None:
        answers = [true_of(atom, value) for value in scene.candidates(term)]
        return True if all(answers) else None if any(answers) else False

    return ask


def _unread(prepared: Prepared, ask: Ask) -> bool | None:
    """The answer where nothing was ever read."""
    return ask(Scene(prepared, State(), 0))


def _of_option(atom: Is, name: str, in_cells: Ask, unread: bool | None) -> Ask:
    option = atom.option

    def ask(scene: Scene) -> bool | None:
        held = scene.valid(name)
        if held is None:
            return unread
        return held.value == option if type(held.value) is str else in_cells(scene)

    return ask


def _of_value(atom: Compare, name: str, in_cells: Ask, unread: bool | None) -> Ask:
    compare = clocks.OPERATORS[atom.operator]
    over, under = atom.constant.as_integer_ratio()

    def ask(scene: Scene) -> bool | None:
        # Nearly every guard asks a value, so what is kept is looked up here and not by a call.
        point = scene.points.get(name)
        if point is None:
            point = scene.point(name)
        if point:
            return compare(point[0] * under, over * point[1])
        return in_cells(scene) if unread is None or scene.valid(name) is not None else unread

    return ask


def _of_ratio(atom: Compare, name: str, limit: str, in_cells: Ask) -> Ask:
    """``value / bound`` against a constant, as ``value`` against ``constant * bound``; a bound of zero has a rule of its own."""
    compare = clocks.OPERATORS[atom.operator]
    over, under = atom.constant.as_integer_ratio()

    def ask(scene: Scene) -> bool | None:
        held, point = scene.valid(name), scene.point(name)
        bound = None if held is None else held.upper if limit == "ULN" else held.lower
        if not point or not bound:
            return in_cells(scene)
        return compare(point[0] * bound.denominator * under, over * bound.numerator * point[1])

    return ask
