"""What a process does with memory after a large load."""

import ctypes
import gc
import sys


def settle() -> None:
    """Leave what was loaded out of later collections, and give back what the load has freed.

    What is loaded stays anyway, and a full collection over it stops the process for a tenth of a
    second and more. The C library keeps freed memory unless it is asked (glibc's `malloc_trim`):
    after 100,000 resources that is some 60 MB.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
