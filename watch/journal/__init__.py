"""The journal: what was taken away from somebody, recorded a second time outside the database.

A backup knows nothing of people who have left since. So every transaction that takes something away is
recorded here first, by table, id and values; a restore replays the lines newer than its copy. The journal
holds no names and no addresses, only the keyed hash of an address that must not be mailed.
"""

from watch.journal.recording import listen, remember
from watch.journal.state import RESTORE, CopyInPlace, beat, epoch, trouble

__all__ = ["RESTORE", "CopyInPlace", "beat", "epoch", "listen", "remember", "trouble"]
