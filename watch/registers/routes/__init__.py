"""Pages of the registers."""

from watch.registers.routes import coordinators, exporting, importing, places, signs, stickers
from watch.registers.routes.blueprint import bp

__all__ = ["bp", "coordinators", "exporting", "importing", "places", "signs", "stickers"]
