"""From the bytes of a file to Unicode text."""

import codecs

from pipeline.model import Place
from pipeline.model.messages import reading
from sources.manifests.parsed import FaultError, placed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """UTF-8, or what the byte order mark says; the mark itself is taken off.

    Raises:
        FaultError: with the place of the first byte that is not text.
    """
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        good = body[: error.start].decode(encoding)
        problem = f"byte 0x{body[error.start]:02X} cannot stand here ({error.reason})"
        report = reading.NOT_TEXT.report(encoding=encoding.upper(), problem=problem)
        raise FaultError(placed(report, place_at(good, len(good)))) from error


def place_at(text: str, offset: int) -> Place:
    """Line and column of a character."""
    begin = text.rfind("\n", 0, offset) + 1
    return Place(text.count("\n", 0, offset) + 1, offset - begin + 1)
