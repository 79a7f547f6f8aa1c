"""Does a property fail on any course, and on which shortest one?"""

from __future__ import annotations

from protocol.model.property import Property
from protocol.semantics.monitors import monitor_of
from protocol.verification.properties.along_courses import AlongCourses
from protocol.verification.properties.failing import Judged
from protocol.verification.properties.judging import Judging
from protocol.verification.properties.visit_by_visit import VisitByVisit, has_no_history
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Explored


def judge(judging: Judging, explored: Explored, item: Property, ended: Ended = never) -> Judged:
    """Whether a property fails on any course, and on which shortest one, as far as could be seen until it ``ended``."""
    monitor = monitor_of(item)
    of = VisitByVisit if has_no_history(monitor) else AlongCourses
    return of(judging, explored, monitor).judged(ended)
