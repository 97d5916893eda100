"""What a process does with memory after a large load."""

import ctypes
import gc
import sys

LARGE = 5_000
"""Resources that come or go at once, from which enough memory is left behind to tidy up."""


def settle() -> None:
    """Leave what was loaded out of later collections, and give back what the load has freed.

    What is loaded stays anyway, and a full collection over it stops the process for a tenth of a
    second and more.
    """
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give freed memory back to the system; takes 8 ms for 100 MB.

    The C library keeps it unless it is asked (glibc's `malloc_trim`): after all of 100,000
    resources have changed that is as much as they take.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
