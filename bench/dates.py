"""Dates and amounts in news against what annotators marked: spans, values, and how far the intervals overlap.

    python -m bench dates [../shared/data/claims] [--split dev|test] [--errors] [--json]

GUM (news and interviews): documents whose sha256 of the name begins with an even byte are "dev", the
grammar was written while looking at them; the others are "test", counted only. MEANTIME: topics airbus and apple are
"dev", gm and stock "test". The day of publication is the one each corpus gives.

    span        marked stretches that we find, by overlap; of those we find, how many are marked
    exact       the same first and last word
    value       overlapping, and the same first and last day; precision over the dates that were given a value
    Jaccard     days in both intervals over days in either, mean over all marked dates (0 where missed)

Corpora mark the day inside "since 3 May" and each end of a range by itself, so `points` is measured, before `dates`
joins them. They also keep "early" out of the value and hold "the past three weeks" for a duration (seen in the "dev"
halves): "darkwake" does so too, "darkwake as read" does not. Beside it: full dates by pattern only (ISO, "May 3,
2015", "3 May 2015"), and dateparser's `search_dates` where that package is installed (past preferred, the same day of
publication).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from darkwake.claims.article import Span
from darkwake.claims.calendar import add_months
from darkwake.claims.dates import SaidDate, dates, points
from darkwake.claims.quantities import SaidAmount, quantities

FOLDER = Path(__file__).parents[2] / "shared/data/claims"
Days = tuple[date | None, date | None]
ANNOTATED = 6
"""MEANTIME marks the first lines of an article only: title, date line and four more (one goes on to a fifth)."""


class Mark(NamedTuple):
    """What an annotator marked: offsets into the sentence; for a date its days, for an amount its words."""

    start: int
    end: int
    days: Days | None
    words: str


@dataclass
class Text:
    """A sentence with its marks. `loose` are marks that carry no value to compare with: not counted either way."""

    words: str
    marks: list[Mark] = field(default_factory=list)
    loose: list[Mark] = field(default_factory=list)
    amounts: list[Mark] = field(default_factory=list)


@dataclass
class Document:
    """A document of a corpus."""

    name: str
    split: str
    published: str
    sentences: list[Text]


def gum(folder: Path) -> list[Document]:
    """GUM's documents, the text as it was (from the parses), the dates from the XML."""
    documents = []
    for path in sorted((folder / "gum_news/xml").glob("*.xml")):
        raw = path.read_text(encoding="utf-8")
        parses = (folder / "gum_news/dep" / f"{path.stem}.conllu").read_text(encoding="utf-8")
        texts = re.findall(r"^# text = (.*)$", parses, re.MULTILINE)
        created = re.search(r'dateCreated="([^"]*)"', raw)
        split = "test" if hashlib.sha256(path.stem.encode()).digest()[0] % 2 else "dev"
        sentences = [
            _gum_sentence(words, body)
            for words, body in zip(texts, re.findall(r"<s [^>]*>(.*?)</s>", raw, re.DOTALL), strict=True)
        ]
        documents.append(Document(path.stem, split, created[1] if created else "", sentences))
    return documents


def _gum_sentence(words: str, body: str) -> Text:
    text, at = Text(words), 0
    opened: list[tuple[dict[str, str], int | None]] = []
    for line in body.split("\n"):
        if line.startswith("<date "):
            opened.append((dict(re.findall(r'(\w+)="([^"]*)"', line)), None))
        elif line.startswith("</date"):
            attributes, start = opened.pop()
            if start is not None:
                days = _gum_days(attributes)
                (text.marks if days else text.loose).append(Mark(start, at, days, words[start:at]))
        elif "\t" in line:
            token = (
                line.split("\t")[0]
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", '"')
                .replace("&apos;", "'")
            )
            found = words.find(token, at)
            if found < 0:
                raise ValueError(f"{token!r} is not in {words!r} from {at}")
            at = found + len(token)
            opened = [(attributes, found if start is None else start) for attributes, start in opened]
    return text


def _gum_days(attributes: dict[str, str]) -> Days | None:
    if "when" in attributes:
        return _edtf_days(attributes["when"])
    first = _edtf_days(attributes.get("from", attributes.get("notBefore", "")))
    last = _edtf_days(attributes.get("to", attributes.get("notAfter", "")))
    return (first[0] if first else None, last[1] if last else None) if first or last else None


