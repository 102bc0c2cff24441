"""The walls of the house: who may import whom, and what an import costs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "moonstead"


def imported_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    program = f"import sys\n{code}\nprint('MODULES', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.rpartition("MODULES ")[2].split())


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_the_layer_contract_is_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(lint_imports), "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


def test_autonomy_brings_no_truth_with_it() -> None:
    """Also not by a detour: what is loaded is looked at, not what is written."""
    loaded = imported_by("import moonstead.autonomy.manager")
    ours = {name for name in loaded if name.startswith("moonstead.")}
    packages = {name.split(".")[1] for name in ours}
    assert packages == {"autonomy", "compiled", "contracts", "errors", "references", "units"}
    for heavy in ("pydantic", "zarr", "pyarrow", "skyfield", "rasterio", "matplotlib", "pint"):
        assert heavy not in tops(loaded)


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["check", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    loaded = imported_by(f"from moonstead.cli.main import run\nassert run({words!r}) == 0")
    assert "moonstead.cli.main" in loaded
    heavy = {"numba", "numpy", "skyfield", "zarr", "pyarrow", "pydantic", "rasterio", "matplotlib"}
    assert tops(loaded) & heavy == set()


def test_reading_a_scenario_model_needs_no_compiler() -> None:
    loaded = imported_by("import moonstead.scenario.model")
    assert (
        tops(loaded) & {"numba", "skyfield", "zarr", "pyarrow", "rasterio", "matplotlib"} == set()
    )


def test_packages_do_nothing_when_imported() -> None:
    for path in SOURCE.rglob("__init__.py"):
        assert path.read_text() == "", path


def test_every_package_has_its_init() -> None:
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    for folder in folders:
        assert (folder / "__init__.py").exists(), folder


def test_all_contracts_fit_in_one_short_file() -> None:
    code = [
        line
        for line in (SOURCE / "contracts.py").read_text().splitlines()
        if line.strip() and not line.strip().startswith(("#", '"""'))
    ]
    assert len(code) <= 100
