"""Verdicts over all courses: what is planted is found on its shortest course, and every course that is shown is one."""

from __future__ import annotations

import pytest

import protocol
from protocol.checks.properties_of_course import judged
from protocol.language.from_yaml import parse
from protocol.model.time import DAY, WEEK
from protocol.model.verification import BUILT_IN, Verdict
from protocol.semantics.trace import trace
from protocol.verification.search.grids import visit_grid
from protocol.verification.verify import verify

SOUND = """protocol: sound
version: 1
doses: {low: 50 mg daily, full: 100 mg daily, high: 200 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days, worse: low}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days, every: 7 days, worse: low}
  toxicity: {grade: CTC 2.0, valid for: 8 days, every: 7 days}
  response: {choice: [none, partial], valid for: 8 days, every: 7 days}
  died: {yes or no, valid for: ever}
derived:
  low: {when: "anc < 1 or platelets < 50"}
trackers:
  falls: {episodes of: "anc < 1 or platelets < 50", until: "anc >= 1.5 and platelets >= 75", measured only: yes}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  death: {in: [before treatment, on treatment, held], when: "known(died) and died", must: stop, waiver: nobody is seen who died}
  give-up: {in: on treatment, when: "falls >= 3", must: stop}
  hold-low: {in: on treatment, when: "anc < 1 or platelets < 50", must: hold}
  hold-tox: {in: on treatment, when: "toxicity >= 3", must: hold}
  lower: {in: on treatment, when: "toxicity == 2", must: "reduce, else hold"}
  start: {in: before treatment, when: "anc >= 1.5 and platelets >= 75", must: start at full}
  back-low: {in: held by hold-low, when: "anc >= 1.5 and platelets >= 75", must: resume at the same level}
  back-tox: {in: held by hold-tox or lower, when: "toxicity <= 1", must: resume at the same level}
  raise: {in: on treatment at full, when: "response is none and time since start >= 4 weeks", may: escalate}
properties:
  ladder: {never: "dose above high"}
  held-when-low: {after: "(anc < 1 or platelets < 50) and was on treatment", within: same visit, always: "no drug"}
  held-when-toxic: {after: "toxicity >= 3 and was on treatment", within: same visit, always: "no drug"}
  held-for-a-reason: {never: "hold while not (anc < 1 or platelets < 50 or toxicity >= 2)"}
  no-drug-back-low: {never: "resume while (anc < 1.5 or platelets < 75) and was held by hold-low"}
  back-when-well: {never: "held and was held and anc >= 1.5 and platelets >= 75 and toxicity <= 1 and was held by hold-low"}
  raised-late: {never: "escalate while time since start < 4 weeks"}
  raised-for-no-response: {never: "escalate while not (response is none)"}
  raised-one-rung: {never: "dose raised and dose is high and was on treatment at low"}
  lowered-for-grade-2: {never: "reduce while not (toxicity == 2)"}
  grade-2-lowers: {after: "within(toxicity, 0 days) and toxicity == 2 and was on treatment at full and not low and falls < 3",
                   within: same visit, always: "dose at most low or stopped"}
  third-fall-ends: {after: "falls >= 3 and was on treatment", within: same visit, always: "stopped"}
  ends-for-a-reason: {never: "stop while falls < 3 and not (known(died) and died)"}
  death-ends: {after: "known(died) and died", within: same visit, always: "stopped"}
  never-again: {never: "was stopped and not stopped"}
  started-with-counts: {never: "start while not (anc >= 1.5 and platelets >= 75)"}
  can-reach-high: {sometimes: "on treatment at high"}
"""


def verdicts(text: str, *only: str) -> dict[str, Verdict]:
    return {one.name: one for one in verify(parse(text), only=only).verdicts}


@pytest.fixture(scope="module")
def sound() -> dict[str, Verdict]:
    return verdicts(SOUND)


