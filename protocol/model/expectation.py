"""What does a file say of a property that every protocol is asked: that it fails, as its source has it, or need not hold?"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from protocol.model.rule import Citation


@frozen
class Expectation:
    """What is expected of a property that is built in, of this name (``BUILT_IN``).

    With ``expected`` "fails" it fails because of what the source prints, and ``note`` says where; if it ever holds, somebody has
    to look. With a ``waiver`` it need not hold, and that is why.
    """

    name: str
    expected: Literal["holds", "fails"] = "holds"
    waiver: str = ""
    source: Citation | None = None
    note: str = ""
    unverified: str = ""
