"""The ways in which a change to a finding is refused."""

from __future__ import annotations

from watch.errors import DomainError


class NothingNew(DomainError):
    """The report says neither another status nor any words."""


class ReportedMeanwhile(DomainError):
    """Somebody else has said something newer of the finding than the report was written under."""


class ChangedMeanwhile(DomainError):
    """Somebody else has changed or removed the finding since the form was shown."""


class ReportedOften(DomainError):
    """The owner's contact person has reported as often within a day as the link lets them."""


class FindingRemoved(DomainError):
    """The finding has been taken away."""


class NobodyToAsk(DomainError):
    """No contact person with an e-mail address is known for the finding's owner."""