def _edtf_days(value: str) -> Days | None:
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value)
    if not match:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    if day:
        one = date(year, int(month), int(day))
        return one, one
    begins = date(year, int(month or 1), 1)
    return begins, add_months(begins, 1 if month else 12) - timedelta(days=1)


def meantime(folder: Path) -> list[Document]:
    """MEANTIME's documents, the text put together from its tokens; of each the sentences that were annotated."""
    documents = []
    for path in sorted((folder / "meantime").rglob("intra_cross-doc_annotation/*/*.xml")):
        root = ElementTree.parse(path).getroot()
        topic = path.parent.name.removeprefix("corpus_")
        sentences, places = _meantime_text(root)
        published = ""
        for mark in [*root.iter("TIMEX3"), *root.iter("VALUE")]:
            ids = [one.get("t_id", "") for one in mark.iter("token_anchor")]
            value = mark.get("value", "")
            dateline = bool(ids) and places[ids[0]][0] == 1  # three articles do not mark theirs as the day of creation
            if (mark.get("functionInDocument") == "CREATION_TIME" or dateline) and not published:
                published = value if _edtf_days(value) else ""
            if not ids:
                continue
            sentence, start, _ = places[ids[0]]
            end = places[ids[-1]][2]
            text = sentences[sentence]
            if mark.tag == "VALUE":
                text.amounts.append(Mark(start, end, None, text.words[start:end]))
                continue
            days = _timex_days(value) if mark.get("type") in ("DATE", "TIME") else None
            (text.marks if days else text.loose).append(Mark(start, end, days, text.words[start:end]))
        split = "dev" if topic in ("airbus", "apple") else "test"
        documents.append(Document(path.stem, split, published, sentences[:ANNOTATED]))
    return documents


def _meantime_text(root: ElementTree.Element) -> tuple[list[Text], dict[str, tuple[int, int, int]]]:
    lines: list[str] = []
    places: dict[str, tuple[int, int, int]] = {}
    for token in root.iter("token"):
        at = int(token.get("sentence", 0))
        while len(lines) <= at:
            lines.append("")
        word = {"``": '"', "''": '"', "#": "£", "-LRB-": "(", "-RRB-": ")"}.get(token.text or "", token.text or "")
        tight = (
            not lines[at] or lines[at][-1] in "($£€" or re.match(r"[.,;:)%!?]|['’]s$|n't$|th$|st$|nd$|rd$|['’]$", word)
        )
        start = len(lines[at]) + (not tight)
        lines[at] += ("" if tight else " ") + word
        places[token.get("t_id", "")] = (at, start, start + len(word))
    return [Text(line) for line in lines], places


def _timex_days(value: str) -> Days | None:
    value = re.sub(r"T(?:MO|AF|EV|NI|DT|\d\d).*$|-XX$", "", value)
    if match := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday + timedelta(days=5 if match[3] else 0), monday + timedelta(days=6)
    if match := re.fullmatch(r"(\d{4})-([QH])([1-4])", value):
        size = 3 if match[2] == "Q" else 6
        begins = date(int(match[1]), (int(match[3]) - 1) * size + 1, 1)
        return begins, add_months(begins, size) - timedelta(days=1)
    if match := re.fullmatch(r"(\d{4})-(SP|SU|FA|WI)", value):
        begins = date(int(match[1]), {"SP": 3, "SU": 6, "FA": 9, "WI": 12}[match[2]], 1)
        return begins, add_months(begins, 3) - timedelta(days=1)
    if re.fullmatch(r"\d{3}", value):
        return date(int(value) * 10, 1, 1), date(int(value) * 10 + 9, 12, 31)
    return _edtf_days(value)


class Guess(NamedTuple):
    """What a system found: offsets, and its days where it gives any."""

    start: int
    end: int
    days: Days | None
    words: str


System = Callable[[str, str, list[SaidDate]], list[Guess]]


def ours(words: str, published: str, earlier: list[SaidDate], *, plain: bool = True) -> list[Guess]:
    """The grammar; durations and repetitions are not what is marked here."""
    found = points(words, Span(0, len(words)), published=published, earlier=earlier, plain=plain)
    earlier += found
    return [
        Guess(one.start, one.end, (one.first, one.last) if one.first or one.last else None, one.text)
        for one in found
        if one.role in ("event", "report", "background")
    ]


