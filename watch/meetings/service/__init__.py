"""Changes to meetings: called, reminded of, recorded, answered, counted, changed and cancelled."""

from watch.meetings.service.answering import answer, write_count
from watch.meetings.service.calling import (
    call,
    expect_new,
    new_meeting,
    remind,
    try_out,
    write_down,
)
from watch.meetings.service.changing import cancel, change, is_spelling
from watch.meetings.service.feeds import end_feed, make_feed, renew_feed
from watch.meetings.service.latecomers import call_latecomers
from watch.meetings.service.plans import Plan, Reminders
from watch.meetings.service.reminders import choose_reminders

__all__ = [
    "Plan",
    "Reminders",
    "answer",
    "call",
    "call_latecomers",
    "cancel",
    "change",
    "choose_reminders",
    "end_feed",
    "expect_new",
    "is_spelling",
    "make_feed",
    "new_meeting",
    "remind",
    "renew_feed",
    "try_out",
    "write_count",
    "write_down",
]
