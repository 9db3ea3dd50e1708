"""Whose names a text about a finding should not tell, as far as its writer knows them."""

from __future__ import annotations

from collections.abc import Sequence

from watch.access import current_relations
from watch.findings.queries import Place, links
from watch.groups.queries.names import coordinators_in, members_near
from watch.models import Area, Group


def names_known(place: Place) -> Sequence[str]:
    """Return the names that the reader knows: of members, or for officers of coordinators and contacts.

    An officer must not learn from a question who takes part.
    """
    if isinstance(place, Group):
        if scopes := current_relations().scopes_among([place.id]):
            return members_near(scopes)
        return _known_to_officers(place.area)
    return _known_to_officers(place)


def _known_to_officers(area: Area) -> list[str]:
    contacts = [each.name for each in links.contacts_near(area) if each.name]
    return [*coordinators_in(area.id), *contacts]