def test_a_sound_protocol_keeps_every_property_of_its_file(sound: dict[str, Verdict]) -> None:
    assert {name: one.outcome for name, one in sound.items() if one.outcome != "holds" and one.origin == "spec"} == {}


def test_no_property_of_a_sound_protocol_is_vacuous(sound: dict[str, Verdict]) -> None:
    assert [name for name, one in sound.items() if one.vacuous] == []


PLANTED = (
    # what stands in the text, what is planted, the property that it breaks, and how many visits its shortest course has
    ("raise: {in: on treatment at full,", "raise: {in: [on treatment at low, on treatment at full],", "", 0),
    ("must: hold}\n  hold-tox", "may: hold}\n  hold-tox", "held-when-low", 2),
    ('when: "anc < 1 or platelets < 50", must: hold', 'when: "anc < 1 and platelets < 50", must: hold', "held-when-low", 2),
    ('when: "anc < 1 or platelets < 50", must: hold', 'when: "anc < 0.9 or platelets < 50", must: hold', "held-when-low", 2),
    ('when: "anc < 1 or platelets < 50", must: hold', 'when: "anc <= 1 or platelets < 50", must: hold', "held-for-a-reason", 2),
    ('when: "toxicity >= 3", must: hold', 'when: "toxicity >= 4", must: hold', "held-when-toxic", 2),
    ('when: "anc >= 1.5 and platelets >= 75", must: resume', 'when: "anc >= 1 and platelets >= 75", must: resume',
     "no-drug-back-low", 3),
    ('when: "anc >= 1.5 and platelets >= 75", must: resume', 'when: "anc >= 1.5 or platelets >= 75", must: resume',
     "no-drug-back-low", 3),
    ('when: "anc >= 1.5 and platelets >= 75", must: resume', 'when: "anc >= 2 and platelets >= 75", must: resume',
     "back-when-well", 3),
    ("time since start >= 4 weeks", "time since start >= 3 weeks", "raised-late", 4),
    ("response is none and time", "response is partial and time", "raised-for-no-response", 5),
    ('raise: {in: on treatment at full, when: "response is none and time since start >= 4 weeks", may: escalate}',
     'raise: {in: on treatment at low, when: "response is none", may: escalate by 2}', "raised-one-rung", 3),
    ('lower: {in: on treatment, when: "toxicity == 2"', 'lower: {in: on treatment, when: "toxicity == 1"',
     "lowered-for-grade-2", 2),
    ('lower: {in: on treatment, when: "toxicity == 2"', 'lower: {in: on treatment, when: "toxicity > 2"', "grade-2-lowers", 2),
    ('when: "falls >= 3"', 'when: "falls >= 4"', "third-fall-ends", 6),
    ('when: "falls >= 3"', 'when: "falls >= 2"', "ends-for-a-reason", 4),
    # A stop on treatment is in force on hold as well, so that this changes nothing.
    ("death: {in: [before treatment, on treatment, held]", "death: {in: [before treatment, on treatment]", "", 0),
    ("death: {in: [before treatment, on treatment, held]", "death: {in: [before treatment]", "death-ends", 2),
    ('start: {in: before treatment, when: "anc >= 1.5 and platelets >= 75"', 'start: {in: before treatment, when: "anc >= 1.5"',
     "started-with-counts", 1),
    ('start: {in: before treatment, when: "anc >= 1.5 and platelets >= 75"', 'start: {in: before treatment, when: "anc > 1.4"',
     "started-with-counts", 1),
    ("may: escalate", "may: reduce", "can-reach-high", 0),
    ("time since start >= 4 weeks", "time since start < 0 days", "can-reach-high", 0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "planted", "broken", "visits"), PLANTED, ids=[f"{one[2]}-{number}" for number, one in enumerate(PLANTED)]
)
def test_what_is_planted_is_found_on_its_shortest_course(written: str, planted: str, broken: str, visits: int) -> None:
    assert SOUND.count(written) == 1
    changed = SOUND.replace(written, planted)
    looked_at = (broken,) if broken else ()
    found = {name: one for name, one in verdicts(changed, *looked_at).items() if (one.outcome, one.origin) == ("fails", "spec")}
    if not broken:
        assert found == {}
        return
    assert broken in found
    shown = found[broken].counterexample
    assert (len(shown.course.visits) if shown else 0) == visits


