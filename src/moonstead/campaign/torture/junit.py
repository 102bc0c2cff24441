"""The verdicts as a JUnit file, which continuous integration shows as tests."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from moonstead.campaign.torture.campaign import Row
from moonstead.campaign.torture.verdict import TITLES


def junit(rows: Sequence[Row]) -> bytes:
    """Return a test suite: a case for every scenario and seed, a failure with all that failed.

    Times are left out: they are no result of a campaign.
    """
    cases = [(row, one) for row in rows for one in row.judged]
    failures = sum(not one.passed and one.verdict is not None for _, one in cases)
    errors = sum(one.verdict is None for _, one in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors)}
    top = ET.Element("testsuites", counts)
    suite = ET.SubElement(top, "testsuite", {"name": "moonstead torture", **counts})
    for row, one in cases:
        name = f"{row.staged.name} seed {one.seed}: {row.staged.title}"
        case = ET.SubElement(
            suite, "testcase", {"classname": f"torture.{row.staged.name}", "name": name}
        )
        if one.verdict is None:
            told = ET.SubElement(case, "error", {"message": one.failed[0].text})
            told.text = one.error
        elif not one.passed:
            names = ", ".join(point.name for point in one.failed)
            told = ET.SubElement(case, "failure", {"message": names})
            told.text = "\n".join(
                f"{point.name} ({TITLES[point.name]}): {point.text}" for point in one.failed
            )
    ET.indent(top)
    body: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return body + b"\n"
