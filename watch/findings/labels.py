"""Labels of findings: the checklist of places, owners and statuses."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.findings.queries import name_then
from watch.models import Finding, FindingOwner, FindingStatus, Spot

BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
REPORTED_MEANWHILE = _l("Någon annan ändrade samtidigt. Läs vad som har hänt, och spara det som stämmer.")
SPOTS = {
    Spot.LIGHTING: _l("Belysning"),
    Spot.DOOR: _l("Dörr eller lås"),
    Spot.CELLAR: _l("Källare eller förråd"),
    Spot.LAUNDRY: _l("Tvättstuga"),
    Spot.REFUSE: _l("Soprum"),
    Spot.BICYCLES: _l("Cykelrum"),
    Spot.YARD: _l("Gård"),
    Spot.ROAD: _l("Väg"),
    Spot.LITTER: _l("Nedskräpning"),
    Spot.GRAFFITI: _l("Klotter"),
}
OWNERS = {
    FindingOwner.COORDINATOR: _l("Kontaktombuden"),
    FindingOwner.LANDLORD: _l("Fastighetsägaren"),
    FindingOwner.MUNICIPALITY: _l("Kommunen"),
    FindingOwner.POLICE: _l("Kommunpolisen"),
}
STATUSES = {
    FindingStatus.OPEN: _l("Inte påbörjad"),
    FindingStatus.IN_PROGRESS: _l("På gång"),
    FindingStatus.DONE: _l("Klar"),
    FindingStatus.WILL_NOT: _l("Blir inte av"),
}
STATUS_KINDS = {
    FindingStatus.OPEN: "warn",
    FindingStatus.IN_PROGRESS: "lamp",
    FindingStatus.DONE: "ok",
    FindingStatus.WILL_NOT: "neutral",
}


def where_of(finding: Finding) -> str:
    """Return where something is to be mended, by the name of the street, the group's houses or the area.

    A finding of a whole group is of the houses that the group had when it was written, and of no later ones.
    """
    place = finding.stairwell or finding.building
    if place:
        return place.address
    if finding.group:
        return _("%(house)s, hela huset", house=name_then(finding.group, finding.created_at))
    return _("%(area)s, hela området", area=finding.area.name if finding.area else "")


def in_a_line(finding: Finding) -> str:
    """Return what is to be mended, where, and who sees to it, as it stands in an agenda."""
    return f"{SPOTS[finding.spot]}, {where_of(finding)}: {finding.what} ({OWNERS[finding.owner]})"


def where_in_area(finding: Finding) -> str:
    """Return where something is to be mended, for somebody outside the group: with the area."""
    where = where_of(finding)
    return language.listed([where, finding.group.area.name]) if finding.group else where
