"""Which entry counts, where it is asked, what it makes due, and what is said where a missing value leaves it open."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from attrs import evolve

from protocol import machine
from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.course import Observation, Visit
from protocol.model.decision import Due, Step
from protocol.model.monitoring import Monitored
from protocol.model.time import DAY
from protocol.semantics.foresee import next_change
from tests.semantics.small import after, visit

PROTOCOL = parse("""
protocol: small
version: "1"
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
otherwise: {on treatment: continue, held: continue}
rules:
  stop: {in: on treatment, when: "anc < 0.5", must: stop}
  start: {in: before treatment, when: always, must: start at high}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  itch: {in: on treatment, when: rash, must: hold}
  resume: {in: held, when: "anc >= 1 and not rash", must: "resume at the next lower level, else stop"}
monitoring:
  ended: {of: anc, every: 3 days, when: "anc < 1.5", in: stopped}
  daily: {of: anc, every: 1 day, when: "anc < 1", in: [held by hold, on treatment at low]}
  thrice: {of: anc, every: 2 to 3 days, when: "anc < 1.5"}
  new: {of: anc, every: 4 days, when: "time since start < 2 weeks", from: dose change}
  weekly: {of: anc, every: 7 days, when: always}
  skin: {of: rash, every: 5 days, when: rash}
""")
DRUG = "100 mg daily"


def names(taken: Step) -> list[str]:
    return [one.entry for one in taken.decision.monitoring]


def of_anc(taken: Step) -> Monitored:
    return next(one for one in taken.decision.monitoring if one.input == "anc")


@pytest.mark.parametrize(
    ("day", "values", "expected"),
    [
        (7, {"anc": 2, "rash": "no"}, ["new"]),
        (13, {"anc": 2, "rash": "no"}, ["new"]),
        (14, {"anc": 2, "rash": "no"}, ["weekly"]),
        (14, {"anc": 1.5, "rash": "no"}, ["weekly"]),
        (14, {"anc": 1.4, "rash": "no"}, ["thrice"]),
        (14, {"anc": 2, "rash": "yes"}, ["weekly", "skin"]),
    ],
)
def test_the_first_entry_that_holds_counts_and_an_input_of_which_none_does_is_left_out(
    day: int, values: dict[str, object], expected: list[str]
) -> None:
    assert names(after(visit(0), visit(day, **values), protocol=PROTOCOL)) == expected


def test_it_is_asked_where_the_decision_leads() -> None:
    held = after(visit(0), visit(14, anc=0.8, rash="no"), protocol=PROTOCOL)
    assert (held.decision.action, names(held)) == ("hold", ["daily"])
    by_itch = after(visit(0), visit(14, anc=1.2, rash="yes"), protocol=PROTOCOL)
    assert (by_itch.decision.action, names(by_itch)) == ("hold", ["thrice", "skin"])


def test_after_a_stop_only_an_entry_that_names_it_holds() -> None:
    stopped = after(visit(0), visit(14, anc=0.4, rash="yes"), protocol=PROTOCOL)
    assert (stopped.decision.action, names(stopped)) == ("stop", ["ended"])
    later = after(visit(0), visit(14, anc=0.4, rash="yes"), visit(18), protocol=PROTOCOL)
    assert later.decision.due == (Due("anc", "overdue", 17 * DAY, 17 * DAY),)


def test_what_was_given_counts_where_it_is_not_what_was_recommended() -> None:
    held = after(visit(0), visit(14, anc=0.8, rash="no", given="none"), protocol=PROTOCOL)
    against = after(visit(0), visit(14, anc=0.8, rash="no", given=DRUG), protocol=PROTOCOL)
    assert (held.decision.action, against.decision.action) == ("hold", "hold")
    assert (names(held), names(against)) == (["daily"], ["thrice"])
    not_known = after(visit(0), visit(14, anc=0.8, rash="no", given="unknown"), protocol=PROTOCOL)
    assert names(not_known) == ["daily"]


PERMITTED = parse("""
protocol: small
version: "1"
doses: {only: 50 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 40 days}
  weight: {unit: kg, plausible: 0 to 300, valid for: ever, every: 7 days}
rules:
  start: {in: before treatment, when: always, may: start at only}
  stop: {in: on treatment, when: "anc < 0.5", must: stop}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  again: {in: held, when: always, may: resume at only as a new patient}
