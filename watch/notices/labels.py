"""Labels of levels, audiences, senders and reasons."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch.models import Audience, LeftOut, Level, Organisation

LEVELS = {
    Level.INFORMATION: _l("Information"),
    Level.IMPORTANT: _l("Viktigt"),
    Level.URGENT: _l("Brådskande"),
}
AREA_AUDIENCES = {
    Audience.AREA_MEMBERS: _l("Alla som är med i området"),
    Audience.AREA_COORDINATORS: _l("Bara kontaktombuden i området"),
}
LEFT_OUT = {  # each is shown in a row below their total
    LeftOut.OVER: _l("Varav stoppade"),
    LeftOut.READER: _l("Varav har lämnat gruppen eller sagt nej till mejl"),
    LeftOut.ADDRESS: _l("Varav har en adress som inte gäller längre"),
    LeftOut.TOO_LATE: _l("Varav för sent"),
}
SENDERS: dict[str, LazyString] = {
    Organisation.POLICE: _l("Polisen"),
    Organisation.MUNICIPALITY: _l("Kommunen"),
}
OFFICERS: dict[str, LazyString] = {  # by an officer's organisation
    Organisation.POLICE: _l("Kommunpolisen i %(area)s"),
    Organisation.MUNICIPALITY: _l("Kommunens samordnare i %(area)s"),
}
