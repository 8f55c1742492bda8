"""Every unit in a folder, by file name: to add one, add a file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def discover[T](package: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """The one subclass of `base` in every module of a package, by module name, sorted.

    Modules whose name starts with "_" are left out, and so is any that defines no subclass (shared pieces).

    Raises:
        TypeError: a module with two subclasses; names both.
    """
    found: dict[str, type[T]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        own = [
            item
            for item in vars(module).values()
            if isinstance(item, type)
            and issubclass(item, base)
            and item is not base
            and item.__module__ == module.__name__
        ]
        if len(own) > 1:
            names = " and ".join(item.__name__ for item in own)
            raise TypeError(f"{module.__name__} defines {names}: one file, one unit")
        if own:
            found[info.name] = own[0]
    return found
