from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.claims.article import Article, Field
from darkwake.claims.language import language
from darkwake.claims.read import read, sniff
from darkwake.claims.sentences import sentences
from darkwake.errors import UnknownKind, Unreadable, WrongUse

PAGE = """<!doctype html><html><head><title>Ship found adrift - The Daily Quay</title>
<meta property="og:site_name" content="The Daily Quay">
<meta property="article:published_time" content="2026-02-14T23:30:00+01:00">
<link rel="canonical" href="https://www.quay.example/ship">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "Ship found adrift",
"author": [{"name": "Ada Quill"}, {"name": "Bo Harbour"}]}]}</script></head>
<body><nav><a href="/">Home</a> <a href="/sea">Sea</a></nav><article><h1>Ship found adrift</h1>
<p class="byline">By Ada Quill</p><time datetime="2026-02-14">14 February 2026</time>
<figure><img src="a.jpg"><figcaption>The vessel at anchor. Photo: Harbour Office</figcaption></figure>
<p>MARLOW, Ruritania - The vessel <b>was</b>&nbsp;found on Mon&shy;day, officials said.<br><br>It carried 70 tons of
grain, which is more than the harbour master of Marlow had been told when it left.</p>
<h2>What is known</h2>
<p>“We saw it,” said Bo Harbour. “It was adrift for three days before anybody came to look for it at all.”</p>
<ul><li>One item of the list</li><li>A second item</li></ul>
<blockquote><p>Nobody had thought that it would come to this, said the harbour office of Marlow.</p></blockquote>
<table><tr><th>Port</th><th>Tons</th></tr><tr><td>Marlow</td><td>70</td></tr></table>
<p>Correction: An earlier version of this article said 80 tons.</p>
{entries}</article><aside>Related: other stories</aside><footer>About us</footer></body></html>"""
NOTE = """Outlet: The Daily Quay
Published: 2026-02-14
URL: https://quay.example/1
By Ada Quill

Ship found adrift

The ship was found on Monday, and officials said that it was empty. It had left
in March, they said, and nobody had seen it since.

- One thing
- Another thing
"""
PROSE = "The ship was found on Monday, and officials said that it was empty when they came to look for it. "


