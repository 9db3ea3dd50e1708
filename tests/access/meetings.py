"""Calling, answering, counting and cancelling meetings."""

from tests.access import Expected, public, signed_in
from watch.meetings.queries.seen import reminders_seen
from watch.models import Meeting

CALLERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
    "officer": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
READERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 200, "coordinator": 200,
    "other_coordinator": 200, "lead": 200, "officer": 200, "other_officer": 404, "other_group": 404,
}  # fmt: skip
OFFICERS = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404, "coordinator": 404,
    "other_coordinator": 404, "lead": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
OF_AREA = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 403, "coordinator": 403,
    "other_coordinator": 403, "lead": 403, "other_officer": 404, "other_group": 404,
}  # fmt: skip
AS_CALLED = reminders_seen(Meeting(remind_early=7, remind_late=1))  # what the page showed
REMINDERS = {"remind_early": "7", "remind_late": "0", "seen": AS_CALLED}
PLAN = {
    "kind": "stairwell", "day": "2026-01-01", "starts": "18.00", "ends": "19.00",
    "place": "Trappan", "scope": "group",
}  # fmt: skip


def coordinators(status: int) -> dict[str, int]:
    """Return the same for all coordinators of the group (permissions.md: own group)."""
    return {"coordinator": status, "other_coordinator": status, "lead": status}


def of_stairwell_3(status: int) -> dict[str, int]:
    """Return what a stairwell's meeting is: for its coordinators, whoever called it, and for the lead."""
    return {"coordinator": status, "other_coordinator": 403, "lead": status}


