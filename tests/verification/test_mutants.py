"""Which mutants a protocol has: each operator by example, sentences that can be read, protocols that can be written."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from protocol.language.from_yaml import parse
from protocol.language.shipped import MAPPING, find, load, shipped_names
from protocol.language.to_yaml import print_protocol
from protocol.testing.protocols import any_protocol
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.mutants import mutants
from tests.verification.text_mutants import text_mutants

WHOLE = Path(__file__).parents[1] / "language" / "whole.yaml"
FILES = sorted({file for name in shipped_names() for file in find(name).parent.glob("*.yaml") if not file.name.endswith(MAPPING)})

SMALL = """protocol: small
version: 1
sources: {ours: made for this test}
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days}
  ecog: {unit: "1", plausible: 0 to 4, valid for: 8 days}
  alt: {unit: U/L, plausible: 0 to 2000, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days}
  response: {choice: [none, partial, complete], valid for: ever}
  rash: {yes or no, valid for: 8 days}
derived:
  well: "not rash"
trackers:
  lows: {episodes of: "anc < 1", until: "anc >= 1.5", measured only: yes}
  grade-2-lasts: {duration of: "toxicity >= 2"}
interpretations:
  over:
    question: When is it over?
    chosen: here
    readings:
      here: {means: "After four weeks.", guard: "time since start >= 4 weeks"}
      there: {means: "After five weeks.", guard: "time since start >= 5 weeks"}
otherwise: {on treatment: continue, held: silent}
rules:
  start: {in: before treatment, when: "ecog <= 2", must: start at middle}
  hold: {in: on treatment, when: "anc < 1 or toxicity >= 3", must: hold}
  stop: {in: [on treatment, held], when: "lows >= 2 and known(rash)", must: stop}
  ask: {in: on treatment at low or middle, when: "grade-2-lasts > 10 days", must: "review, dose continues"}
  lower: {in: on treatment at low or high, when: "toxicity == 2", must: "reduce, else hold"}
  raise: {in: on treatment at middle, when: "over and response is partial and well", may: escalate to high}
  answer: {in: in review by ask, when: "within(rash, 3 days)", must: resume at the same level}
  back: {in: held by hold, when: "anc >= 1.5 and alt < 2.5 x ULN", must: resume at the next lower level}
