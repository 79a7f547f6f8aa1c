"""A stored document is read whole or not at all, and everything wrong with it is told at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import fingerprint, trace
from protocol.errors import InputError
from protocol.executors.from_json import AS_STORED, MOST_PROBLEMS
from protocol.executors.stored import decision_from_json, decision_to_json
from protocol.model.decision import Decision, Effect
from protocol.model.regimen import NO_DRUG
from protocol.model.state import Control
from protocol.testing import courses, protocols
from tests.semantics.small import PROTOCOL
from tests.test_laws import seldom

NOTHING = Effect(Control("before treatment"), NO_DRUG, NO_DRUG)
TEXT = decision_to_json(Decision(0, "decided", "continue", NOTHING, NOTHING, says="no change"), PROTOCOL)


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        decision_from_json(text)
    said = (str(problem).removeprefix("stored document: error ") for problem in caught.value.problems)
    return [text.removesuffix(f"\n  = {AS_STORED}") for text in said]


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(TEXT), **fields})


NOT_JSON = [
    ("", "stored document:1:1: error D001: Expecting value"),
    (TEXT[:-1], f"stored document:1:{len(TEXT)}: error D001: Expecting ',' delimiter"),
    (TEXT + "}", f"stored document:1:{len(TEXT) + 1}: error D001: Extra data"),
    ("\ufeff" + TEXT, "stored document:1:1: error D001: Unexpected UTF-8 BOM (decode using utf-8-sig)"),
    (TEXT.replace('"time":0', '"time":NaN'), "D001: NaN is not a number"),
    (TEXT.replace('"time":0', '"time":-Infinity'), "D001: -Infinity is not a number"),
    (TEXT.replace('"time":0', '"time":0,"time":7'), "D001: the name 'time' stands twice in one object"),
    ("[" * 100_000, "D001: lists or objects within each other without end"),
]


@pytest.mark.parametrize(("text", "problem"), NOT_JSON, ids=lambda text: text[:20])
def test_text_that_is_not_json_is_one_problem_that_says_where(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_a_number_of_too_many_digits_is_refused() -> None:
    (problem,) = problems(TEXT.replace('"time":0', '"time":' + "9" * 5000))
    assert problem.startswith("D001: Exceeds the limit")


LATER = "Load it with the version of the package that wrote it, or give it to what reads that format."
EXPECTED = f"'protocol-decision/1' is expected\n  = {LATER}"
FORMATS = [
    ("[]", "D002: no format is named; 'protocol-decision/1' is expected"),
    ("{}", "D002: no format is named; 'protocol-decision/1' is expected"),
    (changed(format="protocol-decision/2"), f"D002: the format is 'protocol-decision/2'; {EXPECTED}"),
    (changed(format=1), f"D002: the format is 1; {EXPECTED}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), FORMATS)
def test_a_document_of_another_format_is_one_problem(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_all_problems_of_a_document_are_told_at_once() -> None:
    decision = {**json.loads(TEXT)["decision"], "time": 1.5, "action": "raise", "certain": True}
    del decision["withheld"]
    assert problems(changed(decision=decision, package=None, remark="x")) == [
        "D003: package: null where a text is expected",
        "D003: decision.time: 1.5 where a whole number is expected",
        "D003: decision.action: 'raise' where one of 'continue', 'start', 'escalate', 'reduce', 'hold', 'resume', 'stop', "
        "'review' is expected",
        "D003: decision.withheld: is missing",
        "D003: decision.certain: is not a field that is known here",
        "D003: remark: is not a field that is known here",
    ]


def test_a_document_with_thousands_of_problems_tells_the_first_and_how_many_more() -> None:
    decision = {**json.loads(TEXT)["decision"], "rules": [0] * 5000}
    told = problems(changed(decision=decision))
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == "D003: and 4950 more"


def test_a_decision_names_its_format_the_package_and_the_protocol() -> None:
    assert json.loads(TEXT)["format"] == "protocol-decision/1"
    read = decision_from_json(TEXT)
    assert str(read.protocol) == f"small 1 (fingerprint {fingerprint(PROTOCOL)})"
    assert read.package


def test_a_document_is_one_line_of_ascii() -> None:
    text = decision_to_json(Decision(0, "decided", "continue", NOTHING, NOTHING, says="3 × ULN\n\ud800"), PROTOCOL)
    assert text.isascii()
    assert "\n" not in text
    assert decision_from_json(text).decision.says == "3 × ULN\n\ud800"


@seldom
@given(st.data())
def test_a_decision_is_read_back_as_it_was_and_equal_ones_are_equal_text(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    for step in trace(protocol, data.draw(courses(protocol))).steps:
        text = decision_to_json(step.decision, protocol)
        again = decision_from_json(text).decision
        assert again == step.decision
        assert decision_to_json(again, protocol) == text


@seldom
@given(st.data())
def test_a_damaged_document_is_an_input_error_or_another_document_and_nothing_else(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TEXT) - 1))
    inserted = data.draw(st.sampled_from(("", "{", "]", '"', "0", "null", "\\", "\x00", ",", "1e999")))
    try:
        decision_from_json(TEXT[:place] + inserted + TEXT[place + 1 :])
    except InputError as error:
        assert all(problem.code in ("D001", "D002", "D003") for problem in error.problems)