def put(folder: Path, name: str, words: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(words if isinstance(words, bytes) else words.encode())
    return file


def kinds(article: Article) -> list[str]:
    return [block.kind for block in article.blocks]


def words(article: Article, kind: str) -> list[str]:
    return [block.span.of(article.text) for block in article.blocks if block.kind == kind]


def how(article: Article, field: Field) -> str:
    return next((one.how for one in article.known if one.field == field), "")


# --- what is read ---


def test_a_page_is_its_main_text_in_blocks_with_facts(tmp_path: Path) -> None:
    article = read(put(tmp_path, "ship.html", PAGE.replace("{entries}", "")))
    assert kinds(article) == [
        *("heading", "credit", "dateline", "caption", "paragraph", "paragraph", "heading", "paragraph"),
        *("list", "list", "paragraph", "table", "correction"),
    ]
    assert words(article, "table") == ["Port | Tons\nMarlow | 70"]
    assert "found on Monday, officials" in article.text
    assert "Related" not in article.text
    assert "Home" not in article.text
    facts: dict[Field, str] = {
        "url": "https://www.quay.example/ship",
        "outlet": "The Daily Quay",
        "author": "Ada Quill, Bo Harbour",
        "published": "2026-02-14",
        "title": "Ship found adrift",
    }
    assert {field: article.fact(field) for field in facts} == facts
    assert how(article, "published") == "meta article:published_time"
    assert how(article, "author") == "JSON-LD author"
    assert (article.language, article.id[:4]) == ("en", "art-")
    assert article.problems == ("The publisher corrected the article: 1 notice in the text",)


def test_what_is_left_out_of_an_article_is_said(tmp_path: Path) -> None:
    links = "".join(f'<li><a href="/{at}">Another story of ships {at}</a></li>' for at in range(20))
    paragraphs = "".join(f"<p>On day {at} of it: {PROSE * 2}</p>" for at in range(5))
    page = f"<html><body><article><h1>Ship</h1>{paragraphs}<ul>{links}</ul></article></body></html>"
    for content, said in ((page, True), (page.replace(links, ""), False)):
        article = read(put(tmp_path, "a.html", content))
        assert any("were taken for teasers" in problem for problem in article.problems) is said
        assert len(words(article, "paragraph")) == 5


def test_what_is_not_told_stays_unknown(tmp_path: Path) -> None:
    text = f"{PROSE * 3}It had left on 3 March 2025.\n\n{PROSE * 3}"
    for name, content in (("a.txt", text), ("a.html", f"<html><body><p>{text}</p></body></html>")):
        article = read(put(tmp_path, name, content))
        assert [article.fact(field) for field in ("url", "outlet", "author", "published")] == [""] * 4


def test_a_note_says_what_it_is_in_its_first_lines(tmp_path: Path) -> None:
    article = read(put(tmp_path, "ship.txt", NOTE))
    assert article.text == NOTE
    assert kinds(article) == ["credit", "dateline", "credit", "credit", "heading", "paragraph", "list", "list"]
    told = [article.fact(field) for field in ("outlet", "published", "url", "author", "title")]
    assert told == ["The Daily Quay", "2026-02-14", "https://quay.example/1", "Ada Quill", "Ship found adrift"]
    assert how(article, "author") == 'the line "By Ada Quill"'


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("15 November 2022", "2022-11-15"),
        ("Friday, July 21, 2017", "2017-07-21"),
        ("Published: Nov. 5, 2022 10:30 GMT", "2022-11-05"),
        ("2022-11-15T10:00:00Z", "2022-11-15"),
        ("November 2022", "2022-11"),
        ("23/04/2026", "2026-04-23"),
        ("03/04/2026", "2026"),  # April or March
        ("Updated 15 November 2022", ""),  # an alteration is no publication
        ("31 February 2022", ""),
        ("It left on 15 November 2022", ""),
    ],
)
def test_a_date_on_a_line_of_its_own_is_the_publication(tmp_path: Path, line: str, day: str) -> None:
    article = read(put(tmp_path, "a.txt", f"Ship found adrift\n\n{line}\n\n{PROSE * 4}"))
    assert article.fact("published") == day


@pytest.mark.parametrize(
    ("line", "outlet", "author", "published"),
    [
        ("The Quay Review, 14 February 2026", "The Quay Review", "", "2026-02-14"),
        ("Radio Marlow | February 14, 2026", "Radio Marlow", "", "2026-02-14"),
        ("Marlow, 14 February 2026", "", "", "2026-02-14"),  # a place, for all that can be told
        ("By Ada Quill and Bo de Harbour | 14 February 2026", "", "Ada Quill and Bo de Harbour", "2026-02-14"),
        ("From the Marlow Harbour Authority", "Marlow Harbour Authority", "", ""),
        ("From dawn to dusk", "", "", ""),
    ],
)
def test_lines_at_the_top_tell_who_and_when(
    tmp_path: Path, line: str, outlet: str, author: str, published: str
) -> None:
    article = read(put(tmp_path, "a.txt", f"Ship found adrift\n\n{line}\n\n{PROSE * 4}"))
    assert [article.fact(field) for field in ("outlet", "author", "published")] == [outlet, author, published]


def test_the_user_stands_before_the_note_beside_and_that_before_the_file(tmp_path: Path) -> None:
    file = put(tmp_path, "ship.txt", NOTE)
    put(tmp_path, "ship.txt.meta.toml", 'outlet = "Marlow Wire"\npublished = 2026-02-13\n')
    article = read(file, author="Cy Buoy")
    assert [article.fact(field) for field in ("author", "outlet")] == ["Cy Buoy", "Marlow Wire"]
    assert how(article, "author") == "given by the user"
    assert "Two dates of publication are told, 2026-02-13 (file ship.txt.meta.toml)" in article.problems[0]
    assert read(file, url="https://www.wire.example/x").fact("outlet") == "Marlow Wire"
    with pytest.raises(WrongUse, match="EDTF"):
        read(file, published="last week")


