"""What is due at a visit: scheduled measurements whose time has come, and those whose time has passed."""

from __future__ import annotations

from protocol.model.decision import Due
from protocol.model.input import Input, Schedule
from protocol.semantics.scene import Scene


def due(scene: Scene) -> tuple[Due, ...]:
    """Every input with a schedule of its own that is due, overdue or without a reading, while treatment lasts.

    An input never measured is due from the start of treatment on, because that is where the schedule begins.
    """
    scheduled = scene.prepared.scheduled
    if not scheduled or scene.state.control.kind == "stopped":
        return ()
    items = [_due(scene, item, schedule) for item, schedule in scheduled]
    return tuple([item for item in items if item is not None])


def _due(scene: Scene, item: Input, schedule: Schedule) -> Due | None:
    last = last_measured(scene, item.name)
    return None if last is None else when_due(scene, item.name, last + schedule.earliest, last + schedule.latest)


def last_measured(scene: Scene, name: str) -> int | None:
    """When an input was last observed, or treatment began if it never was; None if that did not begin either."""
    held = scene.state.reading(name)
    return scene.state.started if held is None else held.observed


def when_due(scene: Scene, name: str, since: int | None, latest: int | None) -> Due | None:
    """The input as due, overdue or never measured, if ``since`` is not still to come; None else."""
    if since is None or latest is None or scene.time < since:
        return None
    if scene.state.reading(name) is None:
        return Due(name, "never measured", since, latest)
    return Due(name, "overdue" if scene.time > latest else "due", since, latest)
