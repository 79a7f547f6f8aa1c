"""How a claim and a span of visits are said, in the words in which they are written."""

from __future__ import annotations

from protocol.language.claims import ALONE
from protocol.language.to_text import say_guard, say_where
from protocol.model.guard import Is, Not
from protocol.model.property import (
    Acts,
    All,
    Any,
    Asks,
    At,
    ByRule,
    Claim,
    DoseIs,
    DoseMoves,
    HasStatus,
    Minutes,
    No,
    NoDrug,
    Property,
    Response,
    Silent,
    Since,
    Times,
    Until,
    Visits,
    While,
    Withheld,
)
from protocol.model.time import say_duration

Durations = frozenset[str]
_PAST = (Since, Times)
_JOINED = (While, Any, All, *_PAST)
"""What stands in parentheses where one claim is asked for."""


def say_claim(claim: Claim, durations: Durations = frozenset()) -> str:
    """The claim as text, with no more parentheses than it needs; ``durations`` names the trackers that hold minutes."""
    match claim:
        case While(what, condition):
            return f"{_grouped(what, durations, While, *_PAST)} while {_grouped(condition, durations, While, Since)}"
        case Any(parts):
            *first, last = parts
            said = (_closed(_grouped(part, durations, While, Any, *_PAST), part, durations) for part in first)
            return " or ".join((*said, _grouped(last, durations, While, Any, *_PAST)))
        case All(parts):
            return " and ".join(_grouped(part, durations, *_JOINED) for part in parts)
        case Since(what, begin):
            return f"{_grouped(what, durations, *_JOINED)} since {_grouped(begin, durations, *_JOINED)}"
        case Times(count, what):
            return f"at least {say_times(count)} {_grouped(what, durations, *_JOINED)}"
        case No(part):
            return _negated(part, durations)
        case Asks(Is(name, "yes")) if name in ALONE:
            return f"{name} is yes"
        case Asks(condition):
            return say_guard(condition, durations)
        case _:
            return _said(claim)


def say_property(item: Property, durations: Durations = frozenset()) -> str:
    """The sentence of a property: ``never escalate while rash``, ``after hold, within 2 weeks, sometimes resume``."""
    sentence = item.sentence
    said = f"{sentence.family} {say_claim(sentence.claim, durations)}"
    if isinstance(sentence, Response):
        said = f"after {say_claim(sentence.after, durations)}, {said_span(sentence.within, durations)}, {said}"
    return said + "".join(f", except {say_claim(claim, durations)}" for claim in item.exceptions)


def said_span(span: Visits | Minutes | Until, durations: Durations = frozenset()) -> str:
    """``within 2 weeks`` or ``until anc >= 1.5``."""
    return f"until {say_claim(span.claim, durations)}" if isinstance(span, Until) else f"within {say_span(span)}"


def say_span(span: Visits | Minutes) -> str:
    """``same visit``, ``2 visits`` or ``2 weeks``."""
    match span:
        case Visits(0):
            return "same visit"
        case Visits(count):
            return f"{count} visit" if count == 1 else f"{count} visits"
        case Minutes(count):
            return say_duration(count)


def say_times(count: int) -> str:
    """``1 time`` or ``3 times``."""
    return "1 time" if count == 1 else f"{count} times"


def _said(claim: Claim) -> str:
    match claim:
        case Acts(kind):
            return kind
        case At(where, before):
            return f"was {say_where(where)}" if before else say_where(where)
        case DoseIs(relation, level):
            return f"dose {relation} {level}"
        case DoseMoves(move):
            return f"dose {move}"
        case NoDrug():
            return "no drug"
        case Withheld():
            return "withheld"
        case HasStatus(status):
            return status
        case Silent():
            return "silent"
        case ByRule(rule):
            return f"rule is {rule}"
        case _:
            raise TypeError(f"unknown claim {claim!r}")


def _negated(part: Claim, durations: Durations) -> str:
    match part:
        case Asks(Is(name, "yes")) if name in ALONE:
            return f"not {name} is yes"
        case Asks(condition):
            return say_guard(Not(condition), durations)
        case DoseIs("is", level):
            return f"dose is not {level}"
        case ByRule(rule):
            return f"rule is not {rule}"
        case _:
            return f"not {_grouped(part, durations, *_JOINED)}"


def _grouped(part: Claim, durations: Durations, *kinds: type) -> str:
    text = say_claim(part, durations)
    return f"({text})" if isinstance(part, kinds) else text


def _closed(text: str, part: Claim, durations: Durations) -> str:
    """The text with the place at its end in parentheses, so that the ``or`` after it does not go on with its levels or rules."""
    last = _last(part)
    if not isinstance(last, At) or not (last.where.levels or last.where.by) or text.endswith(")"):
        return text
    place = say_claim(last, durations)
    return f"{text.removesuffix(place)}({place})"


def _last(part: Claim) -> Claim:
    match part:
        case All(parts):
            return _last(parts[-1])
        case No(inner):
            return _last(inner)
        case _:
            return part
