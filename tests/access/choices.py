"""Choosing notices is for the reader of a mail by its link, else for members, about themselves only."""

from tests.access import Expected, public

THEIRS = "/u/{unsubscribe}/{membership}"

ENDPOINTS = {
    "groups.choices.show": public(get="/u/{unsubscribe}"),
    "groups.choices.unsubscribe": public(post="/u/{unsubscribe}", data={"List-Unsubscribe": "One-Click"}),
    "groups.choices.choose": public(post="/u/{unsubscribe}/choose", status=422),
    "groups.choices.ask_moved": public(get=f"{THEIRS}/moved"),
    "groups.choices.moved": public(post=f"{THEIRS}/moved", status=303),
    "groups.choices.ask_leave": public(get=f"{THEIRS}/leave"),
    "groups.choices.leave": public(post=f"{THEIRS}/leave", status=303),
    "groups.choices.take_back": public(post=f"{THEIRS}/back", status=303),
    "groups.choices.subscribe_again": public(post=f"{THEIRS}/again", status=303),
    "groups.choices.own": Expected(
        get="/groups/{group}/mail",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=403, other_officer=404, other_group=404,
    ),
    "groups.choices.save": Expected(
        post="/groups/{group}/mail",
        anybody="login", stranger=404, waiting=404, member=422,
        coordinator=422, other_coordinator=422, lead=422,
        officer=403, other_officer=404, other_group=404,
    ),
}  # fmt: skip
