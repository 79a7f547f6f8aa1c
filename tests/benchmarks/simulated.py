"""Made-up courses for measuring speed: patients on imatinib with 12 visits on average, as a table of visits.

They are no model of the disease: the values are drawn so that every part of the protocol is met often (holds, reductions, rises,
stops, values missing and carried, doses that differ from what is ordered). The same seed and bucket give the same table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from protocol.model.time import DAY

VISITS = 12
AT_ONCE = 20_000
GIVEN = ("100 mg every 2 days", "100 mg every day", "400 mg every day", "none", "stopped", "unknown")
RESPONSES = ("none", "partial", "complete")
NUMBERS = ("ecog", "nyha", "life-expectancy", "anc", "platelets", "bilirubin", "alt", "ast", "creatinine", "toxicity")
FLAGS = ("hes", "consent", "unmanageable-toxicity", "benefit", "progression", "death")
LIMITS = {"bilirubin": 1.0, "alt": 40.0, "ast": 40.0}
Columns = dict[str, Any]


def visits(patients: int, seed: int = 2003, bucket: int = 0) -> pa.Table:
    """A table of visits of so many patients, on average 12 of each."""
    begun = range(0, patients, AT_ONCE)
    parts = [
        _part(min(AT_ONCE, patients - first), np.random.default_rng((seed, bucket, first)), first, bucket) for first in begun
    ]
    return pa.concat_tables(parts).unify_dictionaries().combine_chunks()


def buckets(rows: int, seed: int = 2003, at_once: int = 1_000_000) -> Iterator[pa.Table]:
    """About so many visits, a table of at most about ``at_once`` after the other."""
    for number in range(-(-rows // at_once)):
        yield visits(min(at_once, rows - number * at_once) // VISITS, seed, number)


def _part(patients: int, random: np.random.Generator, first: int, bucket: int) -> pa.Table:
    counts = 1 + random.poisson(VISITS - 1, patients)
    longest = int(counts.max())
    columns = _observed(random, longest, patients)
    columns["given"] = _given(random, columns)
    there = (np.arange(longest)[:, None] < counts).T
    flat = {name: (values.T[there], None if missing is None else missing.T[there]) for name, (values, missing) in columns.items()}
    return pa.table(_arrows(flat, np.repeat(np.arange(patients), counts), [f"{bucket}-{first + one}" for one in range(patients)]))


def _observed(random: np.random.Generator, longest: int, patients: int) -> Columns:
    """Each column as values and where they are missing, one line for each visit and one row for each patient."""
    shape = (longest, patients)
    number = np.arange(longest)[:, None]
    first, late = np.broadcast_to(number == 0, shape), number > 4
    weekly = random.random(shape) < 0.05
    monthly = ((number + random.integers(0, 2, patients)) % 4 != 0) & (random.random(shape) < 0.9)
    dip = np.zeros(shape, bool)
    for line in range(1, longest):
        dip[line] = random.random(patients) < np.where(dip[line - 1], 0.5, 0.06)
    low = np.where(dip, 0.25, 1.0)
    found: Columns = {"elapsed": ((number * 7 + (number > 0) * random.integers(0, 4, shape)) * DAY, None)}
    found |= {
        "hes": (random.random(shape) < 0.99, ~first),
        "consent": (random.random(shape) > 0.001, ~first & (random.random(shape) < 0.98)),
        "ecog": (random.choice([0.0, 1.0, 2.0, 3.0], shape, p=[0.5, 0.38, 0.1, 0.02]), ~first),
        "nyha": (random.choice([1.0, 2.0, 3.0], shape, p=[0.8, 0.18, 0.02]), ~first),
        "life-expectancy": (random.choice([8.0, 26.0, 52.0, 104.0], shape, p=[0.01, 0.1, 0.5, 0.39]), ~first),
        "anc": (np.round(np.exp(random.normal(1.1, 0.5, shape)) * low, 2), weekly),
        "platelets": (np.round(np.exp(random.normal(5.3, 0.35, shape)) * low), weekly | (random.random(shape) < 0.02)),
        "creatinine": (np.round(np.exp(random.normal(-0.1, 0.25, shape)), 2), monthly & ~first),
        "toxicity": (random.choice(5, shape, p=[0.55, 0.27, 0.12, 0.05, 0.01]).astype(float), monthly),
        "unmanageable-toxicity": (random.random(shape) < 0.003, monthly),
        "benefit": (random.random(shape) > 0.06, monthly),
        "response": (
            np.where(late, random.choice(3, shape, p=[0.2, 0.3, 0.5]), random.choice(3, shape, p=[0.5, 0.35, 0.15])),
            weekly,
        ),
        "progression": (random.random(shape) < 0.02, weekly),
        "death": (random.random(shape) < 0.8, random.random(shape) > 0.0008),
    }
    for name, limit in LIMITS.items():
        spread = 0.6 if name == "bilirubin" else 0.8
        value = np.round(np.exp(random.normal(-0.6, spread, shape)) * limit, 2 if name == "bilirubin" else 0)
        found[name] = (value, monthly & ~first)
        found[f"{name}.upper"] = (np.full(shape, limit), found[name][1] | (random.random(shape) < 0.02))
    return found


def _given(random: np.random.Generator, observed: Columns) -> tuple[Any, Any]:
    """What a physician gives who mostly follows the rules, as numbers of ``GIVEN``."""
    longest, patients = observed["elapsed"][0].shape
    now = {
        name: (values, missing if missing is not None else np.zeros(values.shape, bool))
        for name, (values, missing) in observed.items()
    }
    level, held, gone = np.full(patients, 1), np.zeros(patients, bool), np.zeros(patients, bool)
    given = np.zeros((longest, patients), np.int64)
    for line in range(longest):
        here = {name: (values[line], ~missing[line]) for name, (values, missing) in now.items()}
        level, held, gone = _one_visit(random, here, line, level, held, gone)
        given[line] = np.where(gone, 4, np.where(held, 3, level))
        other = random.random(patients)
        given[line] = np.where(other < 0.02, random.integers(0, 4, patients), given[line])
        given[line] = np.where((other > 0.995) & ~gone, 5, given[line])
    return given, random.random((longest, patients)) < 0.03


def _one_visit(random: np.random.Generator, here: Columns, line: int, level: Any, held: Any, gone: Any) -> tuple[Any, Any, Any]:
    """The level, whether drug is withheld, and whether treatment is over, after one visit."""
    low = _is(here["anc"], lambda value: value < 1) | _is(here["platelets"], lambda value: value < 50)
    liver = _is(here["alt"], lambda value: value > 200) | _is(here["ast"], lambda value: value > 200)
    severe, mild = _is(here["toxicity"], lambda value: value >= 3), _is(here["toxicity"], lambda value: value <= 1)
    well = ~low & _is(here["anc"], lambda value: value >= 1.5) & (mild | (random.random(len(level)) < 0.7))
    back = held & well & ~severe & ~liver
    level = np.where(back & (random.random(len(level)) < 0.4), np.maximum(level - 1, 0), level)
    held = (held & ~back) | (~gone & (low | liver | severe))
    level = np.where(~held & _is(here["toxicity"], lambda value: value == 2), np.maximum(level - 1, 0), level)
    unresponsive = _is(here["response"], lambda value: value == 0) & (line >= 4) & mild
    level = np.where(~held & (level == 1) & unresponsive & (random.random(len(level)) < 0.6), 2, level)
    over = _is(here["unmanageable-toxicity"], lambda value: value) | _is(here["death"], lambda value: value)
    return level, held, gone | over | _is(here["consent"], lambda value: ~value)


def _is(column: tuple[Any, Any], asked: Any) -> Any:
    return asked(column[0]) & column[1]


def _arrows(flat: Columns, owner: Any, names: list[str]) -> Columns:
    """The columns as Arrow has them."""
    found = {"patient": pa.DictionaryArray.from_arrays(pa.array(owner, pa.int32()), pa.array(names))}
    for name, (values, missing) in flat.items():
        if name in ("given", "response"):
            texts = GIVEN if name == "given" else RESPONSES
            found[name] = pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int8), mask=missing), pa.array(texts))
        else:
            found[name] = pa.array(values, mask=missing)
    return found
