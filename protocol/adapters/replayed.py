"""What a replay found, in the form that is asked for: text for people, CSV or JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.adapters.tally import tally
from protocol.adapters.to_csv import to_csv
from protocol.adapters.to_json import to_json
from protocol.adapters.to_text import course_text
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol

FORMS = ("text", "csv", "json")


def replayed(traces: Sequence[Trace], protocol: Protocol, form: str, width: int) -> Iterator[str]:
    """The parts to print one after the other, each without its last end of line."""
    match form:
        case "csv":
            yield to_csv(traces).removesuffix("\n")
        case "json":
            yield to_json(traces).removesuffix("\n")
        case _:
            yield from (course_text(trace, protocol, width) + "\n" for trace in traces)
            yield "\n".join(tally(traces).lines())
