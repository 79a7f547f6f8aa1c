"""All figures of a report, drawn once: for the page, and to be written as files of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from attrs import frozen

from protocol.adapters.report.computed import Computed, Derived
from protocol.adapters.report.key import Key, key
from protocol.adapters.report.lanes import Lane, fixed_choice, lanes
from protocol.adapters.report.legend import dose_legend, legend
from protocol.adapters.report.occupancy import occupancy
from protocol.adapters.report.palette import style_sheet
from protocol.adapters.report.scale import TimeScale, time_scale
from protocol.adapters.report.subject import MOST_CURVES, Drawn, asked_by, subject
from protocol.adapters.report.summary import grouped
from protocol.adapters.report.swimmer import LEFT, MOST, RIGHT, swimmer
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol

_FEWEST_CURVES = 2
_LANE, _PAGE, _PLACE = 1_200, 2_700, 1_850_000
"""About how many characters a lane and a page take without its figure, and how many there may be in all: under 2 MB."""

Pages = Literal["deviating", "noted", "all"]
"""Which courses have a page: those that deviate; also those of which that cannot be decided; all."""

MOST_LANES = 1_000
MOST_SUBJECTS = 250
"""More lanes and pages than anybody looks at; what is left out is said, and deviations are listed all the same."""


@frozen
class Report:
    """What a report shows of a replay: the courses as they are drawn, and the figures by their names.

    ``lanes`` are all courses that hold a visit, ``shown`` those in the swimmer plot, ``subjects`` the figures of those that
    have a page, by the name of the course; ``places`` their sections in the page.
    """

    protocol: Protocol
    computed: Computed
    lanes: tuple[Lane, ...]
    shown: tuple[Lane, ...]
    key: Key
    scale: TimeScale
    legend: str
    dose_legend: str
    occupancy: Mapping[str, str]
    swimmers: Mapping[str, str]
    subjects: Mapping[str, Drawn]
    places: Mapping[str, str]
    pages: Pages = "deviating"

    @property
    def paged(self) -> tuple[Lane, ...]:
        """The courses that are to have a page, by name."""
        return _paged(self.lanes, self.pages)

    @property
    def style(self) -> str:
        """The style sheet of the figures."""
        return style_sheet(self.protocol)


def report(traces: Iterable[Trace], protocol: Protocol, computed: Computed, by: str = "", pages: Pages = "deviating") -> Report:
    """The report on these traces. ``by`` is the input by which they are grouped, else the first choice that is fixed;
    ``pages`` says which of them have a page of their own.
    """
    found = lanes(traces, protocol, computed, by or fixed_choice(protocol))
    paged = _paged(found, pages)[:MOST_SUBJECTS]
    shown = _shown(found)
    letters, scale = key(found, protocol), time_scale((lane.end for lane in found), LEFT, RIGHT, 0)
    places = {lane.name: f"s{number}" for number, lane in enumerate(paged, 1)}
    return Report(
        protocol,
        computed,
        found,
        shown,
        letters,
        scale,
        legend(shown, protocol, letters),
        dose_legend(found, protocol),
        {name: occupancy(group, protocol, scale, name or "All subjects") for name, group in grouped(found).items()},
        dict(_swimmers(shown, protocol, letters, scale, places)),
        _subjects(paged, protocol, _PLACE - _LANE * len(shown) - _PAGE * len(paged), computed.derived),
        places,
        pages,
    )


def _subjects(paged: Sequence[Lane], protocol: Protocol, room: int, derived: Derived) -> dict[str, Drawn]:
    """The figures of these courses; of very many each has fewer curves, so that a mail or a browser can still carry the page."""
    asked = asked_by(protocol)
    most = MOST_CURVES
    while True:
        drawn = {lane.name: subject(lane, protocol, asked, derived, most) for lane in paged}
        taken = sum(len(one.figure) for one in drawn.values())
        if taken <= room or most == _FEWEST_CURVES:
            return drawn
        most = max(_FEWEST_CURVES, min(most - 1, most * room // taken))


def _paged(found: Iterable[Lane], pages: Pages) -> tuple[Lane, ...]:
    wanted = {"deviating": lambda lane: lane.deviations, "noted": lambda lane: lane.noted, "all": lambda lane: True}[pages]
    return tuple(sorted(filter(wanted, found), key=lambda lane: lane.name))


def _shown(found: Sequence[Lane]) -> tuple[Lane, ...]:
    """The lanes of the swimmer plot: all, or of very many those that deviate first."""
    if len(found) <= MOST_LANES:
        return tuple(found)
    chosen = {lane.name for lane in sorted(found, key=lambda lane: (not lane.deviations, not lane.noted))[:MOST_LANES]}
    return tuple(lane for lane in found if lane.name in chosen)


def _swimmers(
    found: Sequence[Lane], protocol: Protocol, letters: Key, scale: TimeScale, places: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """The swimmer plot of each group, in parts that fit on a page."""
    for name, group in grouped(found).items():
        pieces = -(-len(group) // MOST)
        size = -(-len(group) // pieces)
        for piece in range(pieces):
            part = group[piece * size : (piece + 1) * size]
            heading = f"{name or 'All subjects'}{f', {piece + 1} of {pieces}' if pieces > 1 else ''}"
            yield heading, swimmer(part, protocol, letters, scale, heading, places)
