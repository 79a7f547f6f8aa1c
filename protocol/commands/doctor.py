"""The command `doctor`: is this the right `protocol` package, and is everything there that it needs?"""

from __future__ import annotations

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show

FORMAT = "protocol-doctor/1"


@click.command(
    cls=Answering, short_help="Say whether this is the right package and all is there.", epilog="Example: protocol doctor"
)
@in_form("text", "json")
def doctor(form: str) -> int:
    """Say whether `import protocol` finds this package here, and whether all is there that it needs.

    It looks for another package or a file of the same name, at the versions of Python and of the libraries, and at the
    protocols that come with this program. Exits with 1 if something is wrong.
    """
    from protocol.commands.installation import looked_at

    found = tuple(looked_at())
    if form == "json":
        answer(FORMAT, {"looked_at": found})
    else:
        show("\n".join(str(one) for one in found))
    return FAILS if any(one.wrong for one in found) else HOLDS
