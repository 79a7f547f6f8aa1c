"""Colours can be told apart with every kind of colour vision, and doses from light to dark without any."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from protocol import load
from protocol.adapters.report.palette import DEVIATION, MISSING, OFF_LADDER, PLACEBO, level_colours, style_sheet

# Machado, Oliveira and Fernandes, IEEE Trans Vis Comput Graph 2009;15:1291-1298: what is seen where one kind of cone is missing.
SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no L cones": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no M cones": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no S cones": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
APART = 18.0
"""The least distance in CIE L*a*b*; 2.3 is just noticeable."""


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """The colour in CIE L*a*b* (D65), as that eye sees it."""
    linear = [_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5)]
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0), 1) for row in SEEN[eye])
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (_cube_root(part) for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _cube_root(part: float) -> float:
    return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116


def distance(one: str, other: str, eye: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(seen(one, eye), seen(other, eye), strict=True)) ** 0.5


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("name", ["imatinib-hes", "cdiscpilot-xanomeline", "lenalidomide-us"])
def test_what_stands_beside_each_other_is_told_apart(name: str, eye: str) -> None:
    doses = list(dict.fromkeys(level_colours(load(name)).values()))
    near = [*pairwise(doses), *((sign, dose) for sign in (DEVIATION, OFF_LADDER) for dose in doses)]
    near += combinations((DEVIATION, OFF_LADDER, PLACEBO), 2)
    near += [(MISSING, dose) for dose in doses]
    assert {pair: gap for pair in near if (gap := distance(*pair, eye)) < (APART if len(doses) < 4 else APART / 3)} == {}


@pytest.mark.parametrize("name", ["imatinib-hes", "heparin-raschke", "capecitabine"])
def test_more_drug_is_darker(name: str) -> None:
    protocol = load(name)
    colours = level_colours(protocol)
    light = [seen(colours[level.name], "all cones")[0] for level in protocol.levels if not level.regimen.is_placebo]
    assert all(low > high for low, high in pairwise(light))


def test_every_level_has_a_style_of_its_own() -> None:
    protocol = load("heparin-raschke")
    sheet = style_sheet(protocol)
    assert all(f".l{place}{{fill:#" in sheet for place in range(len(protocol.levels)))
