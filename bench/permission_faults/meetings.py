"""Faults in who is told of a meeting, of its change and of its end."""

from bench.permission_faults.fault import Fault

CHANGING, CALLS = "watch/meetings/service/changing.py", "watch/meetings/queries/calls.py"
MOVED = "mail/test_changing_meetings"

FAULTS = (
    Fault(
        "a worker goes on with the words it compiled before a change",
        "watch/mail/compose.py",
        "key = claim.mailing_id, claim.revision, claim.language, greets",
        "key = claim.mailing_id, 0, claim.language, greets",
        MOVED,
    ),
    Fault(
        "a new place is saved without telling anybody",
        CHANGING,
        "tells = not (is_quiet and is_spelling(meeting, plan))",
        "tells = not is_quiet",
        MOVED,
    ),
    Fault(
        "another number of a port counts as a misspelling",
        "watch/meetings/spelling.py",
        "if not (one.isalpha() and other.isalpha()):",
        "if not one:",
        MOVED,
    ),
    Fault(
        "a change writes over one that was made meanwhile",
        CHANGING,
        "Meeting.cancelled_at.is_(None), Meeting.sequence == seen\n",
        "Meeting.cancelled_at.is_(None)\n",
        MOVED,
    ),
    Fault(
        "whose mail of an earlier change waits gets a second one",
        CALLS,
        'waiting.where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-changed")',
        'waiting.where(Mailing.meeting_id == meeting.id, Mailing.kind == "none")',
        MOVED,
    ),
    Fault(
        "the paper of an earlier change is asked for as well",
        CHANGING,
        "    outbox.replace_paper(meeting, households)\n",
        "",
        MOVED,
    ),
    Fault(
        "a change that is undone is still told",
        CHANGING,
        "    _stop_undone(meeting)\n",
        "",
        MOVED,
    ),
    Fault(
        "a waiting call ends at the old time",
        CHANGING,
        "    outbox.put_off(meeting, meeting.starts_at)\n",
        "",
        MOVED,
    ),
    Fault(
        "a newcomer whose welcome named a meeting does not hear of its change",
        CALLS,
        "    welcomed = words.where(Mailing.next_meeting_id == meeting.id)\n",
        "    welcomed = words.where(Mailing.next_meeting_id == meeting.id + 1)\n",
        MOVED,
    ),
    Fault(
        "who was told by their welcome is called as well",
        "watch/meetings/queries/latecomers.py",
        "tells = or_(said, Mailing.next_meeting_id == meeting.id)",
        "tells = said",
        "mail/test_latecomers",
    ),
    Fault(
        "latecomers of another stairwell are called",
        "watch/meetings/queries/latecomers.py",
        "    return reached_by_mail(called_people(meeting)).where(hears_of(",
        "    return reached_by_mail(select(Membership.person_id)).where(hears_of(",
        "mail/test_latecomers",
    ),
    Fault(
        "paper goes to a household that has left since it was written",
        "watch/groups/service/members.py",
        "stop_unwanted(membership.group, [membership.person_id], [membership.household_id])",
        "stop_unwanted(membership.group, [membership.person_id])",
        "meetings/test_calling",
    ),
    Fault(
        "notes of a gathering that others have written down go to a group that has not said it was there",
        "watch/models/meetings.py",
        "return part.takes_part and (part.decided_at is not None or not by_others)",
        "return part.takes_part",
        "meetings/test_joint_held",
    ),
    Fault(
        "a gathering that two groups write down counts twice",
        "watch/meetings/queries/joint.py",
        "Meeting.starts_at < meeting.ends_at, Meeting.ends_at > meeting.starts_at",
        "Meeting.starts_at == meeting.starts_at, Meeting.group_id == meeting.group_id",
        "meetings/test_joint_held",
    ),
    Fault(
        "what is to be mended in a house hangs on its notice board",
        "watch/meetings/sheets.py",
        "    if for_homes:\n",
        "    if meeting:\n",
        "meetings/test_sheets",
    ),
    Fault(
        "whoever changes a gathering reads the live number of the other groups' members",
        "watch/meetings/routes/changing.py",
        "own=calls.recipients_of_change(meeting, own) if own else None,",
        "own=calls.recipients_of_change(meeting) if own else None,",
        "meetings/test_joint_guests",
    ),
    Fault(
        "a look at the flats on paper leaves no trace",
        "watch/meetings/routes/blueprint.py",
        '        leave_trace("house-seen", about=group)\n',
        "        pass\n",
        "meetings/test_calling",
    ),
)
