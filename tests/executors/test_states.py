"""The library ``transitions`` announces what happened and decides nothing; each of its hazards has a test here."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from protocol import machine
from protocol.executors import states
from protocol.model.course import Given, Observation
from protocol.model.guard import Clock, Compare
from protocol.model.rule import CONTROLS, Action, Rule, To, Where
from protocol.model.time import DAY, HOUR
from tests.executors.test_machine import all_of, begun, done, signed
from tests.semantics.small import ON, PROTOCOL, STARTED, WELL, above, visit, with_rules

LOW = visit(7, **WELL | {"anc": 0.5})


class Ear:
    """A listener that hears everything, and raises at one name if told to."""

    def __init__(self, raises_at: str = "") -> None:
        self.heard: list[str] = []
        self.events: list[Any] = []
        self.raises_at = raises_at

    def __getattr__(self, name: str) -> Any:
        if name not in states.CALLBACKS:
            raise AttributeError(name)
        return lambda event: self._hear(name, event)

    def _hear(self, name: str, event: Any) -> None:
        self.heard.append(name)
        self.events.append(event)
        if name == self.raises_at:
            raise RuntimeError(f"the host failed in {name}")


# What is announced


def test_a_change_of_state_is_announced_under_the_librarys_names_in_the_librarys_order() -> None:
    ear = Ear()
    begun(STARTED, LOW, listener=ear)
    assert ear.heard == [
        "before_state_change", "before_start", "on_exit_before_treatment", "on_enter_on_treatment", "after_start",
        "after_state_change",
        "before_state_change", "before_hold", "on_exit_on_treatment", "on_enter_held", "after_hold", "after_state_change",
    ]  # fmt: skip


def test_a_decision_that_keeps_the_state_announces_only_itself() -> None:
    ear = Ear()
    begun(STARTED, visit(7, **WELL), visit(14, **WELL | {"toxicity": 2}), listener=ear)
    assert ear.heard[6:] == ["before_continue", "after_continue", "before_reduce", "after_reduce"]


def test_a_callback_gets_the_librarys_event_with_the_entry_its_step_and_the_course() -> None:
    ear = Ear()
    course = begun(STARTED, LOW, listener=ear)
    event = next(event for name, event in zip(ear.heard, ear.events, strict=True) if name == "on_enter_held")
    assert type(event).__module__ == "transitions.core"
    assert (event.event.name, event.transition.source, event.transition.dest) == ("hold", "on_treatment", "held")
    assert event.kwargs == {"entry": course.entries[-1], "step": course.entries[-1].step, "course": course}


def test_the_course_is_as_before_until_all_callbacks_have_returned() -> None:
    seen = []

    class Watching:
        def after_hold(self, event: Any) -> None:
            seen.append((event.kwargs["course"].version, event.kwargs["course"].state.control.kind))
            seen.append((event.kwargs["entry"].version, event.kwargs["entry"].step.state.control.kind))

    course = begun(STARTED, LOW, listener=Watching())
    assert seen == [(1, "on treatment"), (2, "held")]
    assert course.state.control.kind == "held"


def test_what_was_given_is_announced_and_not_what_was_recommended() -> None:
    ear = Ear()
    course = begun(STARTED, visit(7, given="100 mg every day", **WELL | {"anc": 4}), listener=ear)
    done(course, visit(14, given="100 mg every day", **WELL | {"anc": 0.5}), why="the count came too late")
    assert ear.heard[-2:] == ["before_continue", "after_continue"]
    done(course, visit(21, given="50 mg every day", **WELL), why="tablets were split")
    assert ear.heard[-2:] == ["before_give", "after_give"]
    done(course, visit(28, given="none", **WELL), why="forgotten")
    assert ear.heard[-6:-3] == ["before_state_change", "before_give", "on_exit_on_treatment"]


def test_a_permitted_escalation_that_was_given_is_announced_as_one() -> None:
    ear = Ear()
    course = begun(STARTED, listener=ear)
    done(course, visit(28, given="400 mg every day", **WELL | {"response": "none"}))
    assert ear.heard[-2:] == ["before_escalate", "after_escalate"]


def test_corrections_and_overrides_are_announced_as_what_they_are() -> None:
    ear = Ear()
    course = begun(STARTED, visit(7, **WELL), listener=ear)
    del ear.heard[:]
    course.correct(7 * DAY, [Observation("anc", 0.5)], **signed(course, why="x"))
    assert ear.heard == ["before_state_change", "before_correct", "on_exit_on_treatment", "on_enter_held", "after_correct",
                         "after_state_change"]  # fmt: skip
    course.override(Given("none"), **signed(course, why="x"))
    assert ear.heard[-2:] == ["before_override", "after_override"]


def test_what_a_protocol_does_by_itself_between_visits_is_announced_too() -> None:
    hour = Compare(Clock("hold"), ">=", HOUR)
    acts = with_rules(
        Rule("start", (Where("before treatment"),), above("toxicity", "<=", 1), "must", Action("start", To("starting"))),
        Rule("hold", ON, above("anc", "<", 1), "must", Action("hold")),
        Rule("restart", (Where("held"),), hour, "must", Action("stop")),
        between_visits="act",
    )
    ear = Ear()
    course = machine.begin(acts, "p", listener=ear)
    for one in (visit(0, toxicity=0, anc=3), visit(1, anc=0.5), visit(2, toxicity=0)):
        done(course, one)
    entry = course.entries[-1]
    assert [one.visit.time for one in entry.acted] == [DAY + HOUR]
    assert "before_stop" in ear.heard
    assert next(one.kwargs["step"] for one in ear.events if one.event.name == "stop") == entry.acted[0]


# An exception in a callback


def test_a_callback_that_raises_leaves_the_course_as_it_was() -> None:
    names = ["before_state_change", "before_hold", "on_exit_on_treatment", "on_enter_held", "after_hold", "after_state_change"]
    for name in names:
        ear = Ear()
        course = begun(STARTED, listener=ear)
        ear.raises_at = name
        before = all_of(course)
        with pytest.raises(RuntimeError, match=f"the host failed in {name}"):
            done(course, LOW)
        assert all_of(course) == before, name
        assert course.answer_to("r1") is None
        ear.raises_at = ""
        assert done(course, LOW).version == 2
        assert course.state == begun(STARTED, LOW).state


@pytest.mark.parametrize("name", ["before_correct", "after_correct", "before_override", "after_override", "after_migrate"])
def test_a_callback_that_raises_at_a_later_change_of_the_record_leaves_it_as_it_was(name: str) -> None:
    ear = Ear()
    course = begun(STARTED, visit(7, **WELL), listener=ear)
    ear.raises_at = name
    before = all_of(course)
    with pytest.raises(RuntimeError):
        course.correct(7 * DAY, [Observation("toxicity", 1)], **signed(course, why="x"))
        course.override(Given("none"), **signed(course, why="x"))
        course.migrate(with_rules(*PROTOCOL.rules[:-1]), machine.Mapping(), **signed(course, why="x"))
    ear.raises_at = ""
    assert course.audit() == ()
    kinds = {"correct": 0, "override": 1, "migrate": 2}
    assert course.version == before[0] + kinds[name.split("_")[1]]  # type: ignore[operator]


def test_an_interrupt_in_a_callback_leaves_the_course_usable() -> None:
    class Impatient:
        def on_enter_held(self, event: Any) -> None:
            raise KeyboardInterrupt

    course = begun(STARTED, listener=Impatient())
    with pytest.raises(KeyboardInterrupt):
        done(course, LOW)
    assert done(course, visit(7, **WELL)).version == 2


# The library's hazards


def test_nobody_can_move_a_patient_by_a_trigger_of_the_library() -> None:
    ear = Ear()
    course = begun(STARTED, LOW, listener=ear)
    offered = [name for thing in (course, ear.events[-1].model) for name in dir(thing)]
    triggers = {"trigger", *states.TRIGGERS, *(f"to_{states.state_name(control)}" for control in CONTROLS)}
    assert not triggers & set(offered) - {"correct", "override", "migrate"}
    assert not [name for name in offered if name.startswith(("may_", "to_", "is_"))]


def test_the_librarys_machine_has_no_models_no_automatic_transitions_and_no_queue() -> None:
    shared = states._machine()
    assert shared.models == [] and shared.auto_transitions is False and shared.has_queue is False
    assert set(shared.events) == set(states.TRIGGERS)


def test_no_transition_has_a_guard_of_the_library() -> None:
    assert len(states._transitions()) == len(states.TRIGGERS) * len(CONTROLS) ** 2
    for transition in states._transitions().values():
        assert transition.conditions == [] and transition.prepare == []


def test_every_destination_exists() -> None:
    shared = states._machine()
    for (_, before, after), transition in states._transitions().items():
        assert transition.source == states.state_name(before)
        assert transition.dest in (None, *shared.states)
        assert (transition.dest is None) == (before == after)


def test_nothing_runs_where_the_library_swallows_errors_or_runs_ahead() -> None:
    shared = states._machine()
    for place in ("prepare_event", "finalize_event", "on_exception", "on_final", "before_state_change", "after_state_change"):
        assert getattr(shared, place) == []


def test_a_nonsense_state_set_on_the_librarys_model_never_reaches_the_course() -> None:
    class Meddling:
        def after_hold(self, event: Any) -> None:
            event.model.state = "nonsense"

        def on_enter_held(self, event: Any) -> None:
            event.model.state = "stopped"

    course = begun(STARTED, LOW, listener=Meddling())
    assert course.state == begun(STARTED, LOW).state
    assert done(course, visit(14, **WELL)).step.decision.action == "resume"


def test_what_a_callback_returns_means_nothing() -> None:
    class Refusing:
        def before_hold(self, event: Any) -> bool:
            return False

        def on_enter_held(self, event: Any) -> float:
            return float("nan")

    assert begun(STARTED, LOW, listener=Refusing()).state.control.kind == "held"


def test_all_patients_share_one_machine_and_nobodys_callbacks_reach_another() -> None:
    one, other = Ear(), Ear()
    first, second = begun(STARTED, listener=one), begun(listener=other)
    done(first, LOW)
    assert len(one.heard) == 12 and other.heard == []
    done(second, STARTED)
    assert len(one.heard) == 12 and len(other.heard) == 6
    assert one.events[0].machine is other.events[0].machine


def test_an_entry_holds_nothing_of_the_library() -> None:
    import pickle

    course = begun(STARTED, LOW, listener=Ear())
    assert b"transitions" not in pickle.dumps(course.entries)


def test_a_misspelt_callback_on_a_state_is_refused_because_it_would_never_be_called() -> None:
    class Misspelt:
        def on_enter_holding(self, event: Any) -> None:
            raise AssertionError

    with pytest.raises(TypeError, match="on_enter_holding would never be called"):
        begun(listener=Misspelt())


def test_the_library_is_loaded_only_when_a_course_is_used() -> None:
    code = "import sys, protocol; assert 'transitions' not in sys.modules; protocol.machine; assert 'transitions' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
