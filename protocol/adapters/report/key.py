"""The letters that stand for rules and for kinds of deviation in a figure, the same in all figures of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import get_args

from attrs import frozen

from protocol.adapters.report.lanes import Lane
from protocol.model.decision import DeviationKind
from protocol.model.protocol import Protocol


@frozen
class Key:
    """``rules``: small letters, in the order of the protocol. ``deviations``: capital letters; each kind always has the same."""

    rules: Mapping[str, str]
    deviations: Mapping[str, str]

    def rule(self, name: str) -> str:
        """The letter of a rule; none where no rule is named."""
        return self.rules.get(name, "")


def key(lanes: Iterable[Lane], protocol: Protocol) -> Key:
    """The letters of the rules that changed a dose, and of the kinds of deviation that there are."""
    seen = tuple(lanes)
    used = {change.rule for lane in seen for change in lane.changes}
    rules = [rule.name for rule in protocol.rules if rule.name in used]
    kinds = {one.deviation.kind for lane in seen for one in lane.noted}
    letters = {kind: letter(place, ascii_uppercase) for place, kind in enumerate(get_args(DeviationKind))}
    return Key(
        {name: letter(place, ascii_lowercase) for place, name in enumerate(rules)},
        {kind: sign for kind, sign in letters.items() if kind in kinds},
    )


def letter(place: int, letters: str) -> str:
    """``a`` to ``z``, then ``a1`` to ``z1`` and so on."""
    rounds, at = divmod(place, len(letters))
    return f"{letters[at]}{rounds or ''}"
