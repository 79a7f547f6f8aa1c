"""How what was given is written: the name of a level, a regimen, ``none``, ``stopped`` or ``unknown``."""

from __future__ import annotations

from typing import Literal, cast

from protocol.model.course import ANEW, Given
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen


def dose_written(text: str, protocol: Protocol) -> Given | None:
    """What a text says was given, None for an empty one; raises NotationError where it is neither a level nor a regimen."""
    word = text.lower().removesuffix(ANEW)
    if not word:
        return None
    anew = word != text.lower()
    if not anew and word in ("none", "stopped", "unknown"):
        return Given(cast(Literal["none", "stopped", "unknown"], word))
    levels = {level.name.lower(): level.regimen for level in protocol.levels}
    if word not in levels:
        return Given("regimen", regimen(text[: len(word)]), anew=anew)
    is_one_of_several = sum(dose.same_as(levels[word]) for dose in levels.values()) > 1
    return Given("regimen", levels[word], word if is_one_of_several else "", anew)