SMALL = ("lenalidomide-us", "clozapine-anc", "imatinib-label", "cdiscpilot-xanomeline")


@pytest.mark.parametrize("name", SMALL)
def test_every_course_that_is_shown_breaks_its_property_in_the_reference(name: str) -> None:
    subject = protocol.load(name)
    shown = {one.name: one.counterexample for one in verify(subject).verdicts if one.origin == "spec" and one.counterexample}
    for property_name, one in shown.items():
        assert one is not None
        failures = {(failure.property.name, failure.time) for failure in judged(subject, one.course).failures}
        assert (property_name, one.time) in failures


BACK_FROM_LOW = '  back-low: {in: held by hold-low, when: "anc >= 1.5 and platelets >= 75", must: resume at the same level}\n'


def test_a_hold_from_which_no_rule_leads_back_is_shown_with_a_visit_at_which_all_is_normal() -> None:
    found = verdicts(SOUND.replace(BACK_FROM_LOW, ""), "no-dead-end")["no-dead-end"]
    assert found.outcome == "fails"
    assert found.counterexample is not None
    *_, held, normal = trace(parse(SOUND.replace(BACK_FROM_LOW, "")), found.counterexample.course).steps
    assert (held.decision.action, normal.decision.action) == ("hold", "continue")
    values = {one.input: one.value for one in normal.visit.observations}
    assert values["anc"] >= 1 and values["platelets"] >= 50


WORSE_GETS_MORE = """protocol: turned-round
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  toxicity: {grade: CTC 2.0, valid for: 8 days, every: 7 days}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days, worse: low}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1", must: start at low}
  raise: {in: on treatment at low, when: "anc >= 1 and toxicity >= 3", must: escalate}
"""


def test_of_two_patients_of_whom_the_worse_gets_more_both_are_shown() -> None:
    found = verdicts(WORSE_GETS_MORE, "never-better-never-more")["never-better-never-more"]
    shown = found.counterexample
    assert found.outcome == "fails" and shown is not None and shown.beside is not None
    *before, last = shown.course.visits
    *before_too, beside = shown.beside.visits
    assert before == before_too
    worse, better = ({one.input: one.value for one in visit.observations} for visit in (last, beside))
    assert worse["anc"] == better["anc"] and worse["toxicity"] >= 3 > better["toxicity"]


def test_a_patient_of_whom_nothing_is_decided_is_no_better_one() -> None:
    # Without a limit of normal nobody knows whether the platelets are another toxicity; with grade 1 there is one in any case.
    report = verify(protocol.load("lenalidomide-us"), only=("never-better-never-more",))
    assert [one.outcome for one in report.verdicts] == ["holds"]


def test_every_built_in_property_has_a_verdict(sound: dict[str, Verdict]) -> None:
    assert {name for name, one in sound.items() if one.origin == "built in"} == set(BUILT_IN)


def test_a_search_that_ends_early_proves_nothing_and_says_what_is_large() -> None:
    report = verify(parse(SOUND), states=5)
    assert {one.name for one in report.verdicts if one.outcome == "holds"} <= {"can-reach-high"}
    assert not report.seen[0].complete and "more than 5 states" in report.seen[0].why
    assert any("most values" in note for note in report.notes)
    kept = {one.name: one.outcome for one in report.verdicts}
    assert kept["ladder"] == "unfinished"


def test_a_search_ends_before_it_takes_more_memory_than_it_may() -> None:
    report = verify(parse(SOUND), memory=1)
    assert "MB of memory" in report.seen[0].why


