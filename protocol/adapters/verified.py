"""What is shown of a verification: the report with its protocol, where things are written, and what was accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import evolve, frozen

from protocol.adapters.baseline import Accepted
from protocol.model.decision import Decision, Trace
from protocol.model.protocol import Protocol
from protocol.model.said import EVERYWHERE
from protocol.model.table import table_of
from protocol.model.time import say_duration
from protocol.model.verification import Grid, Report, Verdict, worst

Standing = Literal["holds", "expected", "waived", "accepted", "fails", "holds now", "not confirmed", "unfinished"]
"""What is so of one property on all grids: it holds; or it fails, as the file expects, or waived in it, or accepted in the
baseline; or somebody has to look: it fails, holds although the file expects it to fail or waives it, or was not proved."""
KNOWN: tuple[Standing, ...] = ("expected", "waived", "accepted")
FINE: tuple[Standing, ...] = ("holds", *KNOWN)
UNPROVED: tuple[Standing, ...] = ("not confirmed", "unfinished")

Place = tuple[str, int]
"""A file and a line of it, counted from 1; 0 where it is not known."""


@frozen
class Verified:
    """A report, and what it takes to show it.

    ``file`` is the path by which the protocol was asked for, ``lines`` where each rule is written. ``traces`` are those of
    the counterexamples of the report's verdicts, one for each verdict; None where it has none. ``accepted`` are the entries of a
    baseline by key, ``stale`` those of this protocol that it does not need any more.
    """

    report: Report
    protocol: Protocol
    file: str = ""
    lines: Mapping[str, Place] = {}
    traces: tuple[Trace | None, ...] = ()
    accepted: Mapping[str, Accepted] = {}
    stale: tuple[Accepted, ...] = ()

    def trace(self, verdict: Verdict) -> Trace | None:
        """What the protocol decides on the counterexample of a verdict."""
        pairs = zip(self.report.verdicts, self.traces, strict=False)
        return next((trace for one, trace in pairs if one is verdict), None)

    def decision(self, verdict: Verdict) -> Decision | None:
        """The decision at the visit at which it fails."""
        trace, shown = self.trace(verdict), verdict.counterexample
        found = (step.decision for step in trace.steps if shown and step.visit.time == shown.time) if trace else ()
        return next(iter(found), None)

    def place(self, verdict: Verdict) -> Place:
        """Where a property is written; for one that is built in, the rule that was followed or holds, else the protocol."""
        if verdict.line:
            return verdict.file or self.file, verdict.line
        shown, decision = verdict.counterexample, self.decision(verdict)
        holding = (*decision.acted_on, *decision.reasons) if decision else ()
        return self.line((shown and shown.rule) or next(iter(holding), ""))

    def line(self, rule: str) -> Place:
        """Where a rule is written, of a cell its table; the protocol where that is not known."""
        return self.lines.get(rule) or self.lines.get(table_of(rule)) or (self.file, 1)


@frozen
class Judged:
    """One property: its verdicts on the grids, the one that says most, and what is so of it."""

    verdicts: tuple[Verdict, ...]
    standing: Standing
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict that says most."""
        return worst(self.verdicts)

    @property
    def is_of_all(self) -> bool:
        """Whether it is a built-in property whose failure is expected or waived at whatever visit that is."""
        said = self.verdict
        return said.origin == "built in" and not said.named and (said.expected == "fails" or bool(said.waiver))

    @property
    def is_vacuous(self) -> bool:
        """Whether it holds only because what it is about never happens, on any grid."""
        return self.standing == "holds" and all(one.vacuous for one in self.verdicts)

    @property
    def unseen(self) -> str:
        """Of what window only the first visit was looked at, on every grid; empty where it is another one, or does not hold."""
        if self.standing != "holds" or not all(one.unseen for one in self.verdicts):
            return ""
        first = self.verdict
        return f"only the first visit of the {first.unseen} is seen, as visits are {say_grid(first.grid)}"


def judged(verified: Verified) -> Iterator[Judged]:
    """The properties, in the order of the report."""
    for verdicts in verified.report.by_property:
        one = Judged(verdicts, *_standing(verdicts, verified.accepted))
        if one.standing == "expected":
            shown = _why_expected(verified.protocol, one.verdict.name)
            one = evolve(one, reason=f"{one.reason}{EVERYWHERE if one.is_of_all else ''}{shown}")
        yield one


def _why_expected(protocol: Protocol, name: str) -> str:
    """Which course of the file of courses shows that the property fails, or what of the source makes a built-in one fail."""
    course = next((item.course for item in protocol.properties if item.name == name), "")
    note = next((item.note for item in protocol.expectations if item.name == name), "")
    return f", as its course '{course}' shows" if course else f": {note}" if note else ""


def _standing(verdicts: tuple[Verdict, ...], accepted: Mapping[str, Accepted]) -> tuple[Standing, str]:
    """What is so of a property, and why."""
    said = worst(verdicts)
    if said.outcome == "unfinished":
        return "unfinished", said.why
    if said.outcome == "holds" and said.is_said_not_to_hold:
        there = " there" if said.named else ""
        return "holds now", f"the file waives it{there}, and nothing fails" if said.waiver else "the file expects it to fail"
    if said.outcome == "holds":
        return "holds", said.why
    if said.expected == "fails" and said.outcome == "fails":
        return "expected", "the file expects it to fail"
    if said.waiver:
        return "waived", said.waiver
    keys = [one.key for one in verdicts if one.outcome != "holds"]
    if all(key in accepted for key in keys):
        return "accepted", accepted[keys[0]].reason
    return said.outcome, said.why


def is_fine(verified: Verified, allow_unproved: bool = False) -> bool:
    """Whether nobody has to look: every property was proved, or fails for a reason that somebody wrote down."""
    passing = (*FINE, *UNPROVED) if allow_unproved else FINE
    if verified.report.is_interrupted or verified.stale:
        return False
    return all(one.standing in passing for one in judged(verified))


def say_grid(grid: Grid) -> str:
    """``every 10 days``, ``every week``, ``at any time``."""
    return "at any time" if grid.free else f"every {say_duration(grid.every).removeprefix('1 ')}"


def unreached(report: Report) -> tuple[str, ...]:
    """What no course reaches on any of the grids; nothing where one of them was not seen whole."""
    if not report.seen or not all(one.complete for one in report.seen):
        return ()
    first, *others = report.seen
    return tuple(name for name in first.unreached if all(name in one.unreached for one in others))


def artefacts(report: Report) -> tuple[tuple[str, tuple[Grid, ...]], ...]:
    """What is reached on some grids only, each with those: on the others the visits come too seldom for it."""
    names = dict.fromkeys(name for one in report.seen for name in one.unreached)
    found = ((name, tuple(one.grid for one in report.seen if one.complete and name not in one.unreached)) for name in names)
    return tuple((name, grids) for name, grids in found if grids)
