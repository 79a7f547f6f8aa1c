"""A protocol small enough that what is true of all of its courses can be seen, for tests of mutants and suites."""

from __future__ import annotations

from pathlib import Path

from protocol.language.from_yaml import parse

TEXT = """protocol: counts
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1.5", must: start at full}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  raise: {in: on treatment at low, when: "anc >= 4", may: escalate}
  back: {in: held by hold, when: "anc >= 1.5", must: "resume at the next lower level, else stop"}
"""

COUNTS = parse(TEXT)

COURSES = """# Courses

## Held and back

| elapsed | anc | expect action | expect dose |
|---|---|---|---|
| 0 | 2 | start | full |
| 7 | 0.9 | hold | none |
| 14 | 1.4 | continue | none |
| 21 | 1.5 | resume | low |
| 28 | 1 | continue | low |
"""


def written(folder: Path, text: str = TEXT) -> str:
    """The path of a folder that holds this protocol and the courses."""
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    (folder / "courses.md").write_text(COURSES, encoding="utf-8")
    return str(folder)