monitoring:
  weekly: {of: anc, every: 7 days, in: [on treatment, held], when: "time since start < 26 weeks"}
  monthly: {of: anc, every: 4 weeks, in: [on treatment, held], when: always}
""")


def test_a_start_that_is_only_permitted_begins_the_schedule_on_the_day_on_which_drug_is_given() -> None:
    assert names(after(visit(0, anc=2), protocol=PERMITTED)) == []
    begun = after(visit(0, anc=2, given="50 mg daily"), protocol=PERMITTED)
    assert (begun.decision.action, names(begun), of_anc(begun).since) == ("continue", ["weekly"], 7 * DAY)


def test_drug_that_is_given_again_as_in_a_new_patient_is_measured_as_in_one_from_that_day_on() -> None:
    long_held = (visit(0, anc=2, given="50 mg daily"), visit(500, anc=0.8))
    assert names(after(*long_held, visit(510, anc=2), protocol=PERMITTED)) == ["monthly"]
    again = after(*long_held, visit(510, anc=2, given="50 mg daily"), protocol=PERMITTED)
    assert (names(again), of_anc(again).since) == (["weekly"], 517 * DAY)


def test_a_schedule_of_its_own_is_asked_after_the_visit_too() -> None:
    assert after(visit(-9, weight=60), visit(0, anc=2), protocol=PERMITTED).decision.due == (
        Due("weight", "overdue", -2 * DAY, -2 * DAY),
    )
    assert after(visit(0, anc=2, given="50 mg daily"), visit(7, anc=2), protocol=PERMITTED).decision.due == (
        Due("weight", "never measured", 7 * DAY, 7 * DAY),
    )
    stopped = after(visit(0, anc=2, given="50 mg daily"), visit(7, anc=0.4), protocol=PERMITTED)
    assert (stopped.decision.action, stopped.decision.due) == ("stop", ())


def test_what_is_due_counts_from_the_last_reading() -> None:
    assert of_anc(after(visit(0), visit(14, anc=1.2, rash="no"), protocol=PROTOCOL)) == Monitored(
        "anc", "thrice", PROTOCOL.monitoring[2].schedule, 16 * DAY, 17 * DAY
    )
    for day, status in ((15, None), (16, "due"), (17, "due"), (18, "overdue")):
        taken = after(visit(0), visit(14, anc=1.2, rash="no"), visit(day, rash="no"), protocol=PROTOCOL)
        assert taken.decision.due == ((Due("anc", status, 16 * DAY, 17 * DAY),) if status else ())


def test_from_a_dose_change_it_counts_from_that_where_it_is_later_than_the_last_reading() -> None:
    screened = visit(-3, anc=2, rash="no")
    assert of_anc(after(screened, visit(0), protocol=PROTOCOL)).since == 4 * DAY
    read = after(visit(0), visit(2, anc=2, rash="no"), protocol=PROTOCOL)
    assert of_anc(read).since == 6 * DAY
    changed = after(visit(0), visit(2, anc=2, rash="no"), visit(3, given="50 mg daily"), visit(4), protocol=PROTOCOL)
    assert of_anc(changed).since == 7 * DAY


LAPSING = parse("""
protocol: small
version: "1"
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 35 days}
  rash: {yes or no, valid for: ever}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at high}
  hold: {in: on treatment, when: rash, must: hold}
  resume: {in: held, when: "rash is no", must: resume at the same level}
monitoring:
  daily: {of: anc, every: 1 day, when: "anc < 1", in: [on treatment, held]}
  on-hold: {of: anc, every: 2 to 3 days, when: always, in: held}
  weekly: {of: anc, every: 7 days, when: "time since start < 26 weeks", in: on treatment}
  monthly: {of: anc, every: 28 to 31 days, when: always, in: on treatment}
