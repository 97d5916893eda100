"""The day by which certificates are judged: stages have no clock, so they are given one."""

from datetime import UTC, date, datetime


class Day:
    """A day in UTC, of one environment.

    Whoever moves it has seen to it that by the new day nothing else is to be said of what was
    judged by the former one.
    """

    __slots__ = ("date",)

    def __init__(self, moment: float = 0.0) -> None:
        """`moment` is in seconds since the epoch; 0: nobody knows the time."""
        self.date: date | None = date_of(moment) if moment else None

    def move(self, today: date) -> None:
        """It is another day."""
        self.date = today


def date_of(moment: float) -> date:
    """The day of a moment in seconds since the epoch."""
    return datetime.fromtimestamp(moment, UTC).date()
