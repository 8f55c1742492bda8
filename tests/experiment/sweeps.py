"""Small sweeps for tests, and a look at the processes that carry them out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

LAST_YEAR = 2002


def design(**other: Any) -> dict[str, Any]:
    """Twenty-four runs of eight steps, of some ten milliseconds each; events and trajectories are kept."""
    return {
        "name": "small",
        "scenario": "three-powers",
        "replicates": 3,
        "set": {"end": LAST_YEAR},
        "design": {"kind": "grid", "seed": 11},
        "factors": [{"name": "mechanisms.alignment.kappa", "values": [0.5, 1.0, 2.0, 3.0]}],
        "arms": [{"name": "aligned", "set": {"policies.MER": "align"}}],
        "outputs": {
            "measures": ["tension", "middle_power_hedging"],
            "statistics": ["mean", "end"],
            "every": 4,
            "trajectories": ["tension"],
            "events": ["all"],
        },
        **other,
    }


FILE = """
scenario = "three-powers"
replicates = {replicates}
[set]
end = 2002
[design]
kind = "grid"
seed = 11
[[factors]]
name = "mechanisms.alignment.kappa"
values = {values}
[outputs]
measures = ["tension", "middle_power_hedging"]
every = 4
trajectories = ["tension"]
events = ["all"]
"""

POLICY = '''
import os, signal, time

class Moody:
    """Fails in a way that the punishment of the world chooses."""

    def decide(self, agent):
        resolve = agent.autonomy
        if resolve == 0.6:
            raise RuntimeError("no heart for it")
        if resolve == 0.7:
            time.sleep(30)
        if resolve == 0.8 and not os.path.exists("{folder}/calm"):
            os.kill(os.getpid(), signal.SIGKILL)
        return []
'''

MOODY = """
extends = "three-powers"
end = 2001
[policies]
MER = "moody:Moody"
"""


def moody(folder: Path) -> dict[str, Any]:
    """An experiment whose runs fail in three ways and go well in a fourth; its scenario is written to the folder."""
    (folder / "moody.py").write_text(POLICY.replace("{folder}", str(folder)))
    (folder / "moody.toml").write_text(MOODY)
    return {
        "name": "moods",
        "scenario": str(folder / "moody.toml"),
        "replicates": 2,
        "design": {"kind": "grid", "seed": 5},
        "factors": [{"name": "states.MER.autonomy", "values": [0.5, 0.6, 0.7, 0.8, 0.9]}],
        "outputs": {"measures": ["tension"]},
        "stop": {"timeout": 1.5},
    }


def leftovers(out: Path) -> list[str]:
    """Files that a write has left half-done."""
    return [str(path) for path in out.rglob("*") if ".tmp" in path.name or path.name.startswith(".")]


def descendants(root: int) -> set[int]:
    """Processes that a process has begun, and those that these have begun."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(fields[1])
    found, new = set(), {root}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in found} - found
    return found - {root}


def alive(pid: int) -> bool:
    """Whether a process is there and not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def workers_of(pid: int) -> set[int]:
    """Descendants that do the work: those that have loaded the model, which the servers of processes have not all."""
    return {each for each in descendants(pid) if alive(each) and b"forkserver" in _command(each)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def environment(**more: str) -> dict[str, str]:
    """The environment of a command that is started in a test."""
    return os.environ | {"PYTHONUNBUFFERED": "1"} | more
