"""What a group's history says of its buildings, in the language of its reader."""

from __future__ import annotations

from flask_babel import gettext as _

from watch.models import GroupTransition, StepKind


def said_of_house(step: GroupTransition) -> str:
    """Say which building a step gave or took. Nothing if it is of no building, or its words are erased."""
    if step.house is None:
        return ""
    match step.kind:
        case StepKind.CAME:
            return _("Huset %(house)s hör till gruppen nu.", house=step.house)
        case StepKind.LEFT:
            return _("Huset %(house)s fick en egen grupp.", house=step.house)
        case StepKind.LEFT_TODAY:
            return _("Huset %(house)s fick en egen grupp samma dag som det kom.", house=step.house)
        case StepKind.CAME_FROM:
            return _("Huset hörde till gruppen %(group)s.", group=step.house)
        case StepKind.CAME_WITH:
            return _("Gruppen %(group)s slogs ihop med den här.", group=step.house)
        case StepKind.MERGED:
            return _("Gruppen slogs ihop med gruppen %(group)s.", group=step.house)
    return ""
