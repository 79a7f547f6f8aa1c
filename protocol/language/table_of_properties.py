"""What a protocol claims of all courses that follow it: its properties as sentences, with exceptions and sources."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.claim_text import say_claim, say_span
from protocol.language.page import Block, Heading, Items, Paragraph, Table, code, sentence
from protocol.language.table_of_sources import say_citation
from protocol.language.to_text import duration_trackers
from protocol.model.expectation import Expectation
from protocol.model.property import Minutes, OfVisits, Property, Response, Until, Visits
from protocol.model.protocol import Protocol
from protocol.model.said import EVERYWHERE

_HOW_TO_READ = (
    "Sentences about every course that follows the protocol. Conditions are asked as rules ask them; an action is what was done "
    "at the visit; a state or a dose is the one after it, and with *was* the one before. They are claimed, and not proved by "
    "standing here."
)
_EXPECTED = "Of the properties that every protocol is asked (*protocol explain verification*), these are not expected to hold:"


def properties(protocol: Protocol) -> Iterator[Block]:
    """Every property, in the words in which it is written, and what is expected of those that every protocol is asked."""
    if not protocol.properties and not protocol.expectations:
        return
    yield Heading(2, "Properties")
    if protocol.properties:
        yield Paragraph(_HOW_TO_READ)
        yield from _own(protocol)
    if protocol.expectations:
        yield Paragraph(_EXPECTED)
        durations = duration_trackers(protocol)
        yield Items(
            tuple(
                f"{code(item.name)}{_where(item, durations)}: {' '.join(_said(item))}{_cited(item)}"
                for item in protocol.expectations
            )
        )


def _where(item: Expectation, durations: frozenset[str]) -> str:
    named = " or ".join(f"where {code(say_claim(claim, durations))}" for claim in item.where)
    return f", {named}, and holds elsewhere" if named else EVERYWHERE


def _cited(item: Expectation) -> str:
    return f" ({say_citation(item.source)})" if item.source else ""


def _own(protocol: Protocol) -> Iterator[Block]:
    durations = duration_trackers(protocol)
    doubtful = {source.name for source in protocol.sources if source.unverified}
    rows = tuple(
        (code(item.name), _sentence(item, durations), _except(item, durations), _source(item, doubtful))
        for item in protocol.properties
    )
    yield Table(("Property", "Sentence", "Except", "Source"), rows)
    if items := tuple(f"{code(item.name)}: {said}" for item in protocol.properties if (said := " ".join(_said(item)))):
        yield Items(items)


def _sentence(item: Property, durations: frozenset[str]) -> str:
    match item.sentence:
        case OfVisits(family, claim):
            return f"**{family}** {code(say_claim(claim, durations))}"
        case Response(after, within, family, claim):
            span = _span(within, durations)
            return f"after {code(say_claim(after, durations))}, {span}, **{family}** {code(say_claim(claim, durations))}"


def _span(within: Visits | Minutes | Until, durations: frozenset[str]) -> str:
    match within:
        case Until(claim):
            return f"until {code(say_claim(claim, durations))}"
        case Visits(0):
            return "at the same visit"
        case _:
            return f"within {say_span(within)}"


def _except(item: Property, durations: frozenset[str]) -> str:
    return "; ".join(code(say_claim(claim, durations)) for claim in item.exceptions)


def _source(item: Property, doubtful: set[str]) -> str:
    if item.source is None:
        return "**none**"
    is_doubtful = item.unverified or item.source.source in doubtful
    return say_citation(item.source) + (" (**unverified**)" if is_doubtful else "")


def _said(item: Property | Expectation) -> Iterator[str]:
    course = item.course if isinstance(item, Property) else ""
    if item.expected == "fails":
        yield f"**Expected to fail**, as the course {code(course)} shows." if course else "**Expected to fail.**"
    if isinstance(item, Property) and item.family:
        yield f"Of the kind **{item.family}**."
    if item.note:
        yield sentence(item.note)
    if item.unverified:
        yield f"**Unverified:** {sentence(item.unverified)}"
    if item.waiver:
        yield f"**Need not hold:** {sentence(item.waiver)}"