"""

EXAMPLES = [
    ("threshold", "hold: holds when anc < 0.9 instead of anc < 1"),
    ("threshold", "hold: holds when anc < 1.1 instead of anc < 1"),
    ("threshold", "hold: holds when toxicity >= 2 instead of toxicity >= 3"),
    ("threshold", "start: starts when ecog <= 1 instead of ecog <= 2"),
    ("threshold", "back: resumes when alt < 2.3 x ULN instead of alt < 2.5 x ULN"),
    ("comparison", "hold: holds when anc <= 1 instead of anc < 1"),
    ("comparison", "lower: reduces when toxicity >= 2 instead of toxicity == 2"),
    ("comparison", "over: is so when time since start > 4 weeks instead of time since start >= 4 weeks"),
    ("time", "over: is so when time since start >= 3 weeks instead of time since start >= 4 weeks"),
    ("time", "ask: asks for a review when grade-2-lasts > 3 days instead of grade-2-lasts > 10 days"),
    ("time", "answer: resumes when within(rash, 10 days) instead of within(rash, 3 days)"),
    ("count", "stop: stops treatment when lows >= 1 instead of lows >= 2"),
    ("connective", "hold: holds when anc < 1 and toxicity >= 3 instead of anc < 1 or toxicity >= 3"),
    ("condition", "hold: holds without asking toxicity >= 3"),
    ("missing", "stop: stops treatment without asking known(rash)"),
    ("missing", "answer: resumes when known(rash) instead of within(rash, 3 days)"),
    ("missing", "safe side: is more instead of less"),
    ("negation", "hold: holds when anc >= 1 instead of anc < 1"),
    ("negation", "raise: may escalate when not well instead of well"),
    ("negation", "well: is so when rash instead of not rash"),
    ("option", "raise: may escalate when response is complete instead of response is partial"),
    ("level", "start: start at high instead of start at middle"),
    ("level", "back: resume at the same level instead of resume at the next lower level"),
    ("level", "back: resume 2 levels lower instead of resume at the next lower level"),
    ("level", "lower: reduce by 2, else hold instead of reduce, else hold"),
    ("off ladder", "lower: reduce, else stop instead of reduce, else hold"),
    ("meanwhile", "ask: review, dose withheld instead of review, dose continues"),
    ("mode", "hold: may hold instead of must hold"),
    ("mode", "raise: must escalate instead of may escalate"),
    ("recommended", "raise: is recommended too instead of is only permitted"),
    ("again", "lower: steps again on a reading that it has stepped on instead of once"),
    ("once", "hold: holds once on each reading"),
    ("on hold", "stop: is not in force on hold"),
    ("place", "stop: is asked of patients on treatment instead of patients on treatment, and held"),
    ("place", "ask: is asked of patients on treatment at low instead of patients on treatment at low or middle"),
    ("place", "back: is asked of patients held instead of patients held by hold"),
    ("order", "hold: stands behind stop instead of before it"),
    ("left out", "hold: never holds; the rule is left out"),
    ("left out", "raise: never permits to escalate; the rule is left out"),
    ("tracker", "lows: is over when what began is no longer so, without its own 'until'"),
    ("tracker", "lows: leaves open what is not measured instead of passing over it"),
    ("tracker", "lows: remembers readings from before the first dose too instead of beginning with the first dose"),
    ("threshold", "lows: an episode begins when anc < 0.9 instead of anc < 1"),
    ("threshold", "lows: is over when anc >= 1.6 instead of anc >= 1.5"),
    ("validity", "anc: a value is valid for 1 day instead of for 8 days"),
    ("validity", "response: a value is valid at its own visit only instead of for ever"),
    ("otherwise", "otherwise: on treatment, nothing is said instead of continue"),
    ("otherwise", "otherwise: held, continue instead of silent"),
]


@cache
def mutants_of(text: str) -> tuple[Mutant, ...]:
    return tuple(mutants(parse(text)))


@cache
def of_file(file: Path) -> tuple[Mutant, ...]:
    return tuple(mutants(load(file)))


@pytest.mark.parametrize(("kind", "says"), EXAMPLES, ids=lambda value: value[:60])
def test_each_kind_of_change_is_made_and_said(kind: str, says: str) -> None:
    assert (kind, says) in {(one.kind, one.says) for one in mutants_of(SMALL)}


def test_no_change_is_made_that_no_patient_can_tell() -> None:
    high = SMALL.replace("on treatment at low or high", "on treatment at high")
    assert any(one.kind == "off ladder" for one in mutants_of(SMALL) if one.place == "lower")
    assert not any(one.kind == "off ladder" for one in mutants_of(high) if one.place == "lower")
    low = {one.says for one in mutants_of(SMALL.replace("on treatment at low or high", "on treatment at low"))}
    assert "lower: reduce by 2, else hold instead of reduce, else hold" not in low
    two = SMALL.replace(
        "  answer:", '  other: {in: on treatment at high, when: "rash", must: "review, dose continues"}\n  answer:'
    )
    wider = "answer: is asked of patients in review instead of patients in review by ask"
    assert wider not in {one.says for one in mutants_of(SMALL)}
    assert wider in {one.says for one in mutants_of(two)}


def test_what_a_mutant_says_is_what_it_changes() -> None:
    before = print_protocol(parse(SMALL)).splitlines()
    by_name = {one.says: one for one in mutants_of(SMALL)}
    changed = print_protocol(by_name["hold: holds when anc < 0.9 instead of anc < 1"].protocol).splitlines()
    assert [pair for pair in zip(before, changed, strict=True) if pair[0] != pair[1]] == [
        ('    when: "anc < 1 or toxicity >= 3"', '    when: "anc < 0.9 or toxicity >= 3"')
    ]


def test_what_is_not_in_force_is_not_changed() -> None:
    assert not any("5 weeks" in one.says for one in mutants_of(SMALL))
    text = SMALL.replace("must: hold}", "must: hold, under: {over: there}}").replace("held by hold,", "held,")
    assert not {"hold", "grade"} & {one.place for one in mutants_of(text)}


def test_only_what_rules_ask_is_changed() -> None:
    text = SMALL.replace("over and response", "response")
    assert "over" not in {one.place for one in mutants_of(text)}


TABLE = """protocol: table
version: 1
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days}
trackers:
  lows: {episodes of: "anc < 1"}
  grades: {episodes of: "toxicity >= 2"}
rules:
  by-count:
    columns: [on treatment at high, held by by-often]
    rows:
      "anc >= 1 and anc < 2": [reduce, resume at the same level]
      "anc >= 2": [continue, "-"]
  by-often:
    in: on treatment at low or middle
    columns: ["toxicity == 2 and lows", "toxicity == 3 and grades"]
    rows:
      "<= 1": [hold, hold then at most low]
      ">= 2": [stop, "-"]
