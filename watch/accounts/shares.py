"""How many sign-in mails an address gets in a day, whoever asks for them: nobody uses up another's.

Anybody can type an address. So strangers have a share of their own: few from one network, few from all, and a
reserve of one each for networks that have asked for none. Where its owner has signed in, in that browser or
from that network, the address has another share, which no stranger elsewhere touches.
"""

from __future__ import annotations

from watch.accounts import sessions
from watch.extensions import limiter, network_within

DAY = 24 * 60 * 60  # seconds
OWNERS = 30  # mails a day to an address, asked for in one browser or network where its owner has signed in
A_NETWORKS = 6  # … from one network otherwise
STRANGERS = 12  # … from all of those together
RESERVE = 12  # … and one more each for networks that have asked for none
KNOWN_FOR = 30 * DAY


def may_be_mailed(address: str) -> bool:
    """Whether the address gets one more sign-in mail, asked for from here; counts it.

    Outside of the same browser it takes the same statements, so that nobody on the owner's network learns
    from the time that somebody has signed in there.
    """
    count = limiter.storage.incr
    if sessions.has_signed_in_here(address):
        return count(f"sign-in mails of {address} in its browsers", DAY) <= OWNERS
    network = network_within(24, 48)
    is_known = limiter.storage.get(_known(address, network)) > 0
    whose = "owner" if is_known else "strangers"
    asked = count(f"sign-in mails of {address} by {whose} from {network}", DAY)
    is_few = asked <= (OWNERS if is_known else A_NETWORKS)
    total = count(f"sign-in mails of {address} by {whose}", DAY, amount=int(is_few))
    is_first = not is_known and asked == 1 and total > STRANGERS
    spare = count(f"sign-in mails of {address} in reserve", DAY, amount=int(is_first))
    return is_few and (is_known or total <= STRANGERS or (is_first and spare <= RESERVE))


def remember_network(address: str) -> None:
    """Whoever reads that address has signed in from here."""
    key = _known(address, network_within(24, 48))
    limiter.storage.clear(key)
    limiter.storage.incr(key, KNOWN_FOR)


def _known(address: str, network: str) -> str:
    return f"{address} has signed in from {network}"