def as_read(words: str, published: str, earlier: list[SaidDate]) -> list[Guess]:
    """The grammar with its reading of "early" and the like, and with "the past three weeks"."""
    return ours(words, published, earlier, plain=False)


_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_FULL = re.compile(
    rf"({'|'.join(_NAMES)}) (\d\d?),? (\d{{4}})|(\d\d?) ({'|'.join(_NAMES)}) (\d{{4}})|(\d{{4}}-\d\d-\d\d)"
)


def full_dates(words: str, _published: str, _earlier: list[SaidDate]) -> list[Guess]:
    """Only dates that say it all."""
    found = []
    for match in _FULL.finditer(words):
        month, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        try:
            one = date.fromisoformat(match[7]) if match[7] else date(int(year), _NAMES.index(month) + 1, int(day))
        except ValueError:
            continue
        found.append(Guess(match.start(), match.end(), (one, one), match[0]))
    return found


def peer() -> System | None:
    """Dateparser's search; it gives one day for whatever it finds."""
    try:
        from dateparser.search import search_dates  # type: ignore[import-untyped]  # noqa: PLC0415 - only where installed
    except ImportError:
        return None
    from datetime import datetime  # noqa: PLC0415

    def searched(words: str, published: str, _earlier: list[SaidDate]) -> list[Guess]:
        known = _edtf_days(published)
        settings = {"PREFER_DATES_FROM": "past"}
        if known and known[0]:
            settings["RELATIVE_BASE"] = datetime.combine(known[0], datetime.min.time())  # type: ignore[assignment]
        found, at = [], 0
        for text, moment in search_dates(words, languages=["en"], settings=settings) or []:
            start = words.find(text, at)
            if start >= 0:
                at = start + len(text)
                found.append(Guess(start, at, (moment.date(), moment.date()), text))
        return found

    return searched


@dataclass
class Counts:
    """Counted over documents."""

    marked: int = 0
    found: int = 0
    valued: int = 0
    span: int = 0
    exact: int = 0
    value: int = 0
    jaccard: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """F1 in per cent; Jaccard from 0 to 100."""
        return {
            "marked": self.marked,
            "span P": _share(self.span, self.found),
            "span R": _share(self.span, self.marked),
            "span F1": _f1(self.span, self.found, self.marked),
            "exact F1": _f1(self.exact, self.found, self.marked),
            "value P": _share(self.value, self.valued),
            "value R": _share(self.value, self.marked),
            "value F1": _f1(self.value, self.valued, self.marked),
            "Jaccard": _share(self.jaccard, self.marked),
        }


def _share(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _f1(hits: int, found: int, marked: int) -> float:
    return _share(2 * hits, found + marked)


def score(documents: Sequence[Document], system: System) -> Counts:
    """Each mark meets at most one guess, the first that overlaps it."""
    counts = Counts()
    for document in documents:
        earlier: list[SaidDate] = []
        for text in document.sentences:
            guesses = system(text.words, document.published, earlier)
            used: set[int] = set()
            for mark in text.marks:
                place = next((at for at, one in enumerate(guesses) if at not in used and _meet(one, mark)), None)
                counts.marked += 1
                guess = None if place is None else guesses[place]
                if place is not None:
                    used.add(place)
                _count(
                    counts,
                    mark,
                    guess,
                    f"{document.name} {document.published}: {text.words[max(0, mark.start - 40) : mark.end + 30]}",
                )
            free = [
                one for at, one in enumerate(guesses) if at in used or not any(_meet(one, mark) for mark in text.loose)
            ]
            counts.found += len(free)
            counts.valued += sum(1 for one in free if one.days)
            counts.wrong += [
                f"EXTRA {one.words!r} {_days(one.days)} in {document.name}: "
                f"{text.words[max(0, one.start - 40) : one.end + 30]}"
                for at, one in enumerate(guesses)
                if at not in used and one in free
            ]
    return counts


def _meet(one: Guess | Mark, other: Mark) -> bool:
    return one.start < other.end and other.start < one.end


def _count(counts: Counts, mark: Mark, guess: Guess | None, where: str) -> None:
    if guess is None:
        counts.wrong.append(f"MISSED {mark.words!r} {_days(mark.days)} in {where}")
        return
    counts.span += 1
    counts.exact += (guess.start, guess.end) == (mark.start, mark.end)
    counts.value += guess.days == mark.days
    counts.jaccard += _jaccard(guess.days, mark.days)
    if guess.days != mark.days:
        counts.wrong.append(
            f"VALUE {mark.words!r} {_days(mark.days)} but {guess.words!r} {_days(guess.days)} in {where}"
        )


def _days(days: Days | None) -> str:
    return "/".join(str(one) for one in days) if days else "unknown"


def _jaccard(one: Days | None, other: Days | None) -> float:
    if not one or not other:
        return 0.0
    if None in one or None in other:
        return float(one == other)
    a, b, c, d = (day.toordinal() for day in (*one, *other) if day)
    both = max(0, min(b, d) - max(a, c) + 1)
    return both / ((b - a + 1) + (d - c + 1) - both)


_SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_WORDS: dict[str, float] = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
)
_WORDS |= {
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "score": 20,
}
_WORDS |= {
    "dozen": 12,
    "half": 0.5,
    "third": 1 / 3,
    "quarter": 0.25,
    "sixty": 60,
    "eighty": 80,
    "ninety": 90,
    "seventy": 70,
}


