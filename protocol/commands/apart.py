"""How far apart are the visits that a search looks at? As the option ``--every`` says."""

from __future__ import annotations

import click


def minutes(every: str | None) -> int | None:
    """Minutes between two visits; None where nothing is said."""
    from protocol.errors import NotationError
    from protocol.model.time import duration

    try:
        found = None if every is None else duration(every)
    except NotationError as error:
        raise click.UsageError(f"'--every': {error}") from None
    if found is not None and found <= 0:
        raise click.UsageError("'--every': visits are some time apart. Write a duration such as '7 days'.")
    return found
