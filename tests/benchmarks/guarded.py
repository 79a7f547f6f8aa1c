"""Twelve rules twice: as a protocol of ours, and as float guards inside ``transitions``, as one writes them without us.

On treatment twelve guarded transitions are tried in order and a thirteenth, without a guard, stays where it is. The guards
read the floats of the visit from the event. They know no unit, nothing unknown, no age of a value, and explain nothing.
Both sides get the same values at the same visits, so they have to be in the same state after each.

The rules are made for measuring time and have no clinical meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from transitions import EventData, Machine

from protocol.language.from_yaml import parse
from protocol.model.protocol import Protocol

Values = dict[str, float | str]
LEVELS = ["reduced", "starting", "escalated"]
HEAD = """
version: "1"
doses: {reduced: 100 mg every 2 days, starting: 100 mg every day, escalated: 400 mg every day}
sources: {ours: "made for measuring time"}
otherwise: {on treatment: continue, held: continue}
"""

FIVE = """
protocol: five-inputs
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  bilirubin: {unit: umol/L, plausible: 0 to 1000, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days}
  response: {choice: [none, partial, complete], valid for: 8 days}
rules:
  start: {in: before treatment, when: always, must: start at starting, source: ours}
  stop-toxicity: {in: on treatment, when: "toxicity >= 4", must: stop, source: ours}
  stop-liver: {in: on treatment, when: "bilirubin > 200", must: stop, source: ours}
  hold-anc: {in: on treatment, when: "anc < 1.0", must: hold, source: ours}
  hold-platelets: {in: on treatment, when: "platelets < 50", must: hold, source: ours}
  hold-liver: {in: on treatment, when: "bilirubin > 51.3", must: hold, source: ours}
  hold-toxicity: {in: on treatment, when: "toxicity >= 3", must: hold, source: ours}
  hold-both: {in: on treatment, when: "anc < 1.2 and platelets < 60", must: hold, source: ours}
  reduce-toxicity: {in: on treatment, when: "toxicity >= 2 and bilirubin > 20", must: reduce to reduced, source: ours}
  reduce-early: {in: on treatment, when: "toxicity >= 2 and time since start < 2 weeks", must: reduce to reduced, source: ours}
  reduce-counts: {in: on treatment, when: "anc < 1.5 and platelets < 75", must: reduce to reduced, source: ours}
  escalate:
    in: on treatment
    when: response is none and time since start >= 4 weeks
    must: escalate to escalated
    source: ours
  escalate-late:
    in: on treatment
    when: platelets > 400 and time since start >= 52 weeks
    must: escalate to escalated
    source: ours
  resume:
    in: held
    when: "anc >= 1.5 and platelets >= 75 and bilirubin <= 34.2 and toxicity <= 1"
    must: resume at starting
    source: ours
"""

TWELVE = """
protocol: twelve-inputs
inputs:
{inputs}
rules:
  start: {{in: before treatment, when: always, must: start at starting, source: ours}}
{holds}
  resume: {{in: held, when: "{calm}", must: resume at starting, source: ours}}
