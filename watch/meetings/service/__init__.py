"""Changes to meetings: drafted, called, reminded of, recorded, answered, counted, changed and cancelled."""

from watch.meetings.service.answering import answer, write_count
from watch.meetings.service.calling import (
    call,
    expect_new,
    remind,
    try_out,
    write_down,
)
from watch.meetings.service.changing import cancel, change, is_spelling
from watch.meetings.service.drafting import save_draft, throw_away
from watch.meetings.service.plans import Plan, planned, planned_for_coordinators

__all__ = [
    "Plan",
    "answer",
    "call",
    "cancel",
    "change",
    "expect_new",
    "is_spelling",
    "planned",
    "planned_for_coordinators",
    "remind",
    "save_draft",
    "throw_away",
    "try_out",
    "write_count",
    "write_down",
]
