"""Where do the solvers come from, and what is said where one is wanted that is not installed?"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from protocol.errors import SolverMissing


def z3() -> Any:
    """The library of the solver Z3, whose engine Spacer finds what stays true on every course."""
    return _solver("z3", "Z3")


def cvc5() -> Any:
    """The library of the solver cvc5, which checks what Spacer found."""
    return _solver("cvc5", "cvc5")


def not_said(why: object) -> str:
    """Why Z3 did not answer, in its words. It takes Ctrl-C for itself: raises KeyboardInterrupt where that was it."""
    text = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
    if "interrupted" in text:
        raise KeyboardInterrupt
    return f"Z3 did not answer: {text}"


def _solver(module: str, name: str) -> Any:
    try:
        return import_module(module)
    except ImportError as missing:
        raise SolverMissing(
            f"a proof for visits at any time needs the solver {name}, which is not installed: pip install 'dose-protocol[verify]'"
        ) from missing
