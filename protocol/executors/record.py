"""What it takes to record something: an entry that says who, when and why; and the transition as which it is announced."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from attrs import frozen

from protocol.errors import Busy, Unsigned
from protocol.executors.journal import Entry, EntryKind, Mapping
from protocol.model.course import Visit
from protocol.model.decision import Step
from protocol.model.protocol import ControlKind
from protocol.model.state import State
from protocol.semantics.effects import in_force


class Alone:
    """Lets one record in at a time and turns away the next: what a callback does, or another thread, could not be undone."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            hint = "A callback cannot record; another thread waits until the first one is done."
            raise Busy("M004", "this course is recording something at this moment", hint)

    def __exit__(self, *error: object) -> None:
        self._lock.release()


@frozen
class Happened:
    """One transition of the control state, by the name under which it is announced; ``step`` is the one that made it."""

    trigger: str
    before: ControlKind
    after: ControlKind
    step: Step | None


def draft(
    kind: EntryKind,
    request_id: str,
    by: str,
    recorded_at: datetime,
    why: str,
    fingerprint: str,
    visit: Visit | None = None,
    before: str = "",
    mapping: Mapping | None = None,
) -> Entry:
    """An entry without what comes of it. Raises Unsigned where who, when or the request id cannot be used."""
    for name, text in (("request_id", request_id), ("by", by)):
        if not isinstance(text, str) or not text.strip():
            raise Unsigned(
                "M001", f"'{name}' is empty", "Say who records this, under an id that the request keeps when repeated."
            )
    if not isinstance(recorded_at, datetime) or recorded_at.utcoffset() is None:
        hint = "Give a datetime with its time zone, such as datetime.now(UTC)."
        raise Unsigned("M002", f"recorded_at has no time zone: {recorded_at}", hint)
    time = None if visit is None else visit.time
    at = recorded_at.astimezone(UTC)
    return Entry(0, kind, request_id, by, at, why, fingerprint, time, visit, before=before, mapping=mapping)


def steps_taken(before: State, steps: tuple[Step, ...]) -> tuple[Happened, ...]:
    """The transition of each step, one after the other."""
    found = []
    for one in steps:
        found.append(Happened(_trigger(before, one), before.control.kind, one.state.control.kind, one))
        before = one.state
    return tuple(found)


def _trigger(before: State, one: Step) -> str:
    """The action that was put into force: the recommended one, a permitted one, none, or ``give`` for something else."""
    now, after = one.state, one.decision.after
    # Not as effects, because a step that cannot be taken leaves what is in force.
    if (now.control, now.level, now.dose) == (after.control, after.level, after.dose):
        return one.decision.action
    for permission in one.decision.permitted:
        if in_force(now) == permission.effect:
            return permission.action
    return "continue" if in_force(now) == in_force(before) else "give"
