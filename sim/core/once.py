"""Working a thing out once: a memory of the last result of a function of read-only arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def once[R](kernel: Callable[..., R]) -> Callable[..., R]:
    """Remember the last result of a kernel for the very same arguments, so that those who need it may share it.

    Arrays of a world are read-only and replaced whole, so the same object means the same numbers.
    """
    last: tuple[tuple[Any, ...], R] | None = None

    @wraps(kernel)
    def remembered(*arrays: Any) -> R:
        nonlocal last
        held = last
        if (
            held is not None
            and len(held[0]) == len(arrays)
            and all(a is b for a, b in zip(held[0], arrays, strict=True))
        ):
            return held[1]
        result = kernel(*arrays)
        last = (arrays, result)
        return result

    return remembered
