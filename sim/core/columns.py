"""What an array means: a column has axes, a unit, bounds and a sentence; a store holds the arrays and guards them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _least(value: Array) -> Any:
    return np.minimum.reduce(value, axis=None)


def _largest(value: Array) -> Any:
    return np.maximum.reduce(value, axis=None)


class Column:
    """A declared array of a `Store`: its axes, unit, bounds and meaning.

    Attributes:
        axes: one letter an axis ("ij" is pair by pair); "" is a single number.
        unit: the unit of every entry; "1" has none.
        low, high: inclusive bounds; the store clips to them and counts how often.
        doc: one sentence.
        initial: the value where nothing else is given.
        dtype: float, int or bool.
        symmetric: the last two axes may be swapped.
        fixed: given at the start and never changed.
        source: of a number that is a parameter of the world: "assumed" or keys of references.toml; "" otherwise.
    """

    def __init__(
        self,
        axes: str,
        unit: str,
        low: float,
        high: float,
        doc: str,
        *,
        initial: float = 0.0,
        dtype: type = float,
        symmetric: bool = False,
        fixed: bool = False,
        source: str = "",
    ) -> None:
        self.axes, self.unit, self.low, self.high, self.doc = axes, unit, low, high, doc
        self.initial, self.dtype, self.symmetric, self.fixed, self.source = initial, dtype, symmetric, fixed, source
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, store: None, owner: type) -> Self: ...
    @overload
    def __get__(self, store: Store, owner: type) -> Array: ...
    def __get__(self, store: Store | None, owner: type) -> Any:
        return self if store is None else store.read(self)


class Derived(Column):
    """A column that follows from others: worked out when first read, forgotten when one of its sources changes."""

    def __init__(
        self, axes: str, unit: str, low: float, high: float, doc: str, rule: Callable[[Any], Array], **more: Any
    ) -> None:
        super().__init__(axes, unit, low, high, doc, **more)
        self.rule = rule


def column(axes: str, unit: str, low: float, high: float, doc: str, **more: Any) -> Column:
    """Declare a column in the body of a `Store` subclass; see `Column` for the arguments."""
    return Column(axes, unit, low, high, doc, **more)


def derived(
    axes: str, unit: str, low: float, high: float, doc: str, **more: Any
) -> Callable[[Callable[[Any], Array]], Derived]:
    """Declare a derived column: decorate the function of the store that gives it."""
    return lambda rule: Derived(axes, unit, low, high, doc, rule, **more)


class Store:
    """Arrays by column name: readable by all, changed only through `write`.

    Args:
        sizes: letter of an axis -> its length.
        arrays: starting values; columns left out start at their `initial`.

    Raises:
        KeyError: an array that is no declared column.
        ValueError: an array of another shape than its column's axes.
    """

    def __init__(self, sizes: Mapping[str, int], arrays: Mapping[str, Array]) -> None:
        self.sizes = dict(sizes)
        self._shapes = {column.axes: self.shape(column.axes) for column in self.declarations().values()}
        self._arrays: dict[str, Array] = {}
        self._known: dict[str, Array] = {}
        self._trace: list[set[str]] = []
        self._watched: set[str] | None = None
        self.clips: dict[str, int] = {}
        self.revision = 0
        if unknown := sorted(set(arrays) - set(self.columns())):
            raise KeyError(f"no such column: {', '.join(unknown)}")
        for name, declared in self.columns().items():
            given = arrays.get(name)
            start = np.full(self.shape(declared.axes), declared.initial) if given is None else np.asarray(given)
            self._arrays[name] = self._admit(declared, start)
        self.clips.clear()
        self._lay_out()

    @classmethod
    @cache
    def columns(cls) -> Mapping[str, Column]:
        """The columns that are stored, by name, in the order of their declaration."""
        return MappingProxyType({c.name: c for c in cls.declarations().values() if not isinstance(c, Derived)})

    @classmethod
    @cache
    def declarations(cls) -> Mapping[str, Column]:
        """All columns, stored and derived, by name."""
        found = (item for base in reversed(cls.__mro__) for item in vars(base).items())
        return MappingProxyType({name: item for name, item in found if isinstance(item, Column)})

    def shape(self, axes: str) -> tuple[int, ...]:
        """The shape of an array with these axes."""
        return tuple(self.sizes[letter] for letter in axes)

    def read(self, declared: Column) -> Array:
        """The array of a column (read-only); derived ones are worked out at need.

        Python asks here only for what does not lie in the instance's own dict: arrays at hand are laid out there, so
        that reading them costs nothing, and taken away while somebody watches or traces what is read.
        """
        name = declared.name
        if self._watched is not None and not self._trace:
            self._watched.add(name)
        if isinstance(declared, Derived):
            return self._derive(declared)
        if self._trace:
            self._trace[-1].add(name)
        return self._arrays[name]

    def _derive(self, declared: Derived) -> Array:
        name, sources = declared.name, self._sources()
        if name not in sources:
            sources[name] = self._traced(declared)
            for source in sources[name]:
                self._followers().setdefault(source, set()).add(name)
        if name not in self._known:
            self._trace.append(set())  # what a rule reads is not what the watched one read
            try:
                value = np.asarray(declared.rule(self))
            finally:
                self._trace.pop()
            value.flags.writeable = False
            self._known[name] = value
        if self._trace:
            self._trace[-1] |= sources[name]
        elif self._watched is None:
            self.__dict__[name] = self._known[name]
        return self._known[name]

    @classmethod
    @cache
    def _sources(cls) -> dict[str, frozenset[str]]:
        """Derived column -> the stored columns that its rule rests on; a rule reads the same ones in every store."""
        return {}

    @classmethod
    @cache
    def _followers(cls) -> dict[str, set[str]]:
        """Stored column -> the derived columns that rest on it: `_sources` turned round."""
        return {}

    def _traced(self, declared: Derived) -> frozenset[str]:
        """Work a rule out once, noting what it reads."""
        self._clear_away()
        self._trace.append(set())
        try:
            declared.rule(self)
        finally:
            read = frozenset(self._trace.pop())
            if not self._trace and self._watched is None:
                self._lay_out()
        return read

    def _lay_out(self) -> None:
        self.__dict__.update(self._arrays | self._known)

    def _clear_away(self) -> None:
        for name in self.declarations():
            self.__dict__.pop(name, None)

    def write(self, changes: Mapping[str, Array]) -> None:
        """Replace columns, clipped to their bounds; derived columns that rest on them are forgotten.

        Raises:
            KeyError: no such column, or a derived one.
            ValueError: wrong shape, or a value that is not a number; nothing has changed then.
        """
        declared = self.columns()
        admitted = {name: self._admit(declared[name], np.asarray(value)) for name, value in changes.items()}
        held = self._arrays
        for name in [name for name in admitted if declared[name].dtype is bool]:
            if not (admitted[name] != held[name]).any():  # flags seldom change: what rests on them stays known
                del admitted[name]
        held |= admitted
        self.revision += 1
        followers = self._followers()
        for name in {follower for changed in admitted for follower in followers.get(changed, ())} & self._known.keys():
            del self._known[name]
            self.__dict__.pop(name, None)
        if self._watched is None:
            self.__dict__.update(admitted)

    def _admit(self, declared: Column, value: Array) -> Array:
        if value.shape != self._shapes[declared.axes]:
            wanted = self._shapes[declared.axes]
            raise ValueError(f"column '{declared.name}' has shape {wanted} ({declared.axes!r}), not {value.shape}")
        bounded = declared.dtype is bool or not value.size
        if not bounded and not (_least(value) >= declared.low and _largest(value) <= declared.high):
            value = self._clip(declared, value)
        if value.dtype != declared.dtype:
            value = value.astype(declared.dtype)
        value.flags.writeable = False
        return value

    def _clip(self, declared: Column, value: Array) -> Array:
        if np.isnan(value).any():
            raise ValueError(f"column '{declared.name}' has a value that is not a number")
        outside = int(((value < declared.low) | (value > declared.high)).sum())
        self.clips[declared.name] = self.clips.get(declared.name, 0) + outside
        return np.clip(value, declared.low, declared.high)

    @contextmanager
    def watch(self) -> Iterator[set[str]]:
        """Collect the names of the columns read inside the block (derived ones by their own name)."""
        self._watched = seen = set[str]()
        self._clear_away()
        try:
            yield seen
        finally:
            self._watched = None
            self._lay_out()

    def arrays(self) -> dict[str, Array]:
        """Every stored column by name, as it stands (read-only views)."""
        return dict(self._arrays)
