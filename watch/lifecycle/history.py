"""What a group's history says of its buildings, in the language of whoever changed them."""

from __future__ import annotations

from flask_babel import gettext as _

from watch.models import Building


def said_added(building: Building) -> str:
    """Say that a building belongs to the group."""
    return _("Huset %(house)s hör till gruppen nu.", house=building.address)


def said_own(building: Building, reason: str | None) -> str:
    """Say that a building of the group got one of its own, and why if a reason is known."""
    if reason is None:
        return _("Huset %(house)s fick en egen grupp samma dag som det kom.", house=building.address)
    return _("Huset %(house)s fick en egen grupp: %(reason)s", house=building.address, reason=reason)


def said_origin(name: str) -> str:
    """Say to which group a building belonged before, by its name of then."""
    return _("Huset hörde till gruppen %(group)s.", group=name)
