"""What is due after a visit: scheduled measurements whose time has come, and those whose time has passed."""

from __future__ import annotations

from protocol.model.decision import Due
from protocol.model.monitoring import Monitored
from protocol.semantics.scene import Scene


def due(scene: Scene, monitored: tuple[Monitored, ...]) -> tuple[Due, ...]:
    """What is due, overdue or without a reading in a state, in the order of the inputs.

    Of the ``monitored`` inputs that is as they say; of those with a schedule of their own as that says, while treatment lasts.
    An input never measured is due from the start of treatment on, because that is where the schedule begins.
    """
    scheduled = () if scene.state.control.kind == "stopped" else scene.prepared.scheduled
    if not (scheduled or monitored):
        return ()
    spans = [(item.name, *schedule.dates(scene.state.measured(item.name))) for item, schedule in scheduled]
    if monitored:
        place = {item.name: number for number, item in enumerate(scene.prepared.protocol.inputs)}
        spans = sorted((*spans, *((one.input, one.since, one.latest) for one in monitored)), key=lambda one: place[one[0]])
    found = [_when_due(scene, *one) for one in spans]
    return tuple([one for one in found if one is not None])


def _when_due(scene: Scene, name: str, since: int | None, latest: int | None) -> Due | None:
    """The input as due, overdue or never measured, if ``since`` is not still to come; None else."""
    if since is None or latest is None or scene.time < since:
        return None
    if scene.state.reading(name) is None:
        return Due(name, "never measured", since, latest)
    return Due(name, "overdue" if scene.time > latest else "due", since, latest)
