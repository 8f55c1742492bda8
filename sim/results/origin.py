"""Where a run comes from: scenario, seed, versions, commit, machine, command."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.built_in import PACKAGE

if TYPE_CHECKING:
    from sim.scenario import Scenario

LIBRARIES = ("numpy", "scipy", "mesa", "pydantic", "duckdb", "matplotlib")


def provenance(scenario: Scenario, seed: int, command: str | None = None) -> dict[str, Any]:
    """What made a run, for its reader and for who wants to repeat it.

    Args:
        command: as typed; None stands for the command line of this process.

    Returns:
        scenario, scenario_hash, seed, versions, commit and modified (None outside a checkout), cpu_features, platform,
        command, created (UTC). The last two differ from run to run.
    """
    typed = shlex.join(["detente" if sys.argv[0].endswith(("detente", "__main__.py")) else sys.argv[0], *sys.argv[1:]])
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "scenario_hash": scenario.hash,
        "seed": seed,
        **_machine(),
        "command": typed if command is None else command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


@cache
def _machine() -> dict[str, Any]:
    versions = {"detente": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    commit, modified = _commit(PACKAGE.parent)
    features = {"commit": commit, "modified": modified, "cpu_features": cpu_features()}
    return {"versions": versions, **features, "platform": f"{platform.system()} {platform.machine()}"}


def cpu_features() -> list[str]:
    """The vector instructions that numpy may use here; results are equal bit for bit only where these are."""
    try:
        found = import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):
        return []
    return sorted(name for name, present in found.items() if present)


def _commit(root: Path) -> tuple[str | None, bool | None]:
    """Commit of a checkout, and whether files differ from it; None where it is no checkout."""
    if not (root / ".git").exists():
        return None, None
    try:
        commit, changes = (
            subprocess.run(
                ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=5, check=True
            ).stdout
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    return commit.strip(), bool(changes.strip())
