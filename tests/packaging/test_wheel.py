"""The package as a stranger gets it: built, installed into an environment of its own, run in an empty folder."""

import os
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
REPORT_QUERY = "SELECT (COUNT(?report) AS ?n) { ?report a cppcc:Report }"
BUILD = "import sys; from hatchling.build import build_{0} as build; print(build(sys.argv[1]))"

pytestmark = pytest.mark.slow


def built(kind: str, folder: Path, *, source: Path = ROOT) -> Path:
    command = [sys.executable, "-c", BUILD.format(kind), str(folder)]
    told = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return folder / told.stdout.split()[-1]


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, sdist: Path) -> Path:
    """Built from the unpacked sdist, so that nothing can be missing from that."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [source] = [path for path in folder.iterdir() if path.is_dir()]
    return built("wheel", folder, source=source)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The command ``cppcc`` of a new environment: our wheel, and the packages that the tests run with."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    [packages] = folder.glob("lib/python*/site-packages")
    own = next(path for path in map(Path, sys.path) if (path / "pyoxigraph").is_dir())
    (packages / "dependencies.pth").write_text(f"{own}\n")
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--ignore-installed", wheel], check=True)
    return folder / "bin" / "cppcc"


@pytest.fixture
def run(installed: Path, tmp_path: Path):
    """Runs the installed command in an empty folder, without this checkout on the path."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CPPCC_"))}

    def run(*arguments: str) -> str:
        command = [installed, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_ontology_and_data(wheel):
    wanted = {
        f"cppcc_graph/_bundled/{path.relative_to(ROOT).as_posix()}"
        for folder in ("ontology", "data")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }

    assert wanted - names(wheel) == set()


def test_the_wheel_holds_every_file_of_the_package(wheel):
    server = ROOT / "server"
    wanted = {
        path.relative_to(server).as_posix()
        for path in (server / "cppcc_graph").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert wanted - names(wheel) == set()


def test_the_wheel_carries_its_licence(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in names(wheel))


def test_the_installed_command_answers_in_an_empty_folder(run, tmp_path):
    assert run("--version") == "cppcc 0.1.0\n"
    assert int(run("query", "--format", "csv", REPORT_QUERY).split()[1]) >= 1
    assert list(tmp_path.iterdir()) == []


def test_the_installed_package_reads_its_own_files(installed):
    python = installed.parent / "python"
    code = "from cppcc_graph import bundled; print(bundled.data_folder())"
    told = subprocess.run([python, "-c", code], cwd="/", capture_output=True, text=True, check=True)

    assert told.stdout.strip().endswith("site-packages/cppcc_graph/_bundled/data")


def test_the_installed_server_answers_within_5_seconds(installed, tmp_path):
    begun = time.monotonic()
    command = [installed, "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        url = server.stderr.readline().split()[1]
        with urlopen(url, timeout=5) as page:
            status = page.status
    finally:
        took_s = time.monotonic() - begun
        server.terminate()
        server.communicate(timeout=10)

    assert status == 200
    assert took_s < 5
    assert list(tmp_path.iterdir()) == []
