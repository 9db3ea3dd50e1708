"""The ways in which a change to a meeting is refused."""

from __future__ import annotations

from watch.errors import DomainError, Duplicate
from watch.models import Meeting


class MeetingCancelled(DomainError):
    """The meeting is cancelled and cannot be answered, counted or cancelled again."""


class MeetingStarted(DomainError):
    """The meeting has begun and cannot be answered or cancelled."""


class MeetingNotStarted(DomainError):
    """The meeting has not begun, so nobody can have come."""


class CheckinClosed(DomainError):
    """Nobody counts at the door of the meeting: it is too early or too late, or the meeting is cancelled."""


class TooManyPresses(DomainError):
    """The door of the meeting has been pressed more often than people can come."""


class TooManyGuests(DomainError):
    """So many people have said on the meeting's public page that they come that no more are counted."""


class AlreadyCalled(Duplicate):
    """The same form was sent before with the same content; `meeting` is its result."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting)
        self.meeting = meeting


class OtherCalled(Duplicate):
    """The same form was sent before, or the same meeting recorded, with other content: that of `meeting`."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting)
        self.meeting = meeting


class ClashesChanged(DomainError):
    """At the same time there are other meetings than those that the caller's preview showed."""


class AlreadyAnswered(DomainError):
    """The group has answered the same already."""


class AnsweredMeanwhile(DomainError):
    """The group's answer is another one than the page showed."""


class ChangedMeanwhile(DomainError):
    """The meeting has been changed since its form was shown."""


class NothingChanged(DomainError):
    """The meeting has these times, this place and this text already."""


class NotCalled(DomainError):
    """The meeting is not for this person."""


class DraftGone(DomainError):
    """The draft has been called or thrown away since its page was shown."""


class NotRecorded(DomainError):
    """The meeting was called, so it stays as it was held."""


class KeepsMeeting(DomainError):
    """Notes of the meeting are published, or a finding is from it, so it cannot be removed."""


class NotesBeside(DomainError):
    """Somebody else had saved other notes meanwhile, so this text was kept beside them."""


class NotesInTwo(DomainError):
    """Two texts were saved at the same time and must be made one first."""


class NotesChanged(DomainError):
    """The notes have been changed since their preview was shown."""


class NoNotes(DomainError):
    """There is no text to publish."""


class AlreadyPublished(DomainError):
    """The members read this text already."""


class NobodyInterested(DomainError):
    """Nobody is interested in the building, as far as officers may know."""


class PastItsStart(DomainError):
    """The building's group has been started before; its coordinators call its meetings."""
