"""Faults to plant in the rules of who may see and do what. bench/planted.py plants them."""

from bench.permission_faults import (
    checkin,
    doors,
    findings,
    house,
    inviting,
    links,
    meetings,
    roles,
    signing_in,
    told,
)
from bench.permission_faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *roles.FAULTS, *signing_in.FAULTS, *links.FAULTS, *doors.FAULTS, *inviting.FAULTS,
    *findings.FAULTS, *house.FAULTS, *meetings.FAULTS, *told.FAULTS, *checkin.FAULTS,
)  # fmt: skip

__all__ = ["FAULTS", "Fault"]
