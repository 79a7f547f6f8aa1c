"""Does a property fail on any course, and on which shortest one?"""

from __future__ import annotations

from functools import partial

from protocol.model.property import Property
from protocol.semantics.monitors import monitor_of
from protocol.verification.properties.along_courses import AlongCourses
from protocol.verification.properties.failing import Judged
from protocol.verification.properties.judging import Judging
from protocol.verification.properties.visit_by_visit import VisitByVisit, has_no_history
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Explored
from protocol.verification.search.watch import MET, why_of


def judge(judging: Judging, explored: Explored, item: Property, ended: Ended = never) -> Judged:
    """Whether a property fails on any course, and on which shortest one, as far as could be seen until it ``ended``."""
    monitor = monitor_of(item)
    of = VisitByVisit if has_no_history(monitor) else AlongCourses
    try:
        with judging.diagrams.watch.until(partial(ended, 0)):
            judging.diagrams.watch.look()
            made = of(judging, explored, monitor)
    except MET as met:
        return Judged(ended=why_of(met))
    return made.judged(ended)
