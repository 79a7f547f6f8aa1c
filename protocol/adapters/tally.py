"""How many visits, dose changes and deviations a replay has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from protocol.adapters.phrases import counted
from protocol.model.decision import Step, Trace


@frozen
class Tally:
    """Numbers of a replay. Dose changes are permitted under ``every`` completion of what is missing, ``some`` or ``none``.

    ``undecidable``: doses of which it depends on what is missing whether they deviate; they are not among the ``deviations``.
    """

    courses: int
    visits: int
    every: int
    some: int
    none: int
    deviations: int
    refused: int
    undecidable: int = 0

    @property
    def changes(self) -> int:
        """The dose changes that were given."""
        return self.every + self.some + self.none

    def lines(self) -> tuple[str, ...]:
        """The numbers as sentences."""
        return (
            f"{counted(self.courses, 'course')}, {counted(self.visits, 'visit')}, {counted(self.changes, 'dose change')} given, "
            f"{counted(self.deviations, 'deviation')}, {counted(self.refused, 'refused reading')}.",
            f"Dose changes permitted whatever is missing: {self.every}; depending on what is missing: {self.some}; "
            f"not permitted: {self.none}.",
        )


def tally(traces: Iterable[Trace]) -> Tally:
    """Counts over traces."""
    courses = visits = deviations = refused = undecidable = 0
    verdicts: Counter[str] = Counter()
    for trace in traces:
        courses += 1
        visits += len(trace.steps)
        deviations += sum(one.is_certain for step in trace.steps for one in step.deviations)
        undecidable += sum(not one.is_certain for step in trace.steps for one in step.deviations)
        refused += sum(len(step.refused) for step in trace.steps) + len(trace.refused)
        verdicts.update(step.verdict.permitted for step in trace.steps if step.verdict and is_change(step))
    return Tally(courses, visits, verdicts["every"], verdicts["some"], verdicts["none"], deviations, refused, undecidable)


def is_change(step: Step) -> bool:
    """Whether what was given at the visit is another dose than the one in force before, or an end of treatment."""
    return step.verdict is not None and _differs(step)


def is_assumed_change(step: Step) -> bool:
    """Whether the data say nothing of what was given, and the dose is taken to be another one from this visit on."""
    return step.assumed and _differs(step)


def _differs(step: Step) -> bool:
    before, after = step.decision.before, step.state
    return after.dose != before.dose or after.control.kind == "stopped" != before.control.kind
