"""Keep the memory that one training step frees for the next one."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # as numbered in glibc's malloc.h
LARGEST = 2**31 - 1  # bytes: the parameter is a C int


def keep_freed_memory() -> None:
    """Tell glibc, where it is the C library, to keep freed memory.

    Otherwise it returns each large array to the system and asks for another, which
    arrives zeroed, page by page: tens of thousands of page faults in every training
    step. On virtual machines they can take as long as the arithmetic.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_MAX, 0)  # large arrays come from the heap, too ...
        libc.mallopt(M_TRIM_THRESHOLD, LARGEST)  # ... which never shrinks
