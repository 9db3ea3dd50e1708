"""How one joins: asking, confirming the address, the coordinator's answer, an invitation's yes or no."""

from watch.joining.routes import accepting, asking, confirming, deciding, verifying, waiting
from watch.joining.routes.blueprint import bp

__all__ = ["accepting", "asking", "bp", "confirming", "deciding", "verifying", "waiting"]
