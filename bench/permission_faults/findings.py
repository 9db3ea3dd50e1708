"""Faults in who may write notes and findings, who is told of them, and what a mailed link opens."""

from bench.permission_faults.fault import Fault

NOTES, FINDINGS = "meetings/test_notes", "findings/test_findings"

FAULTS = (
    Fault(
        "notes go to members who have opted out of mail about meetings",
        "watch/meetings/queries/notes.py",
        "wants_it = wants_mail & ",
        "wants_it = ",
        NOTES,
    ),
    Fault(
        "a text saved at the same time as another one is lost",
        "watch/meetings/service/notes.py",
        "        _keep_beside(meeting, text, form_key, by)\n",
        "",
        NOTES,
    ),
    Fault(
        "notes that a colleague changed are published unread",
        "watch/meetings/service/notes.py",
        "    if draft.version != seen:\n        raise NotesChanged\n",
        "",
        NOTES,
    ),
    Fault(
        "the link of somebody who is the contact no more still works",
        "watch/findings/queries/links.py",
        "return finding.removed_at is None and is_here and contact.email == link.mailbox.address",
        "return finding.removed_at is None and is_here",
        FINDINGS,
    ),
    Fault(
        "a contact whose role has ended asks for a new link on the page of the dead one",
        "watch/findings/queries/links.py",
        "return is_too_old and is_nearest and is_theirs(link) and not link.finding.is_closed",
        "return is_too_old and not link.finding.is_closed",
        FINDINGS,
    ),
    Fault(
        "whoever finds an old link of a measure mails its contact many times a day",
        "watch/findings/service/__init__.py",
        "if link.sent_at <= now - DAY and links.can_renew(link, now):",
        "if links.can_renew(link, now):",
        FINDINGS,
    ),
    Fault(
        "an officer reports on what the landlord owns in a group",
        "watch/permissions.py",
        "bool(_COORDINATORS & roles) or is_of_area(finding) or finding.owner in OFFICERS_OWN",
        "True",
        FINDINGS,
    ),
    Fault(
        "whoever has left the group still hears of a finding",
        "watch/findings/queries/__init__.py",
        "    return person_id.in_(_follows(finding)) & sees_it\n",
        "    return person_id.in_(_follows(finding))\n",
        FINDINGS,
    ),
    Fault(
        "a finding that was taken away is still shown to members",
        "watch/findings/routes/reading.py",
        "    if finding.removed_at and not manages:\n        abort(404)\n",
        "",
        FINDINGS,
    ),
)
