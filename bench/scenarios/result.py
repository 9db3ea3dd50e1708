"""What a scenario came to, and whether that is as it has to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.truth import Counts


@dataclass
class Result:
    """One line of the table: what was tried how often, the counts, the bound of D, what was broken."""

    name: str
    tries: int
    counts: Counts | None
    most_duplicates: int | None = None
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def demand(self, is_so: bool, otherwise: str) -> None:
        """A promise; where it is not kept, what is said of it."""
        if not is_so:
            self.broken.append(otherwise)

    def judge(self) -> Result:
        """The promises that hold in every scenario: L = W = S = D0 = 0, and D within its bound."""
        if self.counts:
            self.demand(self.counts.is_clean, "L, D0, W and S have to be 0")
            bound = self.most_duplicates
            self.demand(bound is None or self.counts.duplicates <= bound, f"D has to be {bound} at most")
        return self

    @property
    def bound(self) -> str:
        """Seen never in so many tries, it happens at most so often (95 %, the rule of three)."""
        return f"0 in {self.tries}: at most {3 / self.tries:.2g}" if self.tries and not self.broken else "–"


def table(results: Iterable[Result]) -> str:
    """All results, to be read."""
    rows: list[Sequence[object]] = [
        ("scenario", "tries", "L", "D", "D ≤", "D0", "W", "S", "R", "kept", "never seen")
    ]
    for each in results:
        c = each.counts
        seen = (c.lost, c.duplicates, _or_dash(each.most_duplicates), c.late_duplicates, c.wrong, c.stuck,
                "–" if c.resumed is None else f"{c.resumed:.1f} s") if c else ("–",) * 7  # fmt: skip
        rows.append((each.name, each.tries, *seen, "no" if each.broken else "yes", each.bound))
    words = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in words) for place in range(len(words[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in words
    )


def _or_dash(number: int | None) -> object:
    return "–" if number is None else number
