"""The formats of text that the API server checks, as it checks them.

Sources: kube-openapi (pkg/validation/strfmt) for what each format means, and
apiextensions-apiserver (pkg/apiserver/validation/formats.go) for which of them a CRD may use; any
other format is ignored, as there. A `-` in a format's name means nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from pipeline.schema.durations import schema_duration
from pipeline.schema.uris import is_ipv6, is_request_uri

_WITH_DASHES = {
    "datetime": "date-time",
    "k8slongname": "k8s-long-name",
    "k8sshortname": "k8s-short-name",
}
Check = Callable[[str], bool]

PREFIX = "go-"
"""Before a format's name in translated schemas, so that it is none of JSON Schema's own."""


def written(name: str) -> str:
    """A format of a translated schema as people write it."""
    plain = name.removeprefix(PREFIX)
    return _WITH_DASHES.get(plain, plain)


def checked(schema: Mapping[str, object]) -> str | None:
    """The format of a node under its plain name, if the API server checks it there."""
    if schema.get("type", "string") != "string":
        return None
    name = str(schema.get("format") or "").replace("-", "")
    return name if name in FORMATS else None


def matching(pattern: str, *, most: int | None = None) -> Check:
    """Whether a text is all of a pattern, and has no more bytes than that."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> bool:
        fits = most is None or len(text.encode()) <= most
        return fits and compiled.fullmatch(text) is not None

    return check


def _uuid(version: str, variant: str) -> Check:
    return matching(
        f"(?i)[0-9a-f]{{8}}-?[0-9a-f]{{4}}-?{version}[0-9a-f]{{3}}-?{variant}[0-9a-f]{{3}}"
        "-?[0-9a-f]{12}"
    )


def _bson(text: str) -> bool:
    return re.fullmatch("[0-9a-fA-F]{24}", text) is not None


def _date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    year, month, day = map(int, text.split("-"))
    try:
        date(year or 4, month, day)  # Go knows a year 0, which is a leap year
    except ValueError:
        return False
    return True


_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(.\d+)?(z|[+-]\d{2}:\d{2})", re.ASCII)


def _date_time(text: str) -> bool:
    day, found, rest = text.lower().partition("t")
    if not found or not _date(day):
        return False
    time = _TIME.fullmatch(rest.partition("t")[0])
    return time is not None and time[1] <= "23" and time[2] <= "59" and time[3] <= "59"


_OCTET = r"0*(25[0-5]|2[0-4]\d|1?\d?\d)"
_ipv4_dotted = matching(rf"({_OCTET}\.){{3}}{_OCTET}")


def _address(text: str) -> bool:
    """As Go's forked parser takes it: leading zeros are allowed in dotted quads, zones are not."""
    if ":" not in text:
        return _ipv4_dotted(text)
    head, _, last = text.rpartition(":")
    if "." in last:
        if not _ipv4_dotted(last):
            return False
        text = f"{head}:0:0"
    return is_ipv6(text)


def _ipv4(text: str) -> bool:
    return "." in text and _address(text)


def _ipv6(text: str) -> bool:
    return ":" in text and is_ipv6(text)


def _cidr(text: str) -> bool:
    address, slash, bits = text.partition("/")
    if not slash or not re.fullmatch(r"\d{1,9}", bits, re.ASCII) or not _address(address):
        return False
    return int(bits) <= (128 if ":" in address else 32)


_MACS = tuple(
    matching(f"[0-9a-fA-F]{{{digits}}}({mark}[0-9a-fA-F]{{{digits}}}){{{more}}}")
    for digits, mark, groups in ((2, ":", (6, 8, 20)), (2, "-", (6, 8, 20)), (4, r"\.", (3, 4, 10)))
    for more in (count - 1 for count in groups)
)


def _mac(text: str) -> bool:
    return any(matches(text) for matches in _MACS)


_HOSTNAME = re.compile("[lx](?:-?[lx]{0,62})?|(?:[lx](?:[lx-]{0,61}[lx])?\\.)+l{2,63}")
"""Over classes of characters: letters, other digits and symbols, and the rest as it is."""


def _class(character: str) -> str:
    if unicodedata.category(character)[0] == "L":
        return "l"
    symbol = unicodedata.category(character)[0] == "S"
    return "x" if symbol or character in "0123456789" else character


def _hostname(text: str) -> bool:
    parts = text.encode().split(b".")
    return (
        _HOSTNAME.fullmatch("".join(map(_class, text))) is not None
        and len(text.encode()) <= 255
        and all(len(part) <= 63 for part in parts)
    )


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"'
_ADDRESS = rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_ATOM}(?:\.{_ATOM})*|\[[0-9A-Fa-fIPv.:]+\])"
# `*+` tries no name in a second way, so that a long text takes no longer than reading it
_NAME = rf"(?:(?:{_ATOM}+\.?|{_QUOTED})[ \t]*)*+"
_EMAIL = re.compile(rf"[ \t]*(?:{_ADDRESS}|{_NAME}<{_ADDRESS}>)[ \t]*")


def _email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _credit_card(text: str) -> bool:
    digits = re.sub("[^0-9]+", "", text)
    if not _CARD.fullmatch(digits):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(n // 10 + n % 10 for n in doubled)) % 10 == 0


_CARD = re.compile(
    r"4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11}"
)


def _isbn10(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text, flags=re.ASCII)
    if not re.fullmatch("[0-9]{9}[0-9X]", digits):
        return False
    values = (10 if digit == "X" else int(digit) for digit in digits)
    return sum(place * value for place, value in enumerate(values, start=1)) % 11 == 0


def _isbn13(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text, flags=re.ASCII)
    if not re.fullmatch("[0-9]{13}", digits):
        return False
    return sum((1, 3)[place % 2] * int(digit) for place, digit in enumerate(digits)) % 10 == 0


_SHADE = r"(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])"
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
is_dns_label = matching(_LABEL, most=63)
"""Whether Kubernetes could call a Namespace so (RFC 1123)."""
is_dns_subdomain = matching(rf"{_LABEL}(\.{_LABEL})*", most=253)
"""Whether it could call most resources so."""
_social_security = matching(r"\d{3}[- ]?\d{2}[- ]?\d{4}")

FORMATS: Mapping[str, Check] = {
    "bsonobjectid": _bson,
    "byte": matching(
        "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"
    ),
    "cidr": _cidr,
    "creditcard": _credit_card,
    "date": _date,
    "datetime": _date_time,
    "duration": lambda text: schema_duration(text) is not None,
    "email": _email,
    "hexcolor": matching("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "isbn": lambda text: _isbn10(text) or _isbn13(text),
    "isbn10": _isbn10,
    "isbn13": _isbn13,
    "k8slongname": is_dns_subdomain,
    "k8sshortname": is_dns_label,
    "mac": _mac,
    "password": lambda _: True,
    "rgbcolor": matching(rf"rgb\(\s*{_SHADE}\s*,\s*{_SHADE}\s*,\s*{_SHADE}\s*\)"),
    "ssn": lambda text: len(text.encode()) == 11 and _social_security(text),
    "uri": is_request_uri,
    "uuid": _uuid("[0-9a-f]", "[0-9a-f]"),
    "uuid3": _uuid("3", "[0-9a-f]"),
    "uuid4": _uuid("4", "[89ab]"),
    "uuid5": _uuid("5", "[89ab]"),
}
"""By plain name, what a text must fulfil."""
