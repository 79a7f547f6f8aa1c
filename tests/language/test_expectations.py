"""What a file expects of a property that every protocol is asked: it is read, printed, shown, and kept apart from its own."""

from __future__ import annotations

from fractions import Fraction

from protocol.checks.asked import asked
from protocol.language.from_yaml import parse
from protocol.language.page import to_markdown
from protocol.language.to_table import to_table
from protocol.language.to_yaml import print_protocol
from protocol.model.expectation import Expectation
from protocol.model.guard import Compare, Value
from protocol.model.property import All, Asks, At, Silent
from protocol.model.protocol import fingerprint
from protocol.model.rule import Citation, Where

BEFORE = """protocol: built-in
version: "1"
sources: {paper: A paper}
doses: {low: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
rules:
  begin: {in: before treatment, when: "anc >= 1", must: start at low}
"""
PROPERTIES = """properties:
  no-dead-end: {waiver: The end of it is not asked., unverified: From memory.}
  no-conflict: {where: ["was held at low", "anc < 1 and silent"], waiver: It is known.}
  stopped-is-final: {never: "was stopped and not stopped", source: paper}
  no-silent-visit: {expect: fails, source: "paper, p. 2", note: Nothing is printed below 1.}
"""
PROTOCOL = parse(BEFORE + PROPERTIES)
HELD = At(Where("held", ("low",)), before=True)
LOW = Asks(Compare(Value("anc"), "<", Fraction(1)))


def test_an_entry_without_a_sentence_says_what_is_expected_and_one_with_a_sentence_is_of_the_file() -> None:
    assert [one.name for one in PROTOCOL.properties] == ["stopped-is-final"]
    assert PROTOCOL.expectations == (
        Expectation("no-dead-end", waiver="The end of it is not asked.", unverified="From memory."),
        Expectation("no-conflict", waiver="It is known.", where=(HELD, All((LOW, Silent())))),
        Expectation("no-silent-visit", "fails", source=Citation("paper", "p. 2"), note="Nothing is printed below 1."),
    )


def test_what_is_expected_is_printed_and_read_again() -> None:
    assert parse(print_protocol(PROTOCOL)) == PROTOCOL


def test_what_is_expected_is_part_of_the_fingerprint() -> None:
    assert fingerprint(PROTOCOL) != fingerprint(parse(BEFORE + PROPERTIES.replace("below 1.", "below 2.")))


def test_the_page_of_the_protocol_says_it() -> None:
    page = to_markdown(to_table(PROTOCOL))
    assert "`no-conflict`, where `was held at low` or where `anc < 1 and silent`, and holds elsewhere: **Need" in page
    assert "`no-dead-end`, at whatever visit: **Unverified:** From memory. **Need not hold:** The end of it is not asked." in page
    assert "`no-silent-visit`, at whatever visit: **Expected to fail.** Nothing is printed below 1. (paper, p. 2)" in page


def test_what_is_asked_only_where_a_property_fails_is_asked() -> None:
    said = 'no-conflict: {where: "b < 1", waiver: It is known.}'
    asks = BEFORE.replace("inputs:\n", "inputs:\n  b: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}\n")
    assert "b" in asked(parse(f"{asks}properties:\n  {said}\n"))
    assert "b" not in asked(parse(asks))
