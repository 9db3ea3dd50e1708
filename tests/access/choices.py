"""Notice choices: by the link of a mail for whoever reads it, else for members alone, and their own only."""

from tests.access import Expected, public

THEIRS = "/u/{unsubscribe}/{membership}"

ENDPOINTS = {
    "choices.show": public(get="/u/{unsubscribe}"),
    "choices.unsubscribe": public(post="/u/{unsubscribe}", data={"List-Unsubscribe": "One-Click"}),
    "choices.choose": public(post="/u/{unsubscribe}/choose", status=422),
    "choices.ask_moved": public(get=f"{THEIRS}/moved"),
    "choices.moved": public(post=f"{THEIRS}/moved", status=303),
    "choices.ask_leave": public(get=f"{THEIRS}/leave"),
    "choices.leave": public(post=f"{THEIRS}/leave", status=303),
    "choices.take_back": public(post=f"{THEIRS}/back", status=303),
    "choices.of_group": Expected(
        get="/groups/{group}/mail",
        anybody="login", stranger=404, waiting=404, member=200,
        coordinator=200, other_coordinator=200, lead=200,
        officer=403, other_officer=404, other_group=404,
    ),
    "choices.save": Expected(
        post="/groups/{group}/mail",
        anybody="login", stranger=404, waiting=404, member=422,
        coordinator=422, other_coordinator=422, lead=422,
        officer=403, other_officer=404, other_group=404,
    ),
}  # fmt: skip
