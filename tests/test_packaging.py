"""However Détente is installed, the command works from any folder and finds the scenarios that come with it."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sim
from sim.built_in import scenario_folders

EXTRAS = {"cluster", "explore", "empirical", "calibrate", "fast", "test"}
ONE_BUILD = pytest.mark.xdist_group("packaging")  # parallel workers would each build the same distributions


def run(*command: object, cwd: Path) -> str:
    """Standard output of a command that must succeed; the environment holds nothing that points to the checkout."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def files_below(folder: Path) -> dict[str, bytes]:
    """Relative path -> content of every file in a folder, except compiled Python."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="session")
def source(checkout: Path, tmp_path_factory) -> Path:
    """A copy of what is distributed, so that nobody's edits in the checkout can change it between two builds."""
    copy = tmp_path_factory.mktemp("source") / "detente"
    ignore = shutil.ignore_patterns(".*", "__pycache__", "runs", "build", "dist")
    shutil.copytree(checkout, copy, ignore=ignore)
    for name in (".gitignore", ".python-version"):
        shutil.copy(checkout / name, copy)
    return copy


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out, source, cwd=out)
    return next(out.glob("detente-*.whl"))


@pytest.fixture(scope="session")
def sdist(source: Path, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", out, source, cwd=out)
    return next(out.glob("detente-*.tar.gz"))


@pytest.fixture(scope="session")
def wheel_from_sdist(sdist: Path, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel_from_sdist")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out, unpacked(sdist, out), cwd=out)
    return next(out.glob("detente-*.whl"))


def unpacked(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


def install(target: Path, *what: object) -> Path:
    """Install one distribution in a new virtual environment that borrows our libraries; returns its folder of commands.

    A `.pth` line lends them, but not our own editable install: the `.pth` files of a lent folder are not read.
    """
    venv.create(target, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(target), "platbase": str(target)}, scheme="venv")
    Path(paths["purelib"], "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed", "--quiet"]
    python = Path(paths["scripts"]) / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, cwd=target)
    return Path(paths["scripts"])


@pytest.fixture(scope="session", params=["wheel", "wheel_from_sdist", "editable"])
def installed(request, tmp_path_factory) -> Path:
    """The folder of the commands of an installation, one for each way to install."""
    target = tmp_path_factory.mktemp(request.param) / "venv"
    if request.param == "editable":
        return install(target, "--editable", request.getfixturevalue("source"))
    return install(target, request.getfixturevalue(request.param))


@pytest.mark.slow
@ONE_BUILD
class TestInstalled:
    def test_finds_the_built_in_scenarios_from_another_folder(self, installed, source, tmp_path):
        code = "import json, sim, sim.built_in as b; print(json.dumps([sim.__file__, *map(str, b.scenario_folders())]))"
        module, *folders = json.loads(run(installed / "python", "-c", code, cwd=tmp_path))
        assert Path(module).is_relative_to(installed.parent) or Path(module).is_relative_to(source)
        assert len(folders) == 1
        found = files_below(Path(folders[0]))
        assert "central-asia-2025.toml" in found or "central-asia-2025/scenario.toml" in found
        assert found == files_below(source / "scenarios")

    def test_a_folder_named_scenarios_elsewhere_plays_no_part(self, installed, tmp_path):
        (tmp_path / "scenarios").mkdir()
        (tmp_path / "pyproject.toml").touch()
        code = "import sim.built_in as b; print(*b.scenario_folders())"
        assert str(tmp_path) not in run(installed / "python", "-c", code, cwd=tmp_path)

    def test_the_command_tells_its_version(self, installed, tmp_path):
        assert run(installed / "detente", "--version", cwd=tmp_path) == f"detente {sim.__version__}\n"

    @pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"], ["scenario", "list"]])
    def test_the_module_is_the_same_command(self, installed, tmp_path, arguments):
        as_command = run(installed / "detente", *arguments, cwd=tmp_path)
        assert run(installed / "python", "-m", "sim", *arguments, cwd=tmp_path) == as_command
        assert as_command

    @pytest.mark.parametrize("arguments", [["no-such-command"], ["run"], ["run", "--no-such-option"]])
    def test_the_module_fails_as_the_command_does(self, installed, tmp_path, arguments):
        commands = [[installed / "detente"], [installed / "python", "-m", "sim"]]
        done = [subprocess.run([*c, *arguments], cwd=tmp_path, capture_output=True, text=True) for c in commands]
        assert [d.returncode for d in done] == [2, 2]
        assert done[0].stderr == done[1].stderr
        assert "Traceback" not in done[0].stderr


@pytest.mark.slow
@ONE_BUILD
def test_both_wheels_hold_every_file_of_the_package_and_nothing_else(source, wheel, wheel_from_sdist):
    package = {f"sim/{name}": content for name, content in files_below(source / "sim").items()}
    data = {f"sim/_scenarios/{name}": content for name, content in files_below(source / "scenarios").items()}
    for path in (wheel, wheel_from_sdist):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")]
            assert {name: archive.read(name) for name in names} == package | data


@pytest.mark.slow
@ONE_BUILD
def test_the_wheel_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"detente-{sim.__version__}.dist-info/METADATA").decode()
    assert f"\nName: detente\nVersion: {sim.__version__}\n" in metadata
    assert "\nLicense-Expression: MIT\n" in metadata
    assert "\nRequires-Python: >=3.12\n" in metadata


def test_a_packaged_folder_comes_before_the_checkout(tmp_path):
    package = tmp_path / "sim"
    (tmp_path / "scenarios").mkdir()
    package.mkdir()
    assert scenario_folders(package) == []  # a folder of that name in site-packages is not ours
    (tmp_path / "pyproject.toml").touch()
    assert scenario_folders(package) == [tmp_path / "scenarios"]
    (package / "_scenarios").mkdir()
    assert scenario_folders(package) == [package / "_scenarios"]


def test_the_checkout_finds_its_scenarios_from_any_folder(checkout, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert scenario_folders() == [checkout / "scenarios"]


@pytest.fixture(scope="session")
def project(checkout: Path) -> dict:
    return tomllib.loads((checkout / "pyproject.toml").read_text())["project"]


def test_version_and_extras(project):
    assert re.fullmatch(r"\d+\.\d+\.\d+", sim.__version__)
    assert set(project["optional-dependencies"]) == EXTRAS


def test_every_dependency_has_a_tested_version_that_it_allows(checkout, project):
    lines = (checkout / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert all(name == canonicalize_name(name) for name in pins)
    extras = (line for extra in project["optional-dependencies"].values() for line in extra)
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def imported_modules(package: Path) -> set[str]:
    """Top-level names of everything that the package imports, at the top of a file or inside a function."""
    nodes = [node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    members = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module}
    return {name.split(".")[0] for name in plain | members}


def test_everything_that_the_code_imports_is_a_declared_dependency(checkout, project):
    extras = {name: lines for name, lines in project["optional-dependencies"].items() if name != "test"}
    declared = {canonicalize_name(Requirement(line).name) for line in sum(extras.values(), project["dependencies"])}
    homes = packages_distributions()
    for module in imported_modules(checkout / "sim") - set(sys.stdlib_module_names) - {"sim"}:
        # `solara` only gathers solara-ui and solara-server, so the module that it is declared for is named as it is.
        names = {canonicalize_name(name) for name in [module, *homes.get(module, [])]}
        assert names & declared, f"sim imports {module}: declare it in pyproject.toml and constraints.txt"
