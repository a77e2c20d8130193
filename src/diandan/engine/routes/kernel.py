"""编译: the search's own way of making machine code.

The search asks small questions millions of times a second. Counting references to the arrays it
hands from one small function to the next would cost more than the questions, and no kernel here
makes an array, so the counting is switched off; small pieces are copied into their callers by
the machine-code compiler.

A kept kernel holds copies of what it calls, and numba renews it only when its own file changes.
So the kept ones of this folder are thrown away as soon as any file of the folder differs.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

HERE = Path(__file__).parent
LEAN: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}  # _nrt: counted references


def kernel(made: Kernel) -> Kernel:
    """Machine code kept between runs, which lets other threads go on."""
    ready: Kernel = numba.njit(**LEAN)(made)
    return ready


def piece(made: Kernel) -> Kernel:
    """A part of a kernel, copied into each of its callers."""
    ready: Kernel = numba.njit(**LEAN, forceinline=True)(made)
    return ready


def forget_stale(folder: Path = HERE) -> bool:
    """Throw kept kernels away unless they were made from these very files; True if any went."""
    made = hashlib.sha256(numba.__version__.encode())
    for source in sorted(folder.glob("*.py")):
        made.update(source.read_bytes())
    kept = folder / "__pycache__"
    stamp = kept / "kernels.sha256"
    if stamp.is_file() and stamp.read_text() == made.hexdigest():
        return False
    stale = [*kept.glob("*.nbi"), *kept.glob("*.nbc")]
    with contextlib.suppress(OSError):  # a place that cannot be written keeps no kernels either
        for file in stale:
            file.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        stamp.write_text(made.hexdigest())
    return bool(stale)


forget_stale()
