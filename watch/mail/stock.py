"""What a worker has claimed and not begun: in its order, no destination with more than its share."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from watch.mail.queue import Claim


class Stock:
    """Claims that are not begun; those whose destination has its share by now wait aside."""

    def __init__(self) -> None:
        self.next: deque[Claim] = deque()
        self.aside: dict[str, deque[Claim]] = {}

    def __len__(self) -> int:
        return len(self.next) + sum(len(claims) for claims in self.aside.values())

    def put(self, claims: Iterable[Claim]) -> None:
        """These are due after what is here."""
        self.next.extend(claims)

    def take(self, may_begin: Callable[[str], bool]) -> Claim | None:
        """The first whose destination may have a connection now; None where none may."""
        for domain in self.aside:
            if may_begin(domain):
                return self._from_aside(domain)
        while self.next:
            claim = self.next.popleft()
            if may_begin(claim.domain):
                return claim
            self.aside.setdefault(claim.domain, deque()).append(claim)
        return None

    def _from_aside(self, domain: str) -> Claim:
        claims = self.aside[domain]
        claim = claims.popleft()
        if not claims:
            del self.aside[domain]
        return claim

    def take_all(self) -> list[Claim]:
        """Everything; nothing is left."""
        claims = [claim for aside in self.aside.values() for claim in aside] + list(self.next)
        self.next, self.aside = deque(), {}
        return claims
