"""What every test may use: the checkout, the folder of real data, a browser; and settings that make runs repeatable."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# One thread per process, set before numpy loads: the tests themselves run in parallel.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHECKOUT = Path(__file__).resolve().parent.parent

# Wall-clock limits say more about the machine than about the code. CI tries the same examples each time.
settings.register_profile("detente", deadline=None, derandomize=IN_CI)
settings.load_profile("detente")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees or changes scenarios that the user of this machine has built."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETENTE_DATA_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the source tree that is being tested."""
    return CHECKOUT


@pytest.fixture(scope="session")
def data_folder(checkout: Path) -> Path:
    """Published data sets, which are not ours to keep here: $DETENTE_DATA, else ../shared/data; skips without them."""
    folder = Path(os.environ.get("DETENTE_DATA", checkout.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder}; set DETENTE_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def browser() -> str:
    """Path of a Chromium to look at pages with; without one the test skips, in CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    message = "no Chromium on the path (Debian: apt install chromium)"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message)
