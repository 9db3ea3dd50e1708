"""The ways in which a file from the authorities' follow-up is refused."""

from __future__ import annotations

from watch.errors import DomainError


class MissingColumns(DomainError):
    """The file lacks columns; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names
