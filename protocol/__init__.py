"""Clinical dose-adjustment protocols as explicit state machines: run for one patient, replayed, verified.

What is public, and stays as it is from one minor version to the next:

- ``load`` a protocol, ``Protocol``, its ``fingerprint``;
- ``initial``, ``step``, ``trace``, ``next_change``: what it says of a visit, and of a course; ``replay``: of many courses;
- ``replay_table``: the same of many courses at once, from a table of visits to a table of decisions (extra ``bulk``);
- ``courses`` of a file, or of the tables of a study through a mapping;
- ``watch``: at which visits of a course each rule is true, false or unknown, without a dose;
- ``dispense``: so many units of each strength, of a dose for a body size;
- ``verify``: what is so of each property on all courses, with the shortest course on which one fails;
- ``visit`` from the plain values of a form, ``explain`` a step in words;
- ``machine`` (``from protocol import machine``): the live course of one patient; ``stored``: that course as JSON;
- ``protocol.errors``; ``protocol.testing``; ``protocol.pytest_plugin``;
- ``protocol.model.course``, ``protocol.model.regimen``, ``protocol.model.time``: visits, doses and times.

Everything else may change. The names are loaded when they are first used, so that ``import protocol`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protocol.adapters.from_values import visit
    from protocol.adapters.to_text import explain
    from protocol.commands.data import courses
    from protocol.executors import machine, stored
    from protocol.executors.columns import replay_table
    from protocol.language.shipped import load
    from protocol.model.protocol import Protocol, fingerprint
    from protocol.semantics.dispensing import dispense
    from protocol.semantics.foresee import next_change
    from protocol.semantics.replay import replay
    from protocol.semantics.step import initial, step
    from protocol.semantics.trace import trace
    from protocol.semantics.watch import watch
    from protocol.verification.verify import verify

__all__ = [
    "Protocol", "courses", "dispense", "explain", "fingerprint", "initial", "load", "machine", "next_change", "replay",
    "replay_table", "step", "stored", "trace", "verify", "visit", "watch",
]  # fmt: skip

_PLACES = {
    "Protocol": "protocol.model.protocol",
    "courses": "protocol.commands.data",
    "dispense": "protocol.semantics.dispensing",
    "explain": "protocol.adapters.to_text",
    "fingerprint": "protocol.model.protocol",
    "initial": "protocol.semantics.step",
    "load": "protocol.language.shipped",
    "next_change": "protocol.semantics.foresee",
    "replay": "protocol.semantics.replay",
    "replay_table": "protocol.executors.columns",
    "step": "protocol.semantics.step",
    "trace": "protocol.semantics.trace",
    "verify": "protocol.verification.verify",
    "visit": "protocol.adapters.from_values",
    "watch": "protocol.semantics.watch",
}


def __getattr__(name: str) -> Any:
    if name in ("machine", "stored"):
        return import_module(f"protocol.executors.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'protocol' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
