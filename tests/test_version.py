"""The digest of the code: whatever decides a result changes it, and nothing else does."""

from pathlib import Path

from moonstead.version import code_sha256


def test_the_digest_tells_bytes_names_and_places(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "part" / "table.csv").write_text("1\n")
    found = {code_sha256(tmp_path)}

    def changed() -> bool:
        code_sha256.cache_clear()
        digest = code_sha256(tmp_path)
        known = digest in found
        found.add(digest)
        return not known

    assert not changed()
    (tmp_path / "scenario.toml").write_text("format = 1\n")
    (tmp_path / "part" / "one.cpython-311.pyc").write_bytes(b"\0")
    assert not changed()
    (tmp_path / "one.py").write_text("a = 2\n")
    assert changed()
    (tmp_path / "part" / "table.csv").write_text("2\n")
    assert changed()
    (tmp_path / "one.py").rename(tmp_path / "part" / "one.py")
    assert changed()
    (tmp_path / "part" / "two.py").write_text("")
    assert changed()
    assert len(found) == 5
