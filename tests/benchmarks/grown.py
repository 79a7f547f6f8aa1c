"""Made-up protocols that differ in one measure only: inputs, clocks, counters, or how often there is a visit."""

from __future__ import annotations

from protocol.language.from_yaml import parse
from protocol.model.protocol import Protocol


def grown(*, inputs: int = 2, counters: int = 0, clocks: int = 1, weeks: int = 8, readings: int = 0) -> Protocol:
    """A drug that each of so many laboratory values holds at three thresholds.

    ``counters`` of them are counted up to three falls; ``clocks`` rules wait for that many different times after the start, the
    last of them ``weeks`` long; of ``readings`` of them it is asked how long they have been low, so that the last one is kept.
    """
    names = [f"lab-{number}" for number in range(inputs)]
    text = "\n".join((*_head(names), *_trackers(names, counters, readings), *_rules(names, counters, clocks, weeks, readings)))
    return parse(f"{text}\n")


def _head(names: list[str]) -> list[str]:
    declared = [f'  {name}: {{unit: "10*9/L", plausible: 0 to 100, valid for: 8 days, every: 7 days}}' for name in names]
    return ["protocol: grown", 'version: "1"', "doses: {low: 100 mg daily, high: 200 mg daily}", "inputs:", *declared]


def _trackers(names: list[str], counters: int, readings: int) -> list[str]:
    falls = [f'  falls-{name}: {{episodes of: "{name} < 1", measured only: yes}}' for name in names[:counters]]
    lasting = [f'  low-{name}: {{duration of: "{name} < 2"}}' for name in names[:readings]]
    return ["trackers:", *falls, *lasting] if falls or lasting else []


def _rules(names: list[str], counters: int, clocks: int, weeks: int, readings: int) -> list[str]:
    enough = " and ".join(f"{name} >= 3" for name in names)
    ends = [f'  end-{name}: {{in: [on treatment, held], when: "falls-{name} >= 3", must: stop}}' for name in names[:counters]]
    holds = [f'  hold-{name}: {{in: on treatment, when: "{name} < 1", must: hold}}' for name in names]
    lasts = [f'  lasts-{name}: {{in: on treatment, when: "low-{name} >= 2 weeks", must: hold}}' for name in names[:readings]]
    times = [max(1, weeks * (number + 1) // clocks) for number in range(clocks)]
    raises = [
        f'  raise-{number}: {{in: on treatment at low, when: "{names[number % len(names)]} >= 4 and time since {clock} >= '
        f'{time} weeks", may: escalate}}'
        for number, (clock, time) in enumerate(zip(("start", "dose change", "dose raised", "dose lowered"), times, strict=False))
    ]
    first = f'  begin: {{in: before treatment, when: "{enough}", must: start at low}}'
    back = f'  back: {{in: held, when: "{enough}", must: resume at low}}'
    said = "otherwise: {before treatment: continue, on treatment: continue, held: continue}"
    return [said, "rules:", *ends, *holds, *lasts, first, back, *raises]