""")
FIRST = visit(0, anc=4, rash="no")


@pytest.mark.parametrize(
    ("day", "entry", "status", "since", "latest", "lapsed"),
    [
        (6, "weekly", None, 7, 7, None),
        (8, "weekly", "overdue", 7, 7, None),
        (35, "weekly", "overdue", 7, 7, None),
        (36, "daily", "overdue", 7, 7, 0),
        (200, "daily", "overdue", 7, 7, 0),
    ],
)
def test_a_value_that_lapses_is_overdue_since_it_was_by_the_entry_that_held_while_it_counted(
    day: int, entry: str, status: str | None, since: int, latest: int, lapsed: int | None
) -> None:
    found = after(FIRST, visit(day), protocol=LAPSING)
    one = of_anc(found)
    assert (one.entry, one.since, one.latest, one.lapsed) == (entry, since * DAY, latest * DAY, lapsed)
    assert found.decision.due == ((Due("anc", status, since * DAY, latest * DAY),) if status else ())


def test_between_visits_it_is_dated_as_at_visits() -> None:
    often = after(FIRST, *(visit(day) for day in (3, 20, 35, 36, 40)), protocol=LAPSING)
    assert (of_anc(often).latest, of_anc(after(FIRST, visit(40), protocol=LAPSING)).latest) == (7 * DAY, 7 * DAY)


@pytest.mark.parametrize(
    ("visits", "entry", "since", "latest"),
    [
        ((FIRST, visit(3, anc="nd")), "daily", 3, 3),
        ((FIRST, visit(3, anc="nd"), visit(5)), "daily", 3, 3),
        ((FIRST, visit(9, anc="nd")), "daily", 7, 7),
        ((FIRST, visit(3, anc=0.8), visit(4, anc="nd")), "daily", 4, 4),
        ((FIRST, visit(3, anc=0.8), visit(6, anc="nd"), visit(7)), "daily", 4, 4),
        ((FIRST, visit(3, anc="nd"), visit(4, anc=4)), "weekly", 11, 11),
    ],
)
def test_what_could_not_be_measured_is_due_from_then_on_unless_it_was_before(
    visits: tuple[Visit, ...], entry: str, since: int, latest: int
) -> None:
    one = of_anc(after(*visits, protocol=LAPSING))
    assert (one.entry, one.since, one.latest) == (entry, since * DAY, latest * DAY)


@pytest.mark.parametrize(
    ("visits", "entry", "since", "latest"),
    [
        ((visit(-14, anc=4), visit(0, rash="no")), "weekly", 0, 0),
        ((visit(-2, anc=4), visit(0, rash="no")), "weekly", 5, 5),
        ((FIRST, visit(5, rash="yes")), "on-hold", 5, 5),
        ((FIRST, visit(2, rash="yes")), "on-hold", 2, 3),
        ((FIRST, visit(9, rash="yes")), "on-hold", 7, 7),
        ((FIRST, visit(5, rash="yes"), visit(6, rash="no")), "weekly", 7, 7),
        ((FIRST, visit(180, anc=4), visit(182)), "monthly", 208, 211),
        ((FIRST, visit(160, anc=4), visit(182)), "monthly", 188, 191),
        ((FIRST, visit(153, anc=4), visit(182)), "monthly", 160, 184),
        ((FIRST, visit(151, anc=4), visit(182)), "monthly", 158, 182),
        ((FIRST, visit(151, anc=4), visit(183)), "monthly", 158, 182),
        ((FIRST, visit(148, anc=4), visit(182)), "monthly", 155, 155),
    ],
)
def test_an_entry_asks_for_nothing_before_it_holds_and_what_was_overdue_without_a_break_is_so_since_then(
    visits: tuple[Visit, ...], entry: str, since: int, latest: int
) -> None:
    one = of_anc(after(*visits, protocol=LAPSING))
    assert (one.entry, one.since, one.latest) == (entry, since * DAY, latest * DAY)


def test_a_reading_that_is_told_late_is_one_from_which_the_same_entry_counts() -> None:
    late = Visit(20 * DAY, (Observation("anc", 4, observed=10 * DAY),))
    assert (of_anc(after(FIRST, late, protocol=LAPSING)).latest) == 17 * DAY
    low = Visit(20 * DAY, (Observation("anc", Fraction(1, 2), observed=10 * DAY),))
    assert (of_anc(after(FIRST, low, protocol=LAPSING)).entry, of_anc(after(FIRST, low, protocol=LAPSING)).latest) == (
        "daily",
        20 * DAY,
    )


def test_before_anything_began_nothing_is_due_and_the_schedule_is_said() -> None:
    waiting = evolve(PROTOCOL, rules=PROTOCOL.rules[:1])
    one = of_anc(after(visit(-3), protocol=waiting))
    assert (one.since, one.latest) == (None, None)
    assert after(visit(-3), protocol=waiting).decision.due == ()


def test_where_it_is_open_which_entry_holds_the_one_that_measures_most_often_counts() -> None:
    one = of_anc(after(visit(0), visit(14, rash="no", anc="nd"), protocol=PROTOCOL))
    assert (one.entry, one.possible, one.needs) == ("thrice", ("thrice", "weekly"), ("anc",))
    held = after(visit(0), visit(14, anc=0.8, rash="no"), visit(15, anc="nd"), protocol=PROTOCOL)
    assert of_anc(held).possible == ("daily", "thrice", "weekly")
    assert names(held) == ["daily"]


def test_where_it_is_open_whether_any_entry_holds_it_counts_as_if_one_did() -> None:
    skin = next(one for one in after(visit(0), visit(14, anc=2), protocol=PROTOCOL).decision.monitoring if one.input == "rash")
    assert (skin.entry, skin.possible, skin.needs) == ("skin", ("skin", ""), ("rash",))


def test_before_treatment_no_baseline_is_settled_yet_so_an_entry_that_asks_it_could_hold() -> None:
    """It is the last reading up to the first dose; one that was followed by ``not done`` is kept and can still be another."""
    asking = evolve(PROTOCOL, rules=PROTOCOL.rules[:1], monitoring=(*parse(AGAINST_BASELINE).monitoring,))
    waiting = after(visit(-8, anc=4), visit(-7, anc="nd"), visit(-6, anc=4), protocol=asking)
    assert of_anc(waiting).possible == ("fallen", "")
    begun = after(visit(-8, anc=4), visit(-7, anc="nd"), visit(0, anc=4, given=DRUG), visit(1), protocol=asking)
    assert names(begun) == []


AGAINST_BASELINE = """
protocol: small
version: "1"
doses: {low: 50 mg daily}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}
rules: {start: {in: before treatment, when: always, must: start at low}}
monitoring: {fallen: {of: anc, every: 2 days, when: "anc < 0.5 x baseline"}}
"""


def test_a_rarer_entry_above_does_not_hide_a_more_frequent_one_while_it_is_open() -> None:
    rarer = parse(print_protocol(PROTOCOL).replace("monitoring:", RARER))
    assert names(after(visit(0), visit(14, anc=2, rash="no"), protocol=rarer)) == ["monthly"]
    assert names(after(visit(0), visit(14, anc="nd", rash="no"), protocol=rarer)) == ["thrice"]


RARER = """monitoring:
  monthly: {of: anc, every: 4 weeks, when: "anc >= 2"}"""


def test_a_live_course_says_what_is_due_by_the_entry_that_holds_then() -> None:
    course = machine.begin(PROTOCOL, "patient 1")
    assert course.due(0) == ()
    for version, one in enumerate((visit(0), visit(13, anc=2, rash="no"))):
        course.record(one, request_id=f"r{version}", expected_version=version, by="A. Example", recorded_at=datetime.now(UTC))
    assert [one.entry for one in course.entries[-1].step.decision.monitoring] == ["new"]
    assert course.due(19 * DAY) == ()
    assert course.due(20 * DAY) == (Due("anc", "due", 20 * DAY, 20 * DAY),)
    assert course.due(21 * DAY) == (Due("anc", "overdue", 20 * DAY, 20 * DAY),)


def test_a_live_course_says_what_is_due_after_what_was_given() -> None:
    course = machine.begin(PERMITTED, "patient 1")
    told = {"by": "A. Example", "recorded_at": datetime.now(UTC)}
    course.record(visit(-1, anc=2, weight=60), request_id="r0", expected_version=0, **told)
    assert course.due(7 * DAY) == (Due("weight", "overdue", 6 * DAY, 6 * DAY),)
    proposed = course.decide(visit(0, anc=2))
    assert proposed.decision.monitoring == ()
    course.record(visit(0, anc=2, given="50 mg daily"), request_id="r1", expected_version=1, **told)
    assert [one.entry for one in course.entries[-1].step.decision.monitoring] == ["weekly"]
    assert course.due(6 * DAY) == (Due("weight", "due", 6 * DAY, 6 * DAY),)
    assert Due("anc", "due", 7 * DAY, 7 * DAY) in course.due(7 * DAY)
    assert Due("anc", "overdue", 7 * DAY, 7 * DAY) in course.due(50 * DAY)
    assert course.next_change() == next_change(PERMITTED, course.state)


def test_a_schedule_that_changes_by_itself_changes_no_decision() -> None:
    assert next_change(PROTOCOL, after(visit(0), visit(7, anc=2, rash="no"), protocol=PROTOCOL).state) is not None
    still = evolve(PROTOCOL, rules=PROTOCOL.rules[1:2])
    assert next_change(still, after(visit(0), visit(7, anc=2, rash="no"), protocol=still).state) is None
