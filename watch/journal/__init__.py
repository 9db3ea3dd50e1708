"""What was taken away from somebody, written down a second time outside the database.

A backup knows nothing of who has left since. So every transaction that takes something away says so here
first, by table, number and what; a restore plays the lines that are younger than its copy. No name and no
address stands here; of an address that is to be left in peace its keyed hash.
"""

from watch.journal.recording import listen
from watch.journal.state import RESTORE, CopyInPlace, beat, epoch, trouble

__all__ = ["RESTORE", "CopyInPlace", "beat", "epoch", "listen", "trouble"]
