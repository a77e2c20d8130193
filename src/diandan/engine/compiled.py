"""编译: how a loop over arrays becomes machine code.

Numba compiles a kernel once and keeps it beside the source (``make setup`` warms it), so that
no run of the product waits for a compiler. Kernels are annotated for the reader and for mypy;
numba itself takes the types from the arrays it is given.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

#: What numba looks for and no kernel here uses: linear algebra, C libraries, a file of settings.
#: Loading them takes a fifth of a second; told that they are not there, it goes on without.
UNUSED = ("scipy", "scipy.linalg", "cffi", "yaml")


@contextmanager
def loading() -> Iterator[None]:
    """Numba and its kept kernels are loaded inside, and nothing that they do not need."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # so it says that it is not there
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with loading():
    import numba
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.uint8]

#: A whole number inside a kernel: Python's from outside, 64 bits inside. mypy cannot tell the two
#: apart, numba settles it.
Whole: TypeAlias = Any

parallel_range = numba.prange

#: A place in an array, for the loops that run most. A signed index may mean "from the end", which
#: is looked at on every use and keeps a loop from being done several steps at once; an unsigned
#: one is not: measured, two to three times as fast. Never add a signed number to one (numba makes
#: a fraction of the two): wrap that as well.
spot = np.uint64
ONE = np.uint64(1)


def compiled(kernel: Kernel) -> Kernel:
    """Machine code, kept between runs; lets other threads of the process go on."""
    return cast(Kernel, numba.njit(cache=True, nogil=True)(kernel))


def inlined(kernel: Kernel) -> Kernel:
    """A piece of a kernel, written once and copied by the compiler into each of its callers."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, inline="always")(kernel))


def spread(kernel: Kernel) -> Kernel:
    """A kernel whose ``parallel_range`` loop runs on every core."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, parallel=True)(kernel))


def _soon(_typing: Any, array: Any, at: Any) -> Any:
    """How `soon` is written in machine code: the processor's own instruction."""

    def write(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        whole = context.make_array(signature.args[0])(context, builder, given[0])
        byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        place = builder.bitcast(builder.gep(whole.data, [given[1]]), byte)
        builder.call(fetch, [place, flag(0), flag(3), flag(1)])  # to read; keep; data
        return context.get_dummy_value()

    return types.void(array, at), write


#: Inside a kernel: this entry of an array is read soon, let it come from memory meanwhile.
soon: Callable[[Any, Any], None] = cast(Any, intrinsic(_soon))
