"""What is said of a protocol of which nothing was verified, because this program itself went wrong?"""

from __future__ import annotations

from attrs import frozen


@frozen
class Fault:
    """The kind of an error that nobody foresaw, such as ``ValueError``, its message, and the line of this program where it arose.

    ``spec`` is as it was given, ``file`` the protocol of it as reports name it.
    """

    spec: str
    file: str
    kind: str
    message: str
    where: str

    @property
    def what(self) -> str:
        """``ValueError: no such cell, in protocol/verification/verify.py:70``."""
        said = f"{self.kind}: {self.message}".removesuffix(": ")
        return f"{said}, in {self.where}" if self.where else said

    @property
    def says(self) -> str:
        """A sentence: what is not known now, and whose fault it is."""
        return f"Nothing is said of {self.spec}: this is a fault of the program ({self.what}), not of the protocol."
