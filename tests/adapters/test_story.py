"""A course is told so that only what is different has to be read, and nothing that matters is left out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from protocol.adapters.counterexample import rests_on, visits_told
from protocol.adapters.story import Told, folded, story
from protocol.adapters.verified import Verified
from protocol.commands.verified import _told
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.time import DAY, HOUR
from protocol.model.verification import Counterexample, Report, Verdict
from protocol.semantics.trace import trace
from tests.hand_made import PROTOCOL, WEEKLY


def count(value: int) -> Observation:
    return Observation("platelets", Fraction(value))


def told(*visits: Visit) -> list[Told]:
    return list(story(trace(PROTOCOL, Course("told", visits)), PROTOCOL))


def test_what_is_the_same_is_told_as_before_and_what_is_no_longer_valid_as_not_measured() -> None:
    response = Observation("response", "none")
    visits = (
        Visit(0, (count(200), response)),
        Visit(7 * DAY, (count(200), response)),
        Visit(14 * DAY, (count(80), response)),
        Visit(20 * DAY, (response,)),
        Visit(28 * DAY),
        Visit(35 * DAY, (count(80),)),
        Visit(42 * DAY, (Observation("platelets", None),)),
        Visit(56 * DAY),
    )
    assert [one.measured for one in told(*visits)] == [
        "platelets 200 10*9/L, response none",
        "measured again, the same",
        "platelets 80; the rest measured again, the same",
        "measured again, the same",
        "platelets not measured",
        "platelets 80 10*9/L, response not measured",
        "platelets not done",
        "nothing measured",
    ]


ENTRY = """\
protocol: entry
version: "1"
doses: {low: 100 mg every day}
inputs:
  ecog: {unit: "1", plausible: 0 to 5, valid for: 28 days}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
derived: {fit: "ecog <= 2"}
trackers: {falls: {episodes of: "anc < 1"}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: fit, must: start at low}
  hold: {in: on treatment, when: "falls >= 1", must: hold}
"""


def test_of_what_is_asked_at_entry_only_nobody_is_told_later_that_it_is_not_measured() -> None:
    entry = parse(ENTRY)
    readings = (Observation("ecog", Fraction(1)), Observation("anc", Fraction(2)))
    visits = (Visit(-60 * DAY, readings), Visit(-30 * DAY), Visit(0, readings), Visit(30 * DAY))
    found = [one.measured for one in story(trace(entry, Course("told", visits)), entry)]
    assert found == ["ecog 1, anc 2 10*9/L", "ecog and anc not measured", "ecog 1, anc 2 10*9/L", "anc not measured"]


def test_nothing_measured_and_nothing_lapsed_is_said_so() -> None:
    assert told(Visit(0))[0].measured == "nothing measured"


def test_units_and_limits_of_normal_are_said_in_words() -> None:
    given = (
        Observation("platelets", Fraction(3, 10), unit="10*12/L"),
        Observation("platelets", Fraction(80), lower=Fraction(150), upper=Fraction(400)),
        Observation("platelets", Fraction(80), censored="<", upper=Fraction(400)),
        Observation("platelets", Fraction(80), lower=Fraction(150)),
    )
    said = [told(Visit(0, (one,)))[0].measured for one in given]
    assert said == [
        "platelets 0.3 10*12/L",
        "platelets 80 10*9/L (normal 150 to 400)",
        "platelets <80 10*9/L (normal up to 400)",
        "platelets 80 10*9/L (normal from 150)",
    ]


def test_visits_that_are_alike_are_told_once() -> None:
    found = told(*(Visit(7 * DAY * number, (count(40),)) for number in range(5)))
    assert [str(one) for one in folded(found)] == [
        "day 0: platelets 40 10*9/L. Start at low (100 mg every day); rule start.",
        "day 7: measured again, the same. Hold; so far on treatment at low (100 mg every day); rule hold-low-platelets.",
        "day 14 to day 28, 3 visits: measured again, the same. Continue held, last at low (100 mg every day).",
    ]
    assert folded(()) == ()


TABLE = """\
protocol: table
version: "1"
doses: {low: 100 mg every day}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}
sources: {study: Our study protocol}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: study}
  counts:
    columns: [on treatment]
    rows:
      "anc < 2": [hold]
      "anc < 1": [stop]
    source: study
