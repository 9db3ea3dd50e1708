"""Interest in a building without a group (permissions.md: show interest)."""

from tests.access import public

ENDPOINTS = {
    "interest.show": public(get="/buildings/{empty_house}/interest"),
    "interest.leave": public(post="/buildings/{empty_house}/interest", status=422),
    "interest.sent": public(get="/buildings/{empty_house}/interest/sent"),
    "interest.open_link": public(get="/interest/{interest}"),
    "interest.confirm": public(post="/interest/{interest}", status=303),
    "interest.tell_name": public(post="/interest/{interest}/name", status=303),
    "interest.take_back_name": public(post="/interest/{interest}/unname", status=303),
    "interest.back_to_open": public(get="/interest/{interest}/join", status=303),
    "interest.join": public(post="/interest/{interest}/join", status=303),
    "interest.withdraw": public(post="/interest/{interest}/withdraw", status=303, data={"sure": "y"}),
    "interest.show_again": public(post="/interest/{interest}/again", status=303),
}
