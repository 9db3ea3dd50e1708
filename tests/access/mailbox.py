"""The development mailbox is for whoever uses the machine."""

from __future__ import annotations

from tests.access import public

ENDPOINTS = {
    "mailbox.index": public(get="/mailbox"),
    "mailbox.letter": public(get="/mailbox/{letter}", status=404),
}
