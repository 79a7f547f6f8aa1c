"""How is a decision written in a table of decisions?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

import pyarrow
from attrs import Factory, frozen

from protocol.executors.decision_row import row_of
from protocol.model.decision import DeviationKind, Step
from protocol.model.protocol import Protocol
from protocol.model.rule import ACTIONS, STATUSES

VERDICTS = ("every", "some", "none")
_SMALL, _MANY = pyarrow.int8(), pyarrow.int32()
TEXTS = {
    "action": _SMALL, "rule": pyarrow.int16(), "before": _MANY, "after": _MANY, "status": _SMALL, "permitted": _MANY,
    "verdict": _SMALL, "deviation": _SMALL,
}  # fmt: skip
"""The columns that are dictionary-encoded, with the type of their indices."""

PLAIN = {"withheld": pyarrow.bool_(), "silent": pyarrow.bool_(), "refused": pyarrow.int32(), "assumed": pyarrow.bool_()}
COLUMNS = (*TEXTS, *PLAIN)
"""The columns of a decision, in their order, behind those that say whose and when it was."""


def first_texts(protocol: Protocol) -> dict[str, list[str]]:
    """The dictionary of each column as it begins, the same for every table of this protocol."""
    doses = ["stopped", "none", *(level.name for level in protocol.levels)]
    return {
        "action": list(ACTIONS), "rule": [rule.name for rule in protocol.rules], "before": list(doses), "after": list(doses),
        "status": list(STATUSES), "permitted": [], "verdict": list(VERDICTS), "deviation": list(get_args(DeviationKind)),
    }  # fmt: skip


def ordered(first: Sequence[str], used: Iterable[str]) -> list[str]:
    """The dictionary of a column whatever was decided before it: as it begins, then all other texts of this table in order."""
    return [*first, *sorted(set(used) - set(first))]


def said(protocol: Protocol, step: Step) -> tuple[object, ...]:
    """The values of one step in the order of ``COLUMNS``."""
    *row, assumed = row_of(protocol, step)
    return (*row, len(step.refused), assumed)


@frozen
class Written:
    """A table of decisions as it grows, row by row."""

    protocol: Protocol
    texts: dict[str, dict[str, int]]
    values: dict[str, list[Any]] = Factory(lambda: {name: [] for name in COLUMNS})

    def add(self, row: Sequence[object]) -> None:
        """One row more, with its values in the order of ``COLUMNS``."""
        for name, value in zip(COLUMNS, row, strict=True):
            if value is not None and name in self.texts:
                known = self.texts[name]
                value = known.setdefault(str(value), len(known))
            self.values[name].append(value)

    def arrays(self) -> Iterator[tuple[str, Any]]:
        """Each column of a decision with its name."""
        first = first_texts(self.protocol)
        for name, kind in TEXTS.items():
            texts = ordered(first[name], self.texts[name])
            place = {self.texts[name][text]: number for number, text in enumerate(texts)}
            indices = pyarrow.array([None if value is None else place[value] for value in self.values[name]], kind)
            yield name, pyarrow.DictionaryArray.from_arrays(indices, pyarrow.array(texts, pyarrow.string()))
        for name, kind in PLAIN.items():
            yield name, pyarrow.array(self.values[name], kind)


def written(protocol: Protocol) -> Written:
    """A table of decisions without a row."""
    return Written(protocol, {name: _numbered(texts) for name, texts in first_texts(protocol).items()})


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(texts)}
