"""Changes to a group's life: started, active, resting and woken, and which buildings it has."""

from watch.lifecycle.service.merging import merge, merge_again
from watch.lifecycle.service.regrouping import add_building, split_off, take_out
from watch.lifecycle.service.steps import (
    activate,
    ask_again,
    ask_candidate,
    keep_active,
    rest,
    start_again,
    start_group,
    tick,
    untick,
    wake,
)

__all__ = [
    "activate",
    "add_building",
    "ask_again",
    "ask_candidate",
    "keep_active",
    "merge",
    "merge_again",
    "rest",
    "split_off",
    "start_again",
    "start_group",
    "take_out",
    "tick",
    "untick",
    "wake",
]
