"""How does the command ``protocol``, or ``python -m protocol``, begin? Who stops it while it loads sees no traceback."""

from __future__ import annotations

import sys

_STOPPED = 130


def main() -> None:
    """Runs the command and exits with its code."""
    try:
        from protocol.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(_STOPPED)


if __name__ == "__main__":
    main()
