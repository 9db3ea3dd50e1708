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
from watch.meetings.service.checkin import Press, close_checkin, end_links, lend, press, read_press
from watch.meetings.service.drafting import save_draft, throw_away
from watch.meetings.service.plans import Plan, planned, planned_for_coordinators

__all__ = [
    "Plan",
    "Press",
    "answer",
    "call",
    "cancel",
    "change",
    "close_checkin",
    "end_links",
    "expect_new",
    "is_spelling",
    "lend",
    "planned",
    "planned_for_coordinators",
    "press",
    "read_press",
    "remind",
    "save_draft",
    "throw_away",
    "try_out",
    "write_count",
    "write_down",
]
