"""Errors that changing one's own address can meet."""

from __future__ import annotations

from watch.errors import DomainError


class SameAddress(DomainError):
    """The new address is the one that the person has."""


class AskedOften(DomainError):
    """The person has asked for as many changes within a day as anybody may."""


class ConfirmedElsewhere(DomainError):
    """A person with a role opened the link in a browser that did not ask for the change (trust.md 2)."""
