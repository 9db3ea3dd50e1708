"""How many come so far, as far as readers may measure it by changing their own answer."""

from __future__ import annotations

from collections.abc import Collection

from watch.bands import rounded_down
from watch.meetings.queries.answers import is_of_one_group, people_by_group, sums
from watch.models import Meeting, MeetingAudience


def so_far(meeting: Meeting, readers: Collection[int] = ()) -> int:
    """Return how many people come for certain, or of one group, and of coordinators, how many come.

    A reader's own number moves what is told of nobody but their own group: each group is rounded down for
    itself, guests without a name count one by one, and among those who are only interested the readers (ids)
    are left out.
    """
    if meeting.audience is MeetingAudience.COORDINATORS or is_of_one_group(meeting):
        return sums(meeting).people
    if meeting.audience is MeetingAudience.INTERESTED:
        return rounded_down(sums(meeting, without=readers).people)
    if meeting.audience is MeetingAudience.EVERYBODY:
        said = sums(meeting)
        return rounded_down(said.people - said.guests) + said.guests
    return sum(map(rounded_down, people_by_group(meeting).values()))
