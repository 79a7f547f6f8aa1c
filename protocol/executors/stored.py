"""What is stored of a patient, as JSON that later versions of this package read; never a pickle.

    from protocol import load, stored

    text = stored.to_json(course)                               # put this into a row of the host's database
    course = stored.from_json(text, load("imatinib-hes"))       # and go on from it, in any process

A document is one line of ASCII; equal courses give equal text. It holds the patient, the protocols by name, version and
fingerprint, the version of the course, its whole state, and the journal of entries, to which entries are only ever added.
The protocols themselves are not in it: keep the file of each version, because a course is loaded under the very protocols
under which it was recorded, known by their fingerprints. A file that amends another has the fingerprint of all that it comes
to, and a change of the amended file is a change of it; what ``protocol show --canonical`` prints of it is whole, and can be
kept. To go over to another version, load the course with the old one and migrate.

Where courses are long, save a commit by one small row: ``head_to_json`` over the last head, ``entry_to_json`` as a new row,
and load with ``from_rows``. The package's folder ``executors/schemas`` has a JSON Schema (draft-07) of each document.

What cannot be read is an StoredError with every problem and the way to it, and nothing is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from protocol.errors import CommitError, Problem, StoredError
from protocol.executors.documents import (
    CourseDocument,
    DecisionDocument,
    EntryDocument,
    HeadDocument,
    ProtocolNamed,
    StepDocument,
    named,
    package,
)
from protocol.executors.from_json import problem, read
from protocol.executors.journal import Entry
from protocol.executors.machine import LiveCourse, restore
from protocol.executors.record import check_protocol
from protocol.executors.shape import shape
from protocol.model.decision import Decision, Step
from protocol.model.protocol import Protocol, fingerprint

__all__ = [
    "decision_from_json",
    "decision_to_json",
    "entry_to_json",
    "from_json",
    "from_rows",
    "head_to_json",
    "step_to_json",
    "to_json",
]


def to_json(course: LiveCourse) -> str:
    """The whole course as one text, format ``protocol-course/1``."""
    head = _head(course)
    return _written(
        CourseDocument("protocol-course/1", head.package, head.patient, head.protocols, head.version, head.state, course.entries)
    )


def from_json(text: str, *protocols: Protocol, listener: object | None = None, recompute: bool = False) -> LiveCourse:
    """The course of a text that ``to_json`` gave. ``protocols``: all that the patient was under, in any order; more do no harm.

    Raises StoredError where the text cannot be read or a protocol is missing; then nothing is loaded. So it does where the
    entries lead to another state than is stored, because this version of the package decides a correction differently; with
    ``recompute`` the state to which they lead now is taken instead.
    """
    found = read(text, CourseDocument)
    return _restored(found, found.entries, protocols, listener, recompute)


def head_to_json(course: LiveCourse) -> str:
    """The course without its journal, format ``protocol-course-head/1``; its length does not grow with the entries."""
    return _written(_head(course))


def entry_to_json(entry: Entry) -> str:
    """One entry of the journal, format ``protocol-entry/1``; once written it is never changed."""
    return _written(EntryDocument("protocol-entry/1", package(), entry))


def from_rows(
    head: str, entries: Iterable[str], *protocols: Protocol, listener: object | None = None, recompute: bool = False
) -> LiveCourse:
    """The course of a head and of its entries, oldest first. Raises StoredError as ``from_json`` does."""
    found = read(head, HeadDocument)
    return _restored(found, tuple(read(text, EntryDocument).entry for text in entries), protocols, listener, recompute)


def decision_to_json(decision: Decision, protocol: Protocol) -> str:
    """The decision with the protocol that gave it, format ``protocol-decision/1``."""
    return _written(DecisionDocument("protocol-decision/1", package(), named(protocol), decision))


def step_to_json(step: Step, protocol: Protocol) -> str:
    """The decision, the verdict on what was given, deviations and refused readings: what an answer holds. ``protocol-step/1``.

    Without the state and the visit, which are stored with the course.
    """
    check_protocol(protocol)
    what = step.decision, step.verdict, step.deviations, step.refused
    return _written(StepDocument("protocol-step/1", package(), named(protocol), *what))


def decision_from_json(text: str) -> DecisionDocument:
    """The decision that ``decision_to_json`` wrote, and what stands beside it. Raises StoredError."""
    return read(text, DecisionDocument)


def _written(document: Any) -> str:
    """A document as text. ASCII, so that no column of a database and no wire can change it."""
    return json.dumps(shape(type(document)).write(document), separators=(",", ":"), allow_nan=False)


def _head(course: LiveCourse) -> HeadDocument:
    under = tuple(named(protocol) for protocol in course.protocols)
    return HeadDocument("protocol-course-head/1", package(), course.patient, under, course.version, course.state)


# What was read becomes a live course, if it fits together


def _restored(
    found: CourseDocument | HeadDocument,
    entries: tuple[Entry, ...],
    protocols: Iterable[Protocol],
    listener: object | None,
    recompute: bool,
) -> LiveCourse:
    known = {}
    for protocol in protocols:
        check_protocol(protocol)
        known[fingerprint(protocol)] = protocol
    wrong = [*_missing(found.protocols, known), *_incomplete(found, entries)]
    if wrong:
        raise StoredError(tuple(wrong))
    try:
        course = restore([known[one.fingerprint] for one in found.protocols], found.patient, entries, listener=listener)
    except (CommitError, LookupError, ValueError) as error:
        # Entries that were changed can name what the protocol does not have; the cause stays attached for whoever looks.
        why = error.message if isinstance(error, CommitError) else str(error)
        raise StoredError((problem("D005", f"the entries do not follow from each other: {why}"),)) from error
    if course.state != found.state and not recompute:
        raise StoredError((problem("D006", "the state is not the one to which the entries lead", _other_state(found)),))
    return course


def _missing(needed: tuple[ProtocolNamed, ...], known: dict[str, Protocol]) -> Iterable[Problem]:
    given = ", ".join(str(named(protocol)) for protocol in known.values()) or "none"
    hint = (
        "Give the protocol of that very fingerprint: the file as it was when the course was recorded, under the same chosen "
        "readings. To go over to an amended one, load the course with the old one and migrate it."
    )
    for one in dict.fromkeys(needed):
        if one.fingerprint not in known:
            yield problem("D004", f"the course was recorded under {one}; given: {given}", hint)
    if not needed:
        yield problem("D005", "the course names no protocol")


def _incomplete(found: CourseDocument | HeadDocument, entries: tuple[Entry, ...]) -> Iterable[Problem]:
    """What an entry lacks that its kind needs, and entries that are missing, too many or twice."""
    if found.version != len(entries):
        yield problem("D005", f"the course is at version {found.version} and has {len(entries)} entries")
    if len({entry.request_id for entry in entries}) < len(entries):
        yield problem("D005", "two entries have the same request id")
    for entry in entries:
        needed = ("mapping",) if entry.kind == "migration" else ("visit", "step")
        for name in needed:
            if getattr(entry, name) is None:
                yield problem("D005", f"version {entry.version} is a {entry.kind} without a {name}")


def _other_state(found: CourseDocument | HeadDocument) -> str:
    return (
        f"It was written by version {found.package} of this package, and this is {package()}. If the document was not changed, "
        "a correction is decided differently now: see with that version what audit() says, then load it here with recompute=True."
    )
