"""What a web page says of itself in marked-up fields: meta tags, JSON-LD, elements that name what they are.

Every value is kept with the field that it was found in. Dates of alteration are no dates of publication, and nothing is
inferred from the address or from dates in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from darkwake.claims.article import Field, Known
from darkwake.claims.formats.txt import cleaned
from darkwake.claims.known import day_in

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->|<!--\s*Page saved with SingleFile\s+url:\s*(\S+)")
_META: tuple[tuple[Field, tuple[str, ...]], ...] = (
    ("url", ("og:url", "al:web:url", "twitter:url")),
    ("outlet", ("og:site_name", "dc.publisher", "dcterms.publisher", "citation_journal_title", "publisher",
                "application-name")),
    ("author", ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
                "citation_author", "byl")),
    ("published", ("article:published_time", "article:published", "og:article:published_time", "og:published_time",
                   "datepublished", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
                   "dc.date.issued", "dcterms.issued", "dc.date", "date", "parsely-pub-date", "sailthru.date",
                   "citation_publication_date", "citation_date")),
    ("title", ("og:title", "dc.title", "twitter:title", "citation_title", "headline")),
)  # fmt: skip
"""Names of meta tags, the most telling first."""
_ARTICLES = frozenset(
    re.findall(
        r"\w+",
        "Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BackgroundNewsArticle Report "
        "BlogPosting LiveBlogPosting PressRelease SpecialAnnouncement WebPage",
    )
)


def known(tree: HtmlElement, text: str) -> Iterator[Known]:
    """The facts, the most telling field first."""
    meta: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").strip().lower()
        value = " ".join(cleaned(tag.get("content") or "").split())
        if name and value:
            meta.setdefault(name, []).append(value)
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and _is_url(link.get("href", "")):
            yield Known("url", link.get("href", "").strip(), "link canonical")
    for what, names in _META:
        for name in names:
            for value in meta.get(name, []):
                if kept := _fit(what, value):
                    yield Known(what, kept, f"meta {name}")
    yield from _linked_data(tree)
    yield from _visible(tree)
    if saved := _SAVED_FROM.search(text[:4000]):
        yield Known("url", saved.group(1) or saved.group(2), "the browser's note in the saved page")


def _fit(what: Field, found: Any) -> str:
    value = " ".join(cleaned(found).split()) if isinstance(found, str) else ""
    if what == "published":
        return day_in(value)
    if what == "url":
        return value if _is_url(value) else ""
    if what == "author":
        return "" if _is_url(value) or "@" in value else value.removeprefix("By ")
    return value


def _is_url(value: str) -> bool:
    return value.strip().lower().startswith(("http://", "https://")) and by_host(value.strip()) != ""


def _linked_data(tree: HtmlElement) -> Iterator[Known]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            told = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for one in _nodes(told):
            kinds = one.get("@type")
            if not _ARTICLES & set(kinds if isinstance(kinds, list) else [kinds] if isinstance(kinds, str) else []):
                continue
            main = one.get("mainEntityOfPage")
            for what, values in (
                ("url", [one.get("url"), main.get("@id") if isinstance(main, dict) else main]),
                ("outlet", _names(one.get("publisher"))),
                ("author", [", ".join(_names(one.get("author")))]),
                ("published", [one.get("datePublished")]),
                ("title", [one.get("headline")]),
            ):
                for value in values:
                    if kept := _fit(what, value):  # type: ignore[arg-type]
                        yield Known(what, kept, f"JSON-LD {what}")  # type: ignore[arg-type]


def _nodes(told: Any) -> Iterator[dict[str, Any]]:
    """The objects on top and in a @graph."""
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict):
            yield one
            graph = one.get("@graph")
            yield from (node for node in graph if isinstance(node, dict)) if isinstance(graph, list) else ()


def _names(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    names = [one.get("name") if isinstance(one, dict) else one for one in listed]
    return [name for name in names if isinstance(name, str) and _fit("author", name)]


def _visible(tree: HtmlElement) -> Iterator[Known]:
    """Fields of the page itself that say by their mark-up what they are."""
    for one in tree.xpath("//time[@datetime or @pubdate] | //*[@itemprop='datePublished']"):
        value = one.get("datetime") or one.get("content") or words_of(one)
        told = one.get("itemprop") == "datePublished" or one.get("pubdate") is not None
        if (told or "publish" in (one.get("class") or "").lower()) and (day := day_in(value)):
            yield Known("published", day, f"{one.tag} marked as the date of publication")
    for one in tree.xpath("//a[@rel='author'] | //*[@itemprop='author']"):
        words = _fit("author", words_of(one))
        if 0 < len(words) <= 80:
            yield Known("author", words, f"{one.tag} marked as the author")
    for one in tree.iter("h1"):
        if words_of(one):
            yield Known("title", words_of(one), "the first heading")
            break
    for one in tree.iter("title"):
        if words_of(one):
            yield Known("title", words_of(one), "the page's title")
            break


def by_host(url: str) -> str:
    """The host of an address, without "www."; empty where it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def words_of(one: Any) -> str:
    """The words of an element and all within it, in one line."""
    return " ".join("".join(one.itertext()).split())
