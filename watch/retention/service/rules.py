"""The rules that keep what `kept` promises for personal columns. tests/retention checks that none is missing.

The order matters: a person is erased when no other row needs them, a mailbox when nobody uses it, and what is
known of a closed group once its members are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from watch.models import (
    AddressChange,
    AddressVerification,
    AreaOptOut,
    AuditEntry,
    CalendarFeed,
    CheckinLink,
    ChecklistItem,
    ContactMessage,
    ContactPerson,
    ContactQuestion,
    Coordinator,
    Finding,
    FindingFollower,
    FindingLink,
    FindingStep,
    GroupTransition,
    Household,
    Interest,
    Invitation,
    JoinRequest,
    Letter,
    LetterFile,
    LetterPack,
    ListUpload,
    Mailbox,
    Meeting,
    MeetingAnswer,
    MeetingChange,
    MeetingPart,
    MeetingPress,
    Membership,
    Model,
    NotesAside,
    NotesDraft,
    Notice,
    NoticeText,
    Officer,
    Operation,
    OutboxRow,
    OutreachEntry,
    Partner,
    Person,
    Promise,
    PublishedNotes,
    RateCount,
    Refusal,
    Report,
    ReportEdition,
    SignIn,
    SignInLink,
    StoppedWriter,
    TrialMail,
    Visit,
)
from watch.models.answers import AS_ANSWER
from watch.models.base import AS_APPLICANT, AS_GROUP, AS_INVITED, AS_MAIL, AS_MEMBER, AS_NOTICE
from watch.models.canvassing import AS_VISIT
from watch.models.checkin import AS_LENT
from watch.models.contacts import AS_CONTACT, AS_QUESTION
from watch.models.findings import AS_FINDING, AS_FINDING_LINK, AS_FOLLOWER
from watch.models.groups import AS_OFFICER
from watch.models.joining import AS_REFUSAL
from watch.models.letters import AS_PACK
from watch.models.messages import AS_MESSAGE
from watch.models.outreach import AS_OUTREACH
from watch.models.partners import AS_PARTNER
from watch.models.people import AS_CHANGE, AS_LINK, AS_SIGN_IN
from watch.models.promises import AS_OPERATION, AS_PROMISE
from watch.models.registers import AS_UPLOAD
from watch.models.reports import AS_REPORT
from watch.models.traces import AS_TRACE, AS_WINDOW
from watch.models.trials import AS_TRIAL
from watch.retention.service import groups, outreach, people, promises, reports, traces


@dataclass(frozen=True)
class Rule:
    """The rule for some tables. `erase` deletes one batch and returns its size."""

    kept: str
    of: tuple[type[Model], ...]
    erase: Callable[[datetime], int]

    @property
    def name(self) -> str:
        """The name of the rule's first table."""
        return str(self.of[0].__tablename__)


def _at_once(_now: datetime) -> int:
    """Erase nothing: the user's own deletion has erased the row already."""
    return 0


RULES = (
    Rule(AS_WINDOW, (RateCount,), traces.rate_counts),
    Rule(AS_TRACE, (AuditEntry,), traces.audit_entries),
    Rule(AS_LINK, (SignInLink,), traces.sign_in_links),
    Rule(AS_SIGN_IN, (SignIn,), traces.sign_ins),
    Rule(AS_MAIL, (OutboxRow,), traces.outbox_rows),
    Rule(AS_ANSWER, (MeetingAnswer,), traces.meeting_answers),
    Rule(AS_ANSWER, (MeetingPress,), traces.meeting_presses),
    Rule(AS_LENT, (CheckinLink,), traces.checkin_links),
    Rule(AS_CONTACT, (ContactPerson,), people.contact_persons),
    Rule(AS_QUESTION, (ContactQuestion,), people.contact_questions),
    Rule(AS_REFUSAL, (Refusal,), _at_once),
    Rule(AS_MESSAGE, (ContactMessage,), people.messages),
    Rule(AS_UPLOAD, (ListUpload,), traces.list_uploads),
    Rule(AS_TRIAL, (TrialMail,), people.trial_mails),
    Rule(AS_NOTICE, (Notice, NoticeText), groups.notices),
    Rule(AS_GROUP, (Meeting,), groups.drafts),
    Rule(AS_OUTREACH, (OutreachEntry,), outreach.entries),
    Rule(AS_PROMISE, (Promise,), promises.promises),
    Rule(AS_OPERATION, (Operation,), promises.operations),
    Rule(AS_REPORT, (Report,), reports.reports),
    Rule(AS_REPORT, (ReportEdition,), reports.editions),
    Rule(AS_FINDING, (Finding, FindingStep), groups.findings),
    Rule(AS_FOLLOWER, (FindingFollower,), people.finding_followers),
    Rule(AS_FINDING_LINK, (FindingLink,), people.finding_links),
    Rule(AS_INVITED, (Invitation,), people.invitations),
    Rule(AS_INVITED, (Letter,), people.letters),
    Rule(AS_VISIT, (Visit,), people.visits),
    Rule(AS_PACK, (LetterPack, LetterFile), traces.letter_packs),
    Rule(AS_APPLICANT, (JoinRequest,), people.join_requests),
    Rule(AS_APPLICANT, (AddressVerification,), people.address_verifications),
    Rule(AS_APPLICANT, (Interest,), people.interests),
    Rule(AS_CHANGE, (AddressChange,), people.address_changes),
    Rule(AS_OFFICER, (Officer,), people.officers),
    Rule(AS_PARTNER, (Partner,), people.partners),
    Rule(AS_MEMBER, (Membership,), people.memberships),
    Rule(AS_MEMBER, (Coordinator,), people.coordinators),
    Rule(
        AS_GROUP,
        (Meeting, MeetingChange, MeetingPart, GroupTransition, ChecklistItem, Invitation),
        groups.closed,
    ),
    Rule(AS_GROUP, (NotesDraft, NotesAside, PublishedNotes), groups.closed),
    Rule(AS_MEMBER, (AreaOptOut,), people.area_opt_outs),
    Rule(AS_MEMBER, (StoppedWriter,), people.stopped_writers),
    Rule(AS_MEMBER, (Household,), people.households),
    # erasing a person clears who sent an invitation or letter, and ends the address of their calendar
    Rule(AS_MEMBER, (Person, CalendarFeed, Invitation, Letter), people.persons),
    Rule(AS_MEMBER, (Mailbox,), people.mailboxes),
)
