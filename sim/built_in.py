"""Where the scenarios that come with Détente are: the one place that knows how it was installed."""

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
