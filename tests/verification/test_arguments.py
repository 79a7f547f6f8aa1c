"""What cannot be asked of a verification is said: a property that is not there would fail nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.errors import NotationError
from protocol.verification.verify import verify
from tests.verification.small import COUNTS


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"only": ("no-dead-ends",)}, "the text 'no-dead-ends' is no property of counts"),
        ({"only": (None,)}, "None is no property of counts"),
        ({"only": "no-dead-end"}, "'only' is the text 'no-dead-end'"),
        ({"only": 5}, "'only' is the number 5"),
        ({"every": 0}, "'every' is the number 0"),
        ({"every": -7}, "'every' is the number -7"),
        ({"every": "7 days"}, "'every' is the text '7 days'"),
        ({"states": -1}, "'states' is the number -1"),
        ({"seconds": float("nan")}, "'seconds' is the number nan"),
        ({"seconds": None}, "'seconds' is None"),
        ({"memory": True}, "'memory' is True"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(NotationError, match=says):
        verify(COUNTS, **arguments)


def test_only_a_protocol_is_verified() -> None:
    with pytest.raises(NotationError, match="the protocol is the text 'counts'"):
        verify("counts")  # type: ignore[arg-type]
