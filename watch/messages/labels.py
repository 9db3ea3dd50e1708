"""Who writes a message to people whom they may not see."""

from __future__ import annotations

from watch.messages.queries import office_of_sender
from watch.models import ContactMessage, Organisation
from watch.notices.labels import OFFICERS


def officer_who_wrote(message: ContactMessage) -> str:
    """Return "Kommunpolisen i Norrby", in the current language."""
    area, officer = office_of_sender(message)
    role = OFFICERS[officer.organisation if officer else Organisation.POLICE]
    return str(role) % {"area": area.name}
