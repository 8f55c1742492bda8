"""Where scenarios are: those that come with Détente, and those that a user has built from data sets."""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def scenario_folders(package: Path = PACKAGE) -> list[Path]:
    """Folders that hold the built-in scenarios, in the order in which to search them.

    An installed wheel carries them inside the package, as `sim/_scenarios`. A checkout (an editable install, or Python
    started in it) has them in its top-level `scenarios/`. The current directory plays no part.

    Returns existing folders, as absolute paths; none at all means that the installation is damaged.
    """
    packaged, checkout = package / "_scenarios", package.parent
    if packaged.is_dir():
        return [packaged]
    if (checkout / "pyproject.toml").is_file() and (checkout / "scenarios").is_dir():
        return [checkout / "scenarios"]
    return []


def user_folder() -> Path:
    """Where scenarios that the user built from data are kept, by name; it need not exist.

    $DETENTE_DATA_HOME, else `detente/scenarios` in what the platform gives programs for a user's data: $XDG_DATA_HOME
    or ~/.local/share, on macOS ~/Library/Application Support, on Windows %LOCALAPPDATA%.
    """
    if told := os.environ.get("DETENTE_DATA_HOME"):
        return Path(told).expanduser().absolute()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "detente" / "scenarios"