def test_broken_lines_are_one_paragraph_and_long_ones_each_their_own(tmp_path: Path) -> None:
    short = (
        "The ship was found on Monday, and officials said\nthat it was empty. It had left in March and\nwas not seen."
    )
    long = "\n".join([PROSE * 2, PROSE * 3])
    article = read(put(tmp_path, "a.txt", f"Ship found\n{PROSE}\n\n{short}\n\n{long}"))
    assert words(article, "heading") == ["Ship found"]
    assert len(words(article, "paragraph")) == 4


# --- what limits it ---


def test_a_live_blog_says_so(tmp_path: Path) -> None:
    entries = "".join(f"<p><time>1{at}:45</time> Entry {at}: {PROSE}</p>" for at in range(6))
    article = read(put(tmp_path, "live.html", PAGE.replace("{entries}", entries)))
    assert kinds(article).count("time") == 6
    assert any("A live blog: 6 entries" in problem for problem in article.problems)


def test_a_plain_live_blog_says_so_too(tmp_path: Path) -> None:
    entries = "\r\n\r\n".join(f"1{at}:45 GMT - Entry {at}: {PROSE}" for at in range(6))
    article = read(put(tmp_path, "live.txt", f"Ship found: live\r\n\r\n{entries}"))
    assert kinds(article) == ["heading", *["paragraph"] * 6]
    assert any("A live blog: 6 entries" in problem for problem in article.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "The ship sailed at dawn from Marlow with grain on board. Subscribe to continue reading.",
            "of a paid article",
        ),
        ("Please enable JavaScript to see the page that you have asked for here.", "a notice and not the article"),
        ("Das Schiff wurde am Montag im Hafen gefunden, und die Polizei sagt, dass es nicht beladen war.", "in German"),
        ("Корабль был найден в понедельник, и чиновники сказали, что он был пуст и никто его не видел.", "in Russian"),
        ("این کشتی روز دوشنبه در بندر پیدا شد و مقامات گفتند که خالی بود و کسی آن را ندیده است.", "in Persian"),
        ("عثر على السفينة يوم الاثنين في الميناء وقال المسؤولون إنها كانت فارغة ولم يرها أحد.", "in Arabic"),
        ("该船于周一在港口被发现。官员们表示船上是空的，没有人见过它。谁也不知道它从哪里来。", "in Chinese"),
    ],
)
def test_a_text_that_cannot_serve_says_why(tmp_path: Path, text: str, problem: str) -> None:
    article = read(put(tmp_path, "a.html", f"<html><body><main><p>{text}</p></main></body></html>"))
    assert any(problem in one for one in article.problems), article.problems


def test_a_short_text_has_no_language() -> None:
    assert language("Marlow, Quay, Harbour") == ""
    assert language(PROSE) == "en"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\xef\xbb\xbf \r\n", "empty"),
        ("a.html", b"<html><head><title>x</title></head><body></body></html>", "no text of an article"),
        ("a.html", b"<html><body>" + b"<div>" * 50_000 + PROSE.encode(), "nested deeper"),
        ("a.pdf", b"%PDF-1.4\nbroken", "damaged"),
        ("a.txt", bytes(range(128, 256)) * 40 + b"\0" * 4000, "no text"),
    ],
)
def test_what_holds_no_article_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(put(tmp_path, name, content))


