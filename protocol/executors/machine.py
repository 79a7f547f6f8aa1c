"""The live course of one patient: what other systems embed. It decides, and records what was done, by whom, when and why.

    from protocol import load, machine

    course = machine.begin(load("imatinib-hes"), "patient 1", listener=Ward())
    step = course.decide(visit)                 # changes nothing; step.decision says what, why and from which source
    entry = course.commit(step, request_id="7f3a", expected_version=course.version,
                          by="Dr. A. Example", recorded_at=datetime.now(UTC))

**Storing.** ``protocol.stored`` writes a course as JSON and reads it back; ``restore`` makes one from the entries themselves.
A live course is never pickled. Record and store in one transaction of the host: commit here, write what is stored, and if
writing fails throw this object away and load again.

**Being asked twice.** Each record has a request id made by the caller. The same id with the same content gives the entry
that it made the first time, and does nothing; so a request whose answer was lost can be sent again. ``record`` is made for
that: it decides and commits in one, and needs no step, because a visit that was recorded cannot be decided again.

**Two writers.** ``expected_version`` is the version at which the caller decided. If the course has moved on since,
StaleVersion is raised: load again, decide again. The host's database makes sure that one of two writers comes first.

**Corrections and overrides** need a reason. They never change an entry: they add one, the decisions of all visits are
computed once more, and ``revisions`` of the new entry says which of them would have been different.

**Callbacks.** Each record is announced to the ``listener`` by the library ``transitions`` and under its names, such as
``on_enter_held(event)`` or ``after_escalate(event)``; see ``protocol.executors.states``. ``event.kwargs`` holds the
``entry``, its ``step`` and the ``course``, which is still as it was before: it changes when all callbacks have returned.
An exception in one of them leaves the course as it was and goes through to the caller. A callback cannot record.

A live course belongs to one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NoReturn

from attrs import evolve

from protocol.errors import check_kind
from protocol.executors import changes
from protocol.executors.journal import Difference, Entry, Mapping
from protocol.executors.record import Alone, check_protocol, check_text, check_version, draft, repeated
from protocol.executors.states import announce, listening
from protocol.executors.timeline import Migrated, Moment, Visited
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Decision, Due, Step
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.state import State
from protocol.semantics import foresee
from protocol.semantics.asking import asked_for
from protocol.semantics.step import initial

__all__ = ["Difference", "Entry", "LiveCourse", "Mapping", "begin", "restore"]


def begin(protocol: Protocol, patient: str, *, listener: object | None = None) -> LiveCourse:
    """The live course of a patient about whom nothing is recorded yet; its version is 0.

    ``listener`` is any object of the host; the methods it has under the names of ``states.CALLBACKS`` are called.
    """
    return LiveCourse(protocol, patient, listener)


def restore(
    protocols: Iterable[Protocol], patient: str, entries: Iterable[Entry], *, listener: object | None = None
) -> LiveCourse:
    """The live course that has these entries, oldest first. ``protocols`` holds every one that they name; the first is the one
    under which the course began. Nothing is announced.

    Decisions stay as they were issued; ``audit`` says whether they would be the same today. Raises Unrestorable where the
    entries are no journal of these protocols.
    """
    known = tuple(protocols)
    by_fingerprint = {fingerprint(protocol): protocol for protocol in known}
    course = LiveCourse(known[0], patient, listener)
    for entry in entries:
        changes.check_follows(entry, course.version, course.fingerprint, by_fingerprint)
        course._assign(changes.by_entry(course._now(), entry, by_fingerprint, again=False), entry)
    return course


class LiveCourse:
    """One patient under a protocol; made by ``begin`` or ``restore``. The one class that changes."""

    __slots__ = ("_alone", "_by_request", "_decided", "_entries", "_fingerprint", "_first", "_listener", "_moments", "_patient",
                 "_protocol", "_state")  # fmt: skip

    def __init__(self, protocol: Protocol, patient: str, listener: object | None) -> None:
        check_protocol(protocol)
        check_kind("the patient", patient, str, "the name of the patient as a text")
        self._patient = patient
        self._listener = listening(listener)
        self._first = self._protocol = protocol
        self._fingerprint = fingerprint(protocol)
        self._state = initial(protocol)
        self._entries: list[Entry] = []
        self._by_request: dict[str, Entry] = {}
        self._moments: list[Moment] = []
        self._decided: Visited | None = None
        self._alone = Alone()

    # What is so

    @property
    def patient(self) -> str:
        """The patient's name, as the host gave it."""
        return self._patient

    @property
    def protocol(self) -> Protocol:
        """The protocol in force."""
        return self._protocol

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """Every protocol that the patient was under, the first one first; what ``restore`` needs beside the entries."""
        return (self._first, *(moment.protocol for moment in self._moments if isinstance(moment, Migrated)))

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the protocol in force."""
        return self._fingerprint

    @property
    def state(self) -> State:
        """Where the patient is after the last visit, on what is known now."""
        return self._state

    @property
    def version(self) -> int:
        """The number of entries: 0 at the beginning, one more with each record."""
        return len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The journal, oldest first."""
        return tuple(self._entries)

    def answer_to(self, request_id: str) -> Entry | None:
        """The entry that a request made; None if there is none. For a request that may be a repetition, ask before deciding."""
        check_text("request_id", request_id)
        return self._by_request.get(request_id)

    def course(self) -> Course:
        """The visits on what is known now, corrections and overrides applied, for ``protocol.trace``.

        A visit names the inputs of the protocol under which it was recorded.
        """
        return Course(self._patient, tuple(moment.visit for moment in self._moments if isinstance(moment, Visited)))

    # What the protocol says

    def decide(self, visit: Visit, *, strict: bool = False) -> Step:
        """What the protocol says at a visit, with the state that it would lead to. Changes nothing.

        A reading that cannot be used (another unit, not plausible) is refused and listed in ``refused``: its input is unknown,
        and the visit is decided all the same. With ``strict`` it raises VisitError instead, to be mended at the form.
        Raises RefusedVisit for a date that is a range and for a visit that is not after the last one, VisitError for an
        unknown input.
        """
        self._decided = changes.decided(self._now(), visit, strict)
        return self._decided.step

    def due(self, time: int) -> tuple[Due, ...]:
        """The scheduled measurements that are due or overdue at a time, in minutes since the first dose."""
        return changes.looked(self._now(), time).due

    def needs(self, time: int) -> tuple[str, ...]:
        """The inputs for which the decision at a time would wait, if nothing more were known by then: what a form asks first."""
        return asked_for(self._protocol, changes.looked(self._now(), time))

    def next_change(self) -> tuple[int, Decision] | None:
        """When time alone would change the decision, and to what; None if never, or before the first visit."""
        return foresee.next_change(self._protocol, self._state)

    # What is recorded

    def commit(
        self, step: Step, *, request_id: str, expected_version: int, by: str, recorded_at: datetime, why: str = ""
    ) -> Entry:
        """Records a visit that this course decided, and moves the state on. All or nothing.

        ``why`` is needed where the dose given is one that the protocol does not permit. ``recorded_at`` needs a time zone.
        A reading that was refused is recorded as refused, in ``entry.step.refused``: ``decide(visit, strict=True)`` raises
        at the form, before anything is recorded.
        Raises a CommitError that says what to do, and then nothing has changed.
        """
        changes.check_step(step)
        asked = draft("visit", request_id, by, recorded_at, why, self._fingerprint, step.visit)
        return self._take(asked, expected_version, lambda: changes.by_step(self._now(), self._decided, step, why))

    def record(
        self, visit: Visit, *,
        request_id: str, expected_version: int, by: str, recorded_at: datetime, why: str = "", strict: bool = False,
    ) -> Entry:  # fmt: skip
        """Decides and commits in one: for a visit that was decided and shown before, in another process or an earlier request.

        The same request again gives the entry that it made, whatever was recorded in between. ``expected_version`` makes sure
        that nothing else was recorded since the decision was shown. Raises as ``commit`` and as ``decide(visit, strict=strict)``.
        """
        changes.check_date(visit)
        asked = draft("visit", request_id, by, recorded_at, why, self._fingerprint, visit)
        return self._take(
            asked, expected_version, lambda: changes.by_decided(self._now(), changes.decided(self._now(), visit, strict), why)
        )

    def correct(
        self, time: int, observations: Iterable[Observation], *,
        request_id: str, expected_version: int, by: str, recorded_at: datetime, why: str,
    ) -> Entry:  # fmt: skip
        """Replaces, or adds, the readings of these inputs at the visit of that time. None as a value withdraws a reading.

        The entry's ``revisions`` are the decisions that would have been different; what was issued stays in the journal.
        """
        visit = Visit(time, observations)
        asked = draft("correction", request_id, by, recorded_at, why, self._fingerprint, visit)
        return self._take(asked, expected_version, lambda: changes.by_correction(self._now(), asked))

    def override(
        self, given: Given, *, time: int | None = None,
        request_id: str, expected_version: int, by: str, recorded_at: datetime, why: str,
    ) -> Entry:  # fmt: skip
        """Records what was really given from a recorded visit on; by default from the last one."""
        check_kind("what was given", given, Given, "a Given, such as Given('none')")
        visit = Visit(self._last_time(request_id) if time is None else time, given=given)
        asked = draft("override", request_id, by, recorded_at, why, self._fingerprint, visit)
        return self._take(asked, expected_version, lambda: changes.by_correction(self._now(), asked))

    def migrate(
        self, protocol: Protocol, mapping: Mapping, *,
        request_id: str, expected_version: int, by: str, recorded_at: datetime, why: str,
    ) -> Entry:  # fmt: skip
        """Goes over to another protocol, in force from the last visit on; visits before it keep their own.

        Everything that this patient's state uses is in the new protocol unchanged under the same name, or in ``mapping``.
        Raises MigrationError that lists all that is not. A later correction of an earlier visit goes through the same
        mapping, so map what other patients need too: further names do no harm.
        """
        check_protocol(protocol)
        check_kind("the mapping", mapping, Mapping, "a machine.Mapping; an empty one where all has the same name")
        asked = draft("migration", request_id, by, recorded_at, why, fingerprint(protocol), None, self._fingerprint, mapping)
        asked = evolve(asked, time=self._state.time)
        return self._take(asked, expected_version, lambda: changes.by_migration(self._now(), protocol, asked))

    def audit(self) -> tuple[Difference, ...]:
        """Decides everything in the journal once more and says what differs from what is stored; empty if nothing does."""
        again, found = LiveCourse(self._first, self._patient, None), list[Difference]()
        protocols = {fingerprint(protocol): protocol for protocol in self.protocols}
        for entry in self._entries:
            change = changes.by_entry(again._now(), entry, protocols, again=True)
            found.extend(changes.differences(entry, change))
            again._assign(change, entry)
        if again._state != self._state:
            found.append(Difference(self.version, "state", self._state, again._state))
        return tuple(found)

    # How it is recorded

    def _take(self, asked: Entry, expected_version: int, change_of: Callable[[], changes.Change]) -> Entry:
        """All is computed, then announced, and only then assigned, so that whatever fails leaves the course as it was."""
        with self._alone:
            known = self._by_request.get(asked.request_id)
            if known is not None:
                return repeated(known, asked)
            version = len(self._entries)
            check_version(expected_version, version)
            change = change_of()
            entry = asked.made(version + 1, change.step, change.acted, change.revisions)
            for one in change.happened:
                announce(self._listener, one.trigger, one.before, one.after, {"entry": entry, "step": one.step, "course": self})
            self._assign(change, entry)
            return entry

    def _assign(self, change: changes.Change, entry: Entry) -> None:
        self._moments[change.place :] = change.moments
        self._state, self._protocol, self._decided = change.state, change.protocol, None
        self._fingerprint = entry.fingerprint
        self._by_request[entry.request_id] = entry
        self._entries.append(entry)

    def _now(self) -> changes.Now:
        return changes.now_of(self._first, self._protocol, self._state, self._moments)

    def _last_time(self, request_id: str) -> int:
        """The time of the last visit, or what the same request meant by that when it came first."""
        known = self.answer_to(request_id)
        time = self._state.time if known is None else known.time
        if time is None:
            raise changes.no_visit("there is no visit yet")
        return time

    # Never pickled, copied or changed from outside

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        hint = "Store it with protocol.stored, or its entries and the protocols for machine.restore()."
        raise TypeError(f"a live course is not pickled or copied. {hint}")

    def __repr__(self) -> str:
        return f"<course of {self._patient} under {self._protocol.name} {self._protocol.version}, version {self.version}>"
