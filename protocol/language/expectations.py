"""An entry of ``properties`` that is named like a built-in property: what the file expects of it, and why."""

from __future__ import annotations

from protocol.language.fields import Fields, fields
from protocol.language.names import Names
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.properties import EXPECTED, FAMILIES, PROPERTY_KEYS, check_reason, read_claims, read_property, said
from protocol.language.report import Report, shown
from protocol.language.rules import read_citation
from protocol.model.expectation import Expectation
from protocol.model.property import Claim, Past, Property, claims
from protocol.model.verification import BUILT_IN

EXPECTATION_KEYS = ("expect", "where", "source", "note", "unverified", "waiver")
_ANY_KEYS = tuple(dict.fromkeys((*EXPECTATION_KEYS, *PROPERTY_KEYS)))
SENTENCE_KEYS = (*FAMILIES, "after")
_OWN = "It is asked of every protocol as it is ('protocol explain verification'); one with a sentence is a property of your own."
_ONE_VISIT = "It is asked of the visit at which the property fails. Let a tracker count what was observed before it."
_WHY = "Write 'expect: fails' and in 'note' what of the source makes it fail, or 'waiver: ...'; or leave the entry out."


def read_entry(report: Report, names: Names, name: Scalar, node: Node) -> Property | Expectation | None:
    """One entry of ``properties``: of the file's own, or what is expected of one that is built in; None if it cannot be read."""
    if name.text not in BUILT_IN or _has_sentence(node):
        return read_property(report, names, name, node)
    found = fields(report, f"built-in property {shown(name.text)}", name, node, _ANY_KEYS)
    if found is None:
        return None
    strange = [key for key in PROPERTY_KEYS if key not in EXPECTATION_KEYS]
    found.misplaced(strange, "does not go with a property that is built in", _OWN)
    expected = found.word("expect", EXPECTED, "holds")
    check_reason(report, found, expected)
    _check_said(report, found, expected)
    return Expectation(
        name.text,
        expected,
        said(report, found, "waiver", "Say why the property need not hold, or leave the key out."),
        read_citation(report, names, found),
        said(report, found, "note", "Say what of the source makes it fail, or leave the key out."),
        found.text("unverified"),
        _where(report, names, found),
    )


def _has_sentence(node: Node) -> bool:
    return isinstance(node, Mapping) and any(key.text in SENTENCE_KEYS for key, _ in node.entries)


def _where(report: Report, names: Names, found: Fields) -> tuple[Claim, ...]:
    where = read_claims(report, names, found, "where")
    if any(isinstance(part, Past) for claim in where for part in claims(claim)):
        report.add("P083", "'where' looks back over visits", found.key("where"), _ONE_VISIT)
    return where


def _check_said(report: Report, found: Fields, expected: str) -> None:
    """Notes an entry that says nothing, or not why."""
    if expected == "fails":
        found.require("note", hint="Say there what of the source makes the property fail.")
    elif not found.has("waiver") and not found.unknown:
        report.add("P023", f"{found.what} says neither 'expect: fails' nor a waiver", found.owner, _WHY)