"""
TABLE_EXAMPLES = [
    ("threshold", "by-count: row 1 counts when anc < 1.8 instead of anc < 2", '"anc >= 1 and anc < 1.8"'),
    ("connective", "by-count: row 1 counts when anc >= 1 or anc < 2 instead of anc >= 1 and anc < 2", '"anc >= 1 or anc < 2"'),
    ("count", "by-often: row 1 counts when lows <= 0 instead of lows <= 1", '"<= 0": [hold'),
    ("threshold", "by-often: column 1 counts when toxicity == 1 instead of toxicity == 2", '"toxicity == 1 and lows"'),
    ("place", "by-count: a column is of patients on treatment instead of patients on treatment at high", '["on treatment", '),
    ("cap", "by-often: hold instead of hold then at most low in the cell toxicity == 3 and grades, <= 1", "[hold, hold]"),
    ("left out", "by-count: never continues in the cell on treatment at high, anc >= 2; it is empty", '["-", "-"]'),
    ("order", "by-count: stands behind by-often instead of before it", "\nrules:\n  by-often:"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "says", "written"), TABLE_EXAMPLES[:-1], ids=lambda value: value[:60])
def test_a_table_is_changed_at_its_heads_and_in_its_cells(kind: str, says: str, written: str) -> None:
    by_name = {(one.kind, one.says): one for one in mutants_of(TABLE)}
    assert written in print_protocol(by_name[kind, says].protocol)


def _round_trips(found: Iterator[Mutant] | tuple[Mutant, ...]) -> None:
    for one in found:
        assert parse(print_protocol(one.protocol)) == one.protocol, one.says


@pytest.mark.parametrize("text", [SMALL, TABLE], ids=["small", "table"])
def test_every_mutant_can_be_written(text: str) -> None:
    _round_trips(mutants_of(text))


def test_mutants_of_a_protocol_with_everything_in_it_can_be_written() -> None:
    _round_trips(mutants_of(WHOLE.read_text(encoding="utf-8"))[::5])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_mutants_of_a_shipped_protocol(file: Path) -> None:
    found = of_file(file)
    assert len(found) > 70
    assert {"negation", "condition", "threshold", "mode", "place", "left out", "level", "order", "validity", "missing",
            "otherwise"} <= {one.kind for one in found} | ({"threshold"} if "desens" in str(file) else set())  # fmt: skip
    assert len({one.name for one in found}) == len(found)
    assert len({one.protocol for one in found} | {load(file)}) == len(found) + 1
    assert all(one.sentence and "\n" not in one.says for one in found)
    _round_trips(found[::97])


GOLDEN = """hold-cytopenia: holds when anc < 1 and platelets < 50 instead of anc < 1 or platelets < 50
hold-cytopenia: holds without asking anc < 1
hold-cytopenia: holds when anc <= 1 instead of anc < 1
hold-cytopenia: holds when anc < 0.9 instead of anc < 1
hold-cytopenia: holds when anc < 1.1 instead of anc < 1
hold-cytopenia: holds when anc >= 1 instead of anc < 1
hold-cytopenia: holds without asking platelets < 50
hold-cytopenia: holds when platelets <= 50 instead of platelets < 50
hold-cytopenia: holds when platelets < 45 instead of platelets < 50
hold-cytopenia: holds when platelets < 55 instead of platelets < 50
hold-cytopenia: holds when platelets >= 50 instead of platelets < 50
hold-cytopenia: may hold instead of must hold
hold-cytopenia: holds once on each reading
hold-cytopenia: never holds; the rule is left out
hold-cytopenia: stands behind hold-hepatic instead of before it"""


def test_the_sentences_of_a_shipped_protocol() -> None:
    found = [one for one in of_file(find("imatinib-hes")) if one.place == "hold-cytopenia"]
    assert "\n".join(one.says for one in found) == GOLDEN
    assert {one.sentence for one in found} == {"Neutrophils below 1.0 or platelets below 50 interrupt treatment."}


def test_a_name_stays_when_something_else_is_edited() -> None:
    edited = SMALL.replace("alt < 2.5 x ULN", "alt < 3 x ULN").replace("  start:", "  first:")
    names = {one.name for one in mutants_of(SMALL) if one.place == "hold" and one.kind != "order"}
    assert names == {one.name for one in mutants_of(edited) if one.place == "hold" and one.kind != "order"}


@pytest.mark.parametrize("seed", range(12))
def test_the_mutants_of_any_protocol_can_be_written(seed: int) -> None:
    draw = random.Random(seed)
    found = tuple(mutants(any_protocol(lambda options: draw.choice(list(options)), tables=seed % 2 == 0)))
    assert found
    assert len({one.name for one in found}) == len(found)
    _round_trips(found[::9])


def test_text_mutants_are_other_protocols_with_the_same_names() -> None:
    original = parse(SMALL)
    found = list(text_mutants(original))
    assert len(found) > 100
    assert all(one != original and {i.name for i in one.inputs} == {i.name for i in original.inputs} for _, one in found)
    done = {what.split(": ", 1)[1] for what, _ in found}
    assert done >= {"or becomes and", "must becomes its opposite", "lower is left out", "two rules change places", "< becomes <="}
