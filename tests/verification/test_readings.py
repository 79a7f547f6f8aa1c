"""Open questions: which patient tells two readings apart, and which properties hold under every combination of readings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import protocol.verification.readings as readings_module
from protocol.adapters.interpreted_text import answer, interpreted_text
from protocol.cli import run
from protocol.language.from_yaml import parse
from protocol.model.verification import INTERRUPTED
from protocol.verification.readings import interpreted
from protocol.verification.search import bounds
from tests.verification.small import TEXT

OPEN = TEXT.replace(
    "rules:",
    """interpretations:
  too-low:
    question: When are counts too low?
    chosen: below-1
    readings:
      below-1: {means: Below 1., guard: "anc < 1"}
      below-0-8: {means: Below 0.8., guard: "anc < 0.8"}
      not-from-1-on: {means: When they are not 1 or more., guard: "not (anc >= 1)"}
  high:
    question: When are counts high?
    chosen: from-4
    readings:
      from-4: {means: From 4 on., guard: "anc >= 4"}
      from-5: {means: From 5 on., guard: "anc >= 5"}
rules:""",
)
OPEN = (
    OPEN.replace('on treatment, when: "anc < 1"', 'on treatment, when: "too-low"').replace('"anc >= 4", may', '"high", may')
    + """properties:
  held-below-1: {after: "anc < 1 and was on treatment", within: same visit, always: "held"}
  held-below-0-8: {after: "anc < 0.8 and was on treatment", within: same visit, always: "held"}
  never-held: {never: "held", expect: fails}
"""
)
SPEC = parse(OPEN)
NAMES = tuple(item.name for item in SPEC.properties)


def test_patients_tell_readings_apart_and_equivalent_readings_are_said_to_be() -> None:
    found = interpreted(SPEC, only=NAMES)
    assert found.is_finished and (found.how, found.possible, len(found.seen)) == ("all", 6, 6)
    settled = {(one.one, one.other): next(answer(one, SPEC)) for one in found.pairs}
    assert settled["below-1", "below-0-8"] == (
        "Patient: on day 7, with anc 0.9 10*9/L, the protocol holds 100 mg every day with below-1, "
        "and goes on with 100 mg every day with below-0-8. Which is meant?"
    )
    assert settled["below-1", "not-from-1-on"].startswith("No course tells them apart")
    assert settled["from-4", "from-5"].endswith(
        "the protocol goes on with 50 mg every day with both; with from-4 it permits what it does not with from-5: raise to "
        "100 mg every day. Which is meant?"
    )


def test_properties_that_depend_on_a_reading_say_on_which() -> None:
    found = interpreted(SPEC, only=NAMES)
    assert [one.name for one in found.properties if one.holds] == ["held-below-0-8"]
    said = interpreted_text(found, SPEC, 300)
    assert "Properties under the 6 combinations of readings\n  Hold under each: held-below-0-8.\n" in said
    assert "Fail under 2 of 6 (too-low=below-0-8): held-below-1.\n  Fail under each: never-held." in said


def test_of_too_many_combinations_those_near_the_chosen_one_are_looked_at_and_that_is_said() -> None:
    found = interpreted(SPEC, only=NAMES, most=5)
    assert (found.how, found.wanted, found.seen[0]) == ("near", 6, ())
    said = " ".join(interpreted_text(found, SPEC, 60).split())
    assert "differ from the chosen readings in one question or two; 6 are too many to look at all of them" in said


def test_what_was_not_looked_at_is_said() -> None:
    found = interpreted(SPEC, only=NAMES, seconds=0)
    assert not found.is_finished and found.ended and not found.seen
    assert "Not looked at." in interpreted_text(found, SPEC, 100)


def test_an_interruption_shows_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(readings_module, "verify", ended)
    found = interpreted(SPEC, only=NAMES)
    assert found.ended == INTERRUPTED and all(one.difference for one in found.pairs)
    assert "Interrupted: this is what had been found" in interpreted_text(found, SPEC, 100)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("open.yaml").write_text(OPEN, encoding="utf-8")
    assert run(["readings", "open.yaml"]) == 0
    assert "counts 1: 2 open questions, 6 combinations of readings" in capsys.readouterr().out
    assert run(["readings", "open.yaml", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["finished"], len(document["pairs"])) == ("protocol-readings/1", True, 4)
    assert run(["readings", "open.yaml", "--patients-only", "--seconds", "0"]) == 1


def test_who_compares_readings_keeps_to_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "megabytes", lambda: 50)
    found = interpreted(SPEC, memory=40, only=NAMES)
    assert all(pair.difference is not None and "40 MB" in pair.difference.ended for pair in found.pairs)
    assert {under.outcome for one in found.properties for under in one.under} == {"unfinished"}
    assert not found.is_finished


def test_readings_that_only_measure_at_other_times_are_not_called_the_same_without_a_word() -> None:
    entry = "monitoring: {often: {of: anc, every: 7 days, when: too-low}}\nrules:"
    text = OPEN.replace(", every: 7 days", "", 1).replace("rules:", entry, 1)
    spec = parse(text)
    found = interpreted(spec, only=("held-below-0-8",))
    said = {(one.one, one.other): list(answer(one, spec)) for one in found.pairs}
    assert said["below-1", "not-from-1-on"][1:] == ["They may measure something more or less often; that is not compared."]