"""


def test_where_cells_of_a_table_contradict_each_other_both_are_named() -> None:
    protocol = parse(TABLE)
    course = Course("found", (Visit(0), Visit(7 * DAY, (Observation("anc", Fraction(1, 2)),))))
    one = Verdict("no-conflict", "V208", "fails", WEEKLY, counterexample=Counterexample(course, 7 * DAY, True))
    found = Verified(Report("table", "1", "0", (one,), ()), protocol, traces=(trace(protocol, course),))
    assert rests_on(found, one) == (
        "There two things are ordered: hold by counts.1.1 (row 'anc < 2', column 'on treatment'), or stop by counts.2.1 (row "
        "'anc < 1', column 'on treatment')."
    )


def test_where_no_rule_was_followed_that_is_said_and_what_comes_after_a_dead_end() -> None:
    course = Course("found", (Visit(0), Visit(7 * DAY, (count(100),))))
    shown = Counterexample(course, 7 * DAY, True)
    one = Verdict("no-dead-end", "V206", "fails", WEEKLY, origin="built in", counterexample=shown)
    found = Verified(Report("counts", "1", "0", (one,), ()), PROTOCOL, traces=(trace(PROTOCOL, course),))
    assert rests_on(found, one).startswith(
        "There no rule was followed; 'otherwise: on treatment: continue' says what that means. It stays so: with all "
        "findings normal"
    )


SEVERAL = """\
protocol: several
version: "1"
doses: {low: 100 mg every day, high: 400 mg every day}
inputs:
  wbc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  others: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  severe: {yes or no, valid for: 8 days}
derived: {anc: {value: "wbc - others", unit: 10*9/L, plausible: 0 to 100, missing: unknown}}
sources: {study: Our study protocol}
otherwise: {on treatment: continue, held: continue}
rules:
  hold-counts: {in: on treatment, when: "anc < 1", must: hold, source: study}
  hold-severe: {in: on treatment, when: severe, must: hold, source: study}
  start: {in: before treatment, when: always, must: start at low, source: study}
  raise: {in: on treatment at low, when: "time since start >= 7 days and anc >= 1", must: escalate, source: "study, p. 9"}
  resume: {in: held by hold-counts or hold-severe, when: "anc >= 2 and severe is no", must: resume at low, source: study}
"""


def counts(wbc: int, severe: str = "no") -> tuple[Observation, ...]:
    numbers = (("wbc", wbc), ("others", 2))
    return (*(Observation(name, Fraction(value)) for name, value in numbers), Observation("severe", severe))


def test_every_reason_of_a_hold_is_told_and_what_a_computed_number_comes_to() -> None:
    protocol = parse(SEVERAL)
    readings = ((), counts(2, "yes"), counts(5), counts(2), counts(2, "yes"))
    course = Course("told", tuple(Visit(day * DAY, found) for day, found in enumerate(readings)))
    assert [one.decided for one in story(trace(protocol, course), protocol)][1:] == [
        "hold; so far on treatment at low (100 mg every day); rule hold-counts; held for hold-severe too; anc comes to 0 10*9/L.",
        "resume at low (100 mg every day); so far held, last at low (100 mg every day); rule resume; anc comes to 3 10*9/L.",
        "hold; so far on treatment at low (100 mg every day); rule hold-counts; anc comes to 0 10*9/L.",
        "continue held, last at low (100 mg every day); held for hold-severe too.",
    ]


RAISED = """\
protocol: raised
version: "1"
doses: {low: 100 mg every day, high: 400 mg every day}
inputs:
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  response: {choice: [none, partial], valid for: 8 days}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  raise: {in: on treatment at low, when: "response is none", must: escalate}
  lower: {in: on treatment at high, when: "platelets < 50", must: reduce, says: Low counts lower the dose.}
"""

LOWERED = """\
protocol: lowered
version: "1"
doses: {low: 100 mg every day, middle: 200 mg every day, high: 400 mg every day}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 20 days}}
sources: {study: Our study protocol}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: study}
  lower: {in: on treatment, when: "anc < 1", must: reduce, source: "study, p. 9", says: Low counts lower the dose.}
