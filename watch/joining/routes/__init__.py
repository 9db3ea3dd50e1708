"""The doors' pages; each module here adds its pages to one of the blueprints."""

from watch.joining.routes import (
    accepting,
    confirming,
    deciding,
    door,
    interest,
    invitations,
    invited,
    joining,
    letters,
    packs,
    posters,
    receipts,
    sending,
    waiting,
)

__all__ = [
    "accepting",
    "confirming",
    "deciding",
    "door",
    "interest",
    "invitations",
    "invited",
    "joining",
    "letters",
    "packs",
    "posters",
    "receipts",
    "sending",
    "waiting",
]
