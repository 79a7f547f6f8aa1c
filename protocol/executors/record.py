"""What it takes to record something: an entry that says who, when and why; and the transition as which it is announced."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from attrs import frozen

from protocol.errors import PROTOCOL, Busy, RequestReused, StaleVersion, Unsigned, check_kind, told
from protocol.executors.journal import Entry, EntryKind, Mapping
from protocol.model.course import Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.quick import quickly
from protocol.model.rule import ControlKind
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


_Entry, _Happened = quickly(Entry), quickly(Happened)


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
    if not (type(request_id) is type(by) is type(why) is str and request_id.strip() and by.strip()):
        _check_signature(request_id, by, why)
    time = None if visit is None else visit.time
    at = _in_utc(recorded_at)
    return _Entry(0, kind, request_id, by, at, why, fingerprint, time, visit, None, (), (), before, mapping)


def _check_signature(request_id: str, by: str, why: str) -> None:
    for name, text in (("request_id", request_id), ("by", by), ("why", why)):
        check_text(name, text)
        if name != "why" and not text.strip():
            raise Unsigned("M001", f"'{name}' is empty", _WHO)


_WHO = "Say who records this, under an id that the request keeps when repeated."


def check_text(name: str, text: object) -> None:
    """Raises Unsigned where a part of the signature is no text."""
    if text is None and name != "why":
        raise Unsigned("M001", f"'{name}' is missing", _WHO)
    if not isinstance(text, str):
        raise Unsigned("M015", f"'{name}' is {told(text)}, not a text", "Give a text; for 'why' that may be ''.")


def _in_utc(moment: object) -> datetime:
    """The moment as a plain datetime, whatever kind of datetime it was."""
    if type(moment) is datetime and moment.tzinfo is UTC and not moment.fold:
        return moment
    hint = "Give a datetime with its time zone, such as datetime.now(UTC)."
    if not isinstance(moment, datetime):
        raise Unsigned("M015", f"'recorded_at' is {told(moment)}, not a datetime", hint)
    if moment.utcoffset() is None:
        raise Unsigned("M002", f"recorded_at has no time zone: {moment}", hint)
    try:
        at = moment.astimezone(UTC)
    except OverflowError:
        raise Unsigned("M002", f"recorded_at is no time in UTC: {moment}", hint) from None
    return datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)


def check_version(expected: object, current: int) -> None:
    """Raises StaleVersion where the caller decided at another version than the course is at now."""
    if isinstance(expected, bool) or not isinstance(expected, int):
        hint = "Give the version at which it was decided as a whole number: course.version."
        raise Unsigned("M015", f"'expected_version' is {told(expected)}, not a whole number", hint)
    if expected != current:
        hint = "Somebody has recorded something since it was loaded: load the course again and decide again."
        raise StaleVersion(
            "M006",
            f"the course is at version {current}, not {told(expected).removeprefix('the number ')}",
            hint,
            expected,
            current,
        )


def repeated(known: Entry, asked: Entry) -> Entry:
    """The entry that a request made when it came first; raises RequestReused where it now has other content."""
    if not known.says_the_same(asked):
        hint = "A repeated request repeats its content; anything new needs an id of its own."
        raise RequestReused("M005", f"request '{asked.request_id}' made version {known.version} with other content", hint)
    return known


def check_protocol(protocol: object) -> None:
    """Raises NotationError for what is no protocol, such as the name of one."""
    check_kind("the protocol", protocol, Protocol, PROTOCOL)


def steps_taken(before: State, steps: tuple[Step, ...]) -> tuple[Happened, ...]:
    """The transition of each step, one after the other."""
    found = []
    for one in steps:
        found.append(_Happened(_trigger(before, one), before.control.kind, one.state.control.kind, one))
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
