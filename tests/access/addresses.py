"""One's own address is for the person signed in; mailed links confirm and undo a change of it."""

from tests.access import public, signed_in

ENDPOINTS = {
    "addresses.change": signed_in(get="/me/email"),
    "addresses.send_link": signed_in(post="/me/email", status=422),
    "addresses.cancel": signed_in(post="/me/email/cancel", status=303),
    "addresses.confirm": public(get="/email/{address_change}"),
    # Lars has no role yet, so any browser will do.
    "addresses.confirm_change": public(post="/email/{address_change}", status=303),
    "addresses.undo": public(get="/email/undo/{address_undo}"),
    "addresses.undo_change": public(post="/email/undo/{address_undo}", status=303),
}
