"""A finding: a defect of a protocol that can be read and run, but should not be relied on as it is."""

from __future__ import annotations

from attrs import frozen


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
