"""Changes to meetings: called, reminded of, recorded, answered, counted, changed, cancelled and noted."""

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
from watch.meetings.service.notes import (
    expect_notes,
    publish_notes,
    remind_of_notes,
    save_notes,
    skip_notes,
)
from watch.meetings.service.plans import Plan

__all__ = [
    "Plan",
    "answer",
    "call",
    "cancel",
    "change",
    "expect_new",
    "expect_notes",
    "is_spelling",
    "new_meeting",
    "publish_notes",
    "remind",
    "remind_of_notes",
    "save_notes",
    "skip_notes",
    "try_out",
    "write_count",
    "write_down",
]
