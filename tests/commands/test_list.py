"""`protocol list`: every shipped protocol by the name under which it is found, with how much is in it."""

from __future__ import annotations

import json

import pytest

from protocol.cli import run
from protocol.language import shipped
from protocol.language.shipped import courses_of, find, load, shipped_names
from protocol.language.table_of_sources import doubts
from protocol.model.protocol import fingerprint

Output = pytest.CaptureFixture[str]


def listed(capsys: Output) -> list[dict[str, object]]:
    assert run(["list", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "protocol-list/1"
    protocols: list[dict[str, object]] = found["protocols"]
    return protocols


def test_every_shipped_protocol_is_a_row_of_a_table(capsys: Output) -> None:
    assert run(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| Name | Title | Drug | Version | Levels | Rules | Courses | Open questions | Unverified parts |"
    assert [line.split("`")[1] for line in lines[2:]] == list(shipped_names())
    assert all(line.count(" | ") == 8 for line in lines)


def test_the_document_says_which_protocol_it_is_and_counts_what_is_in_it(capsys: Output) -> None:
    (one,) = [found for found in listed(capsys) if found["name"] == "imatinib-hes"]
    protocol = load("imatinib-hes")
    assert (one["protocol"], one["version"]) == (protocol.name, protocol.version)
    assert one["fingerprint"] == fingerprint(protocol)
    assert (one["levels"], one["rules"]) == (len(protocol.levels), len(protocol.rules))
    assert (one["questions"], one["unverified"]) == (len(protocol.interpretations), len(list(doubts(protocol))))
    assert one["courses"] == sum(file.read_text(encoding="utf-8").count("\n## ") for file in courses_of(find("imatinib-hes")))


def test_no_shipped_protocol_is_without_a_title_a_drug_and_courses(capsys: Output) -> None:
    assert [one["name"] for one in listed(capsys) if not (one["title"] and one["drug"] and one["courses"])] == []


def test_an_argument_is_refused(capsys: Output) -> None:
    assert run(["list", "imatinib-hes"]) == 2
    assert "unexpected extra argument" in capsys.readouterr().err


def test_where_nothing_is_shipped_the_table_is_empty(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_folders", lambda: ())
    assert run(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
