"""What a number means: every parameter has a default, a unit, bounds, a sentence and a source."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from sim.core.spelling import nearest


class ParameterError(ValueError):
    """A parameter that does not exist or lies outside its bounds; the message says what to write instead."""


@dataclasses.dataclass(frozen=True)
class Param:
    """The declaration of one parameter; `source` is "assumed" or keys of references.toml joined by "; "."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    doc: str
    source: str

    def admit(self, value: Any, where: str) -> float:
        """The value as a number within bounds.

        Raises:
            ParameterError: not a number, not finite, or out of bounds; names `where` and the bounds.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ParameterError(f"{where}: {value!r} is not a number; write one from {self.low:g} to {self.high:g}")
        if not self.low <= value <= self.high:
            raise ParameterError(
                f"{where}: {value:g} is out of bounds; write a number from {self.low:g} to {self.high:g}"
                f" (default {self.default:g}, unit {self.unit})"
            )
        return float(value)


def param(default: float, *, unit: str, low: float, high: float, doc: str, source: str) -> Any:
    """Declare a field of a frozen dataclass as a parameter; bounds are inclusive and safe to run at."""
    return dataclasses.field(
        default=float(default), metadata={"unit": unit, "low": low, "high": high, "doc": doc, "source": source}
    )


def parameters(unit: Any) -> Mapping[str, Param]:
    """The declared parameters of a mechanism or policy (class or instance), by name."""
    return _parameters(unit if isinstance(unit, type) else type(unit))


@cache
def _parameters(kind: Any) -> Mapping[str, Param]:
    fields = [f for f in dataclasses.fields(kind) if "unit" in f.metadata]
    declared = {f.name: Param(f.name, float(f.default), **f.metadata) for f in fields}  # type: ignore[arg-type]
    return MappingProxyType(declared)


class Numbered:
    """A frozen dataclass whose fields are parameters."""

    def numbers(self, *names: str) -> dict[str, float]:
        """The values of some parameters (of all, if none is named), ready to be passed to a kernel by keyword."""
        return {name: getattr(self, name) for name in names or parameters(self)}


def build[T](kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """An instance of a unit with some parameters changed.

    Args:
        kind: the class of the mechanism or policy.
        values: parameter name -> number.
        where: the key path to name in an error, as `mechanisms.alignment`.

    Raises:
        ParameterError: an unknown name (with the nearest valid one) or a value out of bounds.
    """
    declared = parameters(kind)
    for name in values:
        if name not in declared:
            raise ParameterError(f"{where}.{name}: no such parameter; {nearest(name, declared)}")
    return kind(**{name: declared[name].admit(value, f"{where}.{name}") for name, value in values.items()})
