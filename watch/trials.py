"""What can be in the way of trying out a mail on oneself, and how a page says it."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from watch.errors import DomainError, Duplicate


class AlreadyTried(Duplicate):
    """The person has mailed the same draft to themselves before."""


class TooManyTrials(DomainError):
    """The person has mailed many drafts to themselves within the last hour."""


TRIED = _l("Provmejlet är på väg till dig, och bara till dig.")
ALREADY_TRIED: Mapping[type[DomainError], LazyString] = {
    AlreadyTried: _l("Provmejlet är redan skickat. Ändra något för att få ett nytt.")
}
NOT_TRIED: Mapping[type[DomainError], LazyString] = {
    TooManyTrials: _l("Du har skickat många provmejl den senaste timmen. Vänta en stund.")
}
