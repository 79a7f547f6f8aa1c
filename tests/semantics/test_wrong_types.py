"""What a caller hands over by mistake is told, with what would be right, by every function that takes courses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import protocol
from protocol.errors import NotationError
from protocol.model.course import Course, Visit

PROTOCOL = protocol.load("imatinib-label")
COURSE = Course("one", (Visit(0),))
ANY: Any = protocol


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ANY.initial("counts"), "the protocol is the text 'counts'. Give a Protocol, such as"),
        (lambda: ANY.step("counts", protocol.initial(PROTOCOL), Visit(0)), "the protocol is the text 'counts'"),
        (lambda: ANY.trace("counts", COURSE), "the protocol is the text 'counts'"),
        (lambda: ANY.trace(PROTOCOL, None), "the course is None. Give a Course, as protocol.courses"),
        (lambda: ANY.watch("counts", COURSE), "the protocol is the text 'counts'"),
        (lambda: ANY.watch(PROTOCOL, (COURSE,)), "the course is a value of the type tuple"),
        (
            lambda: ANY.watch(PROTOCOL, COURSE, ["nothing"]),
            "the text 'nothing' is not the name of a rule of imatinib-label. ",
        ),
        (lambda: ANY.watch(PROTOCOL, COURSE, 5), "what holds the names of rules is the number 5"),
        (lambda: ANY.replay("counts", [COURSE]), "the protocol is the text 'counts'"),
        (lambda: ANY.replay(PROTOCOL, COURSE), "what holds the courses is a value of the type Course. Give several"),
        (lambda: ANY.replay(PROTOCOL, "courses.md"), "what holds the courses is the text 'courses.md'"),
        (lambda: ANY.replay(PROTOCOL, None), "what holds the courses is None"),
        (lambda: ANY.courses(None, PROTOCOL), "the file of courses is None. Give its path"),
        (lambda: ANY.courses("courses.md", "counts"), "the protocol is the text 'counts'"),
        (lambda: ANY.courses("my.mapping.yaml", PROTOCOL, 5), "the folder of tables is the number 5"),
    ],
)
def test_it_is_told_what_would_be_right(call: Callable[[], object], said: str) -> None:
    with pytest.raises(NotationError) as found:
        call()
    assert said in str(found.value)


def test_one_rule_may_be_named_as_it_is() -> None:
    assert protocol.watch(PROTOCOL, COURSE, "hold-hepatic") == protocol.watch(PROTOCOL, COURSE, ["hold-hepatic"])
