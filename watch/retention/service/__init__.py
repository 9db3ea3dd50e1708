"""What touches everything: erasing what is over."""

from watch.retention.service.erasing import erase_what_is_over

__all__ = ["erase_what_is_over"]
