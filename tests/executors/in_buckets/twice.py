"""What processes do in a test: a file of its own, so that they start fast."""

from __future__ import annotations

import os

from protocol.executors.in_buckets.codes import refusal


def twice(number: int) -> int:
    """The number twice; 3 ends its process, 4 is refused, 5 is a mistake of the program."""
    match number:
        case 3:
            os.kill(os.getpid(), 9)
        case 4:
            raise refusal("R001", "four", "Take another.")
        case 5:
            raise LookupError("five")
    return 2 * number
