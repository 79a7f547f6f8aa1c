"""What is asked at the visits of one control state, and the letters that a visit can have there, in Promela."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from attrs import frozen

from protocol.model.guard import And, Guard, Or
from protocol.model.rule import CONTROLS, ControlKind, Rule
from protocol.verification.promela.asked import Asked, uses_up
from protocol.verification.promela.letters import MOST_WORLDS, Column, Group, Wanted, groups_of, questions, split
from protocol.verification.promela.places import HELD, REVIEW, Places
from protocol.verification.promela.words import Words, both, either, fresh_of, one_of
from protocol.verification.promela.wrongs import conditions_at

SEEN = MOST_WORLDS
"""The bits of a letter from here on say how trackers see it; those below are its worlds."""


@frozen(eq=False)
class Visits:
    """The visits of one control state: the rules that are asked there with their guards, and the groups of inputs."""

    places: Places
    control: ControlKind
    guards: dict[Rule, Guard]
    words: Words

    @property
    def asked(self) -> Asked:
        """What the protocol asks."""
        return self.places.asked

    @property
    def number(self) -> int:
        """The number of the control state."""
        return CONTROLS.index(self.control)


def visits_of(places: Places, control: ControlKind) -> Visits:
    """The visits of a control state."""
    asked = places.asked
    rules = [rule for rule in asked.rules if relevant(places, rule, control) != "0"]
    guards = dict(_joined(places, rules, control))
    fresh = tuple(dict.fromkeys(one for rule in guards if uses_up(rule) for one in fresh_of(rule.when)))
    asking = tuple(dict.fromkeys([*guards.values(), *(asked.conditions[one] for one in conditions_at(places, control))]))
    follows = tuple(one for one in asked.trackers if one.from_baseline or control != "before treatment")
    return Visits(places, control, guards, Words(asked, groups_of(asked, Wanted(asking, fresh, follows))))


def _joined(places: Places, rules: list[Rule], control: ControlKind) -> Iterator[tuple[Rule, Guard]]:
    """The rules with their guards; those that do the same one after the other, at the same places, as the first of them."""

    def alike(rule: Rule) -> object:
        plain = rule.action.kind in ("stop", "continue") and not rule.table and not rule.recommended
        where = (places.applies(rule, control), relevant(places, rule, control))
        return (rule.mode, rule.action, where) if plain else rule.name

    for _, same in groupby(rules, key=alike):
        first, *others = same
        yield first, _or([first.when, *(rule.when for rule in others)])


def _or(guards: list[Guard]) -> Guard:
    """Some of the guards, with what they have in common only once."""
    if len(guards) == 1:
        return guards[0]
    parts = [guard.parts if isinstance(guard, And) else (guard,) for guard in guards]
    common = tuple(part for part in parts[0] if all(part in other for other in parts[1:]))
    rests = [tuple(part for part in one if part not in common) for one in parts]
    if not common or not all(rests):
        return Or(tuple(guards))
    return And((*common, Or(tuple(And(rest) if len(rest) > 1 else rest[0] for rest in rests))))


def relevant(places: Places, rule: Rule, control: ControlKind) -> str:
    """That a rule is asked at a visit: it applies, or is a reason of a hold, or stands against drug that comes back."""
    levels = (0, *places.levels)
    bit = places.bit(rule)
    holds = [bool(places.holds_at(level) & bit) for level in levels]
    number = CONTROLS.index(control)
    found = [places.applies(rule, control)]
    if number in (HELD, REVIEW):
        found += [one_of("lev", holds)] if any(holds) else []
        found += ["1"] if any(places.ends_at(level) & bit for level in levels) else []
    if number == HELD and rule.mode == "must" and rule.action.kind == "reduce":
        found.append(places.on_treatment(rule))
    return either(found)


# Letters


def picking(visits: Visits) -> Iterator[str]:
    """What chooses a letter of each group of inputs; where nothing of it is asked, none. A rule that is true ends the asking."""
    order = sorted(range(len(visits.words.groups)), key=lambda place: _first_asked(visits, place))
    for number, place in enumerate(order):
        yield from _pick(visits, place)
        yield from _cut(visits, place, set(order[: number + 1]))


def _first_asked(visits: Visits, place: int) -> int:
    group = visits.words.groups[place]
    found = [number for number, rule in enumerate(visits.guards) if set(columns_of(visits, rule)) & set(group.columns)]
    return min(found, default=99)


def _pick(visits: Visits, place: int) -> Iterator[str]:
    group = visits.words.groups[place]
    asking = tuple(_asking(visits, column) for column in group.columns)
    follows = [place for place, name in enumerate(group.trackers) if not visits.asked.tracker(name).from_baseline]
    conditions = dict.fromkeys([*(one for one in asking if one not in ("0", "1")), *(["lev != 0"] if follows else [])])
    yield f"/* {', '.join(group.inputs)} */"

    def letters(so: dict[str, bool]) -> list[str]:
        columns = [number for number, one in enumerate(asking) if one == "1" or so.get(one, False)]
        blind = () if so.get("lev != 0", True) else tuple(follows)
        return _choice(f"m{place}", dict(_letters(visits.asked, group, columns, blind)))

    *lines, last = _tree(letters, list(conditions), {})
    yield from (*lines, last + ";")


def _tree(letters: Callable[[dict[str, bool]], list[str]], conditions: list[str], so: dict[str, bool]) -> list[str]:
    """A choice for each combination of conditions; a condition that makes no difference is not asked."""
    if not conditions:
        return letters(so)
    first, *rest = conditions
    if (known := _follows(first, so)) is not None:
        return _tree(letters, rest, {**so, first: known})
    yes, no = (_tree(letters, rest, {**so, first: truth}) for truth in (True, False))
    if yes == no:
        return yes
    branches = ((first, yes), ("else", no))
    return ["if", *(line for said, lines in branches for line in (f":: {said} ->", *(f"  {line}" for line in lines))), "fi"]


def _follows(condition: str, so: dict[str, bool]) -> bool | None:
    """Whether that some of these rules are asked follows from what is so of others."""
    mask = _mask(condition)
    for other, truth in so.items():
        theirs = _mask(other)
        if mask and theirs and (theirs & ~mask == 0 if truth else mask & ~theirs == 0):
            return truth
    return None


def _mask(condition: str) -> int:
    return int(condition.split()[2].rstrip(")")) if condition.startswith("(rel & ") else 0


def _choice(variable: str, found: dict[int, str]) -> list[str]:
    if len(found) == 1:
        return [f"{variable} = {next(iter(found))}"]
    options = (
        f":: {steps} -> {variable} = {letter}" if steps != "1" else f":: {variable} = {letter}" for letter, steps in found.items()
    )
    return ["if", *options, "fi"]


def _asking(visits: Visits, column: Column) -> str:
    """That something asks a column at this visit."""
    words = visits.words
    rules = [rule for rule in visits.guards if column in set(columns_of(visits, rule))]
    mask = sum(visits.places.bit(rule) for rule in rules)
    conditions = (visits.asked.conditions[one] for one in conditions_at(visits.places, visits.control))
    always = any(column in set(questions(split(one, words.parts), words.parts)) for one in conditions)
    return "1" if always else f"(rel & {mask}) != 0" if mask else "0"


def columns_of(visits: Visits, rule: Rule) -> Iterator[Column]:
    """What a rule asks of groups of inputs."""
    parts = visits.words.parts
    yield from questions(split(visits.guards[rule], parts), parts)
    if uses_up(rule):
        yield from fresh_of(rule.when)


def _letters(asked: Asked, group: Group, columns: list[int], blind: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """The letters that these columns tell apart, each as a number, with the ages of the last step at which it can be.

    ``blind`` are the trackers that do not follow anything yet.
    """
    shown: dict[tuple[bool, ...], int] = {}
    for number, world in enumerate(group.worlds):
        shown.setdefault(tuple(world[column] for column in columns), number)
    found: dict[int, set[int]] = {}
    ways: dict[object, int] = {}
    for letter in group.letters:
        worlds = {shown[tuple(world[column] for column in columns)] for world in letter.worlds}
        seeing = tuple(() if place in blind else one for place, one in enumerate(letter.seen))
        way = ways.setdefault(seeing, group.seen.index(letter.seen))
        found.setdefault(sum(1 << world for world in worlds) | way << SEEN, set()).update(letter.steps)
    for number, steps in found.items():
        truths = [age in steps for age in range(asked.steps_end + 1)]
        yield number, "1" if len(steps) == asked.steps_end else one_of("stp", truths)


# What need not be asked any more


def _cut(visits: Visits, place: int, known: set[int]) -> Iterator[str]:
    """Once a rule acts whatever is unknown, those below it are asked no more, but for holds that are reasons of a hold."""
    places = visits.places
    stops = places.bits(lambda rule: rule.action.kind == "stop" or (rule.action.kind == "continue" and rule.mode == "may"))
    ends = [places.ends_at(level) for level in (0, *places.levels)]
    kept_bits = places.bits(
        lambda rule: places.can_hold(rule) or rule.action.kind == "reduce" or any(places.bit(rule) & e for e in ends)
    )
    for rule, guard in visits.guards.items():
        if not _ends_the_search(visits, rule):
            continue
        parts = {visits.words.place(column) for column in columns_of(visits, rule)}
        if place not in parts or not parts <= known or uses_up(rule):
            continue
        bit = places.bit(rule)
        certain = both((f"(app & {bit}) != 0", visits.words.certain(guard)))
        kept = f"((app & {(2 * bit - 1) & ~stops}) != 0 -> {kept_bits} : 0)"
        yield f"rel = ({certain} -> rel & ({2 * bit - 1} | {kept}) : rel);"


def _ends_the_search(visits: Visits, rule: Rule) -> bool:
    held = visits.number == HELD and rule.action.kind == "hold"
    return rule.mode == "must" and rule.action.kind != "resume" and not held and not rule.table
