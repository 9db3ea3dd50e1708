"""Daily limits of sign-in mails to one address, so that a stranger cannot use up the owner's.

Anybody can type an address. Requests by strangers therefore count separately: a few from one network, a few
in all, and a reserve of one for each network that has asked for none. Requests from a browser or a network
where the owner has signed in count against a limit of their own.
"""

from __future__ import annotations

from watch.accounts import sessions
from watch.extensions import limiter, network_within

DAY = 24 * 60 * 60  # seconds
OWNERS = 30  # mails a day to an address, asked for in one browser or network where its owner has signed in
A_NETWORKS = 6  # mails a day to an address, asked for in one other network
STRANGERS = 12  # mails a day to an address, asked for in all other networks together
RESERVE = 12  # mails a day beyond that, one for each network that has asked for none
KNOWN_FOR = 30 * DAY


def may_be_mailed(address: str) -> bool:
    """Count a request for a sign-in mail and return True if it is within the limit.

    Except in the owner's browser the same statements run for everybody, so that response time does not tell a
    neighbour on the same network that somebody has signed in there.
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
    """Remember for 30 days that the owner of the address has signed in from this network."""
    key = _known(address, network_within(24, 48))
    limiter.storage.clear(key)
    limiter.storage.incr(key, KNOWN_FOR)


def _known(address: str, network: str) -> str:
    return f"{address} has signed in from {network}"
