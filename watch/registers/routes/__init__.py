"""Pages of the registers."""

from watch.registers.routes import importing
from watch.registers.routes.blueprint import bp

__all__ = ["bp", "importing"]
