"""Inviting by e-mail: the list, the preview and the sending, and what is done with those invited."""

from watch.invitations.routes import invited, inviting, sending
from watch.invitations.routes.inviting import bp

__all__ = ["bp", "invited", "inviting", "sending"]
