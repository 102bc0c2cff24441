"""The page on fault protection shows the isolation table as it is."""

from pathlib import Path

from moonstead.autonomy.protection.isolation import isolation_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fault-protection.md"


def page_table() -> str:
    """Return the isolation table as the page shows it."""
    lines = [
        "| faults | in | looks | when | blamed | cause | test | procedure |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.faults.replace(' ', ', ')} | {row.table} | {row.sign} | {', '.join(row.when)} "
        f"| {row.blame} | {row.cause} | {row.test} | {row.procedure} |"
        for row in isolation_table()
    ]
    return "\n".join(lines)


def test_the_page_shows_the_table() -> None:
    assert page_table() in PAGE.read_text(encoding="utf-8")
