"""How a guard, a place and a schedule are said: the printing side of the language, which all layers above the model share."""

from __future__ import annotations

from protocol.model.said import (
    duration_trackers,
    say_formula,
    say_guard,
    say_schedule,
    say_term,
    say_where,
    say_window,
)

__all__ = ["duration_trackers", "say_formula", "say_guard", "say_schedule", "say_term", "say_where", "say_window"]
