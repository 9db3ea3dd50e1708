"""Declares which columns take something away from somebody, and how a restore replays that.

Changes of these columns are recorded whichever feature makes them (recording.py). tests/journal demands that
every column has a rule here or a reason in left_out.py.
"""

from __future__ import annotations

from watch.journal.kinds import (
    NAMELESS,
    Journaled,
    Rule,
    dated,
    emptied,
    hidden,
    replaced,
    stands,
    switched_off,
)
from watch.models import (
    AddressChange,
    AddressVerification,
    Answer,
    AreaOptOut,
    CalendarFeed,
    ChecklistItem,
    ContactMessage,
    ContactPerson,
    Coordinator,
    Finding,
    FindingFollower,
    FindingStep,
    Group,
    GroupState,
    Household,
    HouseholdStatus,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Letter,
    LetterPack,
    Mailbox,
    Meeting,
    MeetingAnswer,
    MeetingPart,
    MeetingPress,
    Membership,
    Model,
    Notice,
    NoticeChoice,
    Officer,
    Operation,
    OutreachEntry,
    Partner,
    PartState,
    Person,
    Promise,
    PublishedNotes,
    Refusal,
    Report,
    ReportEdition,
    RequestState,
    Stairwell,
    StoppedWriter,
    Visit,
)

