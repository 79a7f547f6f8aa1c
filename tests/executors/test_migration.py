"""A patient goes over to an amended protocol by an explicit mapping: what is in use is there unchanged, or mapped, or named."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import attrs
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol import initial, machine
from protocol.errors import MigrationError, NeedsReason, RequestReused
from protocol.executors.machine import LiveCourse, Mapping
from protocol.language.from_yaml import parse_guard
from protocol.model.course import Course, Given, Observation
from protocol.model.input import Choice, Grade, Input, Number, Tracker
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import regimen
from protocol.model.rule import Action, Rule
from protocol.model.state import Taken
from protocol.model.time import DAY
from protocol.testing import courses, protocols, visits
from tests.executors.test_agreement import how, lived, often
from tests.executors.test_machine import all_of, begun, done, signed
from tests.semantics.small import ON, PROTOCOL, STARTED, WELL, above, visit

LOW = visit(7, **WELL | {"anc": 0.5})
LOW_AGAIN = visit(14, **WELL | {"anc": 0.5})


def moved(course: LiveCourse, into: Protocol, **mapping: dict[str, str]) -> LiveCourse:
    course.migrate(into, Mapping(**mapping), **signed(course, why="amendment 1"))
    return course


def problems(course: LiveCourse, into: Protocol, **mapping: dict[str, str]) -> tuple[str, ...]:
    before = all_of(course)
    with pytest.raises(MigrationError, match="error M012") as refused:
        moved(course, into, **mapping)
    assert all_of(course) == before
    assert all(f"  - {one}" in str(refused.value) for one in refused.value.problems)
    return refused.value.problems


def with_levels(*levels: tuple[str, str]) -> Protocol:
    """The small protocol on another ladder, its rules without levels."""
    rules = tuple(rule for rule in PROTOCOL.rules if rule.name not in ("start", "escalate"))
    return evolve(PROTOCOL, version="2", levels=tuple(Level(name, regimen(text)) for name, text in levels), rules=rules)


def with_input(item: Input) -> Protocol:
    return evolve(PROTOCOL, version="2", inputs=tuple(item if one.name == item.name else one for one in PROTOCOL.inputs))


def with_rule(rule: Rule) -> Protocol:
    return evolve(PROTOCOL, version="2", rules=tuple(rule if one.name == rule.name else one for one in PROTOCOL.rules))


SAME = evolve(PROTOCOL, version="2")


# The entry


def test_a_migration_is_an_entry_that_says_from_what_to_what_and_why() -> None:
    course = begun(STARTED, visit(7, **WELL))
    old = course.fingerprint
    entry = course.migrate(SAME, Mapping(levels={"starting": "starting"}), **signed(course, why="amendment 1"))
    assert (entry.kind, entry.version, entry.time, entry.visit, entry.step) == ("migration", 3, 7 * DAY, None, None)
    assert (entry.before, entry.fingerprint, entry.why) == (old, course.fingerprint, "amendment 1")
    assert entry.mapping == Mapping(levels={"starting": "starting"})
    assert (course.protocol, course.protocols) == (SAME, (PROTOCOL, SAME))
    assert done(course, visit(14, **WELL)).fingerprint == course.fingerprint != old


def test_a_migration_needs_a_reason_and_is_made_once() -> None:
    course = begun(STARTED)
    with pytest.raises(NeedsReason):
        course.migrate(SAME, Mapping(), **signed(course))
    how = signed(course, why="amendment 1")
    entry = course.migrate(SAME, Mapping(), **how)
    assert course.migrate(SAME, Mapping(), **how) is entry
    with pytest.raises(RequestReused):
        course.migrate(SAME, Mapping(levels={"starting": "starting"}), **how)


def test_a_patient_without_a_visit_begins_anew_under_any_protocol() -> None:
    course = moved(begun(), with_levels(("only", "50 mg every day")))
    assert course.state == initial(course.protocol)


# Levels


def test_a_level_that_is_gone_or_is_another_regimen_must_be_mapped() -> None:
    renamed = with_levels(("first", "100 mg every day"), ("second", "400 mg every day"))
    (problem,) = problems(begun(STARTED), renamed)
    assert problem == (
        "level 'starting': write levels={'starting': ...} with 'first' (100 mg every day), 'second' (400 mg every day) "
        "or 'off ladder'"
    )
    changed = with_levels(("reduced", "50 mg every day"), ("starting", "200 mg every day"))
    assert problems(begun(STARTED), changed)
    assert moved(begun(STARTED), renamed, levels={"starting": "first"}).state.level.name == "first"


def test_the_same_regimen_in_another_unit_is_the_same_level() -> None:
    grams = with_levels(("reduced", "0.1 g every 2 days"), ("starting", "0.1 g every day"), ("escalated", "0.4 g every day"))
    assert moved(begun(STARTED), grams).state.dose.name == "starting"


def test_a_migration_never_changes_the_dose_that_is_taken() -> None:
    other = with_levels(("low", "50 mg every day"), ("high", "200 mg every day"))
    (problem,) = problems(begun(STARTED), other, levels={"starting": "high"})
    assert "'starting' is being taken and is not 200 mg every day: a migration does not change a dose" in problem
    course = moved(begun(STARTED), other, levels={"starting": "off ladder"})
    assert str(course.state.dose) == "off the ladder (100 mg every day)"


def test_the_level_to_which_a_held_patient_returns_may_be_mapped_to_another_regimen() -> None:
    other = with_levels(("low", "50 mg every day"), ("high", "200 mg every day"))
    state = moved(begun(STARTED, LOW), other, levels={"starting": "low"}).state
    assert (state.level.name, state.dose.kind, state.control.kind) == ("low", "none", "held")


def test_a_dose_off_the_old_ladder_that_is_on_the_new_one_must_be_mapped() -> None:
    course = begun(STARTED)
    done(course, visit(7, given="200 mg every day", **WELL), why="x")
    wider = evolve(SAME, levels=(*PROTOCOL.levels[:2], Level("middle", regimen("200 mg every day")), PROTOCOL.levels[2]))
    (problem,) = problems(course, wider)
    assert problem.startswith("level '200 mg every day': write levels={'200 mg every day': ...}")
    assert moved(course, wider, levels={"200 mg every day": "middle"}).state.dose.name == "middle"


def test_a_dose_off_both_ladders_stays_off() -> None:
    course = begun(STARTED)
    done(course, visit(7, given="200 mg every day", **WELL), why="x")
    assert moved(course, SAME).state.dose.kind == "off ladder"


# Holds and reviews


def test_a_reason_of_a_hold_must_be_a_rule_that_holds_for_the_same_reason() -> None:
    stricter = with_rule(evolve(PROTOCOL.rule("hold-low"), when=above("anc", "<", 2)))
    (problem,) = problems(begun(STARTED, LOW), stricter)
    assert problem == (
        "hold rule 'hold-low': write rules={'hold-low': ...} with 'hold-low', 'hold-tox', 'unordered' (any resume rule ends it)"
    )
    assert moved(begun(STARTED, LOW), stricter, rules={"hold-low": "hold-low"}).state.reasons == {"hold-low"}
    assert moved(begun(STARTED, LOW), stricter, rules={"hold-low": "unordered"}).state.reasons == {"unordered"}
    assert moved(begun(STARTED), stricter).state.control.kind == "on treatment"


def test_other_words_beside_a_rule_are_no_change_of_it() -> None:
    reworded = with_rule(evolve(PROTOCOL.rule("hold-low"), says="Low counts interrupt.", note="as before"))
    assert moved(begun(STARTED, LOW), reworded).state.reasons == {"hold-low"}


def test_a_hold_is_not_mapped_to_a_rule_that_does_not_hold() -> None:
    (problem,) = problems(begun(STARTED, LOW), SAME, rules={"hold-low": "reduce"})
    assert problem == "rules={'hold-low': 'reduce'}: 'reduce' does not hold in the same way"


def test_a_hold_that_nobody_ordered_needs_no_mapping() -> None:
    course = begun(STARTED)
    done(course, visit(7, given="none", **WELL), why="x")
    assert moved(course, SAME).state.reasons == {"unordered"}


def test_a_review_goes_on_under_its_rule_and_with_what_it_says_of_the_dose() -> None:
    ask = Rule("ask", ON, above("toxicity", "==", 1), "must", Action("review", meanwhile="withhold"))
    old = evolve(PROTOCOL, rules=(*PROTOCOL.rules, ask))
    course = machine.begin(old, "p")
    for one in (STARTED, visit(7, **WELL | {"toxicity": 1})):
        done(course, one)
    assert course.state.control.by == "ask"
    gone = evolve(old, version="2", rules=(*PROTOCOL.rules, evolve(ask, name="query")))
    assert problems(course, gone) == ("review rule 'ask': write rules={'ask': ...} with 'query'",)
    goes_on = evolve(
        old, version="2", rules=(*PROTOCOL.rules, evolve(ask, name="query", action=Action("review", meanwhile="continue")))
    )
    assert "does not review in the same way" in problems(course, goes_on, rules={"ask": "query"})[0]
    assert moved(course, gone, rules={"ask": "query"}).state.control.by == "query"


# Readings


def test_a_reading_whose_declaration_changed_must_be_mapped_or_dropped() -> None:
    longer = with_input(Input("anc", Number("10*9/L", F(0), F(100)), 14 * DAY))
    # The tracker asks the input too, so what it counted means something else as well.
    said = problems(begun(STARTED, visit(7, **WELL)), longer)
    assert said[0] == "input 'anc' is declared differently: write inputs={'anc': ...} with its new name or 'drop'"
    assert said[1].startswith("tracker 'episodes' is defined differently: write trackers={'episodes': ...} with 'episodes' or")
    kept = moved(begun(STARTED, visit(7, **WELL)), longer, inputs={"anc": "anc"}, trackers={"episodes": "episodes"})
    assert kept.state.reading("anc") is not None
    fresh = moved(begun(STARTED, visit(7, **WELL)), longer, inputs={"anc": "drop"}, trackers={"episodes": "fresh"})
    assert fresh.state.reading("anc") is None
    assert fresh.decide(visit(8)).decision.status == "undecided"


@pytest.mark.parametrize("words", [{"label": "neutrophils"}, {"note": "x"}, {"loinc": "751-8"}])
def test_how_an_input_is_labelled_does_not_count(words: dict[str, str]) -> None:
    relabelled = with_input(evolve(PROTOCOL.input("anc"), **words))
    assert moved(begun(STARTED, LOW), relabelled).state.reading("anc") is not None


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("anc", Number("10*12/L", F(0), F(100)), "one is in 10*9/L, the other in 10*12/L"),
        ("anc", Number("10*9/L", F(0), F(3)), "4 is not plausible there"),
        ("anc", Grade("CTC 2.0"), "the two are not of one kind"),
        ("toxicity", Grade("CTCAE 5.0"), "one is graded by CTC 2.0, the other by CTCAE 5.0"),
        ("response", Choice(("none", "complete")), "'partial' is not an option there"),
    ],
)  # fmt: skip
def test_a_reading_that_cannot_stand_for_the_new_input_is_refused(name: str, kind: Any, why: str) -> None:
    changed = evolve(with_input(evolve(PROTOCOL.input(name), kind=kind)), trackers=())
    said = problems(begun(STARTED, visit(7, **WELL)), changed, inputs={name: name})
    assert f"inputs={{'{name}': '{name}'}}: {why}; write 'drop' and have it measured again" in said


def test_two_readings_do_not_become_one() -> None:
    merged = evolve(SAME, inputs=tuple(item for item in PROTOCOL.inputs if item.name != "died"))
    said = problems(begun(STARTED), merged, inputs={"died": "eligible"})
    assert said == ("inputs: two readings become 'eligible'; drop one of them",)


# Trackers


def test_a_new_tracker_is_told_where_its_memory_comes_from() -> None:
    more = evolve(SAME, trackers=(*PROTOCOL.trackers, Tracker("row", "consecutive", above("anc", "<", 1))))
    (problem,) = problems(begun(STARTED, LOW), more)
    assert problem == ("tracker 'row' is new: write trackers={'row': ...} with 'episodes' or 'fresh' (nothing observed so far)")
    old = begun(STARTED, LOW).state.memory[0]
    assert moved(begun(STARTED, LOW), more, trackers={"row": "fresh"}).state.memory == (old, initial(more).memory[1])


def test_the_memory_of_a_tracker_follows_its_name_and_not_its_place() -> None:
    extra = Tracker("row", "consecutive", above("anc", "<", 1))
    two = evolve(PROTOCOL, trackers=(*PROTOCOL.trackers, extra))
    course = lived(two, Course("p", (STARTED, visit(7, **WELL), LOW_AGAIN)))
    first, second = course.state.memory
    assert first != second
    assert moved(course, evolve(two, version="2", trackers=two.trackers[::-1])).state.memory == (second, first)


def test_a_tracker_that_counts_further_than_the_old_one_did_is_another_one() -> None:
    further = with_rule(evolve(PROTOCOL.rule("give-up"), when=attrs.evolve(PROTOCOL.rule("give-up").when, constant=F(9))))
    assert "tracker 'episodes' is defined differently" in problems(begun(STARTED, LOW), further)[0]
    less = with_rule(evolve(PROTOCOL.rule("give-up"), when=attrs.evolve(PROTOCOL.rule("give-up").when, constant=F(0))))
    assert moved(begun(STARTED, LOW), less).state.memory[0].possible == ((True, 1),)  # type: ignore[union-attr]


def test_a_tracker_takes_over_only_memory_of_its_own_kind() -> None:
    lasting = evolve(SAME, trackers=(Tracker("lasting", "duration", above("anc", "<", 1)),), rules=PROTOCOL.rules[:-1])
    said = problems(begun(STARTED, LOW), lasting, trackers={"lasting": "episodes"})
    assert said == ("trackers={'lasting': 'episodes'}: they do not keep the same kind of memory",)


# The mapping itself


def test_everything_that_is_not_mapped_is_listed_at_once() -> None:
    other = evolve(
        with_levels(("low", "50 mg every day")), inputs=PROTOCOL.inputs[1:], trackers=(), rules=(PROTOCOL.rule("hold-tox"),)
    )
    said = problems(begun(STARTED, LOW), other)
    assert [one.split(":")[0] for one in said] == ["level 'starting'", "hold rule 'hold-low'", "input 'anc' is gone"]


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ({"levels": {"startng": "starting"}}, "there is no 'startng'"),
        ({"levels": {"starting": "startng"}}, "there is no 'startng'; choose from escalated, off ladder, reduced, starting"),
        ({"rules": {"hold-lo": "hold-low"}}, "there is no 'hold-lo'"),
        ({"inputs": {"anc": "neutrophils"}}, "there is no 'neutrophils'"),
        ({"trackers": {"episodes": "row"}}, "there is no 'row'; choose from episodes, fresh"),
    ],
)  # fmt: skip
def test_a_name_that_neither_protocol_has_is_refused(mapping: dict[str, dict[str, str]], why: str) -> None:
    assert why in problems(begun(STARTED), SAME, **mapping)[0]


def test_names_that_this_patient_does_not_need_do_no_harm() -> None:
    names = {"levels": {"escalated": "escalated"}, "rules": {"hold-tox": "hold-tox"}, "inputs": {"died": "died"}}
    assert moved(begun(STARTED), SAME, **names).state == begun(STARTED).state


# Corrections across a migration


def test_a_correction_before_a_migration_goes_through_the_old_protocol_and_the_mapping() -> None:
    renamed = with_levels(("first", "100 mg every 2 days"), ("second", "100 mg every day"), ("third", "400 mg every day"))
    names = {"levels": {"reduced": "first", "starting": "second", "escalated": "third"}}
    course = moved(begun(STARTED, visit(7, **WELL)), renamed, **names)
    done(course, visit(14, **WELL))
    entry = course.correct(7 * DAY, [Observation("toxicity", 2)], **signed(course, why="misread"))
    assert course.state.dose.name == "first"
    assert [(one.time, str(one.revised.after.dose)) for one in entry.revisions] == [(7 * DAY, "reduced"), (14 * DAY, "first")]
    assert course.audit() == ()
    assert machine.restore(course.protocols, "patient 1", course.entries).state == course.state


def test_a_correction_whose_state_the_mapping_does_not_know_is_refused() -> None:
    renamed = with_levels(("second", "100 mg every day"))
    course = moved(begun(STARTED, visit(7, **WELL)), renamed, levels={"starting": "second"})
    before = all_of(course)
    with pytest.raises(MigrationError, match="level 'reduced'"):
        course.correct(7 * DAY, [Observation("toxicity", 2)], **signed(course, why="misread"))
    assert all_of(course) == before


# Renamed throughout


def renamed(value: Any, names: frozenset[str]) -> Any:
    """The value with each of these names changed, wherever it stands."""
    if isinstance(value, str):
        return f"x-{value}" if value in names else value
    if isinstance(value, tuple | frozenset):
        return type(value)(renamed(one, names) for one in value)
    if attrs.has(type(value)):
        parts = (part.name for part in attrs.fields(type(value)) if part.init)
        return evolve(value, **{name: renamed(getattr(value, name), names) for name in parts})
    return value


def names_of(protocol: Protocol) -> dict[str, list[str]]:
    return {
        "levels": [level.name for level in protocol.levels],
        "rules": [rule.name for rule in protocol.in_force()],
        "inputs": [item.name for item in protocol.inputs],
        "trackers": [tracker.name for tracker in protocol.trackers],
    }


@often
@given(st.data())
def test_a_patient_whose_protocol_is_renamed_throughout_is_treated_as_before(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    course = data.draw(courses(protocol, min_visits=2))
    kinds = names_of(protocol)
    names = frozenset(name for one in kinds.values() for name in one) | {rule.name for rule in protocol.rules}
    into = evolve(renamed(protocol, names), version="2")
    mapping = {kind: {name: f"x-{name}" for name in one} for kind, one in kinds.items()}
    mapping["trackers"] = {f"x-{name}": name for name in kinds["trackers"]}
    place = data.draw(st.integers(1, len(course.visits) - 1))
    plain, live = lived(protocol, course), lived(protocol, evolve(course, visits=course.visits[:place]))
    live.migrate(into, Mapping(**mapping), **how(live))
    for one in course.visits[place:]:
        live.commit(live.decide(renamed(one, names)), **how(live))
    assert live.state == renamed(plain.state, names)
    for old, new in zip(plain.entries[place:], live.entries[place + 1 :], strict=True):
        assert (new.step.decision.status, new.step.decision.rule) == (
            old.step.decision.status,
            renamed(old.step.decision.rule, names),
        )
    number = data.draw(st.integers(0, len(course.visits) - 1))
    other = data.draw(visits(protocol, course.visits[number].time))
    for one, said in ((plain, other), (live, renamed(other, names) if number >= place else other)):
        if said.observations:
            one.correct(said.time, said.observations, **how(one))
        one.override(said.given or Given("none"), time=said.time, **how(one))
    assert live.state == renamed(plain.state, names)
    assert live.audit() == ()


# What the old protocol did not keep


def asking(guard: str) -> Protocol:
    """The small protocol with a rule that asks something which it does not keep otherwise."""
    asks = Rule("asks", ON, parse_guard(guard, PROTOCOL), "must", Action("continue"))
    return evolve(PROTOCOL, version="2", rules=(*PROTOCOL.rules, asks))


def test_a_raise_that_was_not_kept_was_no_later_than_the_last_change_of_dose() -> None:
    course = begun(STARTED, LOW)
    assert course.state.raised is None
    assert moved(course, asking("time since dose raised >= 4 weeks")).state.raised == course.state.changed == 7 * DAY


def test_how_much_was_taken_before_is_not_known_where_it_was_not_counted() -> None:
    asks = asking("cumulative dose >= 1 g")
    assert moved(begun(STARTED, LOW), asks).state.taken == Taken(incomplete=True)
    counted = lived(asks, Course("p", (STARTED, LOW)))
    assert counted.state.taken == Taken(F(700), at_hold=F(700))
    assert moved(counted, evolve(asks, version="3")).state.taken == Taken(F(700), at_hold=F(700))
    assert moved(lived(asks, Course("p", (STARTED, LOW))), SAME).state.taken is None
