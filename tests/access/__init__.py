"""Expected access, written by hand from permissions.md: one data file for each blueprint, without code.

`tests/access/<blueprint>.py` holds `ENDPOINTS`, by endpoint:

    from tests.access import Expected, public, signed_in

    ENDPOINTS = {
        "joining.approve": Expected(
            post="/requests/{request}/approve",
            anybody="login", stranger=404, waiting=404, member=403,
            coordinator=303, other_coordinator=403, lead=303,
            officer=403, other_officer=404, other_group=404,
        ),
        "groups.mine": signed_in(get="/me"),
        "places.front": public(get="/"),
        "joining.ask": public(get="/buildings/{house}/join"),
        "joining.send_request": public(post="/buildings/{house}/join", status=422),
    }

A value is the status of the response; "login" is a 302 or 303 to /login, and for a form 401, which keeps it.
The address is a format string with names from the scene (tests/cast.py): the group of Våglängdsgatan and what
belongs to it, as seen by

    anybody            nobody is signed in
    stranger           Jenny: signed in, no relation to anything
    waiting            Farah: asked to join, port 3
    member             Carin: port 3
    coordinator        Bengt: of port 3, to which the row belongs unless it is the whole group's
    other_coordinator  Dawit, for this test also coordinator of port 1 only
    lead               Amina
    officer            Gun: police contact of Hässleholmen and Norrby
    other_officer      Hodan: of Boda
    other_group        Ivan: coordinator of another group, in Boda

and by people who made none of these rows, without values of their own:

    whole_house        coordinator of the whole house, not its lead: as the coordinator, unless given
    nothing_now        asked to be lead, once lead, once officer, once a member: as a stranger, unless given
    asked_member       a member of port 3, asked to be lead: as a member
    officer_with_rows  officer of Hässleholmen with an appointment as coordinator: as an officer
    officer_member     the same, living in port 3: what a member or an officer gets
    partner            the landlord of Hässleholmen's and the municipality in it: as a stranger, unless given

An endpoint whose response depends on the row has a tuple of several.

Names: {group} {house} (building of the group) {empty_house} (no group, Norrby) {area} (slug)
{stairwell} (port 3) {flat} (port 3, taking part: Carin's) {empty_flat} (port 3, no household)
{request} (Farah's) {invitation} (by Bengt, flat in port 3) {membership} (Carin's) {coordinator} (Bengt's
appointment) {knock} (Bengt's, port 3) {meeting} (of the group, by Amina) {stairwell_meeting} (port 3, by
Bengt) {held_meeting} (port 3, by Bengt, yesterday) {notice} (to the group, by Amina) {stairwell_notice}
(port 3, by Bengt) {area_notice} {pack} (Bengt's letters, not made yet) {area_pack} (Gun's, made)
{upload} (a list that Gun uploaded) {sign} (of {house}) {outreach} (an entry of
Hässleholmen's log) {partner} (a page of Lena in Hässleholmen, given by Gun)
{promise} (a draft) {operation} {report} (over Hässleholmen, published)
{report_slug} {indicator} (of that report) {contact} (of Hässleholmen) {own_contact} (of the group)
{municipality_contact} (Lena, of Hässleholmen) {police_finding} (of the group, the police's) {sign_in}
(of the person who asks), and valid tokens and codes: {poster}
{checkin_link} {sign_in_link} {address_change} {address_undo}
{confirm_request} {interest} {invitation_link} {appointment} {decide} {answer} {reply}
{to_interested} {unsubscribe} {told} {finding_link} {contact_question} {calendar_feed} (Elsa's)
{public_meeting} (of Hässleholmen, by Gun; its code) {open_meeting} (its id) {guest} (the key of an answer to
it);
{interested_message} {members_message} (written by Gun)
{stopped_writer} (Elsa); {finding} (of the group, the landlord's) {area_finding};
{letter} is a name that no mail in the development mailbox has.

Rows without a port, or whose people have left: {unplaced_membership} (Mona, whose port is unknown)
{left_membership} (Olga's, who has left port 3) {bengts_open_invitation} {aminas_open_invitation} (to no flat)
{old_request} (port 3, waiting for 15 days, so any coordinator may decide) {answered_request} (as old, and
declined by Bengt) {unconfirmed_request} (port 3).

POST is sent with a valid CSRF token and the fields of `data`, few or none: 422 for a form with missing fields
proves access as well as 303 does. Each request gets a fresh scene, so that it changes nothing for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

Status = int | Literal["login"]
ROLES = (
    "anybody",
    "stranger",
    "waiting",
    "member",
    "coordinator",
    "other_coordinator",
    "lead",
    "officer",
    "other_officer",
    "other_group",
)
# These get exactly what another role gets: ended, unaccepted or additional roles must not count.
AS = {
    "nothing_now": "stranger", "asked_member": "member", "officer_with_rows": "officer",
    "partner": "stranger",
}  # fmt: skip
EVERYBODY = (*ROLES, "whole_house", "officer_member", *AS)
REFUSED: tuple[Status, ...] = (404, 403)  # the one that reveals more comes last


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The response that each role gets from an endpoint, by GET or by POST."""

    anybody: Status
    stranger: Status
    waiting: Status
    member: Status
    coordinator: Status
    other_coordinator: Status
    lead: Status
    officer: Status
    other_officer: Status
    other_group: Status
    whole_house: Status | None = None
    nothing_now: Status | None = None
    partner: Status | None = None
    is_own: bool = False  # only for the person who made it, whatever their roles
    get: str | None = None
    post: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.get is None) == (self.post is None):
            raise ValueError("an endpoint is asked by GET or by POST, one of them")

    @property
    def address(self) -> str:
        """The format string of the endpoint's address."""
        return self.get or self.post or ""

    def of(self, role: str) -> Status:
        """Return what a role gets."""
        if self.is_own and role not in ROLES:
            return self.stranger
        if role == "officer_member":
            return max(self.member, self.officer, key=_how_much)
        if role == "nothing_now" and self.nothing_now is not None:
            return self.nothing_now
        if role == "partner" and self.partner is not None:
            return self.partner
        if role == "whole_house" and self.whole_house is None:
            return self.coordinator
        status: Status = getattr(self, AS.get(role, role))
        return status


