"""What articles, images, lists and people told, as FollowTheMoney entities: see ftm.py for the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from darkwake.case.exports.ftm_entities import Made, day, moment
from darkwake.case.exports.reading import Case, Row, number, rows
from darkwake.evidence import content_id

_PARTIES = {"person": "Person", "outlet": "Organization", "organisation": "Organization"}
_LANGUAGES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa", "it": "ita", "pt": "por", "ru": "rus", "ar": "ara",
              "fa": "fas", "zh": "zho", "nl": "nld", "tr": "tur", "he": "heb", "uk": "ukr"}  # fmt: skip
_URL = re.compile(r"https?://[\w.-]+(:\d+)?(/[!-~]*)?", re.ASCII)


# --- articles ---


def claims(made: Made, case: Case) -> None:
    """Articles, who speaks in them, what is claimed, and what they tell of."""
    for row in rows(case, "claims", "articles"):
        _article(made, row)
    for row in rows(case, "claims", "claims"):
        if made.there(str(row.get("article"))):
            _claim(made, row)
    says = {row.get("cluster"): row.get("says") for row in rows(case, "claims", "origins")}
    told = {row.get("id"): row for row in rows(case, "claims", "claims")}
    for row in rows(case, "claims", "clusters"):
        _cluster(made, row, [told[one] for one in row.get("claims") or () if one in told], says.get(row.get("id")))
    for row in rows(case, "claims", "contradictions"):
        made.put(
            str(row.get("id")),
            "Note",
            name=f"Contradiction: {row.get('kind')}",
            description=row.get("says"),
            summary="They cannot both hold." if row.get("hard") else "They may both hold.",
            entity=[row.get("a"), row.get("b"), row.get("cluster")],
        )


def _article(made: Made, row: Row) -> None:
    url = str(row.get("url") or "")
    made.put(
        str(row.get("id")),
        "Article",
        name=row.get("title") or row.get("name") or row.get("id"),
        title=row.get("title"),
        fileName=row.get("name") or row.get("id"),
        author=row.get("author"),
        publisher=row.get("outlet"),
        sourceUrl=url if _URL.fullmatch(url) else None,
        publishedAt=day(row.get("published")),
        language=_LANGUAGES.get(str(row.get("language"))),
        proof=made.there(made.source(str(row.get("source")))),
        notes=[
            f"file sha256 {row.get('source')}",
            f"text sha256 {row.get('text_sha256')}",
            f"published {row['published']}" if row.get("published") and not day(row["published"]) else None,
            *(row.get("problems") or ()),
        ],
    )


def _party(made: Made, link: Row) -> str | None:
    """A speaker; None of whoever is not named, for nothing says that two of them are the same."""
    schema = _PARTIES.get(str(link.get("kind")), "")
    name = link.get("name")
    return (
        made.put(content_id("party", name, schema), schema, name=name) if schema and str(name or "").strip() else None
    )


def _claim(made: Made, row: Row) -> None:
    article = str(row.get("article"))
    chain = [link for link in row.get("chain") or () if isinstance(link, Mapping)]
    parties = [_party(made, link) for link in chain]
    for party in filter(None, parties):
        about = made.found[party]
        values = {"document": article, "resolved": party, "detectedSchema": about["schema"]}
        name = about["properties"].get("name")
        if name:
            made.put(content_id("mention", article, party), "Mention", name=name[:1], **values)
    through = " <- ".join(str(link.get("name") or "unknown") for link in chain)
    made.put(
        str(row.get("id")),
        "Note",
        name=f"Claim: {row.get('text')}",
        description=row.get("text"),
        summary=f"{row.get('modality')}, {row.get('mode')}" + (f", through {through}" if through else ""),
        entity=[article, parties[-1] if parties else None],
        proof=article,
        namesMentioned=[one.get("name") for one in row.get("actors") or ()],
        notes=[
            *(f"date: {one.get('text')} ({one.get('edtf')})" for one in row.get("dates") or ()),
            *(f"quantity: {one.get('text')}" for one in row.get("quantities") or ()),
            f"grade {row['grade'].get('code')}" if isinstance(row.get("grade"), Mapping) else None,
            f"characters {row.get('start')} to {row.get('end')} of the article; read by {row.get('made_by')}",
        ],
    )


def _cluster(made: Made, row: Row, own: list[Row], says: Any) -> None:
    days = [one for claim in own for one in claim.get("dates") or () if one.get("role") == "event"]
    # the widest that the claims allow, for which of them is right is not decided here; open where one of them is
    firsts = sorted(str(one.get("first") or "") for one in days)[:1]
    lasts = [] if any(not one.get("last") for one in days) else sorted(str(one["last"]) for one in days)[-1:]
    where = sorted({str(claim.get("article")) for claim in own})
    of = made.put(
        str(row.get("id")),
        "Event",
        name=row.get("label") or row.get("id"),
        description=row.get("label"),
        summary=says,
        startDate=[day(one) for one in firsts],
        endDate=[day(one) for one in lasts],
        location=sorted({str(place) for claim in own for place in claim.get("places") or ()}),
        proof=where,
    )
    for article in where:
        if made.there(article):
            made.put(content_id("tells", article, of), "Documentation", document=article, entity=of, role="tells of it")


# --- sites and goods ---


def sites(made: Made, case: Case) -> None:
    """Sites and their buildings."""
    for row in rows(case, "sites", "sites"):
        made.put(
            str(row.get("id")),
            "RealEstate",
            name=row.get("site"),
            propertyType="watched site",
            description=list(row.get("says") or ()),
            notes=[f"{row.get('buildings')} buildings, {row.get('assessable')} of them could be assessed"],
        )
    for row in rows(case, "sites", "buildings"):
        moved = [
            f"{one.get('was')} to {one.get('status')} {one.get('when')}, posterior {one.get('posterior')}"
            for one in row.get("changes") or ()
        ]
        made.put(
            str(row.get("id")),
            "RealEstate",
            name=row.get("label") or row.get("building"),
            parent=row.get("site"),
            propertyType=row.get("kind"),
            area=number(row.get("area_m2")),
            latitude=number(row.get("lat")),
            longitude=number(row.get("lon")),
            description=f"Last status: {row.get('status')}" + (f" ({row['why']})" if row.get("why") else ""),
            summary=moved,
            notes=[
                *(
                    f"{one.get('by')} read {one.get('status')} on {one.get('time')}"
                    for one in row.get("readings") or ()
                ),
                f"building {row.get('building')}; the area is in square metres",
            ],
        )


def goods(made: Made, case: Case) -> None:
    """Goods that the case asks about with what the lists say, and what articles tell of amounts."""
    for row in rows(case, "goods"):
        asked = row.get("asked") if isinstance(row.get("asked"), Mapping) else {"description": row.get("asked")}
        said = {name: value for name, value in (asked or {}).items() if value}
        name = said.get("description") or ", ".join(f"{key} {value}" for key, value in sorted(said.items()))
        of = made.put(
            content_id("goods", said),
            "Asset",
            name=name or "goods",
            description=row.get("says"),
            summary=row.get("verdict"),
            notes=[*(f"{key}: {value}" for key, value in sorted(said.items())), *(row.get("limits") or ())],
        )
        for one in row.get("findings") or ():
            made.put(
                content_id("found", of, one),
                "Note",
                name=f"Goods: {one.get('verdict')}",
                description=one.get("says"),
                summary=f"{one.get('list')}, entry {one.get('entry')}" if one.get("list") else None,
                entity=of,
                proof=made.proofs(one),
                notes=one.get("standing"),
            )
    for table in ("shipments", "totals", "stated_totals"):
        for row in rows(case, "quantities", table):
            what = [one.get("says") for one in row.get("amounts") or ()]
            made.put(
                str(row.get("id")),
                "Note",
                name=row.get("name") or f"Total of {row.get('thing')}",
                description=row.get("label") or row.get("says"),
                summary=what,
                entity=[row.get("cluster"), *(row.get("claims") or ())],
                notes=[one.get("says") for one in row.get("lines") or ()],
            )


# --- what the case makes of it, and people ---


def threads(made: Made, case: Case) -> None:
    """Threads with their reasons, and hypotheses with what speaks against them."""
    for row in rows(case, "threads"):
        sides = {side: [one for one in row.get(side) or () if isinstance(one, Mapping)] for side in ("for", "against")}
        stations = [one for one in row.get("stations") or () if isinstance(one, Mapping)]
        made.put(
            str(row.get("id")),
            "Note",
            name=f"Thread: {row.get('title')}",
            description=row.get("summary"),
            summary=row.get("order"),
            entity=[
                made.subject("ship", row.get("ship")),
                row.get("voyage"),
                *(one.get("evidence") for side in sides.values() for one in side),
                *(made.subject(one.get("kind"), one.get("key")) for one in stations),
            ],
            notes=[
                *(f"{side}: {one.get('says')}" for side, own in sides.items() for one in own),
                *(f"could also be: {one}" for one in row.get("innocent") or ()),
                *(f"missing: {one.get('what')}; {one.get('where')}" for one in row.get("missing") or ()),
                *(f"station: {one.get('label')}: {one.get('how')}" for one in stations),
            ],
        )
        for one in row.get("hypotheses") or ():
            _hypothesis(made, one, [row.get("id")])
    for one in rows(case, "hypotheses", "rows"):
        _hypothesis(made, one, [])


def _hypothesis(made: Made, row: Row, about: list[Any]) -> None:
    sides = {side: [one for one in row.get(side) or () if isinstance(one, Mapping)] for side in ("against", "for")}
    made.put(
        content_id("hypothesis", about, row.get("id")),
        "Note",
        name=f"Hypothesis: {row.get('title')}",
        description=row.get("says"),
        summary=row.get("order"),
        entity=[*about, *(one.get("evidence") for own in sides.values() for one in own)],
        notes=[
            *(
                f"{side}{' (decisive)' if one.get('weight') == 'decisive' else ''}: {one.get('says')}"
                for side, own in sides.items()
                for one in own
            ),
            *(f"would change it: {one}" for one in row.get("would_change") or ()),
        ],
    )


def notes(made: Made, case: Case) -> None:
    """What people wrote down."""
    for row in rows(case, "notes"):
        about = row.get("about") if isinstance(row.get("about"), Mapping) else {}
        made.put(
            str(row.get("id")),
            "Note",
            name=f"{str(row.get('kind') or 'note').capitalize()} by {row.get('author')}",
            description=row.get("text"),
            summary=f"by {row.get('author')} at {row.get('at')}" + ("; withdrawn" if row.get("withdrawn") else ""),
            entity=made.subject((about or {}).get("kind"), (about or {}).get("key")),
            createdAt=moment(row.get("at")),
        )
