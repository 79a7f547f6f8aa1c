"""The table that a clinician reviews: it shows everything that a protocol says, and its Markdown means what it shows.

PROTOCOL_GOLDEN=write writes the golden file anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from protocol.errors import NotationError, ProtocolError
from protocol.language.from_yaml import parse
from protocol.language.page import Heading, Items, Paragraph, Table, code, plain, to_markdown
from protocol.language.shipped import load, shipped_names
from protocol.language.table_of_sources import sources, unverified
from protocol.language.to_table import to_table
from protocol.language.to_yaml import print_protocol
from protocol.model import course, decision, dispensing, formula, guard, monitoring, property, protocol, regimen, rule
from protocol.model import input as inputs
from protocol.model.guard import Always
from protocol.model.input import Schedule
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.rule import Citation
from protocol.model.time import DAY

HERE = Path(__file__).parent
WHOLE = parse((HERE / "whole.yaml").read_text(encoding="utf-8"))
MODULES = {
    name: value
    for module in (course, regimen, dispensing, formula, guard, rule, monitoring, decision, property, inputs, protocol)
    for name, value in vars(module).items()
}
# Where nothing was said, something of each kind that could be said instead.
AMOUNT = regimen.Amount(Fraction(80), "mg", "kg")
SOMETHING = {None: (DAY, Always(), Citation("label"), Schedule(DAY, DAY), ("CTC 2.0", "platelets"), "hold", AMOUNT), "": ("x",)}


def markdown(which: Protocol) -> str:
    """The table without the fingerprint, which would tell any two protocols apart."""
    return to_markdown(to_table(which)).replace(fingerprint(which), "")


def changed(value: Any, hint: Any) -> Iterator[Any]:
    """The value with one thing in it changed, in every way that is known here."""
    if attrs.has(type(value)):
        hints = typing.get_type_hints(type(value), MODULES)
        for field in attrs.fields(type(value)):
            for other in changed(getattr(value, field.name), hints[field.name]):
                with suppress(NotationError):  # a regimen that cannot be, such as one in another unit
                    yield attrs.evolve(value, **{field.name: other})
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from ((*value[:place], other, *value[place + 1 :]) for other in changed(item, str))
        yield value[:-1]
        yield (*value[1:2], *value[:1], *value[2:])
    elif choices := [one for part in (hint, *get_args(hint)) if get_origin(part) is Literal for one in get_args(part)]:
        yield from (one for one in choices if one != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | Fraction):
        yield from (value + 1, value + DAY)
    elif isinstance(value, str):
        yield "g" if value == "mg" else value + "x"
    if value is None or value == "":
        yield from SOMETHING[value]


@cache
def markdown_of_whole() -> str:
    return markdown(WHOLE)


def looks_different(which: Protocol) -> bool:
    # What names something that is not there has no table.
    with suppress(AttributeError, TypeError, ValueError, KeyError, StopIteration, RuntimeError):
        return markdown(which) != markdown_of_whole()
    return True


def can_be_written(which: Protocol) -> bool:
    with suppress(ProtocolError, AttributeError, TypeError, ValueError, KeyError, StopIteration):
        return parse(print_protocol(which)) == which
    return False


def reordered(other: Protocol, field: str) -> bool:
    listed, before = getattr(other, field), getattr(WHOLE, field)
    return listed != before and set(listed) == set(before)


def test_whatever_changes_in_a_protocol_changes_its_table() -> None:
    others = [other for other in changed(WHOLE, Protocol) if other != WHOLE]
    alike = [other for other in others if not looks_different(other)]
    assert len(others) - len(alike) > 800
    # In what order states are listed in which silence means continue says nothing.
    alike = [other for other in alike if not any(reordered(other, field) for field in ("otherwise", "silent"))]
    hidden = [other for other in alike if can_be_written(other)]
    assert not hidden, [line for line in print_protocol(hidden[0]).splitlines() if line not in print_protocol(WHOLE)]


def test_the_table_of_everything_that_can_be_written() -> None:
    file, shown = HERE / "whole.table.md", to_markdown(to_table(WHOLE))
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", shipped_names())
def test_every_rule_of_a_shipped_protocol_stands_in_a_table(name: str) -> None:
    shipped = load(name)
    named = {
        row[1] for block in to_table(shipped) if isinstance(block, Table) and block.columns[0] == "No." for row in block.rows
    }
    assert named == {code(rule.table or rule.name) for rule in shipped.rules}


def test_the_cells_of_a_table_stand_where_its_source_prints_them() -> None:
    shipped = load("ruxolitinib-myelofibrosis")
    blocks = to_table(shipped)
    (at,) = [number for number, block in enumerate(blocks) if isinstance(block, Heading) and block.text.endswith(" `by-count`")]
    shown = next(block for block in blocks[at:] if isinstance(block, Table))
    assert shown.columns[:3] == ("", "`on treatment at twice-25`", "`on treatment at twice-20`")
    assert shown.rows[1][:3] == ("`platelets >= 100 and platelets < 125`", "reduce to twice-20", "reduce to twice-15")
    assert shown.rows[4][-1] == "continue"


@pytest.mark.parametrize("name", shipped_names())
def test_every_cell_of_a_shipped_table_is_shown_once(name: str) -> None:
    shipped = load(name)
    tables = [block for block in to_table(shipped) if isinstance(block, Table) and block.columns[0] == ""]
    cells = [cell for block in tables for row in block.rows for cell in row[1:]]
    assert len([cell for cell in cells if cell != "-"]) == len([rule for rule in shipped.rules if rule.table])


def test_a_rule_that_rests_on_an_unverified_source_is_marked() -> None:
    rows = [row for block in to_table(load("imatinib-hes")) if isinstance(block, Table) for row in block.rows if len(row) == 6]
    marked = {row[1]: "**unverified**" in row[5] for row in rows}
    assert marked["`stop-death`"] and marked["`resume-within-2-weeks`"] and marked["`escalate-progression`"]
    assert not marked["`hold-cytopenia`"]


def test_the_sources_name_the_rules_that_rest_on_them() -> None:
    table = next(block for block in sources(WHOLE) if isinstance(block, Table))
    assert table.rows == (
        ("`cortes2003`", "Cortes J et al. Blood 2003;101:4714-4716", "`escalate-no-response`"),
        (
            "`label`",
            "US label, 2003 **Unverified:** read in a copy.",
            "table of dose adjustments: `hold-cytopenia`; table 2: `by-platelets`; section 5: `daily`; section 3: dispensing",
        ),
    )


def test_what_is_unverified_is_listed_with_its_reason() -> None:
    table = next(block for block in unverified(WHOLE) if isinstance(block, Table))
    assert table.rows == (
        ("rule", "`hold-cytopenia`", "the primary text was not available", "yes"),
        ("dispensing", "`dispensing`", "the strengths were not looked up", "yes"),
        ("monitoring", "`daily`", "from memory", "yes"),
        ("property", "`comes-back`", "from memory", "yes"),
        ("source", "`label`", "read in a copy", "yes: `hold-cytopenia`, `daily`, `dispensing`"),
        ("reading", "`next-lower: one-rung`", "not said", "no"),
        ("reading", "`four-weeks: study-day`", "unclear", "no"),
    )


def test_a_protocol_without_doubts_says_so() -> None:
    doubtful = ("sources", "interpretations", "properties", "monitoring")
    plainly = attrs.evolve(WHOLE, rules=WHOLE.rules[:1], dispensing=None, **dict.fromkeys(doubtful, ()))
    assert [block.text for block in unverified(plainly) if isinstance(block, Paragraph)] == [
        "Nothing in the protocol is marked unverified."
    ]


texts = st.text(st.sampled_from("ab 1`*_[]()<>|~\\&;:#-+.!\"'\n\t{}$^=@/x"), max_size=24) | st.sampled_from(
    ("&amp;", "&#65;", "<b>", "<!-- x -->", "http://a.b", "<http://a.b>", "![a](b)", "a  \nb", "**", "~~a~~", "| a |")
)


def shown(page: str) -> list[str]:
    """The text of each paragraph, item and cell, as a reader of Markdown sees it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    return ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]


