"""The state diagram shows every way that the rules open, and no other, in text that Mermaid reads."""

from __future__ import annotations

import random
import re

import pytest

from protocol import initial, load, step
from protocol.executors.graph import MOST_LEVELS, graph
from protocol.executors.states import diagram
from protocol.executors.ways import ways
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import regimen
from protocol.testing import any_protocol, any_time, any_visit
from tests.semantics.small import PROTOCOL

LINE = re.compile(
    r"---|title: \".*\"|stateDiagram-v2|  direction TB|  classDef s_\w+ fill:[#\w]+,color:black|  |"
    r"  state \"[^\"]+\" as \w+|  Class \w+ s_\w+|  (\[\*\]|\w+) --> \w+(: [^:;\n]+)?"
)


def test_the_diagram_of_the_small_protocol_reads_as_its_rules() -> None:
    edges = {(edge.before, edge.after): edge.label for edge in graph(PROTOCOL)[1]}
    assert edges["before_treatment", "on_treatment_at_starting"] == "must start"
    assert edges["on_treatment_at_starting", "on_treatment_at_escalated"] == "may escalate"
    assert edges["on_treatment_at_starting", "on_treatment_at_reduced"] == "must reduce"
    assert edges["on_treatment_at_starting", "held_at_starting"] == "must hold-low<br/>must hold-tox"
    assert edges["held_at_escalated", "on_treatment_at_starting"] == "must resume-tox"


def test_places_from_which_the_same_rules_stop_treatment_share_one_edge() -> None:
    nodes, edges = graph(PROTOCOL)
    (joined,) = [node for node in nodes if node.control == "any"]
    assert joined.label == "any of: on treatment, held"
    assert [edge.label for edge in edges if edge.before == joined.name] == ["must death<br/>must give-up"]


def test_the_shipped_protocol_is_small_enough_to_read() -> None:
    nodes, edges = graph(load("imatinib-hes"))
    assert (len(nodes), len(edges)) == (9, 15)
    assert max(len(edge.label.split("<br/>")) for edge in edges) <= 6


@pytest.mark.parametrize("seed", range(40))
def test_a_diagram_is_lines_that_mermaid_reads_and_names_only_nodes_that_it_has(seed: int) -> None:
    text = diagram(any_protocol(random.Random(seed).choice))
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []
    nodes = set(re.findall(r'state "[^"]+" as (\w+)', text))
    ends = re.findall(r"^  (\S+) --> (\w+)", text, re.MULTILINE)
    assert {one for pair in ends for one in pair} - {"[*]"} <= nodes


@pytest.mark.parametrize("seed", range(40))
def test_every_step_that_a_course_takes_is_a_way_of_the_diagram(seed: int) -> None:
    choose = random.Random(seed).choice
    protocol = any_protocol(choose)
    found = {(way.before.control, way.before.level, way.after.control, way.rule.name) for way in ways(protocol)}
    for _ in range(20):
        state, time = initial(protocol), 0
        for _ in range(6):
            taken = step(protocol, state, any_visit(choose, protocol, time, given=False))
            decision, before = taken.decision, state
            time = any_time(choose, protocol, time)
            state = taken.state
            moved = decision.after.control != decision.before.control or decision.after.level != decision.before.level
            if decision.status == "decided" and decision.rule and moved and not decision.lowered_by:
                level = before.level.name if before.control.kind != "before treatment" else ""
                assert (before.control.kind, level, decision.after.control.kind, decision.rule) in found


def test_a_long_ladder_is_drawn_without_its_levels() -> None:
    levels = tuple(Level(f"level-{n}", regimen(f"{n} mg every day")) for n in range(1, MOST_LEVELS + 2))
    long = Protocol("long", "1", (*PROTOCOL.levels, *levels), PROTOCOL.inputs, PROTOCOL.rules, trackers=PROTOCOL.trackers)
    nodes, _ = graph(long)
    assert {node.label for node in nodes} == {"before treatment", "on treatment", "held", "stopped"}
