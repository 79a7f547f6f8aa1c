"""Does a property hold on all courses with visits at any time? Proved by the solver Z3, with a certificate that cvc5 checks.

The search looks at visits on a grid. Here a visit is any number of minutes, at least one, after the last one, and ages are whole
numbers without an end. The decisions are the same, asked of the same reference; what leads where is left to the solver.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from time import monotonic
from typing import Literal

from attrs import frozen

from protocol.model.property import OfVisits, Property
from protocol.model.protocol import Protocol
from protocol.semantics.monitors import Monitor, after_visit, first_history, monitor_of
from protocol.verification.proof.ages import ages_of
from protocol.verification.proof.along import Errors, counts_minutes, followed
from protocol.verification.proof.anytime import Anytime, Kind
from protocol.verification.proof.certificates import certificate
from protocol.verification.proof.clauses import Clauses, asked, clauses, invariants
from protocol.verification.proof.machine import Machine, machine
from protocol.verification.proof.needs import Needs
from protocol.verification.proof.solvers import not_said, z3
from protocol.verification.properties.judging import Judging, Part, Truths
from protocol.verification.properties.visit_by_visit import has_no_history
from protocol.verification.search.abstraction import Abstraction, abstraction
from protocol.verification.search.bounds import MOST_LOCATIONS, Bounds
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.watch import MET, why_of

_LEAST = 1.0
"""Seconds that the solver has at least."""
_CANCELLED, _SURELY = "canceled", 0.9
"""What Z3 says where its time is over, and also where somebody interrupts it; that is told by the time that it took."""
Answer = Literal["holds", "fails", "unknown", "unsupported"]


@frozen
class Proof:
    """What the solver says of a property.

    ``fails``: some visits lead to where it fails, in the abstraction; whether readings can be found for them is not asked.
    ``unsupported``: what the property or protocol asks cannot be put to the solver; ``why``. ``certificate`` is the text that
    another solver checks, where it holds.
    """

    protocol: str
    property: str
    outcome: Answer
    why: str = ""
    certificate: str = ""
    locations: int = 0
    seconds: float = 0.0


class Proving:
    """The proofs of one protocol's properties, within bounds. ``every``: minutes between two visits; None is any time."""

    def __init__(
        self, protocol: Protocol, *, every: int | None = None, any_dose: bool = False, bounds: Bounds | None = None
    ) -> None:
        self.protocol, self.every, self.any_dose = protocol, every, any_dose
        self.bounds = bounds or Bounds(seconds=float("inf"))
        self.z3 = z3()
        # Only the solver itself knows what it takes while it is asked.
        self.z3.set_param("memory_max_size", self.bounds.memory)
        self.abstraction = abstraction(protocol, every or 1)

    @cached_property
    def search(self) -> Exploring:
        """What decides a visit."""
        return Exploring(self.abstraction, (self.every or 1,), any_dose=self.any_dose)

    @cached_property
    def machine(self) -> Machine:
        """Where the protocol goes."""
        return machine(Anytime(self.z3, self.search, ages_of(self.abstraction), self.every), self.bounds.for_locations())

    def find_all(self) -> None:
        """Finds where the protocol goes, which takes of the time before anything is proved."""
        _ = self.machine

    @cached_property
    def clauses(self) -> Clauses:
        """The machine as Horn clauses."""
        return clauses(self.machine)

    def prove(self, item: Property, *, timeout: float = 60.0) -> Proof:
        """Whether a property holds; ``unknown`` where that was not found out, by the solver within so many seconds."""
        try:
            return self._proved(item, timeout)
        except MET as met:
            return Proof(self.protocol.name, item.name, "unknown", why_of(met))
        except self.z3.Z3Exception as ended:
            return Proof(self.protocol.name, item.name, "unknown", not_said(ended.args[0]))

    def _proved(self, item: Property, timeout: float) -> Proof:
        began = monotonic()
        monitor = monitor_of(item)
        why = next(unsupported(self.abstraction, monitor), "")
        if not why and self.machine.ended:
            why = self.machine.ended[0]
        if why:
            return Proof(self.protocol.name, item.name, "unsupported", why)
        bounds = self.bounds.sooner(timeout)
        with self.search.diagrams.watch.until(partial(bounds.whole(), 0)):
            made, errors = self._followed(monitor)
        if made.machine.ended:
            return Proof(self.protocol.name, item.name, "unsupported", made.machine.ended[0])
        outcome, why, text = self._asked(item, made, errors, max(bounds.left(), _LEAST))
        return Proof(self.protocol.name, item.name, outcome, why, text, len(made.machine.locations), monotonic() - began)

    def _followed(self, monitor: Monitor) -> tuple[Clauses, Errors]:
        """The clauses, of each location with what the property remembers there if it does, and where it fails."""
        if has_no_history(monitor):
            return self.clauses, self._errors(monitor)
        kinds: dict[int, list[Kind]] = {}
        judging = Judging(self.search)
        for location, kind in self._told_apart(judging.parts(monitor)):
            kinds.setdefault(location, []).append(kind)
        found, errors = followed(self.machine, judging, monitor, kinds, MOST_LOCATIONS)
        return clauses(found), errors

    def _asked(self, item: Property, made: Clauses, errors: Errors, timeout: float) -> tuple[Answer, str, str]:
        if not errors:
            return "holds", "", self._certificate(item, made, errors, (self.z3.BoolVal(True),) * len(made.relations))
        question, error = asked(made, errors, int(timeout * 1000))
        began = monotonic()
        try:
            answer = question.query(error)
        except self.z3.Z3Exception as ended:
            said = not_said(ended.args[0])
            if _CANCELLED in said and monotonic() - began < _SURELY * timeout:
                raise KeyboardInterrupt from None
            return "unknown", f"Spacer did not come to an end within {timeout:.3g} seconds. {said}", ""
        if answer == self.z3.sat:
            return "fails", "", ""
        if answer != self.z3.unsat:
            return "unknown", str(question.reason_unknown()), ""
        return "holds", "", self._certificate(item, made, errors, invariants(made, question))

    def _certificate(self, item: Property, made: Clauses, errors: Errors, found: tuple[object, ...]) -> str:
        visits = "at any time" if self.every is None else f"every {self.every} minutes"
        title = f"{self.protocol.name} {self.protocol.version}: {item.name} holds on all courses with visits {visits}."
        return certificate(made, errors, found, title)

    # Where a property fails

    def _errors(self, monitor: Monitor) -> Errors:
        """At each location the conditions under which a visit fails the property for certain."""
        judging, known = Judging(self.search), dict[object, Needs]()
        parts = judging.parts(monitor)
        found = Errors()
        for location, kind in self._told_apart(parts):
            key = (judging.kind(kind.options, parts), kind.letters)
            wrong = known.get(key)
            if wrong is None:
                wrong = known[key] = self._wrong(judging, monitor, parts, kind)
            if wrong:
                where = self.machine.anytime.where(kind, wrong)
                found.setdefault(location, {})[where.get_id()] = where
        return found

    def _told_apart(self, parts: tuple[Part, ...]) -> Iterator[tuple[int, Kind]]:
        """The kinds of visits, each told apart further by what the property asks."""
        clocks = tuple(clock for part in parts for clock in part.clocks)
        trackers = tuple(dict.fromkeys(place for part in parts for place in part.trackers))
        for location, kind in self.machine.kinds:
            yield from ((location, one) for one in self.machine.anytime.split(kind, clocks, trackers))

    def _wrong(self, judging: Judging, monitor: Monitor, parts: tuple[Part, ...], kind: Kind) -> Needs:
        """What is needed for a visit of this kind to fail the property."""
        found: set[frozenset[object]] = set()
        history, options = first_history(monitor), kind.options

        def fails(truths: Truths) -> bool:
            return after_visit(monitor, history, truths).fails is True

        for number in range(max((len(one.ways) for one, _, _ in options.outcomes), default=0)):
            node = judging.told(options, parts, number, fails)
            for value, needs in () if node is None else self.machine.anytime.needed(node, kind.letters).items():
                if value is not None:
                    found |= needs
        return frozenset(found)


def prove(protocol: Protocol, item: Property, *, timeout: float = 60.0) -> Proof:
    """Whether a property holds on all courses with visits at any time."""
    return Proving(protocol).prove(item, timeout=timeout)


def unsupported(abstraction: Abstraction, monitor: Monitor) -> Iterator[str]:
    """Why a property cannot be put to the solver."""
    sentence = monitor.property.sentence
    if abstraction.prepared.counts_dose:
        yield "the protocol asks the drug taken so far, a sum that has no bound"
    if isinstance(sentence, OfVisits) and sentence.family == "sometimes":
        yield "that something is so sometimes is shown by a course, not proved of all courses"
    elif counts_minutes(monitor):
        yield "the property counts minutes over several visits"
