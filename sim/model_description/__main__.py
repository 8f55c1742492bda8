"""`python -m sim.model_description [FILE]`: write the model description (docs/model.md of the checkout)."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.model_description import PLACE, write
from sim.model_description.literature import UnknownMentionError

USAGE = "usage: python -m sim.model_description [FILE]"


def main(arguments: list[str]) -> int:
    """Write it; returns the exit code."""
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        print(USAGE, file=sys.stderr if arguments != ["--help"] else sys.stdout)
        return 2 if arguments != ["--help"] else 0
    if not arguments and not (PLACE.parent.parent / "pyproject.toml").is_file():
        print("this is no checkout, so there is no docs/ to write to; name a file\n" + USAGE, file=sys.stderr)
        return 2
    try:
        print(write(Path(arguments[0]) if arguments else PLACE))
    except (OSError, UnknownMentionError) as error:
        print(f"the model description was not written: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
