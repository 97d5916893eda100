"""What is taken in of a Secret: its type, the names of its data, and facts about its certificates.

Its data may stand in other places than `data`: under a name that is misspelt, or in annotations in
which tools keep a copy of what they applied, or a hash of it. What hides in neither is kept.
"""

from collections.abc import Mapping
from typing import Any

_PUBLIC = frozenset({"immutable", "type"})
"""Fields that are kept as they are. Of others the name stays, for schemas to judge."""

_KEYS = "keys"
"""The field for the names of the data."""

_COPIES = frozenset(
    {
        "banzaicloud.com/last-applied",
        "kapp.k14s.io/original",
        "kapp.k14s.io/original-diff-md5",
        "objectset.rio.cattle.io/applied",
        "openshift.io/token-secret.value",
        "reconcile.external-secrets.io/data-hash",
    }
)
_LAST_APPLIED = "/last-applied-configuration"
"""How the name of such an annotation ends: kubectl's, and those of who has learnt from it."""


def body_of(secret: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a Secret with what is known of its data in the place of that."""
    # Its library takes 40 ms, which only who reads Secrets shall pay for.
    from sources.manifests import certificates  # noqa: PLC0415

    known = certificates.facts(secret)
    left = {
        name: value if name in _PUBLIC else {}
        for name, value in secret.items()
        if name not in certificates.DATA and name not in (_KEYS, certificates.FIELD)
    }
    if names := certificates.keys(secret):
        left[_KEYS] = names
    return left if known is None else {**left, certificates.FIELD: known}


def annotations_of(given: Mapping[str, str]) -> dict[str, str]:
    """The annotations that hold nothing of the data."""
    return {
        name: text
        for name, text in given.items()
        if name not in _COPIES and not name.endswith(_LAST_APPLIED)
    }
