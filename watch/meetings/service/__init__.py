"""Changes to meetings: drafted, called, reminded of, answered, counted, changed, cancelled and noted."""

from watch.meetings.service.answering import answer, write_count
from watch.meetings.service.calling import (
    call,
    expect_new,
    remind,
    try_out,
)
from watch.meetings.service.changing import cancel, change
from watch.meetings.service.checkin import (
    Press,
    close_checkin,
    count_at_door,
    end_links,
    lend,
    press,
    read_press,
)
from watch.meetings.service.drafting import save_draft, throw_away
from watch.meetings.service.feeds import end_feed, make_feed, renew_feed
from watch.meetings.service.guests import MOST_GUESTS, answer_as_guest, withdraw_as_guest
from watch.meetings.service.joint import bring_part_back, decline, end_part, take_part
from watch.meetings.service.languages import choose_languages
from watch.meetings.service.latecomers import call_latecomers
from watch.meetings.service.notes import (
    expect_notes,
    publish_notes,
    remind_of_notes,
    save_notes,
    skip_notes,
)
from watch.meetings.service.plans import (
    Plan,
    Reminders,
    planned,
    planned_for_coordinators,
    planned_for_everybody,
    planned_for_interested,
    planned_jointly,
)
from watch.meetings.service.recording import correct, remove, say_whether_there, write_down
from watch.meetings.service.reminders import choose_reminders
from watch.meetings.service.spelling import is_spelling
from watch.meetings.service.starting import expect_interested
from watch.meetings.service.tallying import tally

__all__ = [
    "MOST_GUESTS",
    "Plan",
    "Press",
    "Reminders",
    "answer",
    "answer_as_guest",
    "bring_part_back",
    "call",
    "call_latecomers",
    "cancel",
    "change",
    "choose_languages",
    "choose_reminders",
    "close_checkin",
    "correct",
    "count_at_door",
    "decline",
    "end_feed",
    "end_links",
    "end_part",
    "expect_interested",
    "expect_new",
    "expect_notes",
    "is_spelling",
    "lend",
    "make_feed",
    "planned",
    "planned_for_coordinators",
    "planned_for_everybody",
    "planned_for_interested",
    "planned_jointly",
    "press",
    "publish_notes",
    "read_press",
    "remind",
    "remind_of_notes",
    "remove",
    "renew_feed",
    "save_draft",
    "save_notes",
    "say_whether_there",
    "skip_notes",
    "take_part",
    "tally",
    "throw_away",
    "try_out",
    "withdraw_as_guest",
    "write_count",
    "write_down",
]
