"""What a process does with memory: while it imports, and after a large load."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Around a program's imports: what they make stays, so nobody looks it through for garbage,
    neither meanwhile, which takes a tenth of their time, nor in any collection later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