def _how_much(status: Status) -> int:
    """Return the rank of a status: refusals grant nothing, anything else grants access."""
    return REFUSED.index(status) if status in REFUSED else len(REFUSED)


OneOrMore = Expected | tuple[Expected, ...]


def public(
    *,
    get: str | None = None,
    post: str | None = None,
    status: Status = 200,
    data: Mapping[str, str] | None = None,
) -> Expected:
    """Return the same status for everybody."""
    return Expected(get=get, post=post, data=data or {}, **dict.fromkeys(ROLES, status))


def signed_in(
    *,
    get: str | None = None,
    post: str | None = None,
    status: Status = 200,
    data: Mapping[str, str] | None = None,
) -> Expected:
    """Return the same status for everybody who is signed in."""
    return Expected(
        get=get, post=post, data=data or {}, **(dict.fromkeys(ROLES, status) | {"anybody": "login"})
    )


AT_ONCE = 12


def file_of(endpoint: str) -> str:
    """Return the name of the data file that holds an endpoint."""
    return endpoint.split(".")[-2]


def in_parts(endpoints: Iterable[str]) -> dict[str, list[str]]:
    """Return the endpoints in parts of at most twelve of one file, as "meetings-2".

    The rows that they are asked about take longer to make than one answer; a part shares them.
    """
    ordered = sorted(endpoints, key=lambda name: (file_of(name), name))
    return {
        f"{file}-{at // AT_ONCE + 1}": names[at : at + AT_ONCE]
        for file, each in groupby(ordered, key=file_of)
        for names in [list(each)]
        for at in range(0, len(names), AT_ONCE)
    }
