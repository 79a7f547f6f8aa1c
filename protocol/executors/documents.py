"""What a stored document holds: its format, the package that wrote it, the protocols it was made under, and the content."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from attrs import frozen

from protocol.executors.journal import Entry
from protocol.model.decision import Decision, Deviation, Refusal, Verdict
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.state import State


@frozen
class ProtocolNamed:
    """A protocol by its name, its version and its fingerprint."""

    name: str
    version: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} (fingerprint {self.fingerprint})"


@frozen
class CourseDocument:
    """All that is stored of a patient.

    ``protocols`` are those the patient was under, the first one first; ``entries`` is the journal.
    """

    format: Literal["protocol-course/1"]
    package: str
    patient: str
    protocols: tuple[ProtocolNamed, ...]
    version: int
    state: State
    entries: tuple[Entry, ...]


@frozen
class HeadDocument:
    """A course without its entries, for hosts that store each entry in a row of its own."""

    format: Literal["protocol-course-head/1"]
    package: str
    patient: str
    protocols: tuple[ProtocolNamed, ...]
    version: int
    state: State


@frozen
class EntryDocument:
    """One entry of the journal of a course."""

    format: Literal["protocol-entry/1"]
    package: str
    entry: Entry


@frozen
class StepDocument:
    """One decision with the verdict on what was given at that visit, and the readings that were refused."""

    format: Literal["protocol-step/1"]
    package: str
    protocol: ProtocolNamed
    decision: Decision
    verdict: Verdict | None
    deviations: tuple[Deviation, ...]
    refused: tuple[Refusal, ...]


@frozen
class DecisionDocument:
    """One decision, with the protocol that gave it."""

    format: Literal["protocol-decision/1"]
    package: str
    protocol: ProtocolNamed
    decision: Decision


def named(protocol: Protocol) -> ProtocolNamed:
    """The protocol by its name, version and fingerprint."""
    return ProtocolNamed(protocol.name, protocol.version, fingerprint(protocol))


@cache
def package() -> str:
    """The version of this package; ``unknown`` where it is used without having been installed."""
    try:
        return version("dose-protocol")
    except PackageNotFoundError:
        return "unknown"
