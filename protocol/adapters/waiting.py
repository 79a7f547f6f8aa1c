"""How it is said why a hold goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from protocol.adapters.phrases import listed, say_fact
from protocol.model.guard import Guard
from protocol.model.protocol import Protocol
from protocol.model.waiting import Waiting, Way

TITLE = "What would end the hold"
_TRUTHS = {True: "true", False: "not true", None: "neither true nor false while something is missing"}

Say = Callable[[Guard], str]
"""How a condition is said."""


def waiting_lines(waiting: Iterable[Waiting], protocol: Protocol, say: Say) -> Iterator[str]:
    """For each reason of the hold the rules that would answer it, and what keeps each from acting."""
    every = tuple(waiting)
    for one in every:
        others = [other.reason for other in every if other is not one and not other.is_answered]
        yield from (f"{one.reason}: {_way(way, others, protocol, say)}" for way in one.ways)
        if not one.ways:
            yield f"{one.reason}: no rule that resumes answers it here"


def waiting_said(waiting: Iterable[Waiting]) -> str:
    """The same in a sentence for each reason: by which rules it could end, and what of theirs is not known."""
    return " ".join(map(_said, waiting))


def _said(one: Waiting) -> str:
    if not one.ways:
        return f"No rule brings drug back after {one.reason} here."
    open_ = [way for way in one.ways if way.truth is not False]
    ways = f"After {one.reason} drug comes back by {' or '.join(way.rule for way in open_ or one.ways)}"
    unknown = dict.fromkeys(fact.name for way in open_ for fact in way.facts if fact.status == "unknown")
    if unknown:
        return f"{ways}, where {listed(unknown)} {'is' if len(unknown) == 1 else 'are'} not known."
    return f"{ways}." if open_ else f"{ways}, of which none is true."


def _way(way: Way, others: list[str], protocol: Protocol, say: Say) -> str:
    facts = "; ".join(f"{fact.name} {say_fact(fact, protocol)}" for fact in way.facts)
    asked = f"{_TRUTHS[way.truth]}: {say(way.when)}" + (f" ({facts})" if facts else "")
    return "; ".join((f"{way.rule} is {asked}", *kept(way, others)))


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