JOURNALED: dict[type[Model], Journaled] = {
    Person: Journaled(
        (
            hidden("names that were changed", "name", instead=NAMELESS),
            hidden("phone numbers that were changed or taken out", "phone"),
            replaced("addresses that were changed", "mailbox_id"),
            switched_off("names hidden from neighbours, or shown", "shows_name"),
            switched_off("addresses hidden from neighbours, or shown", "shows_email"),
            switched_off("phones hidden from neighbours, or shown", "shows_phone"),
        )
    ),
    AddressChange: Journaled(
        (
            dated("changes of address that were confirmed", "confirmed_at", "old_mailbox_id"),
            dated("changes of address that were cancelled or undone", "ended_at"),
        )
    ),
    Mailbox: Journaled((dated("addresses that mail must not go to", "suppressed_at", "suppression"),)),
    Membership: Journaled(
        (
            dated("members who left or moved", "left_at"),
            Rule(
                "members who chose which mails come",
                ("notices",),
                lambda values: values["notices"] is not NoticeChoice.EVERYTHING,
            ),
            emptied("members whose flat was taken out", "household_id"),
        )
    ),
    Coordinator: Journaled(
        (
            dated("appointments of coordinators that ended", "ended_at"),
            switched_off("leads who are it no longer", "is_lead", undone=False),
        )
    ),
    Officer: Journaled((dated("officers' assignments that ended", "ended_at"),)),
    Partner: Journaled((dated("pages of partners that ended", "ended_at"),)),
    Household: Journaled(
        (
            dated("households that moved out", "ended_at"),
            stands(
                "households that said no, or are not contacted",
                "status",
                "status_at",
                at=(HouseholdStatus.DECLINED, HouseholdStatus.NOT_CONTACTED),
            ),
        ),
        beside=("flat_id",),
    ),
    Interest: Journaled(
        (
            dated("interests that ended", "ended_at"),
            emptied("names taken back from the police contact", "named_at"),
        )
    ),
    Letter: Journaled(
        (
            dated("letters that were used or ended", "ended_at", "used_at"),
            emptied("letters that were not put in the letterboxes after all", "delivered_at"),
        )
    ),
    JoinRequest: Journaled(
        (
            stands(
                "requests that were answered or withdrawn",
                "state",
                "decided_at",
                at=(RequestState.APPROVED, RequestState.DECLINED, RequestState.WITHDRAWN),
                undone=True,
            ),
            replaced("requests that went over to another record of the same person", "person_id"),
            emptied("requests that no letter vouches for any more", "letter_id"),
            emptied("requests that no invitation vouches for any more", "invitation_id"),
        )
    ),
    AddressVerification: Journaled(
        (
            dated("addresses recorded at a door that nobody is asked about any more", "ended_at"),
            replaced("addresses recorded at a door whose floor was guessed", "floor_tries"),
        )
    ),
    Invitation: Journaled(
        (
            stands(
                "invitations that were answered or taken back",
                "state",
                "ended_at",
                at=(InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.REVOKED),
                undone=True,
            ),
            replaced("invitations whose address was mended or forgotten", "mailbox_id"),
            Rule(
                "addresses that said no to a group",
                ("declined_index",),
                lambda values: values["declined_index"] is not None,
            ),
            emptied("invitations whose name was forgotten", "name"),
        ),
        beside=("group_id",),
    ),
    Refusal: Journaled(key="address_index", keeps_rows=True),
    AreaOptOut: Journaled(beside=("person_id", "area_id"), keeps_rows=True),
    Visit: Journaled((dated("answers at the door that were taken back", "undone_at"),)),
    Group: Journaled(
        (
            stands(
                "groups that rest or are closed",
                "state",
                "closed_at",
                at=(GroupState.DORMANT, GroupState.CLOSED),
                undone=True,
            ),
            dated("closed groups whose texts were erased", "erased_at"),
            dated("groups that were merged into another one", "merged_into_id"),
        )
    ),
    Meeting: Journaled(
        (
            dated("meetings that were cancelled", "cancelled_at"),
            replaced(
                "meetings that were moved", "starts_at", "ends_at", "is_open_ended", "sequence", "changed_at"
            ),
            hidden("places of meetings that were changed", "place", instead=NAMELESS),
            hidden("links of meetings that were changed", "link"),
            replaced("meetings of which somebody has written how many came", "counting", "head_count"),
        )
    ),
    MeetingPress: Journaled(
        beside=("meeting_id", "key", "heads"),  # and not which flat or person it was
        keeps_rows=True,
        added="presses at the doors of meetings, as numbers only",
        deleted="presses at the doors of meetings that were erased",
    ),
    MeetingPart: Journaled(
        (stands("groups that said no to a joint gathering", "state", "decided_at", at=[PartState.DECLINED]),)
    ),
    MeetingAnswer: Journaled(
        (stands("answers to meetings that became a no", "answer", "people", at=[Answer.NO]),)
    ),
    PublishedNotes: Journaled(
        (hidden("notes of meetings that were corrected", "text", instead=NAMELESS),), beside=("meeting_id",)
    ),
    Finding: Journaled(
        (
            dated("findings that were taken away", "removed_at"),
            hidden("texts of findings that were changed", "what", instead=NAMELESS),
            hidden("outcomes of findings that were changed", "outcome"),
        )
    ),
    FindingStep: Journaled(),
    OutreachEntry: Journaled(
        (
            dated("entries of the outreach log that were taken away", "removed_at"),
            hidden("places in the outreach log that were changed", "place"),
        )
    ),
    Promise: Journaled(
        (
            dated("promises that were taken away", "removed_at"),
            emptied("published promises that were taken back", "published_at"),
            replaced("promises whose words were changed", "text", "other_parties", "unit"),
            replaced("outcomes of promises that were changed", "outcome", "source"),
        )
    ),
    Operation: Journaled(
        (
            dated("planned operations that were taken away", "removed_at"),
            replaced("planned operations whose words were changed", "text"),
        )
    ),
    Report: Journaled(
        (
            dated("reports that were taken away", "removed_at"),
            hidden("contact persons of reports that were changed", "contact_name"),
            hidden("phones of contact persons of reports that were changed", "contact_phone"),
            hidden("addresses of contact persons of reports that were changed", "contact_email"),
        )
    ),
    ReportEdition: Journaled(
        (
            dated("editions of reports that were withdrawn", "withdrawn_at"),
            hidden("contact persons of editions that were taken out", "contact_name"),
            hidden("phones of contact persons of editions that were taken out", "contact_phone"),
            hidden("addresses of contact persons of editions that were taken out", "contact_email"),
        )
    ),
    FindingFollower: Journaled(),
    CalendarFeed: Journaled((replaced("addresses of calendars that were renewed", "nonce"),)),
    Notice: Journaled((dated("notices that were stopped", "stopped_at"),)),
    Stairwell: Journaled((replaced("posters' codes that were renewed", "nonce", "poster_index"),)),
    ContactPerson: Journaled(
        (
            hidden("names of contacts that were changed", "name"),
            hidden("phones of contacts that were changed", "phone"),
            hidden("addresses of contacts that were changed", "email"),
            hidden("what contacts were before they corrected it", "corrected_from"),
            dated("contacts that were taken away", "removed_at"),
            dated("contacts who said that they are it no more", "resigned_at"),
            replaced("contacts that were asked whether they are right", "asked_at", "asked_again_at"),
        )
    ),
    ContactMessage: Journaled((dated("messages whose waiting mails were stopped", "stopped_at"),)),
    StoppedWriter: Journaled(beside=("group_id", "person_id"), keeps_rows=True),
    ChecklistItem: Journaled(),
    LetterPack: Journaled(),
}