def test_the_same_visits_further_apart_are_another_grid() -> None:
    report = verify(parse(SOUND), every=2 * WEEK, only=["raised-late"])
    assert report.verdicts[0].grid.every == 2 * WEEK == 14 * DAY


def test_a_window_in_which_no_visit_falls_but_the_first_is_told() -> None:
    said = (
        ("short", 'after: hold, within: 3 days, always: "held"'),
        ("fails", 'after: hold, within: 3 days, never: "held"'),
        ("vacuous", 'after: "dose above high", within: 3 days, always: "held"'),
        ("next-visit", 'after: hold, within: 1 week, never: "start"'),
        ("one-visit", 'after: hold, within: same visit, always: "held"'),
        ("waited-for", 'after: hold, within: 3 days, sometimes: "held"'),
    )
    text = SOUND + "".join(f"  {name}: {{{what}}}\n" for name, what in said)
    found = verdicts(text, *(name for name, _ in said))
    assert {name: one.unseen for name, one in found.items() if one.unseen} == {"short": "3 days"}
    assert [name for name, one in found.items() if one.outcome == "fails"] == ["fails"]
    assert [name for name, one in found.items() if one.vacuous] == ["vacuous"]


def test_a_built_in_property_that_fails_is_expected_waived_or_red(sound: dict[str, Verdict]) -> None:
    holes = SOUND.replace(", on treatment: continue", "")
    said = "  no-silent-visit: {expect: fails, note: Not everything is printed.}\n"
    failing = verdicts(holes, "no-silent-visit")["no-silent-visit"]
    expected = verdicts(holes + said, "no-silent-visit")["no-silent-visit"]
    waived = verdicts(holes + "  no-silent-visit: {waiver: Ours.}\n", "no-silent-visit")["no-silent-visit"]
    holding = verdicts(SOUND + said, "no-silent-visit")["no-silent-visit"]
    needless = verdicts(SOUND + "  no-silent-visit: {waiver: Ours.}\n", "no-silent-visit")["no-silent-visit"]
    assert [one.outcome for one in (failing, expected, waived, holding, needless)] == 3 * ["fails"] + 2 * ["holds"]
    assert [one.is_as_expected for one in (failing, expected, waived, holding, needless)] == [False, True, True, False, False]
    assert expected.counterexample is not None
    assert sound["no-silent-visit"].is_as_expected


def test_of_two_ways_to_resume_neither_says_what_is_normal() -> None:
    """With a way back for whoever has a rash and another one for whoever has none, nobody is at a dead end."""
    back = '  back-low: {in: held by hold-low, when: "anc >= 1.5 and platelets >= 75", must: resume at the same level}\n'
    well = back.replace('75"', '75 and not rash"')
    ill = back.replace('75"', '75 and rash"').replace("back-low", "back-ill").replace("the same level", "low")
    both = SOUND.replace("  died:", "  rash: {yes or no, valid for: 8 days}\n  died:").replace(back, well + ill)
    assert both.count("back-") == SOUND.count("back-") + 1
    assert verdicts(both, "no-dead-end")["no-dead-end"].outcome == "holds"


@pytest.mark.parametrize("between", ["wait", "act"])
def test_visits_are_no_further_apart_than_a_value_counts_also_where_the_protocol_acts_between_them(between: str) -> None:
    text = (
        f"protocol: apart\nversion: 1\nbetween visits: {between}\ndoses: {{low: 50 mg daily, full: 100 mg daily}}\n"
        "inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}\n"
        "otherwise: {before treatment: continue, on treatment: continue}\n"
        'rules:\n  start: {in: before treatment, when: "anc >= 1", must: start at low}\n'
        '  raise: {in: on treatment at low, when: "time since start >= 4 weeks", may: escalate}\n'
    )
    assert visit_grid(parse(text)) == WEEK
