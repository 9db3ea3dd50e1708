"""Who writes a message: the role inside, whatever name they have given themselves."""

from __future__ import annotations

from flask_babel import gettext as _

from watch.messages.queries.unseen import office_of_sender
from watch.messages.queries.writing import home_of, is_coordinator
from watch.models import Area, ContactMessage, MessageAudience, Officer, Organisation
from watch.notices.labels import OFFICERS


def officer_who_wrote(message: ContactMessage) -> str:
    """Return the office of the officer who wrote a message, in the current language."""
    return office_name(*office_of_sender(message))


def office_name(area: Area, officer: Officer | None) -> str:
    """Return "Kommunpolisen i Norrby", in the current language. With None, it is the police."""
    role = OFFICERS[officer.organisation if officer else Organisation.POLICE]
    return str(role) % {"area": area.name}


def role_of_sender(message: ContactMessage) -> str:
    """Return what the sender is in the group: "granne i lägenhet 1203, port 3", in the current language."""
    if message.audience is MessageAudience.MEMBER or is_coordinator(message):
        return _("kontaktombud")
    home = home_of(message)
    if home is not None and home.left_at is not None and home.household is not None:
        return _(  # perhaps recorded so by mistake: the coordinator must find the flat
            "är inte med längre, lägenhet %(flat)s, port %(port)s",
            flat=home.household.flat.number,
            port=home.household.flat.stairwell.number,
        )
    if home is None or home.left_at is not None:
        return _("har lämnat gruppen")
    if home.stairwell is None:
        return _("granne")
    if home.household is None:
        return _("granne i port %(port)s", port=home.stairwell.number)
    return _(
        "granne i lägenhet %(flat)s, port %(port)s",
        flat=home.household.flat.number,
        port=home.stairwell.number,
    )
