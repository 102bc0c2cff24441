"""What users mistype into the verbs of maps and sites: one clear error each, nothing written."""

from pathlib import Path

import pytest

from moonstead.cli.main import run
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.terrain.write import write_terrain

MAP = ("map", "relief", "--around", "-88.5,100", "--dem", "ground.tif", "--radius", "1")
SITE = ("site", "-88.5", "100", "--dem", "ground.tif")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mistakes")
    write_terrain(synthetic_terrain(8, 64, 100.0, -88.5, 100.0), path / "ground.tif")
    (path / "notes.txt").write_text("notes")
    return path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*MAP, "--height", "nan"), "'--height': nan is not a finite number"),
        ((*MAP, "--radius", "nan"), "'--radius': nan is not a finite number"),
        ((*MAP, "--radius", "1e9"), "'--radius': 1000000000.0 is not in the range"),
        ((*MAP, "--memory", "inf"), "'--memory': inf is not a finite number"),
        ((*MAP, "--hieght", "3"), "--hieght"),
        ((*SITE, "--years", "nan"), "'--years': nan is not a finite number"),
        ((*SITE, "--step-minutes", "nan"), "'--step-minutes': nan is not a finite number"),
        ((*SITE, "--height", "nan"), "'--height': nan is not a finite number"),
        (("sites", "rank", ".", "--apart", "nan"), "'--apart': nan is not a finite number"),
        (("terrain", "list", "--everything"), "--everything"),
        (("terrain", "synth", "new.tif", "--sead", "3"), "--sead"),
        (("terrain", "synth", "new.png", "--size", "16"), "OUT.tif = new.png: terrain ends with"),
        (("terrain", "info", ""), "terrain: name"),
        ((*MAP, "--out", "notes.txt"), "notes.txt is a file; name a folder"),
        ((*MAP, "--out", "notes.txt/deeper"), "notes.txt is a file; name a folder"),
        ((*MAP, "--dem", ""), "--dem = '': name a file or a product"),
        (("site", "-88.5", "--dem", "ground.tif"), "site = -88.5: a latitude; add the longitude"),
        ((*SITE, "--plot", "x.txt"), "--plot = x.txt: a picture ends with .png"),
        (
            ("horizon", "-88.5,100", "--dem", "ground.tif", "--out", "ground.tif"),
            "--out = ground.tif: a horizon ends with .json",
        ),
        (("sites", "rank", ".", "--out", "x.txt"), "--out = x.txt: a list of sites ends with"),
        (("sites", "rank", ".", "--out", "no/x.csv"), "name a file in a folder that exists"),
    ],
)
def test_one_clear_error(
    folder: Path,
    words: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert run(words) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""
    assert sorted(path.name for path in folder.iterdir()) == ["ground.tif", "notes.txt"]