"""


def test_a_rule_that_was_acted_on_before_is_named_with_its_line_and_its_source() -> None:
    protocol = parse(LOWERED)
    low = (Observation("anc", Fraction(1, 2)),)
    course = Course("found", (Visit(0), Visit(7 * DAY, low), Visit(14 * DAY)))
    one = Verdict("x", "V101", "fails", WEEKLY, counterexample=Counterexample(course, 14 * DAY, True))
    found = Verified(
        Report("lowered", "1", "0", (one,), ()), protocol, lines={"lower": ("l.yaml", 9)}, traces=(trace(protocol, course),)
    )
    assert rests_on(found, one) == (
        "There rule lower (l.yaml:9; study, p. 9) holds, and all that it rests on has been acted on before: Low counts lower the "
        "dose. Not measured there, and still counted: anc 0.5 of day 7."
    )


HELD = '  hold: {in: on treatment, when: "anc < 0.5", must: hold, source: study}\n  lower:'
COMES_BACK = """\
  back: {in: held by hold, when: "anc >= 0.5", must: resume at the same level, source: study, says: Then it goes on.}
"""


def test_the_rule_by_which_drug_comes_back_lower_than_the_rule_says_that_was_followed_is_named_too() -> None:
    protocol = parse(LOWERED.replace("  lower:", HELD) + COMES_BACK)
    low, less = (Observation("anc", Fraction(1, 4)),), (Observation("anc", Fraction(3, 4)),)
    course = Course("found", (Visit(0), Visit(7 * DAY, low), Visit(14 * DAY, less)))
    shown = Counterexample(course, 14 * DAY, True, rule="back", source="study")
    one = Verdict("x", "V101", "fails", WEEKLY, counterexample=shown)
    lines = {"back": ("l.yaml", 11), "lower": ("l.yaml", 9)}
    found = Verified(Report("lowered", "1", "0", (one,), ()), protocol, lines=lines, traces=(trace(protocol, course),))
    assert rests_on(found, one) == (
        "There rule back (l.yaml:11; study) was followed: Then it goes on. Drug comes back lower than that by rule lower "
        "(l.yaml:9; study, p. 9): Low counts lower the dose."
    )


def test_what_a_hold_waits_for_is_said_before_what_comes_of_it() -> None:
    course = Course("found", (Visit(0), Visit(7 * DAY, (count(40),)), Visit(21 * DAY)))
    shown = Counterexample(course, 21 * DAY, True)
    one = _told(Verdict("no-dead-end", "V206", "fails", WEEKLY, origin="built in", counterexample=shown), PROTOCOL, {})
    found = Verified(Report("counts", "1", "0", (one,), ()), PROTOCOL, traces=(trace(PROTOCOL, course),))
    said = "After hold-low-platelets drug comes back by resume, where platelets is not known. It stays so: "
    assert said in rests_on(found, one)


def test_what_a_hold_waits_for_is_told_with_the_facts_where_the_file_says_that_it_goes_on() -> None:
    course = Course("found", (Visit(0), Visit(7 * DAY, (count(40),)), Visit(14 * DAY, (count(60),))))
    shown = Counterexample(course, 14 * DAY, True)
    cite = {"resume": "resume (c.yaml:15)"}.__getitem__
    one = _told(Verdict("a-hold-ends", "V102", "fails", WEEKLY, counterexample=shown), PROTOCOL, {}, cite)
    found = Verified(Report("counts", "1", "0", (one,), ()), PROTOCOL, traces=(trace(PROTOCOL, course),))
    assert rests_on(found, one) == (
        "There no rule was followed; 'otherwise: held: continue' says what that means. Held because of hold-low-platelets. After "
        "hold-low-platelets drug comes back by resume (c.yaml:15), which is not true there: platelets >= 75 (platelets 60 "
        "10*9/L, measured on day 14)."
    )


ONCE = """\
protocol: once
version: "1"
doses: {low: 100 mg every day}
inputs: {aptt: {unit: s, plausible: 0 to 300, valid for: 1 hour}}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "aptt > 90", must: hold, again: no}
  back: {in: held by hold, when: "time on hold >= 1 hour", must: resume at the same level, says: After the hour it goes on.}
