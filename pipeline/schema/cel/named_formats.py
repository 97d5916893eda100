"""Kubernetes' named formats: `format.dns1123Label().validate(text)`.

The result says whether a text fits; what it says of a text that does not is worded shorter here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.values import NOTHING, Maybe
from pipeline.schema.formats import FORMATS, is_dns_label, is_dns_subdomain, matching


@dataclass(frozen=True, slots=True)
class NamedFormat:
    """A format; equal by its name."""

    name: str


_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"


def _prefix(check: Callable[[str], bool]) -> Callable[[str], bool]:
    """A text that something is still to be appended to may end with a dash."""

    def fits(text: str) -> bool:
        return check(f"{text[:-1]}a" if len(text) > 1 and text.endswith("-") else text)

    return fits


_label_1035, _part = matching("[a-z]([-a-z0-9]*[a-z0-9])?", most=63), matching(_NAME, most=63)


def _qualified_name(text: str) -> bool:
    prefix, slash, name = text.rpartition("/")
    return _part(name) and (not slash or is_dns_subdomain(prefix))


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    **{name: FORMATS[name] for name in ("byte", "date", "datetime", "uri", "uuid")},
    "dns1035Label": _label_1035,
    "dns1035LabelPrefix": _prefix(_label_1035),
    "dns1123Label": is_dns_label,
    "dns1123LabelPrefix": _prefix(is_dns_label),
    "dns1123Subdomain": is_dns_subdomain,
    "dns1123SubdomainPrefix": _prefix(is_dns_subdomain),
    "labelValue": lambda text: not text or _part(text),
    "qualifiedName": _qualified_name,
}


@typed(NamedFormat, str)
def _validate(named: NamedFormat, text: str) -> Maybe:
    return NOTHING if _CHECKS[named.name](text) else Maybe([f"is not a {named.name}"])


@typed(str)
def _named(name: str) -> Maybe:
    return Maybe(NamedFormat(name)) if name in _CHECKS else NOTHING


def _constant(name: str) -> Callable[[], NamedFormat]:
    return lambda: NamedFormat(name)


MEMBERS: Mapping[str, Callable[..., Any]] = {"validate": _validate}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "format.named": _named,
    **{f"format.{name}": _constant(name) for name in _CHECKS},
}
