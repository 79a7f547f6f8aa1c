"""From a trace to JSON, format ``protocol-trace/1``: every field of the trace by its name, exact numbers as text.

A field that holds nothing (null, an empty list or text, false) stays, so that every visit has the same shape. What the
trackers hold, which older readings are kept and since when a measurement is awaited is left out: it is the machine's own
memory, and what it means stands among the facts and in what is due.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from protocol.model.decision import Trace
from protocol.model.quantity import say_number

FORMAT = "protocol-trace/1"
_LEFT_OUT = frozenset({"memory", "baseline", "history", "refused_last", "awaited"})


def to_json(traces: Iterable[Trace]) -> str:
    """The traces as a JSON list; equal traces give equal text."""
    return json.dumps([trace_dict(trace) for trace in traces], indent=1, ensure_ascii=False) + "\n"


def trace_dict(trace: Trace) -> dict[str, Any]:
    """One trace as values that JSON has."""
    return {"format": FORMAT, **plain(trace)}


def document(form: str, fields: Mapping[str, Any]) -> str:
    """One JSON document of that format."""
    return json.dumps({"format": form, **plain(fields)}, indent=1, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Values that JSON has, of values that may be ours: exact numbers as text, sets in order."""
    if attrs.has(type(value)):
        return {item.name: plain(getattr(value, item.name)) for item in attrs.fields(type(value)) if item.name not in _LEFT_OUT}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return say_number(value) if isinstance(value, Fraction) else value