ENDPOINTS = {
    "meetings.index": Expected(get="/groups/{group}/meetings", **READERS),
    "meetings.show": (
        Expected(get="/meetings/{meeting}", **READERS),
        Expected(get="/meetings/{stairwell_meeting}", **READERS),
    ),
    "meetings.sheet": Expected(get="/meetings/{meeting}/sheet.pdf", **READERS),
    "meetings.calendar_file": (
        Expected(get="/meetings/{meeting}/calendar.ics", **READERS),
        Expected(get="/meetings/{stairwell_meeting}/calendar.ics", **READERS),
    ),
    "meetings.own_calendar": signed_in(get="/me/calendar"),
    "meetings.make_feed": signed_in(post="/me/calendar", status=303),
    "meetings.renew_feed": signed_in(post="/me/calendar/renew", status=303),
    "meetings.end_feed": signed_in(post="/me/calendar/end", status=303),
    "meetings.feed": public(get="/calendar/{calendar_feed}.ics"),
    "meetings.open_calendar_file": public(get="/r/{answer}/calendar.ics"),
    "meetings.public_page": public(get="/m/{public_meeting}"),
    "meetings.answer_publicly": public(post="/m/{public_meeting}", data={"people": "2"}, status=303),
    "meetings.public_answer": public(get="/m/{public_meeting}/{guest}"),
    "meetings.change_public_answer": public(
        post="/m/{public_meeting}/{guest}", data={"people": "3"}, status=303
    ),
    "meetings.withdraw_public_answer": public(post="/m/{public_meeting}/{guest}/withdraw", status=303),
    "meetings.public_calendar_file": public(get="/m/{public_meeting}/calendar.ics"),
    "meetings.area_feed": public(get="/areas/{area}/calendar.ics"),
    "meetings.new": Expected(get="/groups/{group}/meetings/new", **CALLERS, **coordinators(200)),
    "meetings.call": Expected(post="/groups/{group}/meetings", **CALLERS, **coordinators(422)),
    "meetings.back_to_new": Expected(
        get="/groups/{group}/meetings/preview", **CALLERS, **coordinators(303)
    ),
    "meetings.preview": Expected(post="/groups/{group}/meetings/preview", **CALLERS, **coordinators(422)),
    "meetings.save_draft": Expected(
        post="/groups/{group}/meetings/drafts", **CALLERS, **coordinators(422)
    ),
    "meetings.throw_away": Expected(
        post="/groups/{group}/meetings/drafts/{meeting}/delete", **CALLERS, **coordinators(303)
    ),
    "meetings.numbers": Expected(get="/groups/{group}/meetings/numbers", **READERS),
    "meetings.numbers_as_csv": Expected(get="/groups/{group}/meetings/numbers.csv", **READERS),
    "meetings.area_numbers": Expected(get="/areas/{area}/meetings/numbers", **OFFICERS, officer=200),
    "meetings.area_ask_numbers": (
        Expected(get="/areas/{area}/meetings/numbers/export", **OFFICERS, officer=200),
        Expected(get="/areas/{area}/meetings/numbers.csv", **OFFICERS, officer=200),
    ),
    "meetings.area_take_out_numbers": Expected(
        post="/areas/{area}/meetings/numbers/export", **OFFICERS, officer=422
    ),
    "meetings.area_index": Expected(get="/areas/{area}/meetings", **OFFICERS, officer=200),
    "meetings.area_new": Expected(get="/areas/{area}/meetings/new", **OFFICERS, officer=200),
    "meetings.back_to_area_new": Expected(get="/areas/{area}/meetings/preview", **OFFICERS, officer=303),
    "meetings.area_preview": Expected(post="/areas/{area}/meetings/preview", **OFFICERS, officer=422),
    "meetings.area_call": Expected(post="/areas/{area}/meetings", **OFFICERS, officer=422),
    "meetings.area_held": Expected(get="/areas/{area}/meetings/held", **OFFICERS, officer=200),
    "meetings.write_down_in_area": Expected(post="/areas/{area}/meetings/held", **OFFICERS, officer=422),
    "meetings.area_save_draft": Expected(post="/areas/{area}/meetings/drafts", **OFFICERS, officer=422),
    "meetings.area_throw_away": Expected(
        post="/areas/{area}/meetings/drafts/{open_meeting}/delete", **OFFICERS, officer=303
    ),
    "meetings.start_save_draft": Expected(
        post="/buildings/{empty_house}/meetings/drafts", **OFFICERS, officer=422
    ),
    "meetings.start_new": Expected(get="/buildings/{empty_house}/meetings/new", **OFFICERS, officer=200),
    "meetings.back_to_start_new": Expected(
        get="/buildings/{empty_house}/meetings/preview", **OFFICERS, officer=303
    ),
    "meetings.start_preview": Expected(
        post="/buildings/{empty_house}/meetings/preview", **OFFICERS, officer=422
    ),
    "meetings.start_call": Expected(post="/buildings/{empty_house}/meetings", **OFFICERS, officer=422),
    # Members answer for themselves: Carin and Bengt live in this stairwell, Dawit and Amina in stairwell 1.
    "meetings.answer": Expected(
        post="/meetings/{stairwell_meeting}/answer", data={"answer": "yes"},
        anybody="login", stranger=404, waiting=404, member=303, coordinator=303, other_coordinator=403,
        lead=403, officer=403, other_officer=404, other_group=404,
    ),
    "meetings.paper": (
        Expected(get="/meetings/{meeting}/paper", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/paper", **CALLERS, **of_stairwell_3(200)),
    ),
    # The meeting is in a week: those who may count are sent back to it with an explanation.
    "meetings.count": (
        Expected(get="/meetings/{meeting}/count", **CALLERS, **coordinators(303)),
        Expected(get="/meetings/{held_meeting}/count", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.write_count": (
        Expected(
            post="/meetings/{meeting}/count", data={"not_counted": "y"}, **CALLERS, **coordinators(303)
        ),
        Expected(
            post="/meetings/{held_meeting}/count", data={"not_counted": "y"}, **CALLERS, **of_stairwell_3(303)
        ),
    ),
    "meetings.ask_correct": Expected(
        get="/meetings/{held_meeting}/correct", **CALLERS, **of_stairwell_3(200)
    ),
    "meetings.correct": Expected(post="/meetings/{held_meeting}/correct", **CALLERS, **of_stairwell_3(422)),
    "meetings.ask_remove": Expected(get="/meetings/{held_meeting}/remove", **CALLERS, **of_stairwell_3(200)),
    "meetings.remove": Expected(
        post="/groups/{group}/meetings/{held_meeting}/remove", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.area_remove": Expected(
        post="/areas/{area}/meetings/{open_meeting}/remove", **OFFICERS, officer=303
    ),
    "meetings.edit": (
        Expected(get="/meetings/{meeting}/edit", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/edit", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.back_to_edit": Expected(
        get="/meetings/{stairwell_meeting}/edit/preview", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.preview_change": Expected(
        post="/meetings/{stairwell_meeting}/edit/preview", **CALLERS, **of_stairwell_3(422)
    ),
    "meetings.change": (
        Expected(post="/meetings/{meeting}/edit", **CALLERS, **coordinators(422)),
        Expected(post="/meetings/{stairwell_meeting}/edit", **CALLERS, **of_stairwell_3(422)),
    ),
    "meetings.ask_reminders": (
        Expected(get="/meetings/{meeting}/reminders", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/reminders", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.ask_languages": Expected(get="/meetings/{open_meeting}/languages", **OF_AREA, officer=200),
    "meetings.choose_languages": Expected(
        post="/meetings/{open_meeting}/languages", data={"seen": "sv ar"}, **OF_AREA, officer=303
    ),
    "meetings.choose_reminders": (
        Expected(post="/meetings/{meeting}/reminders", data=REMINDERS, **CALLERS, **coordinators(303)),
        Expected(
            post="/meetings/{stairwell_meeting}/reminders", data=REMINDERS, **CALLERS, **of_stairwell_3(303)
        ),
    ),
    "meetings.ask_cancel": (
        Expected(get="/meetings/{meeting}/cancel", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/cancel", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.cancel": (
        Expected(post="/meetings/{meeting}/cancel", **CALLERS, **coordinators(303)),
        Expected(post="/meetings/{stairwell_meeting}/cancel", **CALLERS, **of_stairwell_3(303)),
    ),
    # Counting opens two hours before: those who may count are sent back to the meeting with an explanation.
    "meetings.checkin": (
        Expected(get="/meetings/{meeting}/checkin", **CALLERS, **coordinators(303)),
        Expected(get="/meetings/{held_meeting}/checkin", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.press": (
        Expected(post="/meetings/{meeting}/checkin", **CALLERS, **coordinators(303)),
        Expected(post="/meetings/{held_meeting}/checkin", **CALLERS, **of_stairwell_3(303)),
    ),
    "meetings.close_checkin": (
        Expected(post="/meetings/{meeting}/checkin/close", **CALLERS, **coordinators(303)),
        Expected(post="/meetings/{held_meeting}/checkin/close", **CALLERS, **of_stairwell_3(303)),
    ),
    "meetings.checkin_link": (
        Expected(get="/meetings/{meeting}/checkin/link", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/checkin/link", **CALLERS, **of_stairwell_3(200)),
    ),
    "meetings.lend": Expected(
        post="/meetings/{stairwell_meeting}/checkin/link", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.end_links": Expected(
        post="/meetings/{stairwell_meeting}/checkin/link/end", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.sign_in_sheet": (
        Expected(get="/meetings/{meeting}/signin.pdf", **CALLERS, **coordinators(200)),
        Expected(get="/meetings/{stairwell_meeting}/signin.pdf", **CALLERS, **of_stairwell_3(200)),
    ),
    # Nobody has asked this group to one of its own meetings. A coordinator of an asked group: see test_joint.
    "meetings.joint_gathering": Expected(get="/meetings/{meeting}/joint", **CALLERS, **coordinators(403)),
    "meetings.answer_joint": Expected(
        post="/meetings/{meeting}/joint/{group}", data={"answer": "no"}, **CALLERS, **coordinators(403)
    ),
    "meetings.back_to_joint": Expected(
        get="/meetings/{meeting}/joint/{group}", **CALLERS, **coordinators(403)
    ),
    "meetings.door": public(get="/door/{checkin_link}"),
    "meetings.press_at_door": public(post="/door/{checkin_link}", status=303),
    # The held meeting was in stairwell 3; of one to come, a sentence says that it is too early.
    "meetings.write_notes": (
        Expected(get="/meetings/{held_meeting}/notes", **CALLERS, **of_stairwell_3(200)),
        Expected(get="/meetings/{meeting}/notes", **CALLERS, **coordinators(303)),
    ),
    "meetings.save_notes": (
        Expected(post="/meetings/{held_meeting}/notes", **CALLERS, **of_stairwell_3(422)),
        Expected(post="/meetings/{meeting}/notes", data={"text": "Ljuset."}, **CALLERS, **coordinators(303)),
    ),
    "meetings.preview_notes": Expected(
        get="/meetings/{held_meeting}/notes/preview", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.publish_notes": Expected(
        post="/meetings/{held_meeting}/notes/publish", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.skip_notes": Expected(
        post="/meetings/{held_meeting}/notes/none", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.expect_notes": Expected(
        post="/meetings/{held_meeting}/notes/none/undo", **CALLERS, **of_stairwell_3(303)
    ),
    "meetings.notes_sheet": Expected(
        get="/meetings/{meeting}/notes/sheet.pdf",
        anybody="login", stranger=404, waiting=404, member=404, coordinator=404, other_coordinator=404,
        lead=404, officer=404, other_officer=404, other_group=404,
    ),
    "meetings.notes_paper": Expected(
        get="/meetings/{held_meeting}/notes/paper", **CALLERS, **of_stairwell_3(200)
    ),
    "meetings.open_answer": public(get="/r/{answer}"),
    "meetings.not_you": public(get="/r/not-you"),
    "meetings.answer_by_mail": public(post="/r/{answer}", data={"answer": "maybe"}, status=303),
}  # fmt: skip
