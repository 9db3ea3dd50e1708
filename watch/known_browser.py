"""Whose browser this is: the owner of which address has signed in with it."""

from __future__ import annotations

from flask import session

from watch.crypto import keyring


def mark_of(address: str) -> str:
    """Return the keyed hash of an address that a browser stores after a sign-in."""
    return keyring().blind_index("signed in here", address).hex()


def has_signed_in_here(address: str) -> bool:
    """Return True if the owner of that address has signed in with this browser and not signed out."""
    return bool(session.get("address") == mark_of(address))
