"""Which colour and which sign stands for what, in every figure and table of a report.

Doses go from light to dark blue, lowest first, so that they keep their order for colour-blind people and in print without
colour; what is not a dose has a colour of the palettes of Okabe and Ito (2008) or of Tol (2021), and a sign of its own beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose

INK = "#1b1f24"
SOFT = "#5d6670"
FAINT = "#d9dde2"
DEVIATION = "#d55e00"  # Okabe and Ito's vermillion
MISSING = "#e69f00"  # orange
UNSURE = "#8a5a00"  # the orange, dark enough for text
OFF_LADDER = "#882255"  # wine
NORMAL = "#e8f3ee"  # a pale green: between the limits of normal
PLACEBO = "#b8b2a7"
ENDED = "#eceef1"

_BLUES = ((178, 212, 242), (88, 158, 214), (24, 88, 158))
"""From the lowest dose to the highest; on the lightest of them black text can be read, on the darkest white."""


def level_colours(protocol: Protocol) -> dict[str, str]:
    """Of each level its colour."""
    drugs = [level.name for level in protocol.levels if not level.regimen.is_placebo]
    blues = {name: _blue(0.45 if len(drugs) == 1 else place / (len(drugs) - 1)) for place, name in enumerate(drugs)}
    return {level.name: blues.get(level.name, PLACEBO) for level in protocol.levels}


def _blue(place: float) -> str:
    """The colour at a place from 0 to 1 between the blues."""
    steps = list(pairwise(_BLUES))
    at = min(int(place * len(steps)), len(steps) - 1)
    low, high = steps[at]
    part = place * len(steps) - at
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(low, high, strict=True))


def dose_styles(protocol: Protocol) -> Mapping[Dose, str]:
    """Of each dose of the ladder, and of none, the name of its style."""
    levels = {Dose("level", level.name): f"l{place}" for place, level in enumerate(protocol.levels)}
    return {**levels, Dose("none"): "l-"}


def dose_style(dose: Dose, styles: Mapping[Dose, str]) -> str:
    """The name of the style of a dose, off the ladder too."""
    return styles.get(dose, "lx")


def style_sheet(protocol: Protocol) -> str:
    """The style sheet of the figures, the same within the page and in a file alone."""
    colours = level_colours(protocol)
    doses = (f".l{place}{{fill:{colours[level.name]}}}" for place, level in enumerate(protocol.levels))
    return "".join((_FIGURES, *doses))


_FIGURES = (
    f"svg{{font:9px Helvetica,Arial,'Liberation Sans',sans-serif;fill:{INK}}}"
    ".m{text-anchor:middle}.e{text-anchor:end}"
    f".s{{font-size:8px;fill:{SOFT}}}.b{{font-weight:bold}}.h{{font-size:11px;font-weight:bold}}"
    f".ax{{stroke:{SOFT};stroke-width:1;fill:none}}.gr{{stroke:{FAINT};stroke-width:.7;fill:none}}"
    f".l-{{fill:#fff;stroke:{SOFT};stroke-width:.8;stroke-dasharray:2 1.5}}"
    f".no{{fill:#fff;stroke:{SOFT};stroke-width:.5}}"
    f".lx{{fill:{OFF_LADDER}}}.en{{fill:{ENDED}}}"
    # signs of what changed: dark with a white rim, so that they are seen on every dose
    f".c{{fill:{INK};stroke:#fff;stroke-width:.8}}.ck{{stroke:{INK};stroke-width:1.6;fill:none}}"
    f".dv{{fill:{DEVIATION};stroke:#fff;stroke-width:.8}}.dt{{fill:{DEVIATION};font-weight:bold;paint-order:stroke;stroke:#fff;stroke-width:2px}}"
    f".lt{{font-size:8.5px;font-weight:bold;paint-order:stroke;stroke:#fff;stroke-width:2px}}"
    f".dl{{stroke:{DEVIATION};stroke-width:1;fill:none}}.dn{{fill:#fff;font-weight:bold;font-size:8px}}"
    f".dv.u{{fill:{MISSING}}}.dl.u{{stroke:{MISSING}}}.dn.k{{fill:{INK}}}.du{{fill:{UNSURE}}}"
    # curves
    f".v{{stroke:{INK};stroke-width:1.1;fill:none}}.p{{stroke:{INK};stroke-width:4.2;stroke-linecap:round;fill:none}}"
    f".nr{{fill:{NORMAL}}}.th{{stroke:{SOFT};stroke-width:.9;stroke-dasharray:4 2;fill:none}}"
    f".rf{{stroke:{SOFT};stroke-width:.8;stroke-dasharray:1.5 1.5;fill:none}}"
    f".rg{{stroke:{SOFT};stroke-width:2.5;fill:none}}"
    f".rc{{stroke:{INK};stroke-width:1.1;stroke-dasharray:1 2.2;"
    "stroke-linecap:round;fill:none}"
    # how surely a visit was decided
    f".k1{{stroke:{SOFT};stroke-width:4.4;stroke-linecap:round;fill:none}}.kb{{fill:{SOFT}}}.k2{{fill:{MISSING};stroke:{INK};stroke-width:.6}}.k3{{fill:#fff;stroke:{MISSING};stroke-width:1.6}}"
    f".kx{{stroke:{SOFT};stroke-width:1.4;fill:none}}"
)
