"""A value of the wrong type is told by its name and what would be right, whichever public function is given it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import protocol
from protocol.errors import ProtocolError
from tests.verification.small import COUNTS

VISIT = protocol.visit(COUNTS, 0, {"anc": "2"})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: protocol.load(5), "what is to be loaded is the number 5"),  # type: ignore[arg-type]
        (lambda: protocol.load(b"imatinib-hes"), "what is to be loaded is a value of the type bytes"),  # type: ignore[arg-type]
        (lambda: protocol.fingerprint("counts"), "the protocol is the text 'counts'"),  # type: ignore[arg-type]
        (lambda: protocol.step("counts", protocol.initial(COUNTS), VISIT), "the protocol is the text 'counts'"),  # type: ignore[arg-type]
        (lambda: protocol.step(COUNTS, None, VISIT), "the state is None"),  # type: ignore[arg-type]
        (lambda: protocol.step(COUNTS, protocol.initial(COUNTS), {}), "the visit is a value of the type dict"),  # type: ignore[arg-type]
        (lambda: protocol.explain(VISIT, COUNTS), "the step is a value of the type Visit"),  # type: ignore[arg-type]
        (lambda: protocol.next_change(COUNTS, None), "the state is None"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_argument_is_told(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        call()
