"""What is due at a visit: scheduled measurements whose time has come, and those whose time has passed."""

from __future__ import annotations

from protocol.model.decision import Due
from protocol.model.input import Input, Schedule
from protocol.semantics.scene import Scene


def due(scene: Scene) -> tuple[Due, ...]:
    """Every scheduled input that is due, overdue or without a reading, while treatment lasts.

    An input never measured is due from the start of treatment on, because that is where the schedule begins.
    """
    scheduled = scene.prepared.scheduled
    if not scheduled or scene.state.control.kind == "stopped":
        return ()
    items = [_due(scene, item, schedule) for item, schedule in scheduled]
    return tuple([item for item in items if item is not None])


def _due(scene: Scene, item: Input, schedule: Schedule) -> Due | None:
    held = scene.state.reading(item.name)
    last = scene.state.started if held is None else held.observed
    if last is None or scene.time < last + schedule.earliest:
        return None
    since, latest = last + schedule.earliest, last + schedule.latest
    if held is None:
        return Due(item.name, "never measured", since, latest)
    return Due(item.name, "overdue" if scene.time > latest else "due", since, latest)
