"""Is what was ordered by a time with a window still on time, and until when?

Until the window closes it is no deviation to give what would be permitted if no window had opened yet.
"""

from __future__ import annotations

from functools import partial

from attrs import define

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.doses import is_it
from protocol.executors.compiled.frame import CLOCKS, node
from protocol.executors.compiled.guards import Asks, Every, Node, Opposite, Some
from protocol.executors.compiled.ordering import Ordered, Patient, order
from protocol.executors.compiled.view import View, World
from protocol.model.course import Given
from protocol.model.guard import Atom, Clock, Compare

Closing = tuple[int, int]
"""The register of a clock, and how many minutes after it a window closes; of minutes on drug, how many of them."""


@define(eq=False)
class Unopened(View):
    """What a patient would answer if each time with a window came only when its window closes."""

    now: View | None = None

    def holds(self, node: Node, world: World) -> bool:
        """Whether a guard is true then."""
        if isinstance(node, Asks) and has_window(node.atom):
            return is_over(self, node.atom)
        return super().holds(node, world)

    def is_total(self, score: str, atom: Atom) -> bool:
        """Scores are what they are now."""
        assert self.now is not None
        return self.now.is_total(score, atom)


def has_window(atom: Atom) -> bool:
    """Whether a comparison of a clock comes due within a window."""
    return isinstance(atom, Compare) and isinstance(atom.term, Clock) and bool(atom.early or atom.late)


def is_over(view: View, atom: Atom) -> bool:
    """Whether the window of a time has closed."""
    assert isinstance(atom, Compare) and isinstance(atom.term, Clock)
    cuts = (int(atom.constant) + atom.late + 1,)
    if atom.term.name == "treatment":
        return view.bit(Axis(layout.AMOUNT, layout.ON_DRUG, cuts=cuts))
    return view.bit(Axis(layout.CLOCK, CLOCKS[atom.term.name], cuts=cuts))


def on_time(patient: Patient, rules: tuple[str, ...], given: Given) -> tuple[Closing, ...]:
    """The windows that are still open, if what was given is permitted as long as they are; none if it is not."""
    view, prepared = patient.view, patient.view.frame.prepared
    guards = [node(view.frame, prepared.rules[prepared.place[name]].when) for name in rules if name]
    atoms = dict.fromkeys(atom for guard in guards for atom in _windows(guard))
    found = tuple(_closing(atom) for atom in atoms if _is_open(patient, atom))
    if not found:
        return ()
    later = Unopened(view.frame, view.registers, view.time, view.given, view.path, view.totals, view)
    results = later.parts(partial(order, Patient(patient.place, later)))
    return found if any(_is_permitted(patient, given, result) for _, result in results) else ()


def _is_permitted(patient: Patient, given: Given, result: Ordered) -> bool:
    return any(is_it(patient.view.frame.protocol, given, effect) for effect in result.permitted())


def _windows(guard: Node) -> tuple[Compare, ...]:
    match guard:
        case Asks(_, _, atom) if has_window(atom):
            return (atom,) if isinstance(atom, Compare) else ()
        case Opposite(part):
            return _windows(part)
        case Every(parts) | Some(parts):
            return tuple(atom for part in parts for atom in _windows(part))
        case _:
            return ()


def _is_open(patient: Patient, atom: Compare) -> bool:
    assert isinstance(atom.term, Clock)
    runs = atom.term.name != "treatment" or patient.place.spot.dose.is_drug
    return runs and not is_over(patient.view, atom)


def _closing(atom: Compare) -> Closing:
    assert isinstance(atom.term, Clock)
    is_stopwatch = atom.term.name == "treatment"
    return (layout.ON_DRUG if is_stopwatch else CLOCKS[atom.term.name]), int(atom.constant) + atom.late


def until(closings: tuple[Closing, ...], registers: list[int], time: int) -> int | None:
    """The last minute in any of these windows; None where there is none. ``registers``: before anything was written."""
    ends = [
        time + minutes - registers[register] if register == layout.ON_DRUG else registers[register] + minutes
        for register, minutes in closings
    ]
    return max(ends, default=None)
