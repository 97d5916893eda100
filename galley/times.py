"""Times and durations as people read them: `2m ago`, `1h30m`; `sources.duration` reads them."""

from datetime import UTC, datetime


def duration(seconds: float) -> str:
    """The largest two units that matter: `45s`, `2m`, `1h5m`, `3d4h`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    whole = round(seconds)
    names = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
    first = next(index for index, (_, size) in enumerate(names) if whole >= size)
    name, size = names[first]
    text = f"{whole // size}{name}"
    small = size <= 60 or whole // size >= 10 or first + 1 == len(names)
    if small:
        return text
    name, smaller = names[first + 1]
    rest = whole % size // smaller
    return f"{text}{rest}{name}" if rest else text


def ago(time: float, now: float) -> str:
    """`2m ago`, `just now`; a time to come is `in 2h`."""
    if abs(now - time) < 1:
        return "just now"
    return f"{duration(now - time)} ago" if time < now else f"in {duration(time - now)}"


def moment(time: float) -> str:
    """The time itself, UTC, to the second: `2026-01-31 12:00:00Z`."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
