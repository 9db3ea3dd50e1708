"""The result of a scenario, and whether it keeps the promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.truth import Counts


@dataclass
class Result:
    """A line of the table: the tries, the counts, the limit of D, and broken promises."""

    name: str
    tries: int
    counts: Counts | None
    most_duplicates: int | None = None
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def demand(self, is_so: bool, otherwise: str) -> None:
        """Record a broken promise unless `is_so`."""
        if not is_so:
            self.broken.append(otherwise)

    def judge(self) -> Result:
        """Check the promises of every scenario: L = W = S = D0 = 0, and D within its limit."""
        if self.counts:
            self.demand(self.counts.is_clean, "L, D0, W and S have to be 0")
            bound = self.most_duplicates
            self.demand(bound is None or self.counts.duplicates <= bound, f"D has to be {bound} at most")
        return self

    @property
    def bound(self) -> str:
        """The upper limit of the rate of what never happened (95 %, the rule of three)."""
        return f"0 in {self.tries}: at most {3 / self.tries:.2g}" if self.tries and not self.broken else "–"


def table(results: Iterable[Result]) -> str:
    """Return all results as a table."""
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
