"""A finding: a defect of a protocol that can be read and run, but should not be relied on as it is; and what finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from protocol.errors import Code
from protocol.model.protocol import Protocol


@frozen
class Finding:
    """What is wrong (``message``), with which rule or input (``about``), and what would be right (``hint``)."""

    code: str
    message: str
    about: str = ""
    hint: str = ""

    def __str__(self) -> str:
        text = f"finding {self.code}: {self.message}"
        return f"{text}\n  = {self.hint}" if self.hint else text


@frozen
class Check:
    """How one kind of defect is found in a protocol, and its ``code`` with the page on it."""

    code: Code
    find: Callable[[Protocol], Iterator[Finding]]

    def __call__(self, protocol: Protocol) -> Iterator[Finding]:
        return self.find(protocol)


def check(code: str, title: str, meaning: str) -> Callable[[Callable[[Protocol], Iterator[Finding]]], Check]:
    """Makes a function that finds one kind of defect a check, under this code and with this page."""
    return lambda find: Check(Code(code, title, meaning), find)
