"""What is said of a verification, word for word, and what programs that read it rely on.

PROTOCOL_GOLDEN=write writes the golden files anew; read the difference before keeping it.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from protocol.adapters.alerts import alerts
from protocol.adapters.baseline import Accepted
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.paths import shown_path, uri
from protocol.adapters.to_annotations import to_annotations
from protocol.adapters.to_json import document
from protocol.adapters.to_junit import to_junit
from protocol.adapters.to_sarif import FINGERPRINT, to_sarif
from protocol.adapters.verification_json import verification_fields
from protocol.adapters.verification_text import verification_text
from protocol.adapters.verified import Verified, is_fine, judged
from protocol.model.course import Visit
from protocol.model.verification import INTERRUPTED, Verdict, key_of
from protocol.verification.codes import CODES
from tests.hand_made import PATIENT, PROTOCOL, SEEN, UNPROVED, WEEKLY, report, verdicts, verified

GOLDEN = Path(__file__).parent / "golden" / "verification"
WHOLE = evolve(verified(report(*UNPROVED)), stale=(Accepted("0" * 16, "counts", "no-silent-visit", "Known since 2019."),))
FINE = verified(evolve(report(), verdicts=verdicts(WEEKLY)[1:]))


def sarif(*found: Verified, **options: Any) -> dict[str, Any]:
    (run,) = json.loads(to_sarif(found, CODES, "0.1.0", **options))["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("100.txt", lambda: verification_text(WHOLE, 100)),
        ("60.txt", lambda: verification_text(WHOLE, 60, whole=True)),
        ("report.json", lambda: document("protocol-verify/1", verification_fields(WHOLE))),
        ("report.sarif", lambda: to_sarif([WHOLE], {code: CODES[code] for code in sorted(told(WHOLE))}, "0.1.0")),
        ("junit.xml", lambda: to_junit([WHOLE])),
        ("annotations.txt", lambda: to_annotations([WHOLE])),
    ],
)
def test_a_report_is_as_it_was(name: str, made: Callable[[], str]) -> None:
    text, file = made().rstrip("\n") + "\n", GOLDEN / name
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def told(found: Verified) -> set[str]:
    return {alert.code for alert in alerts(found)}


# People


@pytest.mark.parametrize("width", [40, 60, 100, 120])
def test_no_line_is_wider_than_it_may_be_but_for_tables_and_headings(width: int) -> None:
    lines = verification_text(WHOLE, width, whole=True).split("\n")
    wide = [line for line in lines if len(line) > width and not line.startswith(("|", "#", "Generated:"))]
    assert not [line for line in wide if " " in line.strip()]  # a long name stays whole


def test_the_course_that_is_shown_can_be_pasted_and_is_the_same_course() -> None:
    text = verification_text(WHOLE, 60)
    pasted = text[text.index("## ") :].partition("\n\nReached")[0]
    (example,) = from_markdown(pasted, PROTOCOL).examples
    assert [plain(visit) for visit in example.course.visits] == list(PATIENT.visits)


def plain(visit: Visit) -> Visit:
    """The visit without the rows of a table from which it was read."""
    return evolve(visit, row="", observations=tuple(evolve(one, row="") for one in visit.observations))


def test_what_was_as_it_was_the_time_before_is_not_said_again() -> None:
    text = verification_text(WHOLE, 100)
    assert "day 14: measured again, the same" in text
    assert "day 28: platelets not measured; the rest measured again, the same" in text


def test_a_search_that_was_interrupted_says_so_and_is_not_fine() -> None:
    halted = evolve(FINE, report=evolve(FINE.report, seen=(evolve(SEEN[0], complete=False, why=INTERRUPTED),)))
    assert "Interrupted: this is what had been found; nothing else is proved." in verification_text(halted, 100)
    assert is_fine(FINE) and not is_fine(halted) and not is_fine(halted, allow_unproved=True)


def test_nothing_is_called_unreached_where_not_all_was_seen() -> None:
    halted = evolve(FINE, report=evolve(FINE.report, seen=(evolve(SEEN[0], complete=False, why="the limit was reached"),)))
    assert "Reached" not in verification_text(halted, 100)
    assert not {"V302", "V303"} & told(halted)


def test_a_window_of_which_only_the_first_visit_is_seen_is_told_everywhere() -> None:
    window = evolve(verdicts(WEEKLY)[1], by="exploration", unseen="3 days")
    found = verified(evolve(report(), verdicts=(window,), seen=SEEN[:1]))
    said = "nly the first visit of the 3 days is seen, as visits are every week"
    assert f"O{said}." in " ".join(verification_text(found, 100).split())
    assert verification_fields(found)["properties"][0]["unseen"] == f"o{said}"
    assert said in to_junit([found]) and "V305" in told(found) and is_fine(found)
    at_any_time = evolve(window, grid=evolve(WEEKLY, free=True), unseen="")
    assert said not in verification_text(verified(evolve(report(), verdicts=(window, at_any_time))), 100)


# Standing


def test_a_property_holds_only_if_it_holds_on_each_grid_and_is_expected_to_fail_on_some() -> None:
    fails = verdicts(WEEKLY)[3]
    free = evolve(fails, grid=evolve(WEEKLY, free=True), outcome="holds", counterexample=None)
    (one,) = judged(verified(evolve(report(), verdicts=(free, fails))))
    assert (one.standing, one.verdict.outcome) == ("expected", "fails")
    unexpected = tuple(evolve(verdict, expected="holds") for verdict in (free, fails))
    assert verified(evolve(report(), verdicts=unexpected)).report.failing


@pytest.mark.parametrize(
    ("change", "standing", "fine", "allowed"),
    [
        ({}, "fails", False, False),
        ({"expected": "fails"}, "expected", True, True),
        ({"expected": "fails", "outcome": "holds", "counterexample": None}, "holds now", False, False),
        ({"waiver": "Patients ask for it."}, "waived", True, True),
        ({"waiver": "Patients ask for it.", "named": 1, "outcome": "holds", "counterexample": None}, "holds now", False, False),
        ({"waiver": "Patients ask for it.", "outcome": "holds", "counterexample": None}, "holds now", False, False),
        ({"waiver": "Patients ask for it.", "outcome": "not confirmed", "counterexample": None}, "waived", True, True),
        ({"outcome": "not confirmed", "counterexample": None}, "not confirmed", False, True),
        ({"outcome": "unfinished", "waiver": "Patients ask for it."}, "unfinished", False, True),
        ({"outcome": "holds", "counterexample": None}, "holds", True, True),
    ],
)
def test_what_is_fine(change: dict[str, Any], standing: str, fine: bool, allowed: bool) -> None:
    found = verified(evolve(report(), verdicts=(evolve(verdicts(WEEKLY)[0], **change),)))
    (one,) = judged(found)
    assert (one.standing, is_fine(found), is_fine(found, allow_unproved=True)) == (standing, fine, allowed)
    assert bool(found.report.failing) is not fine


def test_the_course_that_shows_an_expected_failure_is_named() -> None:
    properties = tuple(evolve(one, course="Held") if one.name == "never-held" else one for one in PROTOCOL.properties)
    found = evolve(verified(report()), protocol=evolve(PROTOCOL, properties=properties))
    assert "The file expects it to fail, as its course 'Held' shows." in " ".join(verification_text(found, 100).split())


def test_what_is_accepted_is_fine_if_each_grid_fails_as_it_was_accepted() -> None:
    found = verified(evolve(report(), verdicts=(verdicts(WEEKLY)[0],)))
    key = found.report.verdicts[0].key
    assert is_fine(evolve(found, accepted={key: Accepted(key, "counts", "never-high-without-a-count", "Known.")}))
    assert not is_fine(evolve(found, accepted={"f" * 16: Accepted("f" * 16, "counts", "never-high-without-a-count", "Known.")}))


def test_a_key_stays_when_the_grid_or_the_course_is_another_and_not_when_another_rule_is_at_fault() -> None:
    weekly, free = verdicts(WEEKLY)[0], verdicts(evolve(WEEKLY, free=True))[0]
    assert weekly.counterexample is not None
    other = evolve(weekly, counterexample=evolve(weekly.counterexample, rule="start"))
    assert key_of("counts", weekly) == key_of("counts", free) != key_of("counts", other)
    assert key_of("counts", weekly) != key_of("other", weekly)


# Machines


def test_every_result_of_sarif_names_a_rule_a_place_and_a_fingerprint() -> None:
    run = sarif(WHOLE)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    assert len(run["results"]) == len(alerts(WHOLE))
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert place["artifactLocation"]["uri"] == "specs/counts/protocol.yaml" and place["region"]["startLine"] >= 1
        assert re.fullmatch("[0-9a-f]{16}", result["partialFingerprints"][FINGERPRINT])
        assert result["level"] in ("error", "warning", "note") and result["message"]["text"]


def test_the_counterexample_stands_in_sarif_as_a_table_and_as_steps_at_the_rules_that_were_followed() -> None:
    result = sarif(WHOLE)["results"][0]
    assert "| 28 |  | none | 400 mg every day |" in result["message"]["markdown"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(steps) == len(PATIENT.visits)
    assert all(step["location"]["message"]["text"].startswith("day ") for step in steps)


def test_what_somebody_gave_a_reason_for_is_suppressed_in_sarif_and_left_out_of_annotations() -> None:
    found = {result["message"]["text"].split()[0]: result for result in sarif(WHOLE)["results"]}
    assert found["never-raised-late"]["suppressions"] == [{"kind": "inSource", "justification": "Patients ask for it."}]
    assert found["never-held"]["suppressions"][0]["kind"] == "inSource"
    assert "suppressions" not in found["never-high-without-a-count"]
    assert "never-raised-late" not in to_annotations([WHOLE]) and "never-held" not in to_annotations([WHOLE])


def test_what_is_not_proved_is_a_warning_where_that_is_allowed() -> None:
    levels = {alert.about: alert.level for alert in alerts(WHOLE, allow_unproved=True)}
    assert levels["no-conflict"] == levels["never-better-never-more"] == "warning"
    assert levels["never-high-without-a-count"] == "error"
    suites = ET.fromstring(to_junit([WHOLE], allow_unproved=True))
    assert (suites.get("failures"), suites.get("errors"), suites.get("skipped")) == ("2", "0", "3")


def test_junit_counts_what_it_holds() -> None:
    root = ET.fromstring(to_junit([WHOLE, FINE]))
    assert int(root.get("tests", "")) == len(root.findall("testsuite/testcase"))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.get(name, "")) == len(root.findall(f"testsuite/testcase/{kind}"))


@pytest.mark.parametrize("text", ["50 % of it", "two\nlines", "a\r::error::b", "]]> & <x>", "\x00\x1b[31m", "\ud800", "| # * `"])
def test_no_text_of_a_protocol_breaks_a_format(text: str) -> None:
    one = Verdict("odd", "V206", "unfinished", WEEKLY, origin="built in", says=text, why=text)
    found = evolve(verified(evolve(report(), verdicts=(one,))), file=f"specs/{text.splitlines()[0]}, 1:2%.yaml")
    (line,) = (line for line in to_annotations([found]).split("\n") if "V401" in line)
    command, message = re.fullmatch(r"::error (.*?)::(.*)", line).groups()  # type: ignore[union-attr]
    assert [part.partition("=")[0] for part in command.split(",")] == ["file", "line", "title"]
    assert not {"\r", "\n"} & set(message)
    ET.fromstring(to_junit([found]).encode("utf-8", "backslashreplace"))
    json.loads(to_sarif([found], CODES, ""))
    assert verification_text(found, 60)


def test_a_file_is_named_from_the_folder_and_keeps_its_path_outside(tmp_path: Path) -> None:
    inside = tmp_path / "my specs" / "protocol.yaml"
    assert shown_path(str(inside), tmp_path) == "my specs/protocol.yaml"
    assert uri(str(inside), tmp_path) == "my%20specs/protocol.yaml"
    assert uri("specs/a.yaml") == "specs/a.yaml" and uri("") == ""
    assert uri("/elsewhere/a.yaml", tmp_path) == "file:///elsewhere/a.yaml"
