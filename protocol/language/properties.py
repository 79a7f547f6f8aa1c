"""One property: its sentence, its exceptions, and what it rests on."""

from __future__ import annotations

import re
from typing import Literal, get_args

from protocol.errors import NotationError
from protocol.language.claims import read_claim
from protocol.language.fields import Fields, fields, minutes
from protocol.language.hints import meant
from protocol.language.joined_claims import MOST_PAST
from protocol.language.names import Names
from protocol.language.nodes import Listing, Node, Scalar
from protocol.language.report import Report, shown
from protocol.language.rules import read_citation
from protocol.model.guard import Always
from protocol.model.property import Asks, Claim, Minutes, OfVisits, Past, Property, Response, Sentence, Until, Visits
from protocol.model.time import duration
from protocol.model.verification import BUILT_IN, Family

PROPERTY_KEYS = (
    "never", "always", "sometimes", "after", "within", "until", "except", "expect", "course", "family", "source", "note",
    "unverified", "waiver",
)  # fmt: skip
EXPECTED: tuple[Literal["holds", "fails"], ...] = ("holds", "fails")
FAMILIES = ("never", "always", "sometimes")
FOUR_KINDS: tuple[Family, ...] = get_args(Family)
_ONE_FAMILY = "A property has exactly one of: never, always, sometimes; beside 'after' and 'within' too."
_ONE_END = "Write 'within' where the span ends by itself, or 'until' where something ends it."
_ONE_REASON = "Keep 'expect: fails' where it has to fail, with the reason as its 'note'; or the waiver, where it need not hold."
_SPAN = "Write 'same visit', '2 visits' (the visit itself and the two after it) or '14 days'."
_VISITS = re.compile(r"(?P<count>[1-9][0-9]{0,2})\s+visits?")


def read_property(report: Report, names: Names, name: Scalar, node: Node) -> Property | None:
    """One entry of ``properties``; None where it could not be read."""
    found = fields(report, f"property {shown(name.text)}", name, node, PROPERTY_KEYS)
    family = _family(report, found, name) if found else None
    if found is None or family is None:
        return None
    if family == "sometimes" and not found.has("after"):
        found.misplaced(("except",), "does not go with 'sometimes'", "Say it in the claim: 'escalate and not death'.")
    exceptions = read_claims(report, names, found, "except")
    expected = found.word("expect", EXPECTED, "holds")
    if expected == "holds":
        found.misplaced(("course",), "goes with 'expect: fails' only", "It names the course that shows the failure.")
    check_reason(report, found, expected)
    item = Property(
        name.text,
        _sentence(report, names, found, family),
        exceptions,
        expected,
        waiver=said(report, found, "waiver", "Say why the property need not hold, or leave the key out."),
        source=read_citation(report, names, found),
        note=found.text("note"),
        unverified=found.text("unverified"),
        course=said(report, found, "course", "Write the heading of a course, or leave the key out."),
        family=found.word("family", FOUR_KINDS, FOUR_KINDS[0]) if found.has("family") else "",
    )
    _check_past(report, found, item)
    return item


def check_reason(report: Report, found: Fields, expected: str) -> None:
    """Notes a property that is to fail and need not hold: the first would be asked of it, and the second would not."""
    if expected == "fails" and found.has("waiver"):
        report.add("P024", f"{found.what} has both 'expect: fails' and 'waiver'", found.key("waiver"), _ONE_REASON)


def said(report: Report, found: Fields, key: str, hint: str) -> str:
    """The text of a key that may not be blank: a reason that gives none is no reason."""
    text = found.scalar(key)
    if text is not None and not text.text.strip():
        report.add("P026", f"'{key}' says nothing", found.key(key), hint)
    return text.text if text else ""


def _check_past(report: Report, found: Fields, item: Property) -> None:
    """Notes a property that looks back in more ways than are followed."""
    past = {claim for claim in item.claims() if isinstance(claim, Past)}
    if len(past) > MOST_PAST:
        message = f"{found.what} looks back in {len(past)} ways, and at most {MOST_PAST} are followed"
        report.add("P084", message, found.owner, "Make several properties of it, or let trackers count what was observed.")


def _family(report: Report, found: Fields, name: Scalar) -> str | None:
    said = found.said(FAMILIES)
    if len(said) > 1:
        report.add("P024", f"{found.what} has both '{said[0]}' and '{said[1]}'", found.key(said[1]), _ONE_FAMILY)
    elif not said and not found.unknown:
        built_in = meant(name.text, BUILT_IN)
        hint = f"did you mean '{built_in}', which is built in?  {_ONE_FAMILY}" if built_in else _ONE_FAMILY
        report.add("P023", f"{found.what} does not say what it claims", found.owner, hint)
    return said[0] if len(said) == 1 else None


def _sentence(report: Report, names: Names, found: Fields, family: str) -> Sentence:
    claim = _claim(report, names, found, family)
    if not found.has("after"):
        found.misplaced(("within", "until"), "goes with 'after' only", "Add 'after: ...', or remove it.")
        return OfVisits(family, claim)  # type: ignore[arg-type]
    within = _within(report, names, found)
    if within == Visits(0) and family == "sometimes":
        found.misplaced(("sometimes",), "does not go with 'same visit'", "Write 'always': there is only one visit.")
    if isinstance(within, Until) and family == "sometimes":
        found.misplaced(("sometimes",), "does not go with 'until'", "Write 'within: ...': what has no end is never too late.")
    return Response(_claim(report, names, found, "after"), within, family, claim)  # type: ignore[arg-type]


def _within(report: Report, names: Names, found: Fields) -> Visits | Minutes | Until:
    said = found.said(("within", "until"))
    if len(said) > 1:
        report.add("P024", f"{found.what} has both '{said[0]}' and '{said[1]}'", found.key(said[1]), _ONE_END)
    if not found.has("until"):
        found.require("within", hint=f"{_SPAN}  Or 'until' and a claim.")
    return Until(_claim(report, names, found, "until")) if found.has("until") else _span(report, found) or Visits(0)


def _claim(report: Report, names: Names, found: Fields, key: str) -> Claim:
    node = found.node(key)
    return Asks(Always()) if node is None else read_claim(report, names, node, found.entries[key][0])


def read_claims(report: Report, names: Names, found: Fields, key: str) -> tuple[Claim, ...]:
    """The claims of a key that takes one or several; none where it is not there."""
    node = found.node(key)
    if node is None:
        return ()
    if isinstance(node, Listing) and not node.items:
        report.add("P026", f"'{key}' is empty", found.key(key), "Write a claim, or leave the key out.")
    items = node.items if isinstance(node, Listing) else (node,)
    return tuple(read_claim(report, names, item, found.entries[key][0]) for item in items)


def _span(report: Report, found: Fields) -> Visits | Minutes | None:
    text = found.scalar("within")
    if text is None:
        return None
    words = " ".join(text.text.split())
    if words == "same visit":
        return Visits(0)
    if match := _VISITS.fullmatch(words):
        return Visits(int(match["count"]))
    if re.fullmatch(r"[0-9]+ ?[a-z]+", words) is None or words.endswith(("visit", "visits")) or _is_nothing(words):
        report.add("P082", f"{shown(text.text)} is not a span of visits", text.span, _SPAN)
        return None
    length = minutes(report, words, text.span)
    return None if length is None else Minutes(length)


def _is_nothing(words: str) -> bool:
    try:
        return duration(words) == 0
    except NotationError:
        return False
