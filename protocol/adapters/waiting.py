"""How it is said why a hold goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve

from protocol.adapters.phrases import listed, say_fact
from protocol.model.decision import Fact
from protocol.model.guard import Guard
from protocol.model.ladder import folded
from protocol.model.protocol import Protocol
from protocol.model.waiting import Elsewhere, Waiting, Way

TITLE = "What would end the hold"
_TRUTHS = {True: "true", False: "not true", None: "neither true nor false while something is missing"}

Say = Callable[[Guard], str]
"""How a condition is said."""
Cite = Callable[[str], str]
"""How a rule is named: with where it stands, or by its name only."""


def waiting_lines(waiting: Iterable[Waiting], protocol: Protocol, say: Say) -> Iterator[str]:
    """For each reason of the hold the rules that would answer it, and what keeps each from acting."""
    every = tuple(waiting)
    for one in every:
        others = _others(one, every)
        if one.anew:
            yield f"{one.reason}: {_anew(one, protocol)}"
        yield from (f"{one.reason}: {_way(way, others, protocol, say)}" for way in one.ways)
        if not one.ways:
            yield "; ".join((f"{one.reason}: no rule that resumes answers it here", *_elsewhere(one, protocol, str)))


def waiting_said(waiting: Iterable[Waiting], protocol: Protocol, say: Say, cite: Cite = str) -> str:
    """The same in sentences for each reason, and where each rule stands."""
    every = tuple(waiting)
    return " ".join(_said(one, _others(one, every), protocol, say, cite) for one in every)


def _others(one: Waiting, every: tuple[Waiting, ...]) -> list[str]:
    return [other.reason for other in every if other is not one and not other.is_answered]


def _said(one: Waiting, others: list[str], protocol: Protocol, say: Say, cite: Cite) -> str:
    began = f"By {one.reason} {_anew(one, protocol)}. " if one.anew else ""
    if not one.ways:
        none = "; ".join((f"No rule brings drug back after {one.reason} here", *_elsewhere(one, protocol, cite)))
        return f"{began}{none}."
    ways = "; or by ".join(_way_said(way, others, protocol, say, cite) for way in one.ways)
    return f"{began}After {one.reason} drug comes back by {ways}."


def _anew(one: Waiting, protocol: Protocol) -> str:
    return f"the hold began anew at this visit, and time on hold counts from it ({_facts(one.anew, protocol)})"


def _elsewhere(one: Waiting, protocol: Protocol, cite: Cite) -> Iterator[str]:
    """That a rule is only for a hold at other levels, and whether it would be true."""
    ladder = tuple(level.name for level in protocol.levels)
    for other in one.elsewhere:
        yield _only_for(other, listed(folded(other.levels, ladder)), one.level, cite)


def _only_for(other: Elsewhere, levels: str, here: str, cite: Cite) -> str:
    would = {True: "would be true, but ", False: "", None: "could be true, but "}[other.truth]
    return f"{cite(other.rule)} {would}is only for a hold at {levels}, and this one is {f'at {here}' if here else 'at none'}"


def _way_said(way: Way, others: list[str], protocol: Protocol, say: Say, cite: Cite) -> str:
    unknown = dict.fromkeys(fact.name for fact in way.facts if fact.status == "unknown")
    if way.truth is None and unknown:
        what, way = f"where {listed(unknown)} {'is' if len(unknown) == 1 else 'are'} not known", evolve(way, may_block=())
    else:
        what = f"which is {_TRUTHS[way.truth]} there: {_asked(way, protocol, say)}"
    return ", and ".join((f"{cite(way.rule)}, {what}", *kept(way, others)))


def _way(way: Way, others: list[str], protocol: Protocol, say: Say) -> str:
    return "; ".join((f"{way.rule} is {_TRUTHS[way.truth]}: {_asked(way, protocol, say)}", *kept(way, others)))


def _asked(way: Way, protocol: Protocol, say: Say) -> str:
    facts = _facts(way.facts, protocol)
    return say(way.when) + (f" ({facts})" if facts else "")


def _facts(facts: Iterable[Fact], protocol: Protocol) -> str:
    return "; ".join(f"{fact.name} {say_fact(fact, protocol)}" for fact in facts)


def kept(way: Way, others: list[str]) -> Iterator[str]:
    """What keeps a rule from ending the hold beside its own condition."""
    if way.truth is not False and way.blocked_by:
        yield f"{listed(way.blocked_by)} would withhold drug again at the dose that comes back"
    if way.truth is not False and way.may_block:
        yield f"{listed(way.may_block)} could withhold drug again at the dose that comes back, with what is missing"
    if way.truth is True and others:
        yield f"the hold goes on for {listed(others)}"
    if way.truth is True and way.permitted:
        yield "it permits to resume and does not order it"
