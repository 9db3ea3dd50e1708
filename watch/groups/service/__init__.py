"""What changes in a group: its start, its households and members, its coordinators."""

from watch.accounts.service import OfficerNeverCoordinates
from watch.groups.service.choices import FlatTaken, TooLateToUndo, choose_notices, i_have_moved, take_back
from watch.groups.service.coordinators import (
    DUTY_VERSION,
    AlreadyAccepted,
    AlreadyCoordinator,
    CoordinatorLivesThere,
    LastCoordinator,
    accept_appointment,
    appoint,
    decline_appointment,
    end_appointment,
    is_open,
    waiting_appointment,
)
from watch.groups.service.households import move_out, note_household
from watch.groups.service.members import CONSENT_VERSION, AlreadyMember, add_on_paper, admit, leave, take_part
from watch.groups.service.start import (
    GroupExists,
    NobodyAccepted,
    NotReady,
    NotStarting,
    activate,
    recount_groups,
    start_group,
    tick,
    untick,
)

__all__ = [
    "CONSENT_VERSION",
    "DUTY_VERSION",
    "AlreadyAccepted",
    "AlreadyCoordinator",
    "AlreadyMember",
    "CoordinatorLivesThere",
    "FlatTaken",
    "GroupExists",
    "LastCoordinator",
    "NobodyAccepted",
    "NotReady",
    "NotStarting",
    "OfficerNeverCoordinates",
    "TooLateToUndo",
    "accept_appointment",
    "activate",
    "add_on_paper",
    "admit",
    "appoint",
    "choose_notices",
    "decline_appointment",
    "end_appointment",
    "i_have_moved",
    "is_open",
    "leave",
    "move_out",
    "note_household",
    "recount_groups",
    "start_group",
    "take_back",
    "take_part",
    "tick",
    "untick",
    "waiting_appointment",
]
