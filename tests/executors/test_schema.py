"""The JSON Schemas that are shipped are those of the classes, and every document that is written is valid under its own."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from protocol import trace
from protocol.adapters.to_json import to_json
from protocol.executors.schema import FOLDER, NAMES, schema, schema_text
from protocol.executors.stored import decision_to_json
from protocol.testing import courses, protocols
from tests.test_laws import seldom


def validator(name: str) -> Draft7Validator:
    return Draft7Validator(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_schema_is_that_of_the_classes(name: str) -> None:
    file = FOLDER / f"{name}.json"
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(schema_text(name), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == schema_text(name)


def test_every_shipped_schema_is_one_of_a_document() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft7Validator.check_schema(schema(name))


@seldom
@given(st.data())
def test_every_decision_is_valid_under_its_schema(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    for step in trace(protocol, data.draw(courses(protocol))).steps:
        validator("decision-1").validate(json.loads(decision_to_json(step.decision, protocol)))


@seldom
@given(st.data())
def test_every_replay_is_valid_under_its_schema(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    found = trace(protocol, data.draw(courses(protocol)))
    validator("trace-1").validate(json.loads(to_json([found, found])))


def test_a_schema_refuses_what_the_reader_refuses() -> None:
    decision: dict[str, Any] = {"format": "protocol-decision/1", "package": "0.1.0", "protocol": {}, "decision": {}}
    assert not validator("decision-1").is_valid(decision)
    assert not validator("trace-1").is_valid([{"format": "protocol-trace/1"}])
