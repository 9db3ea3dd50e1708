"""Letters, posters and receipts on paper."""

from watch.printing.routes import delivery, letters, packs, posters, receipts
from watch.printing.routes.blueprint import bp

__all__ = ["bp", "delivery", "letters", "packs", "posters", "receipts"]
