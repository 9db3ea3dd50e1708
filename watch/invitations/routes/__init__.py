"""Pages for inviting by e-mail: the list, the preview, sending, and each sent invitation."""

from watch.invitations.routes import invited, inviting, sending
from watch.invitations.routes.inviting import bp

__all__ = ["bp", "invited", "inviting", "sending"]
