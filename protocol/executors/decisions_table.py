"""How is a decision written in a table of decisions?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

import pyarrow
from attrs import Factory, frozen

from protocol.model.decision import Decision, DeviationKind, Effect, Step
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG
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


def dose_text(effect: Effect) -> str:
    """The dose of an effect as the column ``given`` would have it: a level, a regimen, ``none`` or ``stopped``."""
    if effect.dose == NO_DRUG:
        return "stopped" if effect.control.kind == "stopped" else "none"
    return effect.dose.name


def permitted_text(protocol: Protocol, decision: Decision) -> str:
    """The permitted doses from the least to the most; those that depend on what is missing have a question mark."""
    certain = {dose_text(one.effect) for one in decision.permitted if one.certainty == "permitted"} | {dose_text(decision.after)}
    asked = {dose_text(one.effect) for one in decision.permitted} - certain
    ladder = {name: number for number, name in enumerate(("stopped", "none", *(level.name for level in protocol.levels)))}
    ordered = sorted(certain | asked, key=lambda text: (ladder.get(text, len(ladder)), text))
    return "; ".join(text if text in certain else f"{text}?" for text in ordered)


def said(protocol: Protocol, step: Step) -> tuple[object, ...]:
    """The values of one step in the order of ``COLUMNS``."""
    decision = step.decision
    return (
        decision.action,
        decision.rule or None,
        dose_text(decision.before),
        dose_text(decision.after),
        decision.status,
        permitted_text(protocol, decision),
        step.verdict.permitted if step.verdict else None,
        step.deviations[0].kind if step.deviations else None,
        decision.withheld,
        decision.silent,
        len(step.refused),
        step.assumed,
    )


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
