"""Mail in a journey: sent by the worker's own code over real SMTP, and opened by its recipients.

post.deliver()
other_phone.open(post.link("carin@example.org", "/r/"))
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.mail.relay import Relay, Taken
from watch.extensions import db
from watch.mail import delivery

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Post:
    """Everybody's mailboxes."""

    relay: Relay

    def deliver(self) -> list[str]:
        """Send the due mail. Return the addresses that got something now, sorted."""
        db.session.commit()
        before = len(self.relay.taken)
        delivery.run()
        db.session.commit()
        return sorted(self.relay.addresses()[before:])

    def letters(self, address: str) -> list[Taken]:
        """Return the mails to an address, oldest first."""
        return [letter for letter in self.relay.taken if letter.recipients == [address]]

    def link(self, address: str, path: str) -> str:
        """Return the newest link in somebody's mails whose path begins so."""
        found = [
            link
            for letter in self.letters(address)
            for link in LINK.findall(letter.text())
            if re.match(r"https?://[^/]+" + re.escape(path), link)
        ]
        assert found, f"no link to {path} in {[letter.text() for letter in self.letters(address)]}"
        return found[-1]
