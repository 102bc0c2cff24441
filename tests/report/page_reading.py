"""Reading a page as a browser would: structure, addresses, text."""

import re
from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """A page taken apart; refuses tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self.unlabelled_pictures = 0
        self.headers_without_scope = 0
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if "id" in named:
            self.ids.append(named["id"])
        self.links.extend(named[key] for key in ("href", "src", "xlink:href") if key in named)
        self.unlabelled_pictures += tag == "svg" and not named.get("aria-label")
        self.headers_without_scope += tag == "th" and "scope" not in named
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)

    @property
    def text(self) -> str:
        """All words, with ordinary blanks."""
        return re.sub(r"[\s\u00a0]+", " ", " ".join(self.words))


def inner_references(text: str) -> set[str]:
    """Return the names that pictures refer to within the page."""
    return set(re.findall(r"url\(#([^)]+)\)", text))
