"""The page on the language holds all of the grammar and nothing else: what it shows is read, what is read it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import protocol.language
from protocol.checks import findings
from protocol.errors import InputError
from protocol.language import (
    claims,
    declarations,
    definitions,
    derived_numbers,
    dispensing,
    expectations,
    from_yaml,
    guards,
    ladder,
    monitoring,
    names,
    phrases,
    properties,
    rules,
    scores,
    tables,
)
from protocol.language.from_yaml import parse, parse_claim, parse_guard
from protocol.model.input import Choice, Grade, Number, YesNo
from protocol.model.quantity import UNITS
from protocol.model.regimen import _SCHEDULES, AMOUNTS, regimen
from protocol.model.rule import CONTROLS
from protocol.model.time import UNITS as TIMES
from protocol.model.time import duration

PAGE = (Path(protocol.language.__file__).parent / "language.md").read_text(encoding="utf-8")
EXAMPLE, AMENDMENT = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(GUARDS,) = re.findall(r"^```guard\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
PROTOCOL = parse(EXAMPLE)
REFUSED = re.findall(r"`([^`]+)`\s\((P\d{3}):", PAGE.partition("**Refused**")[2])


def paragraph(title: str) -> str:
    """The text from a bold title to the next one."""
    return PAGE.partition(f"**{title}**")[2].partition("\n**")[0].replace("\n", " ")


def quoted(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", found) for found in re.findall(r"`([^`]+)`", text)]


def with_rule(rule: str) -> str:
    """The example with a rule more."""
    return EXAMPLE.replace("monitoring:  ", f"{rule}monitoring:  ", 1)


def guard_lines() -> list[str]:
    return [line.partition("#")[0].strip() for line in GUARDS.splitlines()]


def written(section: str, text: str = EXAMPLE) -> set[str]:
    """The keys that the example writes in the entries of a section."""
    tree = yaml.load(text, yaml.BaseLoader)
    return {key for entry in tree[section].values() if isinstance(entry, dict) for key in entry}


# ------------------------------------------------------------------------------------------------ what it shows is read


def test_the_example_is_a_protocol_in_which_nothing_is_found() -> None:
    assert findings(PROTOCOL) == ()


def test_the_amendment_is_the_example_with_its_changes(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(EXAMPLE, encoding="utf-8")
    amended = parse(AMENDMENT, str(tmp_path / "member.yaml"))
    assert findings(amended) == ()
    rules = [rule.name for rule in PROTOCOL.rules]
    assert [rule.name for rule in amended.rules] == [*rules[:2], "stop-rash", *rules[2:]]
    assert {one.name for one in PROTOCOL.properties} - {one.name for one in amended.properties} == {"heard", "reaches-high"}
    assert (amended.version, amended.inputs, amended.levels) == ("2", PROTOCOL.inputs, PROTOCOL.levels)


@pytest.mark.parametrize("text", guard_lines())
def test_every_guard_of_the_page_is_read(text: str) -> None:
    assert parse_guard(text, PROTOCOL)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_said_to_be_refused_is_refused_with_that_code(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_guard(text, PROTOCOL)
    assert {problem.code for problem in caught.value.problems} == {code}


def actions(control: str) -> list[str]:
    items = dict(re.findall(r"^- ([a-z ]+): (.*(?:\n  .*)*)", PAGE, re.MULTILINE))
    both = [*quoted(items["on treatment"]), *quoted(items["held"])]
    return both if control == "in review" else quoted(items[control])


@pytest.mark.parametrize("control", phrases.ALLOWED)
def test_every_action_of_the_page_is_read_in_its_state_and_the_page_has_all(control: str) -> None:
    shown = dict.fromkeys(actions(control))
    for text in shown:
        made = text.replace("LEVEL", "low").replace(" N", " 2")
        rule = f'  added: {{in: {control}, when: always, must: "{made}"}}\n'
        assert parse(with_rule(rule)).rules[-1].action.kind in text
    kinds = {text.split()[0].rstrip(",") for text in shown}
    assert kinds == set(phrases.ALLOWED[control])  # type: ignore[index]


@pytest.mark.parametrize("text", quoted(paragraph("Where a rule applies")))
def test_every_place_of_the_page_is_read(text: str) -> None:
    assert parse(with_rule(f"  added: {{in: {text}, when: always, must: continue}}\n")).rules[-1].where


def doses() -> list[str]:
    return [text for text in quoted(paragraph("Doses")) if not text.startswith("doses: ") and " of full" not in text]


def test_every_duration_dose_and_unit_of_the_page_is_one() -> None:
    assert all(duration(text) for text in quoted(paragraph("Durations")))
    assert all(regimen(text) for text in doses())
    (generated,) = (text for text in quoted(paragraph("Doses")) if text.startswith("doses: "))
    levels = [
        level.name
        for level in parse(f"{generated}\nprotocol: a\nversion: a\nrules: {{a: {{in: held, when: always, must: stop}}}}").levels
    ]
    assert f"{levels[0]} to {levels[-1]}" in paragraph("Doses")
    assert set(quoted(paragraph("Units"))) == set(UNITS)


def test_a_share_of_a_level_is_on_the_page_and_is_read() -> None:
    (share,) = (text for text in quoted(paragraph("Doses")) if " of full" in text)
    assert parse(EXAMPLE.replace("middle: 100 mg daily, high: 400", f"middle: {share}, full: 200 mg daily, high: 400")).level(
        "middle"
    ).regimen == regimen("150 mg daily")


@pytest.mark.parametrize("text", [text for text in quoted(paragraph("Claims")) if text != "was"])
def test_every_claim_of_the_page_is_read(text: str) -> None:
    assert parse_claim(text, PROTOCOL)


@pytest.mark.parametrize("text", quoted(paragraph("Formulas")))
def test_every_formula_of_the_page_is_read(text: str) -> None:
    assert f"{text} " in EXAMPLE or parse(EXAMPLE.replace("earlier(anc, 4 weeks) - anc", f"{text} - earlier(anc, 4 weeks)"))


@pytest.mark.parametrize("text", quoted(paragraph("What it does").partition("- before")[0]))
def test_what_can_follow_a_step_is_read(text: str) -> None:
    rule = f'  added: {{in: on treatment, when: always, must: "reduce{text}"}}\n'
    assert parse(with_rule(rule)).rules[-1].action.off_ladder == text.split()[-1]


# ------------------------------------------------------------------------------------------------ what is read it shows


def test_the_example_writes_every_key() -> None:
    tree = yaml.load(EXAMPLE, yaml.BaseLoader)
    questions = tree["interpretations"].values()
    readings = {key for question in questions for one in question["readings"].values() for key in one}
    shown = {
        "the protocol": set(tree) | set(yaml.load(AMENDMENT, yaml.BaseLoader)),
        "a source": written("sources"),
        "an input": written("inputs"),
        "a derived input": written("derived"),
        "a tracker": written("trackers"),
        "an interpretation": written("interpretations"),
        "a reading": readings,
        "a rule": (written("rules") | written("rules", AMENDMENT)) - {"columns", "rows"},
        "a property": written("properties"),
        "a monitoring entry": written("monitoring") | {"before"},
        "the ends of the ladder": set(tree["ladder ends"]),
        "dispensing": set(tree["dispensing"]),
    }
    allowed = {
        "the protocol": from_yaml.KEYS,
        "a source": declarations.SOURCE_KEYS,
        "an input": declarations.INPUT_KEYS,
        "a derived input": {*definitions.DERIVED_KEYS, *derived_numbers.KEYS, *scores.SCORE_KEYS},
        "a tracker": definitions.TRACKER_KEYS,
        "an interpretation": definitions.QUESTION_KEYS,
        "a reading": definitions.READING_KEYS,
        "a rule": rules.RULE_KEYS,
        "a property": {*properties.PROPERTY_KEYS, *expectations.EXPECTATION_KEYS},
        "a monitoring entry": monitoring.MONITORING_KEYS,
        "the ends of the ladder": ladder.ENDS_KEYS,
        "dispensing": dispensing.DISPENSING_KEYS,
    }
    assert shown == {what: set(keys) for what, keys in allowed.items()}


def test_a_table_has_the_keys_of_a_rule_but_for_columns_and_rows_of_actions() -> None:
    assert set(tables.TABLE_KEYS) - {"columns", "rows"} == set(rules.RULE_KEYS) - {"must", "may"}
    assert any({"columns", "rows"} <= set(entry) for entry in yaml.load(EXAMPLE, yaml.BaseLoader)["rules"].values())


def test_the_example_has_every_kind_of_input_and_tracker() -> None:
    assert {type(item.kind) for item in PROTOCOL.inputs} == {Number, Choice, YesNo, Grade}
    assert {item.kind for item in PROTOCOL.trackers} == set(definitions.TRACKER_KINDS.values())
    assert any(item.valid_for is None for item in PROTOCOL.inputs) or "or ever" in EXAMPLE


@pytest.mark.parametrize("clock", guards.CLOCKS)
def test_every_clock_is_in_a_guard(clock: str) -> None:
    assert any(text.startswith(f"time {clock} ") for text in guard_lines())


@pytest.mark.parametrize("form", phrases.FORMS)
def test_every_form_of_an_action_is_on_the_page(form: str) -> None:
    assert f"`{form}`" in PAGE


@pytest.mark.parametrize("form", claims.CLAIMS)
def test_every_form_of_a_claim_is_on_the_page(form: str) -> None:
    pattern = re.escape(form)
    stands_for = {"LEVEL": "(low|middle|high)", "RULE": "(hold-low|ask)", "PLACE": "on treatment", "CLAIM": "(hold|no drug|stop)"}
    for name, examples in stands_for.items():
        pattern = pattern.replace(name, examples)
    assert any(re.match(pattern, text) for text in quoted(paragraph("Claims")))


@pytest.mark.parametrize(
    "word", sorted(names.RESERVED | {"while", "window", "ULN", "LLN", "<", "<=", ">", ">=", "==", "!=", "(", "x"})
)
def test_every_word_of_the_language_is_used_on_the_page(word: str) -> None:
    used = " ".join((*quoted(PAGE), GUARDS, EXAMPLE))
    assert word in re.findall(r"[A-Za-z-]+|[<>=!]+|\(", used)


@pytest.mark.parametrize(
    "word",
    [
        "minutes",
        "hours",
        "days",
        "weeks",
        "less",
        "more",
        "none",
        "wait",
        "act",
        "continue",
        "silent",
        "refuse",
        "last",
        "worst",
        "low",
        "high",
        "nearest",
        "up",
        "down",
    ],
)
def test_every_word_that_a_key_can_have_is_beside_it(word: str) -> None:
    assert re.search(rf"\b{word}\b", EXAMPLE)


def test_every_state_and_unit_of_doses_and_times_is_on_the_page() -> None:
    assert all(control in PAGE for control in CONTROLS)
    read = [regimen(text) for text in doses()]
    assert set(AMOUNTS) == {one.unit for one in read}
    assert {(one.per, one.rate) for one in read} >= {("", False), ("kg", False), ("m2", False), ("", True), ("kg", True)}
    assert any(one.is_once for one in read) and any(one.is_placebo for one in read) and any(one.days for one in read)
    assert all(any(text.endswith(schedule) for text in doses()) for schedule in _SCHEDULES)
    assert all(any(f"{unit}s" in text for text in quoted(paragraph("Durations"))) for unit in TIMES)


def test_the_page_fits_a_terminal() -> None:
    assert all(len(line) <= 100 for line in PAGE.splitlines())
    assert len(PAGE.splitlines()) <= 265