@given(texts)
def test_a_text_means_itself_in_markdown(text: str) -> None:
    once = " ".join(text.split())
    page = (Heading(1, "a " + plain(text)), Items(("a " + plain(text),)), Table(("A", "B"), ((plain(text), "b"),)))
    assert shown(to_markdown(page)) == [f"a {once}".strip(), f"a {once}".strip(), "A", "B", once, "b"]


@given(texts)
def test_what_is_written_in_a_protocol_means_itself_in_a_cell(text: str) -> None:
    once = " ".join(text.split())
    if once.strip("`") == once and once:
        assert shown(to_markdown((Table(("A", "B"), ((code(once), "b"),)),))) == ["A", "B", once, "b"]


HEPARIN = parse(
    """
protocol: rates
version: 1
doses: 2 to 60 by 1 U/kg/h
ladder ends: {highest: ours}
sources: {table: A table, ours: {cite: This copy, unverified: not printed}, memory: {cite: Nobody, unverified: heard}}
inputs: {aptt: {unit: s, plausible: 10 to 300, valid for: 8 hours}}
properties: {calm: {never: stop, source: ours}}
rules: {begin: {in: before treatment, when: always, must: start at dose-18, source: table}}
"""
)


def test_a_generated_ladder_is_one_row() -> None:
    table = next(block for block in to_table(HEPARIN) if isinstance(block, Table))
    assert table.rows == (("1 to 59", "`dose-2` ... `dose-60`", "2 to 60 U/kg/h in steps of 1"),)


def test_what_a_property_or_an_end_of_the_ladder_rests_on_is_in_force() -> None:
    table = next(block for block in unverified(HEPARIN) if isinstance(block, Table))
    assert [(row[0], row[1], row[3]) for row in table.rows] == [
        ("source", "`ours`", "yes: `calm`"),
        ("source", "`memory`", "no rule in force and no property cites it"),
        ("ladder end", "`highest`", "yes"),
    ]
