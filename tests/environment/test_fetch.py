"""Fetching against an archive on loopback: broken, slow, altered, absent, and off line."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from archive_server import Archive, serving

from moonstead.environment.terrain.catalogue import Product
from moonstead.environment.terrain.download import Patience
from moonstead.environment.terrain.fetch import (
    Fetched,
    cache_folder,
    cached_path,
    fetch_product,
    is_offline,
)
from moonstead.errors import RunError

PIECE = 1 << 14
CONTENT = np.random.default_rng(1).bytes(90 * PIECE)
LABEL = b"PDS_VERSION_ID = PDS3\r\nEND\r\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
QUICK = Patience(connect_s=2.0, silence_s=0.2, tries=3, pause_s=0.01)


@pytest.fixture
def archive() -> Iterator[Archive]:
    with serving(Archive({"x.img": CONTENT, "x.lbl": LABEL}, {"x.img": '"one"'})) as archive:
        yield archive


@pytest.fixture(autouse=True)
def _no_wish_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOONSTEAD_CACHE", "MOONSTEAD_OFFLINE", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


def product(archive: Archive, file: str = "x.img", **changes: object) -> Product:
    plain: dict[str, object] = {
        "name": "x", "title": "X", "address": archive.address + file, "mirrors": (),
        "label_address": "", "area_deg": None, "pixel_m": 5.0, "projection": "", "form": "",
        "size_bytes": None, "sha256": None, "label_sha256": None, "evidence": "rule",
        "seen_in": "", "licence": "", "citation": "",
    }  # fmt: skip
    return Product(**{**plain, **changes})  # type: ignore[arg-type]


def fetched(wanted: Product, cache: Path, **changes: object) -> Fetched:
    return fetch_product(wanted, cache, patience=QUICK, **changes)  # type: ignore[arg-type]


def test_a_fetch_is_told_of_hashed_and_kept(archive: Archive, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    wanted = product(archive, sha256=SHA256, size_bytes=len(CONTENT))
    found = fetched(wanted, tmp_path, progress=lambda *row: told.append(row))
    assert found.path == tmp_path / "x" / "x.img" == cached_path(wanted, tmp_path)
    assert found.path.read_bytes() == CONTENT
    assert (found.sha256, found.proof, found.was_cached) == (SHA256, "catalogue", False)
    assert told[0] == ("x.img", 0, len(CONTENT))
    assert told[-1] == ("x.img", len(CONTENT), len(CONTENT))
    assert [row[1] for row in told] == sorted(row[1] for row in told)
    assert sorted(path.name for path in found.path.parent.iterdir()) == ["x.img", "x.img.sha256"]
    assert fetched(wanted, tmp_path).was_cached
    assert len(archive.asked) == 1


def test_a_broken_transfer_goes_on_where_it_was(archive: Archive, tmp_path: Path) -> None:
    archive.breaks_after_bytes = [24 * PIECE, 18 * PIECE]
    assert fetched(product(archive, sha256=SHA256), tmp_path).path.read_bytes() == CONTENT
    assert archive.ranges() == [None, f"bytes={24 * PIECE}-", f"bytes={42 * PIECE}-"]
    assert archive.asked[1][1]["If-Range"] == '"one"'


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(
    archive: Archive, tmp_path: Path
) -> None:
    archive.breaks_after_bytes = [24 * PIECE, 0, 0, 0]
    with pytest.raises(RunError, match=rf"{24 * PIECE} bytes are kept; the same command goes on"):
        fetched(product(archive), tmp_path)
    assert not (tmp_path / "x" / "x.img").exists()
    archive.breaks_after_bytes = []
    assert fetched(product(archive), tmp_path).sha256 == SHA256
    assert archive.ranges()[-1] == f"bytes={24 * PIECE}-"


def test_a_stop_by_the_user_keeps_what_arrived(archive: Archive, tmp_path: Path) -> None:
    def stop(_name: str, done_bytes: int, _total: int | None) -> None:
        if done_bytes > 500_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(product(archive), tmp_path, progress=stop)
    assert not (tmp_path / "x" / "x.img").exists()
    assert fetched(product(archive), tmp_path).sha256 == SHA256
    start = int((archive.ranges()[-1] or "").removeprefix("bytes=").rstrip("-"))
    assert 500_000 < start < len(CONTENT)


def test_a_server_without_ranges_sends_all_again(archive: Archive, tmp_path: Path) -> None:
    archive.knows_ranges = False
    archive.breaks_after_bytes = [24 * PIECE]
    assert fetched(product(archive, sha256=SHA256), tmp_path).path.read_bytes() == CONTENT
    assert archive.ranges() == [None, f"bytes={24 * PIECE}-"]


def test_two_versions_are_never_joined(archive: Archive, tmp_path: Path) -> None:
    archive.breaks_after_bytes = [24 * PIECE, 0, 0, 0]
    with pytest.raises(RunError):
        fetched(product(archive), tmp_path)
    newer = CONTENT[::-1]
    archive.files["x.img"], archive.etags["x.img"] = newer, '"two"'
    archive.breaks_after_bytes = []
    assert fetched(product(archive), tmp_path).path.read_bytes() == newer


def test_an_answer_that_begins_elsewhere_is_not_joined(archive: Archive, tmp_path: Path) -> None:
    archive.breaks_after_bytes = [24 * PIECE]
    archive.wrong_start = True
    assert fetched(product(archive), tmp_path).path.read_bytes() == CONTENT


def test_a_kept_part_that_is_the_whole_file_is_used(archive: Archive, tmp_path: Path) -> None:
    archive.tells_length = False

    def stop_at_the_end(_name: str, done_bytes: int, _total: int | None) -> None:
        if done_bytes == len(CONTENT):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(product(archive), tmp_path, progress=stop_at_the_end)
    assert fetched(product(archive), tmp_path).path.read_bytes() == CONTENT
    assert archive.ranges() == [None, f"bytes={len(CONTENT)}-"]


def test_a_kept_part_that_is_too_long_is_thrown_away(archive: Archive, tmp_path: Path) -> None:
    archive.breaks_after_bytes = [24 * PIECE, 0, 0, 0]
    with pytest.raises(RunError):
        fetched(product(archive), tmp_path)
    with (tmp_path / "x" / "x.img.part").open("ab") as file:
        file.write(CONTENT)
    archive.breaks_after_bytes = []
    assert fetched(product(archive), tmp_path).path.read_bytes() == CONTENT


def test_a_silent_server_is_asked_again(archive: Archive, tmp_path: Path) -> None:
    archive.silent_s = [0.5]
    assert fetched(product(archive), tmp_path).path.read_bytes() == CONTENT
    assert archive.ranges() == [None, f"bytes={len(CONTENT) // 2}-"]
    archive.files["z.img"], archive.silent_s = b"ab", [0.5] * 3
    with pytest.raises(RunError, match="silent for too long"):
        fetched(product(archive, "z.img", name="z"), tmp_path)


def test_what_is_not_what_the_catalogue_says_is_thrown_away(
    archive: Archive, tmp_path: Path
) -> None:
    archive.files["x.img"] = CONTENT[:-1] + b"?"
    with pytest.raises(RunError, match=rf"does not have the SHA-256 {SHA256}.*thrown away"):
        fetched(product(archive, sha256=SHA256), tmp_path)
    assert list((tmp_path / "x").iterdir()) == []
    archive.files["x.img"] = CONTENT
    assert fetched(product(archive, sha256=SHA256), tmp_path).proof == "catalogue"


def test_another_size_is_refused_before_a_byte_is_taken(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has 1474560 bytes, the catalogue says 7"):
        fetched(product(archive, size_bytes=7), tmp_path)


def test_the_first_fetch_is_trusted_and_then_held_to(archive: Archive, tmp_path: Path) -> None:
    first = fetched(product(archive), tmp_path)
    assert (first.proof, first.sha256) == ("this fetch", SHA256)
    kept = (tmp_path / "x" / "x.img.sha256").read_text("utf-8")
    assert kept == f"{SHA256}  x.img\n"  # as sha256sum -c reads it
    assert fetched(product(archive), tmp_path).proof == "first fetch"
    first.path.write_bytes(CONTENT[:-1])
    with pytest.raises(RunError, match=rf"it had when it was first fetched {SHA256}.*delete it"):
        fetched(product(archive), tmp_path)


def test_a_cached_file_is_held_to_the_catalogue(archive: Archive, tmp_path: Path) -> None:
    path = cached_path(product(archive), tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"another")
    with pytest.raises(RunError, match=rf"the catalogue has {SHA256}"):
        fetched(product(archive, sha256=SHA256), tmp_path)
    assert archive.asked == []


def test_the_label_comes_along(archive: Archive, tmp_path: Path) -> None:
    wanted = product(archive, label_address=archive.address + "x.lbl")
    found = fetched(wanted, tmp_path)
    assert found.label_path == tmp_path / "x" / "x.lbl"
    assert found.label_path.read_bytes() == LABEL
    assert [path for path, _ in archive.asked] == ["x.lbl", "x.img"]


def test_a_mirror_helps_out(archive: Archive, tmp_path: Path) -> None:
    archive.files = {"UP/X.IMG": CONTENT, "UP/X.LBL": LABEL}
    wanted = product(
        archive, label_address=archive.address + "x.lbl", mirrors=(archive.address + "UP/X.IMG",)
    )
    found = fetched(wanted, tmp_path)
    assert found.path.name == "x.img"
    assert found.path.read_bytes() == CONTENT
    assert (found.label_path or Path()).read_bytes() == LABEL


def test_an_absent_file_is_told_at_once(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"y\.img: the server does not have this file \(404"):
        fetched(product(archive, "y.img"), tmp_path)
    assert len(archive.asked) == 1


def test_a_web_page_is_no_elevation_model(archive: Archive, tmp_path: Path) -> None:
    """PGDA answers 200 and a page to wrong addresses."""
    archive.content_type = "text/html; charset=utf-8"
    with pytest.raises(RunError, match="a web page instead of the file"):
        fetched(product(archive), tmp_path)


def test_a_busy_server_is_asked_again(archive: Archive, tmp_path: Path) -> None:
    archive.statuses = [503, 500]
    assert fetched(product(archive), tmp_path).sha256 == SHA256
    archive.statuses = [503, 503, 503]
    with pytest.raises(RunError, match=r"answers 503 .*nothing arrived"):
        fetched(product(archive, name="again"), tmp_path)


def test_no_server_at_all(tmp_path: Path) -> None:
    with serving(Archive({})) as gone:
        address = gone.address
    with pytest.raises(RunError, match="could not be made; nothing arrived"):
        fetched(product(Archive({}, address=address)), tmp_path)


def test_spaces_in_names_and_folders(archive: Archive, tmp_path: Path) -> None:
    archive.files["a b.tif"] = CONTENT
    found = fetched(product(archive, "a%20b.tif", name="a"), tmp_path / "my terrain")
    assert found.path == tmp_path / "my terrain" / "a" / "a b.tif"
    assert found.path.read_bytes() == CONTENT


def test_a_full_disk_is_seen_beforehand(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda _path: Full)
    with pytest.raises(RunError, match=r"has 0\.00 GB left; name another folder with --cache"):
        fetched(product(archive), tmp_path)


def test_offline_uses_the_cache_only(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"not in the cache.*without --offline"):
        fetched(product(archive), tmp_path, offline=True)
    assert archive.asked == []
    fetched(product(archive), tmp_path)
    found = fetched(product(archive), tmp_path, offline=True)
    assert (found.was_cached, found.proof) == (True, "first fetch")
    assert len(archive.asked) == 1


def test_one_process_fetches_a_file(archive: Archive, tmp_path: Path) -> None:
    def second(_name: str, _done: int, _total: int | None) -> None:
        fetched(product(archive), tmp_path)

    with pytest.raises(RunError, match="another process is fetching this file"):
        fetched(product(archive), tmp_path, progress=second)


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder(str(tmp_path)) == tmp_path / "terrain"
    monkeypatch.setenv("MOONSTEAD_CACHE", str(tmp_path / "b"))
    assert cache_folder() == tmp_path / "b" / "terrain"
    assert cache_folder("c") == Path("c/terrain")
    monkeypatch.delenv("MOONSTEAD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert "moonstead" in str(cache_folder())


def test_when_it_is_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_offline()
    assert is_offline(True)
    for text, expected in (("1", True), ("yes", True), ("0", False), ("", False)):
        monkeypatch.setenv("MOONSTEAD_OFFLINE", text)
        assert is_offline() is expected
