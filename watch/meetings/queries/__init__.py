"""What one can know of meetings: which are coming, who is called and reached, what was answered."""

from watch.meetings.queries.answers import Sums, answers_of, my_answer, people_of_mail, sums
from watch.meetings.queries.calls import (
    calls_not_sent,
    households_to_call,
    households_to_tell,
    mailings_of,
    people_to_call,
    people_to_tell,
    reach_of_call,
    reach_of_cancelling,
    reaches_of_calls,
    was_called,
)
from watch.meetings.queries.coming import (
    called_people,
    is_called,
    meetings_by_id,
    next_meeting,
    past_meeting_ids,
    stairwells_of,
    unanswered_meetings,
    upcoming_meetings,
)
from watch.meetings.queries.reach import (
    CountChanged,
    FlatOnPaper,
    Reach,
    flats_on_paper,
    reach_of,
    reached_by_mail,
)
from watch.meetings.queries.reminding import (
    REMIND_AT,
    next_reminder,
    people_to_remind,
    reminders_due,
)
from watch.meetings.queries.sending import Sending, sending, sending_is_stuck

__all__ = [
    "REMIND_AT",
    "CountChanged",
    "FlatOnPaper",
    "Reach",
    "Sending",
    "Sums",
    "answers_of",
    "called_people",
    "calls_not_sent",
    "flats_on_paper",
    "households_to_call",
    "households_to_tell",
    "is_called",
    "mailings_of",
    "meetings_by_id",
    "my_answer",
    "next_meeting",
    "next_reminder",
    "past_meeting_ids",
    "people_of_mail",
    "people_to_call",
    "people_to_remind",
    "people_to_tell",
    "reach_of",
    "reach_of_call",
    "reach_of_cancelling",
    "reached_by_mail",
    "reaches_of_calls",
    "reminders_due",
    "sending",
    "sending_is_stuck",
    "stairwells_of",
    "sums",
    "unanswered_meetings",
    "upcoming_meetings",
    "was_called",
]
