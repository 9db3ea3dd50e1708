"""The period of a report, and the one before it, which its numbers are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from watch.followup.queries.months import month_before
from watch.language import STOCKHOLM

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from `since` to `until`, both counted, in Swedish time."""

    since: date
    until: date

    @property
    def before(self) -> Period:
        """The period before, of as many whole months; of as many days if this one is not whole months."""
        next_day = self.until + DAY
        if self.since.day == next_day.day == 1:
            months = (next_day.year - self.since.year) * 12 + next_day.month - self.since.month
            year, month = divmod(self.since.year * 12 + self.since.month - 1 - months, 12)
            return Period(date(year, month + 1, 1), self.since - DAY)
        return Period(self.since - (next_day - self.since), self.since - DAY)

    @property
    def end(self) -> datetime:
        """The moment at which it is over."""
        return datetime.combine(self.until + DAY, time(), STOCKHOLM)

    def has(self, day: date) -> bool:
        """Return True if the day is in the period."""
        return self.since <= day <= self.until

    def is_over(self, moment: datetime) -> bool:
        """Return True if it is over at a moment."""
        return self.end <= moment

    @property
    def last_month(self) -> date:
        """The first day of the last month that was over when the period was."""
        return month_before((self.until + DAY).replace(day=1))