def numbers_of(words: str) -> list[float]:
    """Numbers in an annotator's words; written apart from the package's own reading, so that both do not err alike."""
    found = []
    pattern = rf"(\d[\d,]*(?:\.\d+)?|(?:{'|'.join(_WORDS)})(?![a-z]))[\s-]*(?:({'|'.join(_SCALE)})(?![a-z]))?"
    for match in re.finditer(pattern, re.sub(r"(\d)(bn|m)\b", r"\1 \2", words.lower())):
        number = float(match[1].replace(",", "")) if match[1][0].isdigit() else float(_WORDS[match[1]])
        found.append(number * _SCALE.get(match[2] or "", 1))
    return found


def score_amounts(documents: Sequence[Document]) -> Counts:
    """MEANTIME's VALUEs: found by overlap, and with one of their numbers. Ordinals are not marked there."""
    counts = Counts()
    for document in documents:
        for text in document.sentences:
            found = [one for one in quantities(text.words, Span(0, len(text.words))) if one.role != "ordinal"]
            used: set[int] = set()
            for mark in text.amounts:
                counts.marked += 1
                wanted = numbers_of(mark.words)
                overlap = [
                    at
                    for at, one in enumerate(found)
                    if at not in used and one.start < mark.end and mark.start < one.end
                ]
                where = f"{document.name}: {text.words[max(0, mark.start - 40) : mark.end + 40]}"
                if not overlap:
                    counts.wrong.append(f"MISSED {mark.words!r} in {where}")
                    continue
                used.add(overlap[0])
                counts.span += 1
                if _says(found[overlap[0]], wanted):
                    counts.value += 1
                else:
                    counts.wrong.append(f"VALUE {mark.words!r} {wanted} but {found[overlap[0]]} in {where}")
            counts.found += len(found)
            counts.valued += len(found)
            counts.wrong += [
                f"EXTRA {one.text!r} in {text.words[max(0, one.start - 40) : one.end + 30]}"
                for at, one in enumerate(found)
                if at not in used
            ]
    return counts


def _says(one: SaidAmount, wanted: Sequence[float]) -> bool:
    said = [end for end in (one.low, one.high) if end is not None]
    if one.hedge and one.low is not None:  # "about" is read as a tenth to either side
        said.append(one.low / 0.9)
    if one.unit == "" and one.role == "share":
        wanted = [*wanted, *(share / 100 for share in wanted)]
    if not wanted:
        return True  # "thousands of": nothing to compare
    return any(abs(end - number) <= 1e-6 * max(1.0, abs(number)) for end in said for number in wanted)


_COMPARATORS = {"gt": "over", "ge": "at least", "lt": "under", "le": "at most", "eq": "exactly", "approx": "about"}


