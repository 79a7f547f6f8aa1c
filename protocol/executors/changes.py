"""What a record would make of a course: a visit, a correction, an override or a migration, as a new value each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from attrs import evolve, frozen

from protocol.errors import NeedsReason, NoSuchVisit, NotDecidedHere, RefusedVisit, Unrestorable, VisitError, check_kind, told
from protocol.executors.journal import Difference, Entry
from protocol.executors.migration import migrated
from protocol.executors.record import Happened, steps_taken
from protocol.executors.timeline import Migrated, Moment, Visited, refolded, revisions, visited
from protocol.model.course import Visit
from protocol.model.decision import Decision, Revision, Step
from protocol.model.protocol import Protocol
from protocol.model.quick import quickly
from protocol.model.state import State
from protocol.model.time import say_time
from protocol.semantics.step import initial


@frozen(eq=False)
class Now:
    """What a course is before something is recorded; ``first`` is the protocol under which it began."""

    first: Protocol
    protocol: Protocol
    state: State
    moments: Sequence[Moment]


@frozen
class Change:
    """What a record would make of a course: the moments from ``place`` on, the state, and what is to be announced."""

    place: int
    moments: tuple[Moment, ...]
    state: State
    protocol: Protocol
    happened: tuple[Happened, ...]
    step: Step | None = None
    acted: tuple[Step, ...] = ()
    revisions: tuple[Revision, ...] = ()


now_of, _Change = quickly(Now), quickly(Change)


def by_visit(now: Now, found: Visited) -> Change:
    """The change that a visit makes: one more moment."""
    happened = steps_taken(now.state, found.issued)
    return _Change(len(now.moments), (found,), found.state, now.protocol, happened, found.step, found.acted)


def by_step(now: Now, remembered: Visited | None, step: Step, why: str) -> Change:
    """The change that committing a step makes. Raises NotDecidedHere, RefusedVisit or NeedsReason.

    ``remembered`` is what was decided last; a step that is not that very object is decided once more and compared.
    """
    found = remembered if remembered is not None and remembered.step is step else _decided_again(now, step)
    check_follows_last(now.state, step.visit)
    return by_decided(now, found, why)


def by_decided(now: Now, found: Visited, why: str) -> Change:
    """The change that a visit makes which was decided just now. Raises NeedsReason."""
    certain = [one for one in found.step.deviations if one.is_certain]
    if certain and not why.strip():
        listed = "; ".join(f"{one.kind}: {one.message}" for one in certain)
        raise NeedsReason("M008", f"the protocol does not permit what was given ({listed})", "Say in 'why' why it was given.")
    return by_visit(now, found)


def decided(now: Now, visit: Visit, strict: bool) -> Visited:
    """What a course decides at a visit. Raises RefusedVisit or VisitError."""
    check_date(visit)
    check_follows_last(now.state, visit)
    return visited(now.protocol, now.state, visit, strict=strict)


def looked(now: Now, time: int) -> Decision:
    """What a course would decide at a time if nothing more were known by then, after what the protocol does by itself."""
    return visited(now.protocol, now.state, Visit(time)).step.decision


def check_step(step: object) -> None:
    """Raises NotDecidedHere for what is no step, and RefusedVisit for one of a visit whose date is a range."""
    if not isinstance(step, Step):
        raise NotDecidedHere("M009", f"the step is {told(step)}", "Commit what decide() of this course gave.")
    check_date(step.visit)


def check_date(visit: Visit) -> None:
    """Raises RefusedVisit for a visit whose date is a range; ``step`` would take it to be at its beginning."""
    check_kind("the visit", visit, Visit, "a Visit")
    if visit.latest is not None:
        hint = "A live decision is made at one time: give the time at which it is made."
        raise RefusedVisit("M003", f"the visit of {say_time(visit.time)} is a range", hint)


def check_follows_last(state: State, visit: Visit) -> None:
    """Raises RefusedVisit for a visit at the time of the last one, or before it."""
    if state.time is None or visit.time > state.time:
        return
    if visit.time == state.time:
        hint = "Add to it with correct(), or say what was given with override()."
        raise RefusedVisit("M007", f"there is a visit on {say_time(visit.time)} already", hint)
    message = f"a visit on {say_time(visit.time)} cannot follow the last one, on {say_time(state.time)}"
    raise RefusedVisit("M016", message, "Add what was forgotten to the next visit: Observation(..., observed=its time).")


def _decided_again(now: Now, step: Step) -> Visited:
    with suppress(VisitError):
        found = visited(now.protocol, now.state, step.visit)
        if found.step == step:
            return found
    hint = "Commit what decide() of this course gave, at this version: decide again."
    raise NotDecidedHere("M009", f"the step of {say_time(step.visit.time)} is not what this course decides", hint)


def by_correction(now: Now, asked: Entry) -> Change:
    """The change that a correction or an override makes: its visit and all that follows, decided once more.

    Raises NeedsReason without a reason, and NoSuchVisit if there is no visit at that time.
    """
    _give_reason(asked)
    assert asked.visit is not None
    if asked.visit.given is None and not asked.visit.observations:
        raise RefusedVisit("M014", "the correction names no reading", "Give the readings as they should have been recorded.")
    place = _place(now.moments, asked.visit.time)
    protocol, before = _at(now.first, now.moments[:place])
    were = now.moments[place:]
    becomes = tuple(refolded(protocol, before, (_replaced(were[0], asked.visit), *were[1:])))
    state, again = becomes[-1].state, becomes[0]
    assert isinstance(again, Visited)
    found = tuple(revisions(protocol, before, were, before, becomes))
    happened = Happened(_VERBS[asked.kind], now.state.control.kind, state.control.kind, again.step)
    return Change(place, becomes, state, now.protocol, (happened,), again.step, again.acted, found)


def by_migration(now: Now, into: Protocol, asked: Entry) -> Change:
    """The change that a migration makes: the same patient in the words of another protocol, in force from the last visit on."""
    _give_reason(asked)
    assert asked.mapping is not None
    moment = Migrated(into, asked.mapping, migrated(now.protocol, into, now.state, asked.mapping))
    happened = Happened("migrate", now.state.control.kind, moment.state.control.kind, None)
    return Change(len(now.moments), (moment,), moment.state, into, (happened,))


def _give_reason(asked: Entry) -> None:
    if not asked.why.strip():
        raise NeedsReason("M010", f"the {asked.kind} gives no reason", "Who reads the journal later needs to know: give 'why'.")


def by_entry(now: Now, entry: Entry, protocols: Mapping[str, Protocol], *, again: bool) -> Change:
    """The change that an entry of a journal made: its visit as it was issued or, where ``again``, decided once more."""
    match entry:
        case Entry(kind="visit", visit=Visit() as visit, step=Step() as step):
            issued = Visited(visit, entry.acted, step, (*entry.acted, step))
            return by_visit(now, visited(now.protocol, now.state, visit) if again else issued)
        case Entry(kind="migration"):
            return by_migration(now, protocols[entry.fingerprint], entry)
        case _:
            return by_correction(now, entry)


_VERBS = {"correction": "correct", "override": "override"}


def _place(moments: Sequence[Moment], time: int) -> int:
    for place, moment in enumerate(moments):
        if isinstance(moment, Visited) and moment.visit.time == time:
            return place
    raise no_visit(f"there is no visit on {say_time(time)}")


def no_visit(what: str) -> NoSuchVisit:
    """What to raise where a visit is meant that was never recorded."""
    hint = "Only a recorded visit can be corrected or overridden, by its time in minutes since the first dose."
    return NoSuchVisit("M011", what, hint)


def _at(first: Protocol, moments: Sequence[Moment]) -> tuple[Protocol, State]:
    """The protocol and the state in force after these moments."""
    into = (moment.protocol for moment in reversed(moments) if isinstance(moment, Migrated))
    return next(into, first), moments[-1].state if moments else initial(first)


def _replaced(moment: Moment, said: Visit) -> Moment:
    """The visit with the readings of these inputs replaced, and what was given if that is said."""
    assert isinstance(moment, Visited)
    names = {observation.input for observation in said.observations}
    kept = tuple(one for one in moment.visit.observations if one.input not in names)
    given = moment.visit.given if said.given is None else said.given
    return evolve(moment, visit=evolve(moment.visit, observations=(*kept, *said.observations), given=given))


def check_follows(entry: Entry, version: int, fingerprint: str, protocols: Mapping[str, Protocol]) -> None:
    """Raises Unrestorable if a stored entry cannot follow this version, or was made under another protocol."""
    before = entry.before if entry.kind == "migration" else entry.fingerprint
    hint = "Give all entries of one patient, oldest first, and every protocol that they name, the first one first."
    if entry.version != version + 1:
        raise Unrestorable("M013", f"an entry of version {entry.version} follows version {version}", hint)
    if before != fingerprint or entry.fingerprint not in protocols:
        missing = before if before != fingerprint else entry.fingerprint
        raise Unrestorable("M013", f"version {entry.version} needs the protocol with the fingerprint {missing}", hint)


def differences(entry: Entry, change: Change) -> Iterator[Difference]:
    """What an entry says came of it, where the semantics now gives something else."""
    for name in ("step", "acted", "revisions"):
        stored, now = getattr(entry, name), getattr(change, name)
        if stored != now:
            yield Difference(entry.version, name, stored, now)