"""


def five_inputs() -> Protocol:
    """Five inputs, asked by the twelve rules alone and together, and a clock."""
    return parse(HEAD + FIVE)


def twelve_inputs() -> Protocol:
    """Twelve inputs, each asked by a rule of its own."""
    inputs = "\n".join(f"  x{n}: {{unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}}" for n in range(12))
    holds = "\n".join(f'  hold-{n}: {{in: on treatment, when: "x{n} > {n + 5}", must: hold}}' for n in range(12))
    calm = " and ".join(f"x{n} <= {n + 5}" for n in range(12))
    return parse(HEAD + TWELVE.format(inputs=inputs, holds=holds, calm=calm))


class Patient:
    """The model of the baseline, with the time that its guards need. ``transitions`` adds ``state`` and ``visit``."""

    state: str
    visit: Callable[..., bool]

    def __init__(self, guards: list[tuple[str, list[str], str]]) -> None:
        states = ["before treatment", *LEVELS, "held", "stopped"]
        machine = Machine(self, states=states, initial="before treatment", send_event=True, auto_transitions=False)
        machine.add_transition("visit", "before treatment", "starting", after="begin")
        for guard, source, target in guards:
            machine.add_transition("visit", source, target, conditions=guard)
        machine.add_transition("visit", [*LEVELS, "held"], None)

    def begin(self, event: EventData) -> None:
        self.started = event.kwargs["day"]


class Five(Patient):
    """The rules of five inputs."""

    def __init__(self) -> None:
        guarded = ["stop_toxicity", "stop_liver", "hold_anc", "hold_platelets", "hold_liver", "hold_toxicity", "hold_both",
                   "reduce_toxicity", "reduce_early", "reduce_counts", "escalate", "escalate_late"]  # fmt: skip
        target = {"stop": "stopped", "hold": "held", "reduce": "reduced", "escalate": "escalated"}
        super().__init__([*((name, LEVELS, target[name.split("_")[0]]) for name in guarded), ("resume", ["held"], "starting")])

    def stop_toxicity(self, event: EventData) -> bool:
        return event.kwargs["values"]["toxicity"] >= 4

    def stop_liver(self, event: EventData) -> bool:
        return event.kwargs["values"]["bilirubin"] > 200

    def hold_anc(self, event: EventData) -> bool:
        return event.kwargs["values"]["anc"] < 1.0

    def hold_platelets(self, event: EventData) -> bool:
        return event.kwargs["values"]["platelets"] < 50

    def hold_liver(self, event: EventData) -> bool:
        return event.kwargs["values"]["bilirubin"] > 51.3

    def hold_toxicity(self, event: EventData) -> bool:
        return event.kwargs["values"]["toxicity"] >= 3

    def hold_both(self, event: EventData) -> bool:
        return event.kwargs["values"]["anc"] < 1.2 and event.kwargs["values"]["platelets"] < 60

    def reduce_toxicity(self, event: EventData) -> bool:
        return event.kwargs["values"]["toxicity"] >= 2 and event.kwargs["values"]["bilirubin"] > 20

    def reduce_early(self, event: EventData) -> bool:
        return event.kwargs["values"]["toxicity"] >= 2 and event.kwargs["day"] - self.started < 14

    def reduce_counts(self, event: EventData) -> bool:
        return event.kwargs["values"]["anc"] < 1.5 and event.kwargs["values"]["platelets"] < 75

    def escalate(self, event: EventData) -> bool:
        return event.kwargs["values"]["response"] == "none" and event.kwargs["day"] - self.started >= 28

    def escalate_late(self, event: EventData) -> bool:
        return event.kwargs["values"]["platelets"] > 400 and event.kwargs["day"] - self.started >= 364

    def resume(self, event: EventData) -> bool:
        values = event.kwargs["values"]
        counts = values["anc"] >= 1.5 and values["platelets"] >= 75
        return counts and values["bilirubin"] <= 34.2 and values["toxicity"] <= 1


class Twelve(Patient):
    """The rules of twelve inputs."""

    def __init__(self) -> None:
        holds = [(f"hold_{n}", LEVELS, "held") for n in range(12)]
        super().__init__([*holds, ("resume", ["held"], "starting")])

    def resume(self, event: EventData) -> bool:
        return all(event.kwargs["values"][f"x{n}"] <= n + 5 for n in range(12))


def _above(name: str, bound: float) -> Callable[[Twelve, EventData], bool]:
    return lambda patient, event: event.kwargs["values"][name] > bound


for _n in range(12):
    setattr(Twelve, f"hold_{_n}", _above(f"x{_n}", float(_n + 5)))


def five_values(random: Random) -> Values:
    """What one visit measures, rounded as laboratories report it; about one visit in fifteen changes the state."""
    return {
        "anc": round(max(0.1, random.gauss(4.0, 1.3)), 1),
        "platelets": float(round(max(5, random.gauss(230, 75)))),
        "bilirubin": float(round(random.lognormvariate(2.4, 0.5))),
        "toxicity": random.choices((0, 1, 2, 3), (80, 14, 4, 2))[0],
        "response": random.choices(("none", "partial", "complete"), (2, 58, 40))[0],
    }


def twelve_values(random: Random) -> Values:
    """Twelve numbers with one decimal, of which one in a few visits is above its bound."""
    return {f"x{n}": round(max(0.0, random.gauss(2.0 + n, 1.2)), 1) for n in range(12)}
