"""Where does a guard stand that is in force? In rules, and in what rules ask: definitions, trackers, readings, scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

from attrs import evolve, frozen

from protocol.model.formula import parts as parts_of
from protocol.model.guard import Compare, Guard, Is, Known, Named, Tracked, nodes
from protocol.model.input import Score, Tracker
from protocol.model.protocol import Interpretation, Protocol, Reading
from protocol.model.rule import Rule
from protocol.model.said import duration_trackers, say_action, say_guard, say_where

VERBS = {
    "continue": "continues", "start": "starts", "escalate": "escalates", "reduce": "reduces", "hold": "holds",
    "resume": "resumes", "stop": "stops treatment", "review": "asks for a review",
}  # fmt: skip


@frozen
class Written:
    """A guard at its place: the entry it stands in, what it is there for (``holds``), and how to put another one there.

    ``put`` gives None where that guard cannot stand there.
    """

    place: str
    does: str
    guard: Guard
    sentence: str
    put: Callable[[Guard], Protocol | None]


def verb(rule: Rule) -> str:
    """``holds``, ``may hold``."""
    return VERBS[rule.action.kind] if rule.mode == "must" else f"may {rule.action.kind}"


def sentence_of(protocol: Protocol, rule: Rule) -> str:
    """What the rule says: in the words of its source, or in those in which it is written."""
    if rule.says:
        return rule.says
    places = ", ".join(say_where(where) for where in rule.where)
    return f"{places}, when {say_guard(rule.when, duration_trackers(protocol))}: {rule.mode} {say_action(rule.action)}"


def named_in_force(protocol: Protocol) -> frozenset[str]:
    """The inputs, definitions and trackers that the rules in force ask, also by way of others."""
    return _closed(protocol, (name for rule in protocol.in_force() for name in _names(rule.when)))


def asked_by(protocol: Protocol, place: str) -> frozenset[str]:
    """The same of one entry: of a rule or table what it asks, of anything else that is asked itself and what it asks."""
    rules = [rule for rule in protocol.in_force() if place in (rule.name, rule.table)]
    return _closed(protocol, (name for rule in rules for name in _names(rule.when)) if rules else (place,))


def _closed(protocol: Protocol, names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _asked_directly(protocol, name)
    return frozenset(found)


def _asked_directly(protocol: Protocol, name: str) -> Iterator[str]:
    yield from (asked for guard in _guards_of(protocol, name) for asked in _names(guard))
    yield from (item.input for item in protocol.trackers if item.name == name and item.input)
    yield from (part.input for item in protocol.numbers if item.name == name for part in parts_of(item.value))


def _guards_of(protocol: Protocol, name: str) -> Iterator[Guard]:
    yield from (item.when for item in protocol.derived if item.name == name)
    yield from (guard for item in protocol.scores if item.name == name for guard in item.guards())
    for tracker in protocol.trackers:
        if tracker.name == name:
            yield from (guard for guard in (tracker.when, tracker.until) if guard is not None)
    readings = (item.reading().guard for item in protocol.interpretations if item.name == name)
    yield from (guard for guard in readings if guard is not None)


def _names(guard: Guard) -> Iterator[str]:
    for node in nodes(guard):
        match node:
            case Compare(Tracked(name)) | Is(name) | Known(name) | Named(name):
                yield name
            case Compare(term) if hasattr(term, "input"):
                yield term.input
            case _:
                pass


def guards_in_force(protocol: Protocol) -> tuple[Guard, ...]:
    """The guards of the rules in force and of everything that they ask."""
    defined = (guard for name in sorted(named_in_force(protocol)) for guard in _guards_of(protocol, name))
    return (*(rule.when for rule in protocol.in_force()), *defined)


def written(protocol: Protocol) -> Iterator[Written]:
    """The guards in force at their places, except those of tables: first the rules, then what they ask."""
    for rule in protocol.in_force():
        if not rule.table:
            yield Written(rule.name, verb(rule), rule.when, sentence_of(protocol, rule), _into_rule(protocol, rule))
    asked = named_in_force(protocol)
    for derived in protocol.derived:
        if derived.name in asked:
            put = _into(protocol, "derived", protocol.derived, derived.name, lambda one, guard: evolve(one, when=guard))
            yield Written(derived.name, "is so", derived.when, derived.label or derived.name, put)
    for tracker in protocol.trackers:
        if tracker.name in asked:
            yield from _of_tracker(protocol, tracker)
    for interpretation in protocol.interpretations:
        reading = interpretation.reading()
        if interpretation.name in asked and reading.guard is not None:
            put = _into(protocol, "interpretations", protocol.interpretations, interpretation.name, _with_guard)
            yield Written(interpretation.name, "is so", reading.guard, reading.means, put)
    for score in protocol.scores:
        if score.name in asked:
            yield from _of_score(protocol, score)


def _into_rule(protocol: Protocol, rule: Rule) -> Callable[[Guard], Protocol | None]:
    return _into(protocol, "rules", protocol.rules, rule.name, lambda one, guard: evolve(one, when=guard))


_BEGINS = {
    "episodes": "an episode begins", "consecutive": "counts", "duration": "runs", "since": "was last so",
}  # fmt: skip


def _of_tracker(protocol: Protocol, tracker: Tracker) -> Iterator[Written]:
    said = say_tracker(protocol, tracker)
    if tracker.kind in _BEGINS:
        put = _into(protocol, "trackers", protocol.trackers, tracker.name, lambda one, guard: evolve(one, when=guard))
        yield Written(tracker.name, _BEGINS[tracker.kind], tracker.when, said, put)
    if tracker.until is not None:
        put = _into(protocol, "trackers", protocol.trackers, tracker.name, lambda one, guard: evolve(one, until=guard))
        yield Written(tracker.name, "is over", tracker.until, said, put)


def say_tracker(protocol: Protocol, tracker: Tracker) -> str:
    """``episodes of anc < 1, until anc >= 1.5``."""
    durations = duration_trackers(protocol)
    kind = {"episodes": "episodes of", "duration": "duration of", "since": "time since"}.get(tracker.kind, tracker.kind)
    until = f", until {say_guard(tracker.until, durations)}" if tracker.until is not None else ""
    return f"{tracker.name}: {kind} {tracker.input or say_guard(tracker.when, durations)}{until}"


def _with_guard(interpretation: Interpretation, guard: Guard) -> Interpretation:
    def changed(reading: Reading) -> Reading:
        return evolve(reading, guard=guard) if reading.name == interpretation.chosen else reading

    return evolve(interpretation, readings=tuple(changed(reading) for reading in interpretation.readings))


def _of_score(protocol: Protocol, score: Score) -> Iterator[Written]:
    for place, item in enumerate(score.items):
        for number, case in enumerate(item.cases):
            does = f"gives {case.points} points for {item.name}"
            put = partial(_with_case, protocol, score, place, number)
            yield Written(score.name, does, case.when, f"{score.label or score.name}: {item.name}", put)


def _with_case(protocol: Protocol, score: Score, place: int, number: int, guard: Guard) -> Protocol | None:
    item = score.items[place]
    if any(case.when == guard for case in item.cases):
        return None  # an item asks each condition once
    cases = replaced(item.cases, number, evolve(item.cases[number], when=guard))
    changed = evolve(score, items=replaced(score.items, place, evolve(item, cases=cases)))
    return with_item(protocol, "scores", protocol.scores, score.name, changed)


Item = TypeVar("Item")


def replaced(items: tuple[Item, ...], place: int, item: Item) -> tuple[Item, ...]:
    """The items with another one at this place."""
    return (*items[:place], item, *items[place + 1 :])


def with_item(protocol: Protocol, section: str, items: Iterable[Item], name: str, item: Item) -> Protocol:
    """The protocol with another item in place of the one of that name."""
    changed = {section: tuple(item if getattr(one, "name", "") == name else one for one in items)}
    return evolve(protocol, **changed)  # type: ignore[arg-type]


def _into(
    protocol: Protocol, section: str, items: tuple[Item, ...], name: str, change: Callable[[Item, Guard], Item]
) -> Callable[[Guard], Protocol | None]:
    one = next(item for item in items if getattr(item, "name", "") == name)
    return lambda guard: with_item(protocol, section, items, name, change(one, guard))
