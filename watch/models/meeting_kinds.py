"""What kinds of meetings there are, whom one is for, and whether those who came were counted."""

from __future__ import annotations

from enum import StrEnum


class MeetingKind(StrEnum):
    """The kind of a meeting."""

    START = "start"  # uppstartsmöte
    STAIRWELL = "stairwell"  # trapphusträff
    ANNUAL = "annual"  # årlig träff
    COORDINATORS = "coordinators"  # ombudsträff
    SAFETY_WALK = "safety_walk"  # trygghetsvandring
    CITIZENS = "citizens"  # medborgarmöte
    JOINT = "joint"  # gemensam träff


class MeetingAudience(StrEnum):
    """Whom a meeting is for: its parts; or, in an area, its coordinators, or everybody, members or not.

    Those who are interested in a building come to the start meeting of its group.
    """

    PARTS = "parts"
    COORDINATORS = "coordinators"
    EVERYBODY = "everybody"
    INTERESTED = "interested"


class Counting(StrEnum):
    """The state of counting who came. "Counted, nobody came" differs from "not counted"."""

    NOT_YET = "not_yet"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"
