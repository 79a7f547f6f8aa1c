"""The rules of imatinib-hes as guards inside ``transitions``, as one writes them without us, on raw values of simulated visits.

One machine for all patients, a model for each. A value is carried over for as long as it counts; what is not known is no reason
to do anything. So they know no unit, no completion of what is missing, nothing that is only permitted, no verdict on what was
given, and the state follows what they order. Each visit is one event, whose guards are tried in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from transitions import EventData, Machine

Row = Mapping[str, Any]
DAY = 1440
LEVELS = ["reduced", "starting", "escalated"]
WEEKLY, MONTHLY = 8 * DAY, 35 * DAY
VALID = {
    "anc": WEEKLY,
    "platelets": WEEKLY,
    **dict.fromkeys(("bilirubin", "alt", "ast", "toxicity", "unmanageable-toxicity"), MONTHLY),
}
STATES = ["before treatment", *LEVELS, "held", "stopped"]


class Patient:
    """The model of one patient: what was read last, and when; why drug is withheld, and how often counts were low."""

    state: str
    visit: Callable[..., bool]

    def __init__(self) -> None:
        self.last: dict[str, tuple[Any, int, Any]] = {}
        self.day, self.stepped, self.level, self.low, self.falls = 0, -1, 1, False, 0
        self.reasons: set[str] = set()

    def read(self, event: EventData) -> bool:
        """Takes the values of the visit; the first of the guards, which orders nothing."""
        row = event.kwargs["row"]
        self.day = row["elapsed"]
        for name, value in row.items():
            if value is not None and name in NAMES:
                self.last[name] = value, self.day, row.get(f"{name}.upper")
        counts = self.value("anc"), self.value("platelets")
        if not self.low and self.low_counts(event):
            self.low, self.falls = True, self.falls + 1
        elif self.low and None not in counts and counts[0] >= 1.5 and counts[1] >= 75:
            self.low = False
        return False

    def value(self, name: str) -> Any:
        found = self.last.get(name)
        return None if found is None or self.day - found[1] > VALID.get(name, self.day) else found[0]

    def times_normal(self, name: str) -> float | None:
        found = self.last.get(name)
        return None if found is None or self.day - found[1] > MONTHLY or not found[2] else found[0] / found[2]

    def is_eligible(self, event: EventData) -> bool:
        limits = {"ecog": 2, "nyha": 2, "bilirubin": 1.999, "creatinine": 1.999}
        known = all((value := self.value(name)) is not None and value <= most for name, most in limits.items())
        return known and bool(self.value("hes") and self.value("consent")) and (self.value("life-expectancy") or 0) > 12

    def is_over(self, event: EventData) -> bool:
        return bool(self.value("death") or self.value("consent") is False or self.value("unmanageable-toxicity"))

    def low_counts(self, event: EventData) -> bool:
        anc, platelets = self.value("anc"), self.value("platelets")
        return (anc is not None and anc < 1.0) or (platelets is not None and platelets < 50)

    def high_liver(self, event: EventData) -> bool:
        found = ((self.times_normal(name), most) for name, most in (("bilirubin", 3), ("alt", 5), ("ast", 5)))
        return any(times is not None and times > most for times, most in found)

    def severe(self, event: EventData) -> bool:
        return (self.value("toxicity") or 0) >= 3

    def moderate(self, event: EventData) -> bool:
        return (self.value("toxicity") or 0) >= 2 and self.last["toxicity"][1] > self.stepped

    def recovered(self, event: EventData) -> bool:
        return all(RECOVERED[reason](self) for reason in self.reasons)

    def at_reduced(self, event: EventData) -> bool:
        return self.level == 0

    def at_starting(self, event: EventData) -> bool:
        return self.level == 1

    def begin(self, event: EventData) -> None:
        self.stepped = self.day

    def step_down(self, event: EventData) -> None:
        self.level, self.stepped = self.level - 1, self.day

    def hold(self, event: EventData) -> None:
        tried = {"counts": self.low_counts, "liver": self.high_liver, "toxicity": self.severe}
        self.reasons = {reason for reason, guard in tried.items() if guard(event)} or {"toxicity"}

    def lower(self, event: EventData) -> bool:
        """Whether the reasons of the hold cost a level; it is taken here, before the guard of the level it leads to."""
        costs = self.reasons - {"counts"} or (self.level == 2 and self.falls >= 2)
        if costs and self.level and self.recovered(event):
            self.level, self.stepped = self.level - 1, self.day
        return False


LIVER_RECOVERED = (("bilirubin", 1.5), ("alt", 2.5), ("ast", 2.5))
RECOVERED: dict[str, Callable[[Patient], bool]] = {
    "counts": lambda one: (one.value("anc") or 0) >= 1.5 and (one.value("platelets") or 0) >= 75,
    "liver": lambda one: all(
        (one.times_normal(name) or 99) < most for name, most in (("bilirubin", 1.5), ("alt", 2.5), ("ast", 2.5))
    ),
    "toxicity": lambda one: (one.value("toxicity") if one.value("toxicity") is not None else 9) <= 1,
}
NAMES = frozenset((*VALID, "hes", "consent", "ecog", "nyha", "life-expectancy", "creatinine", "death"))


def machine() -> Machine:
    """The machine that all patients share."""
    made = Machine(None, states=STATES, initial="before treatment", send_event=True, auto_transitions=False)
    alive = ["before treatment", *LEVELS, "held"]
    made.add_transition("visit", [*alive, "stopped"], None, conditions="read")
    made.add_transition("visit", alive, "stopped", conditions="is_over")
    made.add_transition("visit", "before treatment", "starting", conditions="is_eligible", after="begin")
    for guard in ("low_counts", "high_liver", "severe"):
        made.add_transition("visit", LEVELS, "held", conditions=guard, after="hold")
    made.add_transition("visit", "reduced", "held", conditions="moderate", after="hold")
    made.add_transition("visit", "escalated", "starting", conditions="moderate", after="step_down")
    made.add_transition("visit", "starting", "reduced", conditions="moderate", after="step_down")
    made.add_transition("visit", "held", None, conditions="lower")
    made.add_transition("visit", "held", "reduced", conditions=["recovered", "at_reduced"])
    made.add_transition("visit", "held", "starting", conditions=["recovered", "at_starting"])
    made.add_transition("visit", "held", "escalated", conditions="recovered")
    made.add_transition("visit", [*alive, "stopped"], None)
    return made


def replayed(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The state after each visit."""
    shared = machine()
    for _, visits in groupby(rows, key=lambda row: row["patient"]):
        patient = Patient()
        shared.add_model(patient)
        for row in visits:
            patient.visit(row=row)
            yield patient.state
        shared.remove_model(patient)
