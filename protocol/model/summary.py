"""What is summed up of the treatment of one course, and under which names? Each parameter with its definition and its source."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import frozen

from protocol.model.regimen import Dose
from protocol.model.state import Control

Knowledge = Literal["known", "assumed", "unknown"]


@frozen
class Spell:
    """A time over which one dose was in force, from ``start`` until just before ``end`` (minutes since the first dose).

    ``known``: the data say so, or said so last; ``assumed``: they do not, and the recommendation is taken to have been followed;
    ``unknown``: they say that nobody knows which. ``rule`` is the one that ordered or permitted it where it began; empty where
    none did.
    """

    start: int
    end: int
    dose: Dose
    control: Control
    known: Knowledge = "known"
    rule: str = ""

    @property
    def minutes(self) -> int:
        """How long it lasted."""
        return self.end - self.start


Measure = Literal["days", "dose", "dose per day", "%", "count", "yes or no"]


@frozen
class Parameter:
    """What is summed up: its code, at most eight letters as an ADaM PARAMCD has, what it is, and where its name comes from."""

    code: str
    label: str
    measure: Measure
    source: str = "ours"


ADMIRAL = "admiral, template ADEX"
ADAM = "ADaMIG, ADSL"

PARAMETERS = (
    Parameter("TRTDURD", "Total treatment duration", "days", ADAM),
    Parameter("TDURD", "Overall duration", "days", ADMIRAL),
    Parameter("TDOSE", "Total dose administered", "dose", ADMIRAL),
    Parameter("AVDDSE", "Average daily dose administered", "dose per day", ADMIRAL),
    Parameter("TPDOSE", "Total planned dose", "dose", ADMIRAL),
    Parameter("TDOSINT", "Overall dose intensity", "%", ADMIRAL),
    Parameter("RDI", "RDI relative to the first dose", "%"),
    Parameter("TADJ", "Dose adjusted during study", "yes or no", ADMIRAL),
    Parameter("TADJAE", "Dose adjusted during study due to AE", "yes or no", ADMIRAL),
    Parameter("NRAISE", "Dose raised", "count"),
    Parameter("NREDUCE", "Dose reduced", "count"),
    Parameter("TTREDUCE", "Time to first reduction", "days"),
    Parameter("NHOLD", "Holds", "count"),
    Parameter("HOLDDURD", "Time on hold", "days"),
    Parameter("NDEV", "Visits with a deviation", "count"),
    Parameter("NUNDEC", "Visits not decidable", "count"),
)
"""Everything that is summed up, in the order in which it is shown. `conformance.md` has the definitions."""


@frozen
class Figure:
    """One parameter of one course: its value, exact; None where it cannot be told, and ``why``.

    ``yes or no`` is 1 or 0. ``censored``: it had not come by then. ``note`` says on what the value rests beside the data.
    """

    code: str
    value: Fraction | None = None
    why: str = ""
    censored: bool = False
    note: str = ""


@frozen
class Summary:
    """All parameters of one course, in their order; ``unit`` is that of its doses, such as ``mg`` or ``mg/m2``."""

    course: str
    unit: str
    figures: tuple[Figure, ...]

    def figure(self, code: str) -> Figure:
        """The figure of that parameter; raises KeyError."""
        for figure in self.figures:
            if figure.code == code:
                return figure
        raise KeyError(code)
