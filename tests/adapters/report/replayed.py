"""Replays to draw: a titration with arms, and a dose that follows laboratory values."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial

from protocol import load, trace
from protocol.adapters.from_file import from_file
from protocol.adapters.report.computed import Computed
from protocol.adapters.report.drawn import Pages, Report, report
from protocol.adapters.selection import named
from protocol.language.shipped import find
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.semantics.derived_values import derived_values
from protocol.semantics.exposed import spells

MEASURED = (
    "Drug given on hold", "Progression with low platelets", "Liver tests at 400 mg", "The 300 mg of leukaemia",
    "Counts below a limit", "A count that cannot be", "Raised on day 27 without response", "A hold without an end",
)  # fmt: skip
"""Courses of the imatinib protocol: deviations of several kinds, bounds, refused readings, and doses off the ladder."""


@cache
def titration() -> tuple[Protocol, tuple[Trace, ...]]:
    """Three arms; the real and the made-up courses beside the protocol."""
    return _traces("cdiscpilot-xanomeline", ())


@cache
def measured() -> tuple[Protocol, tuple[Trace, ...]]:
    """One arm, with laboratory values."""
    return _traces("imatinib-hes", MEASURED)


def computed(protocol: Protocol) -> Computed:
    """What is shown beside the traces, without what is summed up."""
    return Computed(spells, partial(derived_values, protocol))


def drawn(traces: Iterable[Trace], protocol: Protocol, pages: Pages = "deviating") -> Report:
    """The report on these traces."""
    return report(traces, protocol, computed(protocol), pages=pages)


def _traces(name: str, headings: tuple[str, ...]) -> tuple[Protocol, tuple[Trace, ...]]:
    protocol = load(name)
    examples = from_file(find(name).parent / "courses.md", protocol).examples
    chosen = [one for heading in headings for one in named(examples, heading)] or list(examples)
    return protocol, tuple(trace(protocol, one.course) for one in chosen)
