"""The names of the acts in the audit trail, by kind, and who sees them.

The rule: an officer sees what is done in the open, by those who have a duty. They see nothing from which
could be told that a household was asked, joined or left, not by its time either: so no act on a household, no
look at the list (one follows a request), no letter to a single flat and no message of a neighbour's. The
group's coordinators see all of it, but not whom it was about. What somebody does for themselves stands on
their own page alone. A name that stands nowhere here is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from watch.audit import ABOUT_NOBODY


class Kind(StrEnum):
    """What an act is about."""

    GROUP = "group"
    DUTY = "duty"
    MEETING = "meeting"
    NOTICE = "notice"
    FINDING = "finding"
    CONTACT = "contact"
    PAPER = "paper"
    PLACE = "place"
    OUTREACH = "outreach"
    PROMISE = "promise"
    REPORT = "report"
    HOUSEHOLD = "household"
    LOOK = "look"
    EXPORT = "export"


Acts = Mapping[Kind, tuple[str, ...]]

IN_THE_OPEN: Acts = {
    Kind.GROUP: (
        "group-started", "group-activated", "group-rests", "group-woken", "group-closed", "group-reopened",
        "group-started-again", "group-building-added", "group-building-removed", "group-split",
        "group-merged",
        "start-step-ticked", "start-step-unticked",
    ),
    Kind.DUTY: (
        "officer-appointed", "officer-ended", "coordinator-appointed", "coordinator-accepted",
        "coordinator-accepted-new-duty", "coordinator-declined", "coordinator-made-lead", "coordinator-ended",
        "coordinator-registered", "partner-assigned", "partner-ended",
    ),
    Kind.MEETING: (
        "meeting-called", "meeting-changed", "meeting-cancelled", "meeting-written-down", "meeting-corrected",
        "meeting-removed", "languages-chosen",
        "reminders-chosen", "head-count-written", "checkin-lent", "checkin-links-ended", "joint-accepted",
        "joint-declined", "notes-published", "notes-corrected", "notes-skipped", "notes-expected",
    ),
    Kind.NOTICE: (
        "notice-sent", "notice-stopped", "interested-written-to", "members-written-to", "message-stopped",
    ),
    Kind.FINDING: (
        "finding-added", "finding-changed", "finding-reported", "finding-step-undone", "finding-link-renewed",
        "finding-removed", "finding-brought-back", "est-outcomes-read",
    ),
    Kind.CONTACT: (
        "contact-published", "contact-changed", "contact-checked", "contact-removed", "contact-brought-back",
        "contact-confirmed", "contact-corrected", "contact-resigned",
    ),
    Kind.PAPER: ("poster-renewed", "letters-asked-for", "letter-pack-removed"),
    Kind.PLACE: (
        "area-target-set", "area-advice-set", "places-imported", "building-changed", "stairwell-changed",
        "property-changed", "signs-ordered", "sign-changed", "sign-removed", "sign-brought-back",
    ),
    Kind.REPORT: (
        "report-begun", "report-changed", "report-published", "report-edition-withdrawn",
        "report-edition-shown-again", "report-contact-removed", "report-removed", "report-brought-back",
    ),
    Kind.OUTREACH: ("outreach-added", "outreach-changed", "outreach-removed", "outreach-brought-back"),
    Kind.PROMISE: (
        "promise-added", "promise-changed", "promise-published", "promise-taken-back", "promise-followed-up",
        "promise-removed", "promise-brought-back", "operation-added", "operation-changed",
        "operation-removed", "operation-brought-back",
    ),
    Kind.HOUSEHOLD: (),
    Kind.LOOK: ("coordinator-details-seen",),
    Kind.EXPORT: (
        "audit-exported", "outreach-exported", "est-exported", "places-exported", "groups-exported",
        "coordinators-exported", "contacts-exported", "findings-exported", "signs-exported",
        "numbers-exported",
    ),
}  # fmt: skip
INSIDE_THE_GROUP: Acts = {
    Kind.GROUP: ("task-set-aside", "task-brought-back"),
    Kind.DUTY: (),
    Kind.MEETING: ("meeting-drafted", "meeting-draft-erased"),
    Kind.NOTICE: (
        "coordinators-written-to", "message-answered", "writer-stopped", "writer-taken-back", ABOUT_NOBODY,
    ),
    Kind.FINDING: (),
    Kind.CONTACT: (),
    Kind.PAPER: ("letters-printed", "letters-delivered", "letters-left-out", "letters-taken-back"),
    Kind.PLACE: (),
    Kind.REPORT: (),
    Kind.OUTREACH: (),
    Kind.PROMISE: (),
    Kind.HOUSEHOLD: (
        "sticker-given", "sticker-taken-back",
        "household-takes-part", "household-invited", "household-wants-to-join", "household-declined",
        "household-not-contacted", "household-moved-out", "household-not-home", "household-undone",
        "household-invited-by-mail", "household-letter-delivered", "household-letter-left-out",
        "household-letter-taken-back", "household-address-changed", "household-address-asked",
        "household-address-dropped", "household-address-works", "household-corrected", "household-merged",
        "household-member-joined", "household-member-ended", "household-member-back", "household-got-paper",
        "household-lacks-paper",
        "member-admitted", "member-placed", "member-ended", "member-left", "member-moved", "member-back",
        "member-merge-asked", "member-merged", "member-joined-to-another", "member-name-corrected",
        "member-details-corrected", "member-flat-corrected", "member-address-asked", "member-address-dropped",
        "member-address-works",
        "join-requested", "join-climbed", "join-approved", "join-declined", "join-told", "join-withdrawn",
        "join-request-moved",
        "invitation-sent", "invitation-sent-again", "invitation-reminded", "invitation-corrected",
        "invitation-revoked", "invitation-accepted", "invitation-declined", "invitation-no-taken-back",
    ),
    Kind.LOOK: (
        "house-seen", "flat-seen", "members-seen", "details-seen", "doors-seen", "request-seen",
        "invitations-seen", "invitations-previewed", "messages-seen", "message-seen", "receipt-printed",
    ),
    Kind.EXPORT: (),
}  # fmt: skip
OFFICERS_SEE_OF_AREAS = ABOUT_NOBODY  # of the areas' own texts, not of what neighbours write
ON_ONES_OWN = (
    "signed-in", "signed-out-everywhere", "sign-in-link-printed", "own-data-downloaded", "notices-chosen",
    "area-notices-chosen", "address-change-asked", "address-change-cancelled", "address-changed",
    "address-change-undone", "address-works", "interest-confirmed", "interest-named",
    "interest-name-taken-back", "interest-withdrawn", "database-restored",
)  # fmt: skip


def seen_by_officers(kind: Kind | None = None) -> frozenset[str]:
    """Return the names of the acts that officers see, of one kind or of all."""
    return frozenset(_of(IN_THE_OPEN, kind))


def seen_by_coordinators(kind: Kind | None = None) -> frozenset[str]:
    """Return the names of the acts that a group's coordinators see, of one kind or of all."""
    return seen_by_officers(kind) | frozenset(_of(INSIDE_THE_GROUP, kind))


def _of(acts: Acts, kind: Kind | None) -> Iterator[str]:
    for each, names in acts.items():
        if kind in (None, each):
            yield from names
