"""What happened on a course, visit by visit, told so that only what is different has to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from protocol.adapters.asked_later import asked_later
from protocol.adapters.phrases import listed, say_date
from protocol.adapters.to_text import told
from protocol.model.course import Observation, Visit
from protocol.model.decision import Step, Trace
from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number

Known = dict[str, tuple[str, int]]
"""Of each input what was measured last, and when."""
NOT_DONE = "not done"
AGAIN = "measured again, the same"
"""A new measurement can matter although its value is that of the one before; so it is not called unchanged."""


@frozen
class Told:
    """One visit, or several alike: when, what was measured, what was decided, and by which rule."""

    date: str
    measured: str
    decided: str
    rule: str = ""
    until: str = ""
    visits: int = 1

    @property
    def when(self) -> str:
        """``day 7``, or ``day 7 to day 28, 4 visits``."""
        return f"{self.date} to {self.until}, {self.visits} visits" if self.until else self.date

    def __str__(self) -> str:
        return f"{self.when}: {self.measured}. {self.decided[:1].upper()}{self.decided[1:]}"


def story(trace: Trace, protocol: Protocol) -> Iterator[Told]:
    """Each visit of a course."""
    known: Known = {}
    for step in trace.steps:
        said = measured(step.visit, known, protocol)
        yield Told(say_date(step.visit), said, _decided(step, protocol), step.decision.rule)


def folded(visits: Iterable[Told]) -> tuple[Told, ...]:
    """The same with visits that follow each other and are alike told once."""
    found: list[Told] = []
    for one in visits:
        last = found[-1] if found else one
        if found and (last.measured, last.decided) == (one.measured, one.decided):
            found[-1] = evolve(last, until=one.date, visits=last.visits + 1)
        else:
            found.append(one)
    return tuple(found)


def _decided(step: Step, protocol: Protocol) -> str:
    return f"{told(step, protocol)}."


def measured(visit: Visit, known: Known, protocol: Protocol) -> str:
    """What was measured at a visit, ``anc 0.5; the rest measured again, the same``, and what is not valid any more; notes it in
    ``known``.

    The first value of a number is told with its unit.
    """
    now, units = _values(visit), _units(visit, known, protocol)
    said = {**now, **{name: text for name, text in _values(visit, units).items() if name in units}}
    changed = [f"{name} {said[name]}" for name, text in now.items() if text == NOT_DONE or known.get(name, ("", 0))[0] != text]
    gone = [name for name in known if name not in now and _is_over(name, known[name][1], visit.time, protocol)]
    lapsed = [name for name in gone if known[name][0] != NOT_DONE]
    known.update({name: (text, visit.time) for name, text in now.items()})
    for name in gone:
        del known[name]
    parts = [*changed, *([f"{listed(lapsed)} not measured"] if lapsed else [])]
    if not parts:
        return AGAIN if now else "nothing measured"
    return ", ".join(parts) + (f"; the rest {AGAIN}" if len(changed) < len(now) else "")


def _is_over(name: str, time: int, now: int, protocol: Protocol) -> bool:
    """Whether what was measured then is not valid now, and something may ask it: not so of what is asked at entry only."""
    found = next((item for item in protocol.inputs if item.name == name), None)
    if found is None or found.fixed or found.valid_for is None or now - time <= found.valid_for:
        return False
    return now <= 0 or name in asked_later(protocol)


def _values(visit: Visit, units: Mapping[str, str] = {}) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in visit.observations:
        found.setdefault(one.input, []).append(_value(one, units.get(one.input, "")))
    return {name: " and ".join(texts) for name, texts in found.items()}


def _units(visit: Visit, known: Known, protocol: Protocol) -> dict[str, str]:
    """The units of the numbers that are told for the first time; what has none is counted, or is a share."""
    told = {one.input for one in visit.observations} - set(known)
    kinds = {item.name: item.kind for item in protocol.inputs if item.name in told}
    return {name: kind.unit for name, kind in kinds.items() if isinstance(kind, Number) and kind.unit != "1"}


def say_reading(one: Observation) -> str:
    """``anc 0.5``, as a visit is told."""
    return f"{one.input} {_value(one)}"


def _value(one: Observation, unit: str = "") -> str:
    """``0.5``, ``<0.5``, ``3 mg/dL (normal up to 1)``, ``not done``; in ``unit`` where the reading names none."""
    if one.value is None:
        return NOT_DONE
    parts = (f"{one.censored}{_number(one.value)}", one.unit or unit, _normal(one))
    return " ".join(part for part in parts if part)


def _normal(one: Observation) -> str:
    if one.lower is None and one.upper is None:
        return ""
    if one.lower is None:
        return f"(normal up to {_number(one.upper)})"
    return (
        f"(normal from {_number(one.lower)})" if one.upper is None else f"(normal {_number(one.lower)} to {_number(one.upper)})"
    )


def _number(value: object) -> str:
    return value if isinstance(value, str) else say_number(value)  # type: ignore[arg-type]
