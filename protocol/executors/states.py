"""The control states as a machine of the library ``transitions``, so that hosts get its callbacks and its diagrams.

The reference semantics decides; then exactly one transition without any guard is executed here. So nothing that a host or
the library does to this machine can change a decision or the state of a course. Known hazards of the library and how they
are kept out: no model is ever registered with the machine, so no trigger, ``to_<state>()`` or ``may_<trigger>()`` exists
that a host could call and nobody's callbacks leak to somebody else; there are no conditions, so nothing is compared with
True; every destination is built here; nothing is queued and nothing runs in ``finalize_event``, where errors are
swallowed; and one machine serves all patients.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from transitions.core import EventData, Machine, State, Transition

from protocol.executors.graph import Node, graph
from protocol.model.protocol import Protocol
from protocol.model.rule import CONTROLS, ControlKind

TRIGGERS = ("continue", "start", "escalate", "reduce", "hold", "resume", "stop", "review",
            "give", "correct", "override", "migrate")  # fmt: skip
"""The actions of a protocol; ``give``, where something else was given; and the ways in which a record is changed."""


def state_name(control: str) -> str:
    """A control state as the library calls it: ``on_treatment``."""
    return control.replace(" ", "_")


CALLBACKS = frozenset({
    "before_state_change", "after_state_change",
    *(f"{when}_{trigger}" for trigger in TRIGGERS for when in ("before", "after")),
    *(f"{when}_{state_name(control)}" for control in CONTROLS for when in ("on_exit", "on_enter")),
})  # fmt: skip
"""Every name under which a method of a listener is called."""


def listening(listener: object) -> object:
    """The listener itself. Raises TypeError for a method on a control state that does not exist, which would never be called."""
    meant = [name for name in dir(listener) if name.startswith(("on_enter_", "on_exit_")) and name not in CALLBACKS]
    if meant:
        names = ", ".join(sorted(name for name in CALLBACKS if name.startswith("on_")))
        raise TypeError(f"the listener's {', '.join(meant)} would never be called. Callbacks on states: {names}")
    return listener


class Announcement:
    """What a transition runs on: the control state, seen by the library as its model, and the host's listener."""

    __slots__ = ("listener", "state")

    def __init__(self, state: str, listener: object) -> None:
        self.state, self.listener = state, listener


class Callback:
    """Calls the method of that name of the listener, if it has one."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, event: EventData) -> None:
        model: Any = event.model
        method = getattr(model.listener, self.name, None)
        if method is not None:
            method(event)

    def __repr__(self) -> str:
        return self.name


class Unguarded(Transition):
    """The library's transition, which here never has a condition, nor anything to prepare."""

    def execute(self, event_data: EventData) -> bool:
        """As the library does it. Where the control state stays, which is mostly so, there is only to call the callbacks."""
        if self.dest:
            return super().execute(event_data)
        event_data.machine.callbacks(self.before, event_data)
        event_data.machine.callbacks(self.after, event_data)
        return True


class Announcer(Machine):
    """The library's machine. All callbacks here are those above, so none has to be found by its name, nor logged."""

    transition_cls = Unguarded

    def callbacks(self, funcs: Iterable[Any], event_data: EventData) -> None:
        """Calls one after the other."""
        for callback in funcs:
            callback(event_data)


def announce(listener: object, trigger: str, before: ControlKind, after: ControlKind, things: dict[str, object]) -> None:
    """Executes the one transition that happened, which calls the listener's methods in the library's order.

    These are ``before_state_change``, ``before_<trigger>``, ``on_exit_<state>``, ``on_enter_<state>``, ``after_<trigger>``
    and ``after_state_change``; a transition that keeps the control state calls ``before_<trigger>`` and
    ``after_<trigger>`` only. Each gets the library's EventData, whose ``kwargs`` are ``things``. What a method raises
    goes through to the caller.
    """
    if listener is None and before == after:
        return  # nothing changes, and nobody would hear of it
    transition, machine = _transitions()[trigger, before, after], _machine()
    model = Announcement(transition.source, listener)
    event = EventData(machine.states[transition.source], machine.events[trigger], machine, model, (), things)
    event.transition = transition
    transition.execute(event)


@lru_cache(maxsize=1)
def _machine() -> Machine:
    """The one machine; it has no model. Its transitions are all that can happen, whatever a protocol or a host does."""
    machine = Announcer(
        model=None,
        states=[_state(control) for control in CONTROLS],
        initial=state_name("before treatment"),
        auto_transitions=False,
        send_event=True,
        name="protocol",
    )
    for trigger in TRIGGERS:
        for before in CONTROLS:
            for after in CONTROLS:
                _add(machine, trigger, before, after)
    return machine


def _state(control: ControlKind) -> State:
    name = state_name(control)
    return State(name, on_enter=[Callback(f"on_enter_{name}")], on_exit=[Callback(f"on_exit_{name}")])


def _add(machine: Machine, trigger: str, before: ControlKind, after: ControlKind) -> None:
    """A transition; without a destination where the control state stays, which is what the library calls internal."""
    first: list[Any] = [Callback(f"before_{trigger}")]
    last: list[Any] = [Callback(f"after_{trigger}")]
    if before == after:
        machine.add_transition(trigger, state_name(before), None, before=first, after=last)
        return
    first, last = [Callback("before_state_change"), *first], [*last, Callback("after_state_change")]
    machine.add_transition(trigger, state_name(before), state_name(after), before=first, after=last)


@lru_cache(maxsize=1)
def _transitions() -> dict[tuple[str, ControlKind, ControlKind], Transition]:
    """The transition of each trigger from each control state to each."""
    found = {}
    for trigger, event in _machine().events.items():
        for before in CONTROLS:
            for transition in event.transitions[state_name(before)]:
                after = next((one for one in CONTROLS if state_name(one) == transition.dest), before)
                found[trigger, before, after] = transition
    return found


def diagram(protocol: Protocol) -> str:
    """The control states and levels of a protocol and the rules that lead from one to another, as a Mermaid state diagram."""
    from transitions.extensions.diagrams import GraphMachine

    nodes, edges = graph(protocol)
    machine = GraphMachine(model=None, states=[_drawn(node) for node in nodes], initial=state_name("before treatment"),
                           auto_transitions=False, graph_engine="mermaid")  # fmt: skip
    machine.machine_attributes, machine.style_attributes = {"rankdir": "TB"}, {"node": _COLOURS}
    for edge in edges:
        machine.add_transition(edge.label, edge.before, edge.after)
    drawn = machine.graph_cls(machine)
    for node in nodes:
        drawn.set_node_style(node.name, state_name(node.control))
    title = json.dumps(f"{protocol.name} {protocol.version}", ensure_ascii=False)
    return str(drawn.get_graph(title=f"title: {title}").draw(None)) + "\n"


_COLOURS: dict[str, str | dict[str, Any]] = {
    name: {"fillcolor": colour, "color": "black"}
    for name, colour in (
        ("before_treatment", "#f2f2f2"), ("on_treatment", "#d9f0d9"), ("held", "#ffe8b3"), ("in_review", "#d6e6ff"),
        ("stopped", "#e0e0e0"), ("any", "white"),
    )
}  # fmt: skip


def _drawn(node: Node) -> State:
    state = State(node.name)
    state.label = node.label.replace('"', "'")  # type: ignore[attr-defined]
    return state
