"""A printable page of a campaign: sections of text, tables and pictures in the report's look."""

from collections.abc import Iterable, Sequence
from html import escape

from moonstead.report.page import style_sheet
from moonstead.version import VERSION


def html_page(title: str, lead: str, sections: Iterable[tuple[str, str]]) -> str:
    """Return a self-contained page.

    Parameters
    ----------
    title, lead
        Plain text above everything else.
    sections
        Heading as plain text and body as HTML, in order.
    """
    body = "".join(f"<section><h2>{escape(head)}</h2>{text}</section>" for head, text in sections)
    return (
        "<!DOCTYPE html>\n<html lang='en-GB'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{style_sheet()}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{escape(lead)}</p></header>{body}"
        f"<footer>Moonstead {VERSION}</footer></body></html>\n"
    )


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """Return a table of plain texts, the first columns of words and the others of numbers."""

    def cell(tag: str, place: int, text: str) -> str:
        kind = " class='text'" if place < texts else " class='nowrap'" if tag == "td" else ""
        return f"<{tag}{kind}>{escape(text)}</{tag}>"

    head = "".join(cell("th", place, text) for place, text in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(cell("td", place, text) for place, text in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        "<div class='scroll' tabindex='0'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def html_text(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def html_picture(svg: str, caption: str) -> str:
    """Return a picture with what it shows."""
    return (
        f"<figure><div class='scroll' tabindex='0'>{svg}</div>"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
