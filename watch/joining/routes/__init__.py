"""The doors' pages; each module here adds its pages to one of the blueprints."""

from watch.joining.routes import (
    accepting,
    deciding,
    interest,
    invitations,
    invited,
    joining,
    letters,
    posters,
    sending,
    waiting,
)

__all__ = [
    "accepting",
    "deciding",
    "interest",
    "invitations",
    "invited",
    "joining",
    "letters",
    "posters",
    "sending",
    "waiting",
]