# --- bytes ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_every_encoding_gives_the_same_words(tmp_path: Path, encoding: str) -> None:
    text = f"“Émile” was found.\n\n{PROSE * 3}"
    assert read(put(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_a_page_is_read_as_it_declares_itself_unless_that_is_wrong(tmp_path: Path) -> None:
    page = '<html><head><meta charset="CHARSET"></head><body><p>Łódź: ' + PROSE * 3 + "</p></body></html>"
    declared = page.replace("CHARSET", "iso-8859-2").encode("iso-8859-2")
    wrong = page.replace("CHARSET", "iso-8859-2").encode()
    for content in (declared, wrong):
        assert read(put(tmp_path, "a.html", content)).text.startswith("Łódź: The ship")


def test_odd_signs_keep_their_places(tmp_path: Path) -> None:
    text = "It was\u00a0\u202fgone\u200b, the am\u00admonium\r\nwith it. \u202eevil\u202c \x00" + PROSE
    article = read(put(tmp_path, "a.txt", text))
    assert article.text.startswith("It was  gone , the am monium \nwith it.  evil   The ship")
    assert len(article.text) == len(text)
    assert "1 words were broken by characters without width, which stand as spaces" in article.problems
    cut = read(put(tmp_path, "b.txt", (PROSE + "é").encode()[:-1]))
    assert cut.text == PROSE
    assert "breaks off" in cut.problems[0]


ODD = st.sampled_from(list("\u00a0\u2009\u200b\u202e\u00ad\ufeff\t\r\x00\x0c\u2028"))
LETTERS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc", "Co"]), ODD, st.sampled_from("\n .")), max_size=300
)


@given(text=LETTERS)
def test_a_plain_text_keeps_every_sign_in_its_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    text = f"It was seen.\n\n{text}"
    article = read(put(tmp_path_factory.mktemp("t"), "a.txt", text))
    assert len(article.text) == len(text)
    for old, new in zip(text, article.text, strict=True):
        assert old == new or (new in " \n" and (unicodedata.category(old)[0] in "ZC"))
    before = 0
    for block in article.blocks:
        assert not article.text[before : block.span.start].strip()
        assert block.span.of(article.text) == block.span.of(article.text).strip() != ""
        before = block.span.end
    assert not article.text[before:].strip()
    assert "".join(span.of(article.text) for span, _ in sentences(article)).split() or not article.text.strip()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8))
def test_the_offsets_of_any_page_hold(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    body = "".join(f"<p>{part}</p>" for part in (PROSE, *parts))
    article = read(put(tmp_path_factory.mktemp("t"), "a.html", f"<html><body><article>{body}</article></body></html>"))
    assert PROSE.strip() in article.text
    assert "\n\n".join(block.span.of(article.text) for block in article.blocks) == article.text
    for span, place in sentences(article):
        assert article.blocks[place].span.holds(span)
        assert span.of(article.text).strip() == span.of(article.text) != ""


TAGS = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<h1>", "<time>", "</time>", "<figure>", "<figcaption>", "<table>", "<tr>"),
        *("<td>", "<ul>", "<li>", "<article>", "</article>", "<br>", "<blockquote>", "<nav>", "<!-- c -->", "&#0;"),
        *("<p class='byline'>By Ada Quill", "<meta property='og:url' content='http://[x'>", "&#xE0F1;", "10:45"),
        *("14 February 2026", PROSE),
    ]
)


@given(st.lists(TAGS, max_size=25))
def test_no_soup_of_tags_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, soup: list[str]) -> None:
    file = put(tmp_path_factory.mktemp("t"), "a.html", "<html><body>" + "".join(soup))
    try:
        article = read(file)
    except Unreadable:
        return
    assert "\n\n".join(block.span.of(article.text) for block in article.blocks) == article.text


# --- PDF ---


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A file with each line of each page where it belongs; an empty page holds no text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    kids = []
    for page in pages:
        shown = "".join(f"BT /F1 10 Tf 50 {780 - 14 * at} Td ({line}) Tj ET\n" for at, line in enumerate(page) if line)
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}endstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    made, places = b"%PDF-1.4\n", []
    for at, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{at} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return made + f"{end}startxref\n{len(made)}\n%%EOF\n".encode()


