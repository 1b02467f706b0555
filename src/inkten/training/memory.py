"""Memory that one training step frees is kept for the next."""

import ctypes
import platform

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # as glibc's malloc.h numbers them
MOST = 2**31 - 1  # bytes, the largest that it takes


def keep_freed_memory() -> None:
    """Tell glibc, where it is the C library, to keep what is freed.

    Otherwise it gives each large array back to the system and asks for another, which
    comes zeroed, page by page: in every step of a training, tens of thousands of page
    faults. On virtual machines they can cost as much time as the arithmetic.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(MMAP_MAX, 0)  # large arrays come from the heap, too ...
        libc.mallopt(TRIM_THRESHOLD, MOST)  # ... which does not shrink meanwhile