def gold(folder: Path) -> dict[str, float]:
    """The hand-made ledger's quantities and dates: how many were found with span, number, comparator and unit."""
    ledger = json.loads((folder / "gold_example/gold.json").read_text(encoding="utf-8"))
    counts = dict.fromkeys(("quantities", "found", "exact span", "number", "comparator", "unit", "thing"), 0.0)
    counts |= dict.fromkeys(("dates", "dates found", "EDTF with publication", "EDTF without"), 0.0)
    articles = {one["id"]: one for one in ledger["articles"]}
    for claim in ledger["claims"]:
        article = articles[claim["article"]]
        text = (folder / "gold_example" / article["file"]).read_text(encoding="utf-8")
        sentence = Span(claim["sentence"]["start"], claim["sentence"]["end"])
        for wanted in claim.get("quantities", []):
            counts["quantities"] += 1
            one = next(
                (it for it in quantities(text, sentence) if it.start < wanted["end"] and wanted["start"] < it.end), None
            )
            if one is None:
                print(f"gold MISSED {wanted}")
                continue
            right = {
                "found": True,
                "exact span": (one.start, one.end) == (wanted["start"], wanted["end"]),
                "number": wanted["value"] in (one.low, one.high),
                "comparator": one.comparator == _COMPARATORS[wanted["comparator"]],
                "unit": wanted["unit"] in (one.unit, one.thing.split(" ")[-1].removesuffix("s")),
                "thing": wanted.get("substance", one.thing) == one.thing,
            }
            for name, is_right in right.items():
                counts[name] += is_right
            if not all(right.values()):
                print(f"gold {wanted}\n  ours {one}")
        for wanted in claim.get("dates", []):
            if "timex" in wanted:
                continue
            counts["dates"] += 1
            for key, name, published in (
                ("edtf_dct", "EDTF with publication", article["dct"] or ""),
                ("edtf_no_dct", "EDTF without", ""),
            ):
                found = [
                    one
                    for one in dates(text, sentence, published=published)
                    if one.start < wanted["end"] and wanted["start"] < one.end
                ]
                counts["dates found"] += bool(found) and key == "edtf_dct"
                counts[name] += bool(found) and found[0].edtf == (wanted[key] or "")
    return counts


def speed(documents: Sequence[Document], seconds: float = 3.0) -> float:
    """Sentences a second of processor time, dates and quantities together."""
    work = [
        (document.published, text.words, Span(0, len(text.words)))
        for document in documents
        for text in document.sentences
    ]
    done, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        for published, words, span in work:
            dates(words, span, published=published)
            quantities(words, span)
        done += len(work)
    return round(done / (time.process_time() - began))


def tables(folder: Path, split: str, *, errors: bool = False) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of a split, line by line."""
    systems: dict[str, System | None] = {"darkwake": ours, "darkwake as read": as_read}
    systems |= {"full dates only": full_dates, "dateparser": peer()}
    corpora = {"GUM": gum(folder), "MEANTIME": meantime(folder)}
    for corpus, every in corpora.items():
        documents = [one for one in every if one.split == split]
        bare = [replaced(one) for one in documents] if corpus == "GUM" else []
        for name, system in systems.items():
            if system is None:
                continue
            counts = score(documents, system)
            yield f"{corpus} {split} {name}", counts.figures()
            if bare:
                yield f"{corpus} {split} {name}, no dateline", score(bare, system).figures()
            if errors and name == "darkwake":
                print("\n".join(counts.wrong))
    amounts = score_amounts([one for one in corpora["MEANTIME"] if one.split == split])
    if errors:
        print("\n".join(amounts.wrong))
    yield (
        f"MEANTIME {split} amounts",
        {key: figure for key, figure in amounts.figures().items() if key not in ("exact F1", "Jaccard")},
    )
    yield "gold_example", gold(folder)
    yield "sentences/s", {"GUM": speed(corpora["GUM"])}


def replaced(document: Document) -> Document:
    """A document without sentences that are nothing but a marked date: the line that every article opens with."""
    kept = [one for one in document.sentences if not (len(one.marks) == 1 and one.marks[0].words == one.words.strip())]
    return Document(document.name, document.split, document.published, kept)


def main(argv: Sequence[str] = ()) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench dates", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--errors", action="store_true", help="print each date and amount that is not as marked")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    found = dict(tables(options.folder, options.split, errors=options.errors))
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    for name, figures in found.items():
        print(f"{name:40} " + "  ".join(f"{key} {figure:g}" for key, figure in figures.items()))
    return 0
