"""How a guard, an action, a place and a schedule are said, in the words in which they are written."""

from __future__ import annotations

from protocol.model.formula import Baseline, Constant, Current, Earlier, Formula, Operation
from protocol.model.guard import (
    Always,
    And,
    Clock,
    Compare,
    CumulativeDose,
    GradeOf,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Term,
    Tracked,
    Value,
)
from protocol.model.input import Schedule
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.regimen import Amount
from protocol.model.rule import Action, AtMost, By, Same, To, Where
from protocol.model.table import by_table
from protocol.model.time import say_duration, say_durations

TRACKER_KEYS = {"episodes": "episodes of", "consecutive": "consecutive", "duration": "duration of", "since": "time since"}
"""What a tracker of a guard is called where it is written, by its kind."""
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
CLOCKS = {
    "start": "time since start",
    "state": "time in state",
    "dose change": "time since dose change",
    "dose raised": "time since dose raised",
    "dose lowered": "time since dose lowered",
    "hold": "time on hold",
    "treatment": "time on treatment",
}
"""How each clock is written in a guard."""


def say_guard(guard: Guard, durations: frozenset[str] = frozenset()) -> str:
    """The guard as text, with no more parentheses than it needs; ``durations`` names the trackers that hold minutes."""
    match guard:
        case Or(parts):
            return " or ".join(_grouped(part, durations, Or) for part in parts)
        case And(parts):
            return " and ".join(_grouped(part, durations, Or, And) for part in parts)
        case Not(Known(name, None)):
            return f"unknown({name})"
        case Not(Is(name, option)) if option != "yes":
            return f"{name} is not {option}"
        case Not(part):
            return f"not {_grouped(part, durations, Or, And)}"
        case Always():
            return "always"
        case Known(name, None):
            return f"known({name})"
        case Known(name, within):
            return f"within({name}, {say_duration(within or 0)})"
        case Is(name, option):
            return name if option == "yes" else f"{name} is {option}"
        case Named(name):
            return name
        case Compare():
            return _compare(guard, durations)


def duration_trackers(protocol: Protocol) -> frozenset[str]:
    """The trackers of a protocol that hold minutes, for ``say_guard``."""
    return frozenset(tracker.name for tracker in protocol.trackers if tracker.kind in ("duration", "since"))


def _grouped(part: Guard, durations: frozenset[str], *kinds: type) -> str:
    text = say_guard(part, durations)
    return f"({text})" if isinstance(part, kinds) else text


def _compare(guard: Compare, durations: frozenset[str]) -> str:
    return f"{say_term(guard.term)} {guard.operator} {_constant(guard, durations)}{_window(guard)}"


def say_term(term: Term) -> str:
    """The left side of a comparison; of a ratio only the input."""
    match term:
        case Value(name) | Ratio(name, _) | Tracked(name):
            return name
        case GradeOf(name):
            return f"grade({name})"
        case Clock(name):
            return CLOCKS[name]
        case CumulativeDose():
            return "cumulative dose"


def _constant(guard: Compare, durations: frozenset[str]) -> str:
    match guard.term:
        case Clock():
            return say_duration(int(guard.constant))
        case Tracked(name) if name in durations:
            return say_duration(int(guard.constant))
        case CumulativeDose(unit, per):
            return str(Amount(guard.constant, unit, per))
        case Ratio(_, limit):
            return limit if guard.constant == 1 else f"{say_number(guard.constant)} x {limit}"
        case _:
            return say_number(guard.constant)


def _window(guard: Compare) -> str:
    return f" (window {say_window(guard.early, guard.late)})" if guard.early or guard.late else ""


def say_window(before: int, after: int) -> str:
    """``-3 to +3 days``; the sides are minutes."""
    if not after:
        early = say_duration(before)
        return f"-{early.split()[0]} to +0 {early.split()[1]}"
    late = say_duration(after)
    return f"-{_first(say_duration(before), late) if before else 0} to +{late}"


def _first(early: str, late: str) -> str:
    """The first end of a range; without its unit where the other end has the same one."""
    count, unit = early.split()
    return count if unit.removesuffix("s") == late.split()[1].removesuffix("s") else early


def say_where(where: Where) -> str:
    """``held by hold-cytopenia at starting or escalated``; all cells of a table go by its name."""
    by = f" by {' or '.join(by_table(where.by))}" if where.by else ""
    levels = f" at {' or '.join(where.levels)}" if where.levels else ""
    return f"{where.control}{by}{levels}"


def say_schedule(schedule: Schedule) -> str:
    """``7 days`` or ``28 to 31 days``."""
    return say_durations(schedule.earliest, schedule.latest)


def say_formula(formula: Formula) -> str:
    """The formula as text, with no more parentheses than it needs."""
    match formula:
        case Constant(value):
            return say_number(value)
        case Current(name):
            return name
        case Baseline(name):
            return f"baseline({name})"
        case Earlier(name, ago):
            return f"earlier({name}, {say_duration(ago)})"
        case Operation(sign, left, right):
            return f"{_operand(left, _BINDS[sign])} {sign} {_operand(right, _BINDS[sign] + 1)}"


def _operand(formula: Formula, binding: int) -> str:
    """In parentheses if it binds less; what stands on the right binds more, because 'a - b - c' is '(a - b) - c'."""
    text = say_formula(formula)
    return f"({text})" if isinstance(formula, Operation) and _BINDS[formula.sign] < binding else text


def say_action(action: Action) -> str:
    """``resume at the next lower level, else stop``."""
    anew = " as a new patient" if action.anew else ""
    return _bare_action(action) + anew + (f", else {action.off_ladder}" if action.off_ladder else "")


def _bare_action(action: Action) -> str:
    match action.target:
        case To(level):
            return f"{action.kind} {'to' if action.kind in ('escalate', 'reduce') else 'at'} {level}"
        case Same():
            return f"{action.kind} at the same level"
        case AtMost(level):
            return f"hold then at most {level}" if action.kind == "hold" else f"{action.kind} at most at {level}"
        case By(1):
            return "resume at the next lower level" if action.kind == "resume" else action.kind
        case By(steps):
            return f"resume {steps} levels lower" if action.kind == "resume" else f"{action.kind} by {steps}"
        case None:
            meanwhile = {"continue": ", dose continues", "withhold": ", dose withheld", "": ""}[action.meanwhile]
            return action.kind + meanwhile


EVERYWHERE = ", at whatever visit"
"""What is said of an expectation of a built-in property that names no visits: any other failure of it passes as well."""
