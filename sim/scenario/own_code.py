"""Policies that a user wrote: `module:Class`, in a file beside the scenario or on Python's path."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import inspect
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from sim.core.params import ParameterError, build
from sim.core.spelling import nearest
from sim.policies import PerAgent, Policy
from sim.scenario.problems import ScenarioError


def own_policy(name: str, folder: Path | None, numbers: Mapping[str, float] = MappingProxyType({})) -> Policy:
    """The policy that `module:Class` names.

    Args:
        folder: where the scenario file lies; a module there goes before those on the path.
        numbers: parameters that are not as usual; the class, a dataclass, declares them with `param`.

    Raises:
        ScenarioError: no such module or class, a module that fails, a class that is no policy, or that has no such
            parameter.
    """
    module_name, _, class_name = name.partition(":")
    module = _module(name, module_name, folder)
    kind: Any = getattr(module, class_name, None)
    if kind is None:
        theirs = [key for key, item in vars(module).items() if isinstance(item, type)]
        raise ScenarioError(
            f"policy '{name}': {module_name} has no class '{class_name}'; {nearest(class_name, theirs)}"
        )
    vector = _is_policy(kind)
    if not vector:
        _check_plain(f"policy '{name}': {class_name}", kind)
    if numbers and not dataclasses.is_dataclass(kind):
        raise ScenarioError(f"policies.{name}: {class_name} has no parameters; only a dataclass declares some (param)")
    try:
        made = build(kind, numbers, f"policies.{name}") if numbers else kind()
    except ParameterError as error:
        raise ScenarioError(str(error)) from None
    except Exception as error:
        raise ScenarioError(f"policy '{name}': it cannot be made: {error}") from error
    return made if vector else PerAgent(made)


def _is_policy(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Policy) and dataclasses.is_dataclass(kind)


def _check_plain(what: str, kind: Any) -> None:
    """Refuse what is neither a policy over arrays nor a class with `decide(self, agent)`."""
    decide = getattr(kind, "decide", None)
    if not (isinstance(kind, type) and inspect.isfunction(decide)):
        near = get_close_matches("decide", [key for key, item in vars(kind).items() if callable(item)], n=1)
        raise ScenarioError(
            f"{what} is no policy; write a frozen dataclass that derives from sim.policies.base.Policy, as in"
            " sim/policies/multi_vector.py, or a class with decide(self, agent)"
            + (f"; its method '{near[0]}' must be called 'decide'" if near else "")
        )
    try:
        inspect.signature(decide).bind(None, None)
    except TypeError as error:
        raise ScenarioError(f"{what}: write decide(self, agent), not decide{inspect.signature(decide)}") from error


def _module(name: str, module_name: str, folder: Path | None) -> ModuleType:
    file = folder / f"{module_name.replace('.', '/')}.py" if folder else None
    try:
        return _beside(file) if file is not None and file.is_file() else importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name not in {module_name, module_name.partition(".")[0]}:
            raise ScenarioError(f"policy '{name}': {module_name} needs {error.name}, which is missing") from error
        place = f"{file} is missing and there is" if file else "there is"
        raise ScenarioError(f"policy '{name}': {place} no module '{module_name}' on Python's path") from error
    except Exception as error:
        raise ScenarioError(f"policy '{name}': {module_name} fails when imported: {error!r}") from error


def _beside(file: Path) -> ModuleType:
    """The module in a file, under a name of its own: files of one name in two folders stay apart."""
    known_as = f"detente_own_{hashlib.blake2b(str(file).encode(), digest_size=8).hexdigest()}"
    if known_as in sys.modules:
        return sys.modules[known_as]
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    spec = spec_from_file_location(known_as, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = sys.modules[known_as] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[known_as]
        raise
    return module