"""


def test_a_hold_that_a_new_reading_of_the_same_value_began_anew_is_told_and_why_drug_stays_away() -> None:
    protocol, high = parse(ONCE), (Observation("aptt", Fraction(100)),)
    course = Course("found", (Visit(0), Visit(HOUR, high), Visit(2 * HOUR, high)))
    shown = Counterexample(course, 2 * HOUR, True)
    one = _told(Verdict("no-silent-visit", "V207", "fails", WEEKLY, origin="built in", counterexample=shown), protocol, {})
    found = Verified(Report("once", "1", "0", (one,), ()), protocol, traces=(trace(protocol, course),))
    assert visits_told(found, one)[-1].measured == "measured again, the same"
    assert rests_on(found, one) == (
        "There no rule was followed. With aptt 90 there: resume at low (100 mg every day); so far held, last at low (100 mg "
        "every day); rule back. That rests on rule back: After the hour it goes on. Held because of hold. By hold the hold began "
        "anew at this visit, and time on hold counts from it (aptt 100 s, measured on day 0 02:00). After hold drug comes back "
        "by back, which is not true there: time on hold >= 1 hour (time on hold 0 minutes)."
    )


ONE_STEP = """\
protocol: one-step
version: "1"
doses: {low: 100 mg every day, high: 400 mg every day}
inputs: {ast: {unit: U/L, plausible: 0 to 1000, valid for: 8 days}}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "ast > 200", must: hold}
  goes-on: {in: held, when: "ast > 100", must: continue}
  back: {in: held by hold at high, when: "ast <= 100", must: resume at the next lower level}
"""


def test_where_no_rule_brings_drug_back_at_this_level_the_one_of_another_is_told_and_no_other_findings() -> None:
    protocol = parse(ONE_STEP)
    visits = (Visit(7 * DAY, (Observation("ast", Fraction(240)),)), Visit(14 * DAY, (Observation("ast", Fraction(20)),)))
    course = Course("found", (Visit(0), *visits))
    shown = Counterexample(course, 14 * DAY, True)
    one = _told(
        Verdict("every-hold-has-a-way-out", "V205", "fails", WEEKLY, origin="built in", counterexample=shown), protocol, {}
    )
    found = Verified(Report("one-step", "1", "0", (one,), ()), protocol, traces=(trace(protocol, course),))
    assert rests_on(found, one) == (
        "There no rule was followed. Held because of hold. No rule brings drug back after hold here; back would be true, but is "
        "only for a hold at high, and this one is at low. It stays so: no course leads to drug or to the end of treatment, "
        "whatever is measured."
    )


def test_of_a_hold_of_which_the_protocol_says_nothing_it_is_said_that_no_rule_brings_drug_back() -> None:
    protocol = parse(
        SEVERAL.replace("held: continue", "held: silent").replace("hold-counts or hold-severe, when", "hold-severe, when")
    )
    course = Course("found", (Visit(0), Visit(1 * DAY, counts(2)), Visit(2 * DAY, counts(5))))
    one = Verdict(
        "no-silent-visit", "V207", "fails", WEEKLY, origin="built in", counterexample=Counterexample(course, 2 * DAY, True)
    )
    found = Verified(Report("several", "1", "0", (one,), ()), protocol, traces=(trace(protocol, course),))
    shown = _told(one, protocol, {})
    assert rests_on(evolve(found, report=evolve(found.report, verdicts=(shown,))), shown).endswith(
        "Held because of hold-counts. No rule brings drug back after hold-counts here."
    )


@pytest.mark.parametrize(("platelets", "sure"), [((count(40),), ""), ((), ", or may be")])
def test_a_rule_that_stands_against_a_raise_is_true_as_well_or_may_be(platelets: tuple[Observation, ...], sure: str) -> None:
    protocol = parse(RAISED)
    course = Course("found", (Visit(0), Visit(7 * DAY, (Observation("response", "none"), *platelets))))
    shown = Counterexample(course, 7 * DAY, True, rule="raise", against="lower")
    one = _told(
        Verdict("no-escalation-while-unknown", "V203", "fails", WEEKLY, origin="built in", counterexample=shown), protocol, {}
    )
    found = Verified(Report("raised", "1", "0", (one,), ()), protocol, traces=(trace(protocol, course),))
    assert rests_on(found, one) == (
        f"There rule raise was followed. At the dose that this comes to lower is true as well{sure}: Low counts lower the dose."
    )
