"""Pages for joining: asking, confirming, deciding, verifying and accepting an invitation."""

from watch.joining.routes import accepting, asking, confirming, deciding, verifying, waiting
from watch.joining.routes.blueprint import bp

__all__ = ["accepting", "asking", "bp", "confirming", "deciding", "verifying", "waiting"]
