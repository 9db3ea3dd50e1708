"""Finds what points at a person in free text that others will read (trust.md, rule 8).

Texts about suspects belong with the police (GDPR article 10). The rules find the usual wordings only, and may
be wrong: the writer can reword the text, or say that it is about nobody and go on.
"""

from watch.guard.lists import named_in, people_listed
from watch.guard.names import tells_of_somebody
from watch.guard.neighbours import flats_of_people
from watch.guard.people import suspects_in
from watch.guard.places import names_flat, people_at, tells_flat
from watch.guard.plates import plates_in

__all__ = [
    "flats_of_people",
    "named_in",
    "names_flat",
    "people_at",
    "people_listed",
    "plates_in",
    "suspects_in",
    "tells_flat",
    "tells_of_somebody",
]
