"""Labels of the steps of a group's start and life."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.models import Cause, GroupState, StartStep

STEPS = {
    StartStep.POLICE_CONTACT: _l("Gruppen har kontakt med polisen"),
    StartStep.MEETING_BOOKED: _l("Uppstartsmötet är bokat"),
    StartStep.MEETING_HELD: _l("Uppstartsmötet har hållits"),
    StartStep.COORDINATORS_TRAINED: _l("Kontaktombuden är utsedda och utbildade"),
    StartStep.HOUSEHOLD_LIST: _l("Hushållslistan är upprättad"),
}
WAY = {  # what the steps of a group's life are called, one after the other
    GroupState.STARTING: _l("Under uppstart"),
    GroupState.ACTIVE: _l("Aktiv"),
    GroupState.DORMANT: _l("Vilande"),
    GroupState.CLOSED: _l("Avslutad"),
}
CAUSES = {
    Cause.NO_MEETING: _l("Ingen träff på tolv månader"),
    Cause.NO_COORDINATOR: _l("Inget kontaktombud som nås med mejl"),
    Cause.LIST_UNCHECKED: _l("Hushållslistan inte genomgången på tolv månader"),
}
