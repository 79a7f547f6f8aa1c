"""Which letters does a visit have: what inputs that are asked together can be, as sets of the worlds that are possible then?

A *world* of a group of inputs is one combination of truths of all that is asked of them. What a visit shows of the group leaves
some worlds possible: one where everything was measured, several where something is unknown. Visits that leave the same worlds
possible are one letter. Inputs are put into one group where that makes fewer letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product

from attrs import frozen

from protocol.model.guard import And, Clock, Compare, Guard, Is, Not, Or, Term, Tracked, Value, nodes
from protocol.model.input import Tracker
from protocol.verification.promela.asked import Asked, NotInPromela, inputs_of, of_tracker
from protocol.verification.promela.readings import Candidate, Shown, Values, shown, term_of, true_in

Truths = tuple[bool, ...]
MOST_WORLDS = 20
MOST_TRIED, MOST_LETTERS, MOST_COLUMNS = 200_000, 30, 5


@frozen
class Fresh:
    """Of a comparison: that it has this truth on a reading that is newer than the last step."""

    atom: Compare | Is
    truth: bool


Column = Guard | Fresh


Seen = tuple[int, ...]
"""What a tracker sees of a letter: nothing that moves it, or what it is told, as numbers (0 false, 1 true, 2 unknown)."""


@frozen
class Letter:
    """The worlds that are possible, what each tracker of the group sees, and at which ages of the last step this can be."""

    worlds: frozenset[Truths]
    seen: tuple[Seen, ...]
    steps: frozenset[int]


@frozen(eq=False)
class Group:
    """Inputs that are looked at together, what is asked of them, and all letters; ``trackers`` are those that follow them.

    ``seen`` are all the ways in which these see a letter.
    """

    inputs: tuple[str, ...]
    columns: tuple[Column, ...]
    worlds: tuple[Truths, ...]
    letters: tuple[Letter, ...]
    trackers: tuple[str, ...]
    seen: tuple[tuple[Seen, ...], ...]

    def mask(self, column: Column) -> int:
        """The worlds in which this is true, as bits."""
        place = self.columns.index(column)
        return sum(1 << number for number, world in enumerate(self.worlds) if world[place])


def is_of_inputs(guard: Guard) -> bool:
    """Whether a guard asks inputs only."""
    atoms = [node for node in nodes(guard) if isinstance(node, Compare)]
    return not any(isinstance(atom.term, Clock | Tracked) for atom in atoms)


def names_in(guard: Guard | Column) -> frozenset[str]:
    """The inputs that a guard asks."""
    match guard:
        case Fresh(atom):
            return names_in(atom)
        case _:
            return frozenset(inputs_of(nodes(guard)))


def split(guard: Guard, groups: Iterable[frozenset[str]]) -> Guard:
    """The guard with its parts that ask one group of inputs put together, so that each is one question to that group."""
    groups = tuple(groups)
    if is_of_inputs(guard) and any(names_in(guard) <= group for group in groups):
        return guard
    match guard:
        case Not(part):
            return Not(split(part, groups))
        case And(parts) | Or(parts):
            kind = type(guard)
            left, found = list(parts), list[Guard]()
            for group in groups:
                of_group = [part for part in left if is_of_inputs(part) and names_in(part) and names_in(part) <= group]
                left = [part for part in left if part not in of_group]
                found += [kind(tuple(of_group))] if len(of_group) > 1 else of_group
            return kind(tuple([*found, *(split(part, groups) for part in left)]))
        case _:
            return guard


def questions(guard: Guard, groups: Iterable[frozenset[str]]) -> Iterator[Guard]:
    """What a split guard asks of groups of inputs."""
    groups = tuple(groups)
    if is_of_inputs(guard) and any(names_in(guard) <= group for group in groups):
        if names_in(guard):
            yield guard
        return
    match guard:
        case Not(part):
            yield from questions(part, groups)
        case And(parts) | Or(parts):
            for part in parts:
                yield from questions(part, groups)
        case _:
            return


@frozen(eq=False)
class Wanted:
    """Everything that is asked at the visits of one control state: guards, what has to be fresh, and what trackers follow."""

    guards: tuple[Guard, ...]
    fresh: tuple[Fresh, ...]
    trackers: tuple[Tracker, ...]


def groups_of(asked: Asked, wanted: Wanted) -> tuple[Group, ...]:
    """The inputs in groups, merged where that makes fewer letters."""
    roots = (*wanted.guards, *wanted.fresh)
    followed = [_followed(tracker) for tracker in wanted.trackers]
    names = {name for root in roots for name in names_in(root)} | {name for one in followed for name in one}
    parts = [frozenset({name}) for name in sorted(names)]
    for together in followed:
        parts = _merged(parts, together)
    for candidate in sorted({one for guard in wanted.guards for one in _joint(guard)}, key=lambda one: (len(one), sorted(one))):
        tried = _merged(parts, candidate)
        if len(tried) < len(parts):
            merged = next(part for part in tried if candidate <= part)
            apart = [part for part in parts if part <= merged]
            parts = tried if _is_better(asked, wanted, merged, apart, parts, tried) else parts
    groups = tuple(_group(asked, wanted, part, parts) for part in parts)
    for group in groups:
        if len(group.worlds) > MOST_WORLDS:
            raise NotInPromela(f"{', '.join(group.inputs)}: more than {MOST_WORLDS} cases to tell apart, which have no room")
    return groups


def _followed(tracker: Tracker) -> frozenset[str]:
    """The inputs that a tracker follows."""
    return frozenset(
        [name for guard in of_tracker(tracker) for name in names_in(guard)] + ([tracker.input] if tracker.input else [])
    )


def _joint(guard: Guard) -> Iterator[frozenset[str]]:
    for node in nodes(guard):
        if isinstance(node, And | Or):
            names = frozenset(name for part in node.parts if is_of_inputs(part) for name in names_in(part))
            if len(names) > 1:
                yield names


def _merged(parts: list[frozenset[str]], names: frozenset[str]) -> list[frozenset[str]]:
    apart = [part for part in parts if not part & names]
    return [*apart, frozenset().union(*(part for part in parts if part & names))] if len(apart) < len(parts) else parts


def _is_better(
    asked: Asked,
    wanted: Wanted,
    merged: frozenset[str],
    apart: list[frozenset[str]],
    before: list[frozenset[str]],
    after: list[frozenset[str]],
) -> bool:
    tries = 1
    for name in merged:
        tries *= len(shown(asked, name, _atoms(wanted)))
    if tries > MOST_TRIED:
        return False
    product_of_parts = 1
    for part in apart:
        product_of_parts *= len(_group(asked, wanted, part, before).letters)
    group = _group(asked, wanted, merged, after)
    return (
        len(group.letters) < min(product_of_parts, MOST_LETTERS)
        and max(len(group.columns) - MOST_COLUMNS, len(group.worlds) - MOST_WORLDS) <= 0
    )


def _atoms(wanted: Wanted) -> tuple[Guard, ...]:
    roots = (*wanted.guards, *(guard for tracker in wanted.trackers for guard in of_tracker(tracker)))
    found = [node for guard in roots for node in nodes(guard) if term_of(node) is not None]
    return tuple(dict.fromkeys([*found, *(one.atom for one in wanted.fresh)]))


def _group(asked: Asked, wanted: Wanted, names: frozenset[str], parts: list[frozenset[str]]) -> Group:
    asking = [one for guard in wanted.guards for one in questions(split(guard, parts), parts)]
    columns = tuple(dict.fromkeys(one for one in (*asking, *wanted.fresh) if names_in(one) <= names))
    trackers = tuple(tracker for tracker in wanted.trackers if _followed(tracker) <= names)
    letters: dict[tuple[frozenset[Truths], tuple[Seen, ...]], set[int]] = {}
    atoms = _atoms(wanted)
    for choice in product(*(shown(asked, name, atoms) for name in sorted(names))):
        steps = frozenset.intersection(*(one.steps for one in choice))
        if steps:
            worlds = frozenset(_worlds(choice, columns))
            seen = tuple(sees(asked, tracker, choice) for tracker in trackers)
            letters.setdefault((worlds, seen), set()).update(steps)
    found = tuple(Letter(worlds, seen, frozenset(steps)) for (worlds, seen), steps in letters.items())
    every = tuple(sorted({world for letter in found for world in letter.worlds}, reverse=True))
    ways = tuple(sorted({letter.seen for letter in found}))
    return Group(tuple(sorted(names)), columns, every, found, tuple(tracker.name for tracker in trackers), ways)


def _assigned(choice: tuple[Shown, ...]) -> Iterator[dict[Term, Candidate]]:
    """Every completion of what is shown."""
    terms = [(term, values) for one in choice for term, values in one.terms]
    for values in product(*(values for _, values in terms)):
        yield {term: value for (term, _), value in zip(terms, values, strict=True)}


def _worlds(choice: tuple[Shown, ...], columns: tuple[Column, ...]) -> Iterator[Truths]:
    known = {one.input: one for one in choice}
    limited = frozenset(term for one in choice for term in one.limited)
    for world in _assigned(choice):
        yield tuple(_is_so(column, world, known, limited) for column in columns)


def _is_so(column: Column, values: Values, known: dict[str, Shown], limited: frozenset[Term]) -> bool:
    if isinstance(column, Fresh):
        fresh = known[next(iter(names_in(column)))].fresh or term_of(column.atom) not in limited
        return fresh and true_in(column.atom, values, known) is column.truth
    return true_in(column, values, known)


# What trackers see


def sees(asked: Asked, tracker: Tracker, choice: tuple[Shown, ...]) -> Seen:
    """What a tracker sees of a letter; empty where it does not move."""
    known = {one.input: one for one in choice}
    if tracker.input:
        (value,) = dict(known[tracker.input].terms)[Value(tracker.input)][:1]
        if not known[tracker.input].known:
            return () if tracker.measured_only else (-1,)
        return (piece_of(asked, tracker.name, value),)
    worlds = tuple(_assigned(tuple(one for one in choice if one.input in _followed(tracker))))
    truths = [_truth(guard, worlds, known) for guard in of_tracker(tracker)]
    measured = any(known[name].measured for name in _followed(tracker))
    if tracker.kind == "since":
        return (0,) if truths[0] == 2 and tracker.measured_only else (truths[0],)
    if tracker.measured_only and (truths[0] == 2 or not measured):
        return ()
    if tracker.kind == "consecutive":
        return () if truths[0] != 2 and not measured else (truths[0],)
    over = truths[1] if len(truths) > 1 else (2 if truths[0] == 2 else 1 - truths[0])
    return (truths[0], over)


def _truth(guard: Guard, worlds: tuple[dict[Term, Candidate], ...], known: dict[str, Shown]) -> int:
    truths = {true_in(guard, world, known) for world in worlds}
    return 2 if len(truths) > 1 else int(truths.pop())


def piece_of(asked: Asked, name: str, value: Candidate) -> int:
    """The piece of what a tracker tells apart in which a value lies: its constants, and what is between them."""
    assert isinstance(value, Fraction)
    constants = asked.constants.get(Tracked(name), ())
    below = sum(constant < value for constant in constants)
    return 2 * below + (value in constants)
