"""The doors' pages; each module here adds its pages to one of the three blueprints."""

from watch.joining.routes import accepting, deciding, interest, invitations, joining, letters, posters

__all__ = ["accepting", "deciding", "interest", "invitations", "joining", "letters", "posters"]
