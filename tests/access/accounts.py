"""Signing in is for everybody; settings and devices are for the person signed in."""

from tests.access import ROLES, Expected, public, signed_in

ENDPOINTS = {
    # Whoever is signed in already is redirected to their start page.
    "accounts.login": Expected(get="/login", **(dict.fromkeys(ROLES, 302) | {"anybody": 200})),
    "accounts.send_link": public(post="/login", status=422),
    "accounts.open_link": public(get="/login/{sign_in_link}"),
    "accounts.sign_in": public(post="/login/{sign_in_link}", status=303),
    "accounts.sign_out": public(post="/logout", status=303),
    "accounts.choose_language": public(post="/language", status=303, data={"language": "so"}),
    "accounts.settings": signed_in(get="/me/settings"),
    "accounts.save_settings": signed_in(post="/me/settings", status=422),
    "accounts.security": signed_in(get="/me/security"),
    "accounts.end_sign_in": signed_in(post="/me/security/{sign_in}/end", status=303),
    "accounts.end_all": signed_in(post="/me/security/end-all", status=303),
}
