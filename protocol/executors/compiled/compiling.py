"""How does a protocol become terms, axes and nodes? Each comparison becomes an axis and the cells for which it is true."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from protocol.executors.compiled import layout, trackers
from protocol.executors.compiled.axes import Axes, Axis
from protocol.executors.compiled.computed import OfSum
from protocol.executors.compiled.cuts import Cells
from protocol.executors.compiled.frame import CLOCKS, Frame, known_axis
from protocol.executors.compiled.guards import Asks, Every, Knows, Node, Opposite, Points, Some, Sure
from protocol.executors.compiled.terms import sum_term, term_of
from protocol.model.guard import (
    Always,
    And,
    Atom,
    Clock,
    ClockName,
    Compare,
    CumulativeDose,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Tracked,
    Value,
)
from protocol.model.guard import Term as Asked
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared, prepare


def frame(protocol: Protocol) -> Frame:
    """A protocol without what only the reference can do (``native`` says what that is), compiled."""
    prepared = prepare(protocol)
    atoms: dict[Asked, list[Compare | Is]] = {}
    guards = [guard for guard in _guards(prepared)]
    for guard in guards:
        for atom in _atoms(prepared, guard):
            atoms.setdefault(atom.term if isinstance(atom, Compare) else Value(atom.input), []).append(atom)
    inputs = (*protocol.inputs, *(prepared.inputs[name] for name in prepared.numbers))
    found = Frame(protocol, prepared, inputs, {item.name: n for n, item in enumerate(inputs)}, {}, Axes(), atoms)
    _add_terms(found)
    _add_sums(found)
    first = found.first_tracker()
    for tracker in prepared.trackers:
        _add_tracker(found, tracker, first)
        first += trackers.registers(tracker)
    for guard in _guards(prepared):
        _compiled(found, guard)
    asked = {term.tracker for term in found.atoms if isinstance(term, Tracked)}
    for name, one in list(found.tracking.items()):
        found.tracking[name] = _with_conditions(found, one)
    # Between visits it is also looked when a tracker changes that only says how often something is measured.
    acts = protocol.between_visits == "act"
    found.moving.extend(one for name, one in found.tracking.items() if acts or name in asked)
    return found


def _guards(prepared: Prepared) -> Iterator[Guard]:
    yield from (rule.when for rule in prepared.rules)
    yield from (guard for score in prepared.scores.values() for guard in score.guards())
    for tracker in prepared.trackers:
        yield tracker.when
        if tracker.until is not None:
            yield tracker.until


def _atoms(prepared: Prepared, guard: Guard) -> Iterator[Atom]:
    match guard:
        case Compare() | Is():
            yield guard
        case Named(name):
            yield from _atoms(prepared, prepared.definitions[name])
        case Not(part):
            yield from _atoms(prepared, part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _atoms(prepared, part)
        case Always() | Known():
            return


def _add_terms(found: Frame) -> None:
    """A term for each value that is asked, each multiple of a limit and each lowest or highest value, and for each input one.

    Those of one input have registers in a row; the quotient by the baseline, which nobody reads, is the last one.
    """
    for item in found.inputs:
        asked: dict[str, Asked] = {"": Value(item.name)}
        ratios = [term for term in found.atoms if isinstance(term, Ratio) and term.input == item.name]
        asked |= {term.limit: term for term in ratios if term.limit != "baseline"}
        asked |= {one.name: Tracked(one.name) for one in found.prepared.trackers if one.input == item.name}
        asked |= {term.limit: term for term in ratios if term.limit == "baseline"}
        for limit, term in asked.items():
            number, atoms = found.numbers[item.name], found.atoms.get(term, [])
            found.terms[item.name, limit] = term_of(len(found.terms), number, item, limit, atoms)
    for (name, limit), one in found.terms.items():
        valid_for = found.inputs[found.numbers[name]].valid_for
        valid = layout.EVER if valid_for is None else valid_for
        axis = Axis(layout.READING, found.observed(name), found.term_register(one), one.unknown, valid)
        if name in found.prepared.numbers or limit == "baseline":
            axis = Axis(layout.HELD, found.term_register(one))
        found.reading[name, limit] = found.axes.number(axis, list(one.masks))


def _add_sums(found: Frame) -> None:
    """For each unit in which the cumulative dose is asked a term: of what it is, what it was at the last step, and at the last
    hold."""
    asked = [term for term in found.atoms if isinstance(term, CumulativeDose)]
    begin = found.first_tracker() - 3 * len(asked)
    for number, term in enumerate(asked):
        of_it = sum_term([atom for atom in found.atoms[term] if isinstance(atom, Compare)])
        registers = range(begin + 3 * number, begin + 3 * number + 3)
        axes = [found.axes.number(Axis(layout.HELD, register), list(of_it.masks)) for register in registers]
        found.sums[term] = OfSum(term, of_it, registers[0], (axes[0], axes[1], axes[2]))


def _add_tracker(found: Frame, tracker: Tracker, first: int) -> None:
    atoms = [atom for atom in found.atoms.get(Tracked(tracker.name), []) if isinstance(atom, Compare)]
    place = len(found.tracking)
    term = found.terms[tracker.input, tracker.name] if tracker.input else None
    axis, cells, counts = trackers.asked(found.axes, place, tracker, first, atoms, term)
    names = found.prepared.inputs_of(tracker.when)
    inputs = sum(1 << number for number in {found.numbers[name] for name in _behind(found.prepared, names)})
    found.tracking[tracker.name] = trackers.Tracking(place, tracker, first, axis, cells, Sure(), None, inputs, counts)


def _behind(prepared: Prepared, names: tuple[str, ...]) -> Iterator[str]:
    """The inputs that are measured for these, those of scores too."""
    for name in names:
        if name in prepared.scores:
            yield from _behind(prepared, prepared.inputs_behind(prepared.scores[name]))
        else:
            yield name


def _with_conditions(found: Frame, one: trackers.Tracking) -> trackers.Tracking:
    until = None if one.tracker.until is None else found.nodes[id(one.tracker.until)]
    when = found.nodes[id(one.tracker.when)]
    return trackers.Tracking(one.place, one.tracker, one.first, one.axis, one.cells, when, until, one.inputs, one.counts)


def _compiled(found: Frame, guard: Guard) -> Node:
    """The node of a guard of the protocol, or of a part of one."""
    known = found.nodes.get(id(guard))
    if known is None:
        known = found.nodes[id(guard)] = _node(found, guard)
    return known


def _node(found: Frame, guard: Guard) -> Node:
    match guard:
        case Always():
            return Sure()
        case Compare() | Is():
            return _atom(found, guard)
        case Known(name, within):
            return _known(found, name, within)
        case Named(name):
            return _compiled(found, found.prepared.definitions[name])
        case Not(part):
            return Opposite(_compiled(found, part))
        case And(parts):
            return Every(tuple(_compiled(found, part) for part in parts))
        case Or(parts):
            return Some(tuple(_compiled(found, part) for part in parts))


def _atom(found: Frame, atom: Atom) -> Node:
    match atom.term if isinstance(atom, Compare) else Value(atom.input):
        case Clock(name):
            assert isinstance(atom, Compare)
            return _clock(found, atom, name)
        case Tracked(name):
            assert isinstance(atom, Compare)
            one = found.tracking[name]
            return Asks(one.axis, trackers.true_of(one.cells, one.counts, atom), atom)
        case Value(name) if name in found.prepared.scores:
            return Points(name, atom)
        case Value(name):
            return Asks(found.reading[name, ""], found.terms[name, ""].true_of(atom), atom)
        case Ratio(name, limit):
            return Asks(found.reading[name, limit], found.terms[name, limit].true_of(atom), atom)
        case CumulativeDose() as term:
            taken = found.sums[term]
            return Asks(taken.axes[0], taken.term.true_of(atom), atom)
        case term:
            raise ValueError(f"{term!r} is not compiled")


def _known(found: Frame, name: str, within: int | None) -> Node:
    if name in found.prepared.scores:
        return Sure()
    valid_for = found.inputs[found.numbers[name]].valid_for
    minutes = min(layout.EVER if one is None else one for one in (valid_for, within))
    if name in found.prepared.numbers:
        young = Knows(found.axes.number(Axis(layout.KNOWN, found.date(name), d=minutes)))
        return Every((Knows(known_axis(found, name)), young))
    return Knows(found.axes.number(Axis(layout.KNOWN, found.observed(name), d=minutes)))


# Clocks


def _clock(found: Frame, atom: Compare, name: ClockName) -> Asks:
    """A clock is always known: of its axis each code is one cell."""
    asked = [one for one in found.atoms[Clock(name)] if isinstance(one, Compare)]
    minutes = tuple(sorted({minute for one in asked for minute in _minutes(one)}))
    cells = Cells(tuple((Fraction(minute), False) for minute in minutes))
    is_stopwatch = name == "treatment"
    axis = Axis(layout.AMOUNT if is_stopwatch else layout.CLOCK, layout.ON_DRUG if is_stopwatch else CLOCKS[name], cuts=minutes)
    number = found.axes.number(axis, [1 << cell for cell in range(cells.size)])
    early = atom.early if atom.operator == ">=" else 0
    return Asks(number, cells.true_of(atom.operator, atom.constant - early), atom)


def _minutes(atom: Compare) -> Iterator[int]:
    """The first minutes at which the comparison of a clock changes."""
    constant = atom.constant - (atom.early if atom.operator == ">=" else 0)
    if atom.operator in ("<", ">=", "==", "!="):
        yield ceil(constant)
    if atom.operator in ("<=", ">", "==", "!="):
        yield floor(constant) + 1
