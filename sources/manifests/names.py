"""What Kubernetes calls a valid name: what it would refuse is refused where it is written."""

import re
from functools import lru_cache

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_SUBDOMAIN = re.compile(
    r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII
)
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
_KIND = re.compile(r"[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?", re.ASCII)
_API_VERSION = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)
_LENIENT_GROUPS = frozenset({"rbac.authorization.k8s.io"})
_ENVOY = "envoy."
"""Groups, and the beginning of groups, whose names need only fit into a path: what the roles of a
cluster and the clusters of an Envoy are called, `system:node-proxier` and `outbound|80||web`."""

_CHARACTERS = "letters, digits, '-', '_' and '.' only, with a letter or digit at both ends"


@lru_cache(maxsize=1024)
def api_version_fits(text: str) -> bool:
    """Whether this is `version` or `group/version`."""
    return len(text) <= 317 and bool(_API_VERSION.fullmatch(text))


@lru_cache(maxsize=1024)
def kind_fits(text: str) -> bool:
    """Whether this can be a kind."""
    return len(text) <= 63 and bool(_KIND.fullmatch(text))


def name_rule(name: str, group: str) -> str:
    """The rule that a name breaks; empty if it breaks none."""
    if len(name) > 253:
        return "at most 253 characters"
    if name in {".", ".."} or "/" in name or "%" in name:
        return "it must fit into a path: not '.' or '..', and without '/' and '%'"
    lenient = group in _LENIENT_GROUPS or group.startswith(_ENVOY)
    if not lenient and not _SUBDOMAIN.fullmatch(name):
        return "lower-case letters, digits, '-' and '.' only, with a letter or digit at both ends"
    return ""


@lru_cache(maxsize=4096)
def namespace_rule(name: str) -> str:
    """The rule that a namespace breaks; empty if it breaks none."""
    if len(name) > 63:
        return "at most 63 characters"
    if not _LABEL.fullmatch(name):
        return "lower-case letters, digits and '-' only, with a letter or digit at both ends"
    return ""


@lru_cache(maxsize=4096)
def label_key_rule(key: str) -> str:
    """The rule that the key of a label or annotation breaks; empty if it breaks none."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix.lower())):
        return "what stands before the '/' must be a domain name of at most 253 characters"
    if len(name) > 63:
        return "at most 63 characters"
    return "" if _QUALIFIED.fullmatch(name) else _CHARACTERS


@lru_cache(maxsize=16384)
def label_value_rule(value: str) -> str:
    """The rule that a label's value breaks; empty if it breaks none."""
    if len(value) > 63:
        return "at most 63 characters"
    return "" if not value or _QUALIFIED.fullmatch(value) else _CHARACTERS
