"""What is said before loops are compiled, which takes as long as it takes without a sign of life?"""

from __future__ import annotations

import sys

import click

from protocol.model.protocol import Protocol

COMPILING = "Compiling the loops over columns: once, and kept for the next time."


def tell_of_compiling(protocol: Protocol) -> None:
    """Says so in one line, on a terminal, where this protocol takes loops that are not kept from an earlier time."""
    if sys.stderr is None or not sys.stderr.isatty():
        return
    # Loaded here, because the libraries of tables are extras.
    from protocol.executors.by_columns import has_loops
    from protocol.executors.columnar.whole_patients import is_fit
    from protocol.executors.plain import walker

    ready = walker(protocol)
    if ready is None or not is_fit(ready) or not has_loops():
        return
    from protocol.executors.columnar.kept import are_kept

    if not are_kept():
        click.echo(COMPILING, err=True)
