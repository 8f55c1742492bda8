"""The invented world on disk, and a cache that is thrown away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.empirical.synthetic import write_world


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of the tests' own, so that no reader is tested on what an earlier one left."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("DETENTE_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented world under the names of a collection; only to be read."""
    return write_world(tmp_path_factory.mktemp("collection"))


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same world under the names and in the shapes of the official downloads; only to be read."""
    return write_world(tmp_path_factory.mktemp("official"), names="official")
