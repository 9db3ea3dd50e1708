"""Tables and columns that the journal leaves out, each with the reason; rules.py has all others."""

from __future__ import annotations

ENDS_ANYWAY = "a restore ends every sign-in and every link"
COUNTS = "counts, dates of work done, and places: nothing of anybody's"

TABLES = {
    "area": COUNTS,
    "area_month": COUNTS,
    "landlord": COUNTS,
    "property": COUNTS,
    "building": COUNTS,
    "flat": COUNTS,
    "promise_area": COUNTS,
    "report_area": COUNTS,
    "report_text": "what is written of a report so far; what is published of it is kept in an edition",
    "report_indicator": COUNTS,
    "group_transition": "is only added to; its words are erased by the night",
    "set_aside": COUNTS,
    "trial_mail": "is its writer's own try, and is erased after a day",
    "erased_rows": COUNTS,
    "worker": COUNTS,
    "old_poster": "is written anew when a stairwell's code is played again",
    "coordinator_stairwell": "its rows end with the appointment; without any it is for the whole house",
    "notice_area": "goes with its notice, and is never changed",
    "notice_text": "goes with its notice, and is never changed",
    "letter_file": "goes with its pack",
    "meeting_change": "says what a meeting was before; what it is now is played again",
    "meeting_tally": COUNTS,
    "guest_answer": "how many come to an open meeting, of whom nothing is known",
    "checkin_link": ENDS_ANYWAY,
    "notes_draft": "only those who write the notes read it; what is published of it is a row of its own",
    "notes_aside": "only those who write the notes read it, until they make one text of two",
    "finding_link": ENDS_ANYWAY,
    "mailing": "goes with what it tells of",
    "outbox_row": "what waits is held by a restore, and asked again when it is claimed; a paper whose tick "
    "is lost is asked for again, which harms nobody; erased by the night",
    "sign_in": ENDS_ANYWAY,
    "sign_in_link": ENDS_ANYWAY,
    "audit_entry": "is only added to; erased by the night",
    "audit_block": "is only added to, and says itself if something is missing",
    "rate_count": "a copy may give back a few tries of an hour",
    "clock_run": "a restore does the day's jobs itself, and holds their mails",
    "journal_state": "is the journal's own",
    "journal_host": "is the journal's own",
}

NEVER_CHANGES = "says what the row is, and is not changed afterwards"
GIVES = "gives something: what came since the copy is lost with it"
BY_THE_NIGHT = "is emptied by the nightly job, which a restore runs"
HIDES_NOTHING = "changes nothing of who sees what, and of who is written to"

COLUMNS = {
    NEVER_CHANGES: (
        "address_change.created_at", "address_change.mailbox_id", "address_change.browser_index",
        "address_verification.created_at",
        "finding.area_id", "finding.created_at", "finding.form_key", "finding.group_id", "finding.meeting_id",
        "outreach_entry.created_at", "outreach_entry.form_key",
        "promise.created_at", "promise.form_key", "operation.created_at", "operation.form_key",
        "report.created_at", "report.form_key", "report_edition.published_at",
        "finding_follower.since", "finding_step.at", "finding_step.role", "finding_step.status",
        "finding_step.text",
        "checklist_item.step", "contact_message.answers_id", "contact_message.audience",
        "contact_message.building_id", "contact_message.form_key", "contact_message.group_id",
        "contact_message.sent_at", "contact_message.written_as",
        "contact_person.role", "contact_person.reach", "contact_person.group_id",
        "contact_person.building_id", "contact_person.landlord_id", "contact_person.area_id",
        "coordinator.appointed_at", "coordinator.appointed_by_id",
        "area_opt_out.at", "calendar_feed.made_at",
        "interest.could_coordinate", "interest.created_at", "invitation.is_transferable",
        "invitation.language", "invitation.created_at", "join_request.consent_channel",
        "join_request.wants_visit", "join_request.created_at", "join_request.decided_by_id",
        "join_request.reason", "knock.by_id", "knock.join_request_id", "knock.membership_id", "knock.outcome",
        "knock.status_before", "knock.status_before_at", "knock.at", "letter.code_index", "letter.printed_at",
        "letter_pack.group_id", "letter_pack.area_id", "letter_pack.asked_at", "meeting.group_id",
        "meeting.area_id",
        "meeting_part.stairwell_id", "meeting_answer.household_id", "meeting_answer.person_id",
        "notice.audience", "published_notes.published_at",
        "notice.group_id", "notice.stairwell_id", "notice.area_id", "notice.level", "notice.source",
        "notice.valid_until", "notice.sent_at", "officer.organisation", "officer.assigned_at",
        "person.created_at", "refusal.said_at", "stopped_writer.at", "watch_group.started_at",
        "watch_group.interest_since",
    ),
    GIVES: (
        "coordinator.accepted_at", "coordinator.duty_version", "interest.confirmed_at",
        "invitation.expires_at", "join_request.confirmed_at", "join_request.told_at", "letter.expires_at",
        "person.address_confirmed_at",
    ),
    BY_THE_NIGHT: (
        "finding.by_id", "finding_step.by_id", "outreach_entry.by_id", "promise.by_id", "operation.by_id",
        "report.by_id", "report_edition.by_id",
        "checklist_item.by_id", "invitation.flat_id", "invitation.by_id", "letter.by_id", "meeting.about",
        "meeting.called_by_id", "meeting.cancel_reason", "meeting.reminder_text", "meeting_answer.by_id",
        "meeting_part.decided_by_id",
        "membership.admitted_by_id", "notice.by_id", "published_notes.by_id",
    ),
    HIDES_NOTHING: (
        "finding.building_id", "finding.changed_at", "finding.due_on", "finding.owner", "finding.spot",
        "finding.stairwell_id", "finding.status",
        "checklist_item.done_on", "checklist_item.meeting_on",
        "contact_person.hours", "contact_person.checked_on",
        "stairwell.north", "stairwell.east",
        "household.sticker_given_on", "join_request.flat_id", "letter.discarded_at",
        "meeting.called_at", "meeting.reminders_at", "meeting.languages",
        "outreach_entry.building_id", "outreach_entry.changed_at", "outreach_entry.day",
        "outreach_entry.doors_knocked", "outreach_entry.doors_opened", "outreach_entry.kind",
        "outreach_entry.left_material", "outreach_entry.material_count", "outreach_entry.with_landlord",
        "outreach_entry.with_municipality", "outreach_entry.with_police", "outreach_entry.with_volunteers",
        "promise.begins", "promise.ends", "promise.target", "promise.result", "promise.outcome_number",
        "promise.by_police", "promise.by_municipality", "promise.by_landlord", "promise.by_groups",
        "promise.worded_at", "promise.followed_up_at",
        "operation.begins", "operation.ends", "operation.changed_at",
        "report.since", "report.until", "report.language", "report.changed_at",
        "meeting_answer.answered_at", "published_notes.corrected_at",
        "membership.channel", "membership.stairwell_id", "person.language",
        "watch_group.counted_at",
    ),
    "changes in a draft alone, which nobody was told of": (
        "meeting.audience", "meeting.building_id", "meeting.code", "meeting.kind",
    ),
    "says how the person joined: of two records of one person, either is true": (
        "membership.joined_at", "membership.consent_at", "membership.consent_channel",
    ),
    "who came is not for the journal: a restore brings back how many": (
        "meeting_press.arrived_at", "meeting_press.flat_id", "meeting_press.link_id",
        "meeting_press.person_id",
    ),
    "the browser that may change an address forgets it after a quarter of an hour": (
        "join_request.asked_index",
    ),
}  # fmt: skip
