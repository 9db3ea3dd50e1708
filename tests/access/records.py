"""Records of members are corrected by the coordinators of their stairwell; never by police or neighbours."""

from tests.access import Expected

ONE_MEMBER = {
    "anybody": "login", "stranger": 404, "waiting": 404, "member": 404,
    "other_coordinator": 404, "officer": 404, "other_officer": 404, "other_group": 404,
}  # fmt: skip
# A member whose stairwell is unknown is only for those who work with the whole group.
OF_NO_PORT = {**ONE_MEMBER, "coordinator": 404}
RECORD = "/memberships/{membership}/record"
UNPLACED = "/memberships/{unplaced_membership}/record"
LEFT = "/memberships/{left_membership}/record"


def read(path: str = "") -> tuple[Expected, ...]:
    return (
        Expected(get=RECORD + path, **ONE_MEMBER, coordinator=200, lead=200),
        Expected(get=UNPLACED + path, **OF_NO_PORT, whole_house=200, lead=200),
        Expected(get=LEFT + path, **OF_NO_PORT, lead=404),
    )


def write(path: str, status: int, **data: str) -> tuple[Expected, ...]:
    return (
        Expected(post=RECORD + path, data=data, **ONE_MEMBER, coordinator=status, lead=status),
        Expected(post=UNPLACED + path, data=data, **OF_NO_PORT, whole_house=status, lead=status),
        Expected(post=LEFT + path, data=data, **OF_NO_PORT, lead=404),
    )


def press(what: str, status: int, by_lead: int | None = None) -> tuple[Expected, ...]:
    """Return what a press gets that may come twice: its address stays when the membership has ended."""
    refused = {
        "anybody": "login", "stranger": 404, "waiting": 404, "member": 403,
        "other_coordinator": 404, "officer": 403, "other_officer": 404, "other_group": 404,
    }  # fmt: skip
    lead = by_lead or status
    path = "/groups/{{group}}/records/{{{}}}/" + what.replace("{", "{{").replace("}", "}}")
    return (
        Expected(post=path.format("membership"), **refused, coordinator=status, whole_house=lead, lead=lead),
        Expected(
            post=path.format("unplaced_membership"), **refused, coordinator=404, whole_house=303, lead=303
        ),
        Expected(post=path.format("left_membership"), **refused, coordinator=404, lead=404),
    )


ENDPOINTS = {
    "records.show": read(),
    "records.correct": write("", 303, name="Karin"),
    "records.ask_flat": read("/flat"),
    "records.correct_flat": write("/flat", 422),
    "records.record_address": write("/address", 422),
    "records.cancel_address": write("/address/cancel", 303),
    "records.address_works": write("/address/works", 303),
    "records.ask_end": read("/end"),
    "records.end": press("end", 303),
    "records.ask_merge": read("/merge"),
    "records.merge": press("merge?other={unplaced_membership}", 404, 303),
    "records.ask_person": write("/merge/ask", 303),
    "records.take_back": press("back", 303),
}  # fmt: skip
