"""Random protocols, states and visits by the thousand, without Hypothesis: reference against oracle, and the laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from attrs import Factory, define

from protocol import initial
from protocol.language.to_yaml import print_protocol
from protocol.model.course import Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import WEEK
from protocol.testing import any_protocol, any_time, any_visit
from tests.oracle.compare import disagreements
from tests.soak.clocks import with_clocks
from tests.soak.reduced import reduced

WALKS, VISITS, SHOWN = 12, 12, 10
SAFE_SIDES = ("less", "less", "less", "less", "more", "none")


@define
class Report:
    """How many cases were tried, what kinds of decisions they were, and what was wrong, with what it takes to see it again."""

    cases: int = 0
    kinds: Counter[str] = Factory(Counter)
    wrong: Counter[str] = Factory(Counter)
    shown: list[str] = Factory(list)
    smallest: str = ""
    """The first disagreement again, in the smallest protocol and course to which it can be reduced."""

    def add(self, other: Report) -> None:
        self.cases += other.cases
        self.kinds += other.kinds
        self.wrong += other.wrong
        self.shown = (self.shown + other.shown)[:SHOWN]
        self.smallest = self.smallest or other.smallest


def run(seed: str, cases: int) -> Report:
    """Tries ``cases`` cases; the same seed gives the same cases."""
    choose, report = Random(seed).choice, Report()
    while report.cases < cases:
        protocol = any_protocol(choose, inputs=3, safe_sides=SAFE_SIDES, tables=choose((False, False, True)))
        protocol = with_clocks(choose, protocol) if choose((True, False)) else protocol
        for _ in range(WALKS):
            for wrong in _walk(choose, protocol, report):
                report.wrong[wrong.split(":")[0]] += 1
                report.shown = [*report.shown, f"seed {seed}, case {report.cases}: {wrong}"][:SHOWN]
    return report


def _walk(choose: object, protocol: Protocol, report: Report) -> Iterator[str]:
    state, time, visits = initial(protocol), choose((0, 0, -WEEK)), list[Visit]()
    for _ in range(VISITS):
        visit = any_visit(choose, protocol, time)
        visits.append(visit)
        report.cases += 1
        try:
            taken, differences = disagreements(protocol, state, visit)
        except Exception as error:
            yield f"{type(error).__name__}: {error}"
            return
        if differences and not report.smallest:
            report.smallest = smallest(protocol, tuple(visits), differences[0].split(":")[0])
        yield from differences
        yield from broken(protocol, state, taken)
        report.kinds[f"{taken.decision.status}, {state.control.kind}, {taken.decision.action}"] += 1
        if state.control.kind == "stopped":
            return
        state, time = taken.state, any_time(choose, protocol, time)


def smallest(protocol: Protocol, visits: tuple[Visit, ...], what: str) -> str:
    """The smallest protocol and course on which reference and oracle disagree about the same."""

    def disagree(protocol: Protocol, visits: tuple[Visit, ...]) -> bool:
        state, found = initial(protocol), list[str]()
        for visit in visits:
            taken, found = disagreements(protocol, state, visit)
            state = taken.state
        return any(one.startswith(f"{what}:") for one in found)

    protocol, visits = reduced(protocol, visits, disagree)
    return "\n".join((print_protocol(protocol), *map(str, visits)))


def broken(protocol: Protocol, before: State, taken: Step) -> Iterator[str]:
    """The laws of one step that this one breaks."""
    decision, control = taken.decision, taken.decision.after.control.kind
    if before.control.kind == "stopped" and not control == taken.state.control.kind == "stopped":
        yield f"stopped is final: {control}"
    if decision.status != "decided" and control == "stopped" != before.control.kind:
        yield f"missing data never end treatment: {decision.rule}"
    if decision.status != "decided" and protocol.safe_side == "less" and _raises(protocol, before, taken):
        yield f"missing data never raise a dose: {decision.rule}"
    if before.control.kind == "held" and control == "on treatment" and decision.action != "resume":
        yield f"a hold is left through its rules: {decision.rule}"
    if taken.state.control.kind == "held" and not taken.state.reasons:
        yield f"who is held is held for a reason: {decision.rule}"


def _raises(protocol: Protocol, before: State, taken: Step) -> bool:
    now, after = before.dose, taken.decision.after.dose
    if now.kind == after.kind == "level":
        return protocol.rung(after.name) > protocol.rung(now.name)
    return now.kind == "none" and after.is_drug