FIRST = [
    "The Daily Quay, page 1",
    "Ship found adrift",
    "15 November 2022",
    "By Ada Quill",
    "The ship was found on Monday, and officials of Marlow harbour said that it was emp-",
    "ty when they came to look for it. The well-known crew had left it in a life-",
    "boat, they said.",
    "Nobody in Marlow had seen that well-",
    "known crew since then. It carried seventy tons of grain, which is more than the",
]
SECOND = [
    "The Daily Quay, page 2",
    "harbour master had been told when the ship left the port of Marlow in the spring of the year.",
]


def test_the_lines_of_a_pdf_become_paragraphs_and_broken_words_are_whole(tmp_path: Path) -> None:
    third = ["The Daily Quay, page 3", "That is all that is known."]
    article = read(put(tmp_path, "a.pdf", pdf([FIRST, SECOND, third, []])))
    assert kinds(article)[:4] == ["heading", "dateline", "credit", "paragraph"]
    paragraphs = words(article, "paragraph")
    assert "it was empty when" in paragraphs[0]
    assert "in a lifeboat, they said." in paragraphs[0]
    assert "that well-known crew since" in paragraphs[1]
    assert "more than the harbour master" in paragraphs[1]
    assert (article.fact("published"), article.fact("author")) == ("2022-11-15", "Ada Quill")
    assert article.problems[0] == "1 of 4 pages hold no text (they may be pictures): 4"
    assert article.problems[1] == "3 running heads, feet and page numbers were left out"


def test_a_pdf_of_pictures_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"pictures and no text.*text recognition"):
        read(put(tmp_path, "a.pdf", pdf([[], []])))


# --- what is an article ---


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.html", PAGE, "article-html"),
        ("a", PAGE, "article-html"),
        ("a.txt", NOTE, "article-txt"),
        ("a.txt", "Das Schiff wurde am Montag gefunden, und die Polizei ist nicht da.", "article-txt"),
        ("a.pdf", pdf([FIRST]), "article-pdf"),
        ("a.txt", "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n" * 4, None),
        ("a.txt", "\\s:quay,c:1700000000*5A\\!AIVDM,1,1,,A,13u?etPv2;0n,0*24\n", None),
        ("a.txt", "name,country,lat,lon\nMarlow Quay,RU,1,2\nBarlow Quay,RU,3,4\n", None),
        ("a.txt", "name\tnote\nMarlow\tIt is a port. It is small.\nBarlow\tIt is a port of ships.\n", None),
        ("a.txt", '{"name": "The ship was found. It was empty."}', None),
        ("a.csv", PROSE * 4, None),
        ("a.xml", '<?xml version="1.0"?><sdnList><p>The ship was found. It was empty.</p></sdnList>', None),
        ("a.html", '<?xml version="1.0"?><sdnList><entry>The ship.</entry></sdnList>', None),
        ("a.txt", "$5 was paid for it, they said. [It was more.] {It was less.}", "article-txt"),
        ("a.txt", "MARLOW QUAY\nBARLOW QUAY\nHARLOW QUAY\nCARLOW QUAY\n", None),
        ("a.json", '["The ship was found. It was empty."]', None),
    ],
)
def test_only_articles_are_taken_for_articles(
    tmp_path: Path, name: str, content: str | bytes, kind: str | None
) -> None:
    file = put(tmp_path, name, content)
    assert sniff(file) == kind
    if kind is None and name == "a.txt" and content[:1] in ("!", "\\", "{", "n"):
        with pytest.raises(UnknownKind):
            read(file)


@pytest.mark.shared
def test_the_given_texts_keep_their_offsets_and_tell_their_publisher(shared: Path) -> None:
    file = shared / "claims" / "gold_example" / "M1_navy_2022-11-15.txt"
    article = read(file)
    assert article.text == file.read_text(encoding="utf-8")
    assert article.fact("published") == "2022-11-15"
    assert article.fact("outlet") == "U.S. Naval Forces Central Command Public Affairs"
    assert read(shared / "claims" / "gold_example" / "M2_usao_dc_abyss.txt").fact("published") == ""
