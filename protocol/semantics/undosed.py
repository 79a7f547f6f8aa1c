"""What is left of a protocol where nothing is known of the dose: guards that ask a clock of the dose, as open as they are then.

Of a patient who is watched, minute 0 is the first dose, and nothing else is known of the dose. So ``time since start`` is what
it is, and a clock that began at the start or later shows at most as much: ``time since dose raised <= 15 weeks`` is true for
15 weeks, and open afterwards. Before the first dose each clock shows what it shows there. A score is always known: where an
item of it depends on the dose, it has the points of what is not known.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from attrs import evolve

from protocol.model.guard import And, Clock, ClockName, Compare, CumulativeDose, Guard, Not, Or, Value
from protocol.model.input import Input, Number, Score, Tracker
from protocol.model.protocol import Interpretation, Protocol
from protocol.model.said import CLOCKS
from protocol.semantics.trackers import NEVER

_ANY = Number("1", Fraction(0), NEVER)
_STARTED = Compare(Clock("start"), "<=", NEVER)
_CUMULATIVE = "cumulative dose"
OF_THE_DOSE: frozenset[str] = frozenset({*CLOCKS.values(), _CUMULATIVE} - {CLOCKS["start"]})
"""The names under which what depends on the dose is asked, and is never read."""
_SINCE_START: tuple[ClockName, ...] = ("state", "dose change", "dose raised", "treatment")
"""Clocks that show at most the time since start; the others may be of what never happened."""


@lru_cache(maxsize=64)
def undosed(protocol: Protocol) -> Protocol:
    """The protocol with its rules, trackers and derived inputs, in which whatever depends on the dose is open."""
    return evolve(
        protocol,
        inputs=(*protocol.inputs, *(Input(name, _ANY, 0) for name in sorted(OF_THE_DOSE))),
        rules=tuple(evolve(rule, when=_open(rule.when)) for rule in protocol.rules),
        derived=tuple(evolve(one, when=_open(one.when)) for one in protocol.derived),
        scores=tuple(_score(score) for score in protocol.scores),
        trackers=tuple(_tracker(tracker) for tracker in protocol.trackers),
        interpretations=tuple(_interpretation(one) for one in protocol.interpretations),
        properties=(),
        expectations=(),
        monitoring=(),
        tables=(),
        dispensing=None,
    )


def _score(score: Score) -> Score:
    items = (evolve(item, cases=tuple(evolve(case, when=_open(case.when)) for case in item.cases)) for item in score.items)
    return evolve(score, items=tuple(items))


def _tracker(tracker: Tracker) -> Tracker:
    return evolve(tracker, when=_open(tracker.when), until=None if tracker.until is None else _open(tracker.until))


def _interpretation(asked: Interpretation) -> Interpretation:
    readings = (one if one.guard is None else evolve(one, guard=_open(one.guard)) for one in asked.readings)
    return evolve(asked, readings=tuple(readings))


def _open(guard: Guard) -> Guard:
    match guard:
        case Compare(Clock("start")):
            return guard
        case Compare(Clock() | CumulativeDose()):
            return _compared(guard)
        case Not(part):
            return Not(_open(part))
        case And(parts):
            return And(tuple(_open(part) for part in parts))
        case Or(parts):
            return Or(tuple(_open(part) for part in parts))
        case _:
            return guard


def _compared(atom: Compare) -> Guard:
    """A comparison by what is at most, or less than, a constant; of that alone is said what it is."""
    constant = atom.constant - atom.early if atom.operator == ">=" else atom.constant
    at_most, less = _below(atom, "<=", constant), _below(atom, "<", constant)
    match atom.operator:
        case "<=":
            return at_most
        case "<":
            return less
        case ">":
            return Not(at_most)
        case ">=":
            return Not(less)
        case "==":
            return And((at_most, Not(less)))
        case "!=":
            return Or((Not(at_most), less))


def _below(atom: Compare, operator: str, constant: Fraction) -> Guard:
    match atom.term:
        case Clock(name):
            shown = Compare(Value(CLOCKS[name]), operator, constant)  # type: ignore[arg-type]
            at_once = (Compare(Clock("start"), operator, constant),) if name in _SINCE_START else ()  # type: ignore[arg-type]
            later = And((_STARTED, shown))
            # Before the first dose the stopwatch shows nothing yet; what never happened is longer ago than anything.
            return Or((*at_once, later, *((_nothing(operator, constant),) if name == "treatment" else ())))
        case _:
            shown = Compare(Value(_CUMULATIVE), operator, constant)  # type: ignore[arg-type]
            return Or((And((_STARTED, shown)), _nothing(operator, constant)))


def _nothing(operator: str, constant: Fraction) -> Guard:
    """Before the first dose: whether nothing is below the constant."""
    below = constant >= 0 if operator == "<=" else constant > 0
    return Not(_STARTED) if below else And((_STARTED, Not(_STARTED)))
