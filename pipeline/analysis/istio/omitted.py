"""The findings of Istio that are not made here, and why; the others are in the catalogue."""

from collections.abc import Mapping

_ASKS = "It is asked of a cluster before Istio is installed or upgraded, and of no configuration."
_UPGRADE = "It compares the configuration with the defaults of another release of Istio."

OMITTED: Mapping[str, str] = {
    "IST0117": "Istio has dropped it: a workload without a Service is no mistake.",
    "IST0133": "What a schema does not allow is an error here.",
    "IST0136": (
        "`istioctl analyze` leaves it out, too: nearly all annotations are still called alpha."
    ),
    "IST0141": _ASKS,
    "IST0142": _ASKS,
    "IST0143": "It asks the processes of running pods where they listen.",
    "IST0168": _UPGRADE,
    "IST0169": _UPGRADE,
    "IST0170": (
        "Services of one name in several clusters have one key in a channel; give each cluster"
        " a channel of its own, and compare."
    ),
}
"""By Istio's code."""
