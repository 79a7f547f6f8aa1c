"""Clinical dose-adjustment protocols as explicit state machines: run for one patient, replayed, verified.

The names below are loaded when they are first used, so that ``import protocol`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protocol.executors import machine, stored
    from protocol.language.shipped import load
    from protocol.model.protocol import Protocol, fingerprint
    from protocol.semantics.foresee import next_change
    from protocol.semantics.step import initial, step
    from protocol.semantics.trace import trace

__all__ = ["Protocol", "fingerprint", "initial", "load", "machine", "next_change", "step", "stored", "trace"]

_PLACES = {
    "Protocol": "protocol.model.protocol",
    "fingerprint": "protocol.model.protocol",
    "initial": "protocol.semantics.step",
    "load": "protocol.language.shipped",
    "next_change": "protocol.semantics.foresee",
    "step": "protocol.semantics.step",
    "trace": "protocol.semantics.trace",
}


def __getattr__(name: str) -> Any:
    if name in ("machine", "stored"):
        return import_module(f"protocol.executors.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'protocol' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
