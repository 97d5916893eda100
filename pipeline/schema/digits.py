"""Numbers in texts of any length.

Python converts no more than a few thousand digits to an integer; a configuration may hold more.
"""


def whole(digits: str, most: int) -> int | None:
    """The number that decimal digits write; None: it is more than `most`."""
    plain = digits.lstrip("0")
    if len(plain) > len(str(most)):
        return None
    value = int(plain or "0")
    return value if value <= most else None
