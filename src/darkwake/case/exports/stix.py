"""The case as a STIX 2.1 bundle, of standard objects alone; STIX is made for other things, so only what fits.

| in the case | object |
|---|---|
| Darkwake, outlet, list entry, ship | identity; a ship has the role "vessel", MMSI and IMO as external references |
| port, site | location |
| port call, meeting | relationship (located-at, related-to) with its start and stop |
| a list entry that a ship met | relationship related-to with the strength in its description: they are never made one |
| decision on it | opinion on that relationship, by its author |
| evidence, claim, note of a person, hypothesis | note |
| thread | report on its ship, notes and relationships |

Ids are version 5 UUIDs made from the case's own ids. `created` and `modified` are the last time that the case knows,
not the time of the export, so that equal cases give equal bytes.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from darkwake.case.exports.reading import Case, Row, cited, plain, rows, source_names, spot
from darkwake.evidence import canonical_json

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:darkwake:stix")
_TEXT = 20_000
_NAME = 400
_TIME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
_MEETINGS = {"encounter": "They lay side by side.", "dark_encounter": "They may have met; one of them was not heard."}
Object = dict[str, Any]


def as_json(case: Case) -> str:
    """The bundle as text."""
    return canonical_json(bundle(case)) + "\n"


def bundle(case: Case) -> Object:
    """The bundle, its objects sorted by id."""
    made = _Bundle(_last(case), source_names(case))
    made.by = made.put("identity", "darkwake", name=str(case.get("made_by") or "darkwake"), identity_class="system")
    for row in rows(case, "ships"):
        _ship(made, row)
    for row in rows(case, "ports"):
        _place(made, f"port {row.get('port')}", row.get("name") or row.get("port"), row)
    spots = {row.get("site"): row for row in reversed(rows(case, "sites", "buildings"))}
    for row in rows(case, "sites", "sites"):
        here = spots.get(row.get("id"), {})
        _place(made, f"site {row.get('id')}", row.get("site"), here, says=" ".join(row.get("says") or ()))
    for row in rows(case, "events"):
        _event(made, row)
    for row in rows(case, "hits"):
        _hit(made, row)
    for row in rows(case, "decisions"):
        _decision(made, row)
    for row in rows(case, "claims", "articles"):
        if row.get("outlet"):
            made.put("identity", f"outlet {row['outlet']}", name=row["outlet"], identity_class="organization")
    _claims(made, case)
    for row in rows(case, "evidence"):
        _evidence(made, row)
    _hypotheses(made, case)
    for row in rows(case, "notes"):
        author = [plain(row["author"], most=_NAME)] if row.get("author") else None
        about = row.get("about") or {}
        refs = [made.subject(about.get("kind"), about.get("key"))]
        says = f"{row.get('text')}" + (" (withdrawn)" if row.get("withdrawn") else "")
        made.note(f"note {row.get('id')}", str(row.get("kind") or "note"), says, refs, authors=author, at=row.get("at"))
    for row in rows(case, "threads"):
        _thread(made, row)
    return made.bundle(canonical_json([case.get("case"), case.get("sources")]))


@dataclass(slots=True)
class _Bundle:
    """A bundle in the making."""

    at: str
    names: Mapping[str, str]
    by: str = ""
    found: dict[str, Object] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    """The case's own id -> the object's."""

    def put(self, kind: str, key: str, *, at: Any = None, **about: Any) -> str:
        """Add an object; gives its id."""
        of = f"{kind}--{uuid.uuid5(SPACE, f'{kind} {key}')}"
        when = _time(at) or self.at
        base: Object = {"type": kind, "spec_version": "2.1", "id": of, "created": when, "modified": when}
        if self.by:
            base["created_by_ref"] = self.by
        self.known[key] = of
        told = {name: _shown(name, value) for name, value in about.items()}
        self.found[of] = base | {name: value for name, value in told.items() if value not in (None, "", [])}
        return of

    def ref(self, key: str) -> str | None:
        return self.known.get(key)

    def subject(self, kind: Any, key: Any) -> str | None:
        """The object that something is about."""
        return self.ref(str(key) if kind in ("goods", None) else f"{kind} {key}") or self.ref(str(key))

    def note(self, key: str, kind: str, says: Any, refs: Sequence[str | None], **about: Any) -> str:
        """A note; on Darkwake itself where nothing else of the bundle is told of."""
        own = list(dict.fromkeys(ref for ref in refs if ref)) or [self.by]
        text = plain(says, most=_TEXT) or "(no words)"
        return self.put("note", key, abstract=plain(kind, most=_NAME), content=text, object_refs=own, **about)

    def relate(self, key: str, kind: str, one: str | None, other: str | None, **about: Any) -> None:
        if one and other:
            self.put("relationship", key, relationship_type=kind, source_ref=one, target_ref=other, **about)

    def bundle(self, of: str) -> Object:
        objects = [self.found[key] for key in sorted(self.found)]
        return {"type": "bundle", "id": f"bundle--{uuid.uuid5(SPACE, of)}", "objects": objects}


def _shown(name: str, value: Any) -> Any:
    """A value with its texts as they can be shown."""
    if isinstance(value, str):
        return plain(value, most=_NAME if name in ("name", "external_id", "source_name") else _TEXT)
    if isinstance(value, list):
        return [_shown(name, one) for one in value]
    if isinstance(value, Mapping):
        return {key: _shown(key, one) for key, one in value.items()}
    return value


def _last(case: Case) -> str:
    """The last time that the case knows of."""
    times = [_time((case.get("case") or {}).get("period", {}).get("end"))]
    times += [_time(row.get("last_seen")) for row in rows(case, "ships")]
    times += [_time(row.get("at")) for table in ("notes", "decisions") for row in rows(case, table)]
    return max((one for one in times if one), default="1970-01-01T00:00:00.000Z")


def _time(text: Any) -> str | None:
    """A time to the millisecond, as STIX has it; None where it is none."""
    found = _TIME.fullmatch(str(text))
    if not found or found[1][11:13] > "23" or found[1][14:16] > "59" or found[1][17:19] > "59":
        return None
    return f"{found[1]}.{(found[2] or '')[:3]:0<3}Z"


def _span(start: Any, end: Any) -> dict[str, str | None]:
    """Start and stop; the stop only where it is later, as STIX asks."""
    begin, stop = _time(start), _time(end)
    late = begin and stop and stop > begin
    return {"start_time": _short(begin), "stop_time": _short(stop) if late else None}


def _short(time: str | None) -> str | None:
    """Without a fraction of zero, which only `created` and `modified` have to have."""
    return time and time.replace(".000Z", "Z")


def _ship(made: _Bundle, row: Row) -> None:
    ship = str(row.get("ship"))
    imo = sorted({str(one.get("value")) for one in rows(row, "identities") if one.get("field") == "imo"})
    refs = [{"source_name": "MMSI", "external_id": ship}]
    refs += [{"source_name": "IMO", "external_id": plain(one, most=_NAME)} for one in imo if one.strip()]
    made.put(
        "identity",
        f"ship {ship}",
        name=plain(row.get("label") or f"MMSI {ship}", most=_NAME) or ship,
        identity_class="unknown",
        roles=["vessel"],
        description=f"Heard from {row.get('first_seen')} to {row.get('last_seen')}; its MMSI's flag: {row.get('flag')}",
        external_references=refs,
    )


def _place(made: _Bundle, key: str, name: Any, row: Row, *, says: str = "") -> None:
    here = spot(row.get("lat"), row.get("lon"))
    country = row.get("country")
    about = {"latitude": here[1], "longitude": here[0]} if here else {}
    code = country if isinstance(country, str) and re.fullmatch(r"[A-Z]{2}", country) else None
    if about or code:
        text = plain(says, most=_TEXT)
        made.put("location", key, name=plain(name, most=_NAME), description=text, country=code, **about)


def _event(made: _Bundle, row: Row) -> None:
    kind, details = row.get("kind"), row.get("details") or {}
    ship, span = made.ref(f"ship {row.get('ship')}"), _span(row.get("start"), row.get("end"))
    about = {"description": "; ".join(cited(row, made.names)), **span}
    if kind == "port_call":
        made.relate(str(row.get("id")), "located-at", ship, made.ref(f"port {details.get('port')}"), **about)
    elif kind in _MEETINGS:
        about["description"] = f"{_MEETINGS[str(kind)]} {about['description']}".strip()
        made.relate(str(row.get("id")), "related-to", ship, made.ref(f"ship {row.get('other')}"), **about)


def _hit(made: _Bundle, row: Row) -> None:
    key = f"{row.get('list')}:{row.get('entry')}"
    refs = [{"source_name": plain(row.get("list"), most=_NAME) or "a list", "external_id": str(row.get("entry"))}]
    listed = made.put(
        "identity",
        f"party {key}",
        name=plain(row.get("name") or row.get("entry"), most=_NAME) or "unknown",
        identity_class="unknown",
        description=plain(f"Entry {row.get('entry')} of {row.get('list')} of {row.get('list_date')}", most=_TEXT),
        external_references=refs,
    )
    said = " ".join(str(one.get("says")) for one in rows(row, "features"))
    where = "; ".join(cited(row, made.names))
    words = f"Possible match, {row.get('rank')}: {said} Asked: {row.get('asked')}. {where}"
    ship = made.ref(f"ship {row.get('ship')}")
    made.relate(str(row.get("id")), "related-to", ship, listed, description=plain(words, most=_TEXT))


def _decision(made: _Bundle, row: Row) -> None:
    match = made.ref(str(row.get("hit")))
    if match:
        made.put(
            "opinion",
            f"decision {canonical_json(row)}",
            at=row.get("at"),
            opinion="neutral" if row.get("expired") else "strongly-disagree",
            explanation=plain(f"{row.get('word') or 'known false hit'}: {row.get('because')}", most=_TEXT),
            authors=[plain(row["author"], most=_NAME)] if row.get("author") else None,
            object_refs=[match],
        )


def _claims(made: _Bundle, case: Case) -> None:
    outlets = {row.get("id"): made.ref(f"outlet {row.get('outlet')}") for row in rows(case, "claims", "articles")}
    for row in rows(case, "claims", "claims"):
        speakers = [plain(one["name"], most=_NAME) for one in rows(row, "chain") if one.get("name")]
        kind = f"claim, {row.get('modality')}, {row.get('mode')}"
        refs = [outlets.get(row.get("article"))]
        made.note(str(row.get("id")), kind, row.get("text"), refs, authors=[one for one in speakers if one])


def _evidence(made: _Bundle, row: Row) -> None:
    details = row.get("details") or {}
    subjects = [made.subject(one.get("kind"), one.get("key")) for one in rows(row, "subjects")]
    told = [made.ref(str(details.get(name))) for name in ("event", "hit")]
    says = "\n".join(
        [
            str(row.get("says")),
            f"Strength: {row.get('strength')}, {row.get('because')}.",
            *(f"Could also be: {one}" for one in row.get("innocent") or ()),
            *(f"Source: {one}" for one in cited(row, made.names)),
        ]
    )
    made.note(str(row.get("id")), f"evidence: {row.get('kind')}", says, [*subjects, *told])


def _hypotheses(made: _Bundle, case: Case) -> None:
    for row in rows(case, "hypotheses", "rows"):
        refs = [made.ref(str(one.get("evidence"))) for side in ("against", "for") for one in rows(row, side)]
        says = "\n".join([str(row.get("says")), *(f"Against: {one.get('says')}" for one in rows(row, "against"))])
        made.note(f"hypothesis {row.get('id')}", f"hypothesis: {row.get('title')}", says, refs)


def _thread(made: _Bundle, row: Row) -> None:
    sides = [one for side in ("for", "against") for one in rows(row, side)]
    refs = [made.ref(f"ship {row.get('ship')}"), *(made.ref(str(one.get("evidence"))) for one in sides)]
    refs += [made.subject(one.get("kind"), one.get("key")) for one in rows(row, "stations")]
    made.put(
        "report",
        str(row.get("id")),
        name=plain(row.get("title"), most=_NAME) or "Thread",
        description=plain(f"{row.get('summary')} {row.get('order')}", most=_TEXT),
        published=_short(_time(row.get("end")) or made.at),
        report_types=["observed-data"],
        object_refs=list(dict.fromkeys(ref for ref in refs if ref)) or [made.by],
    )
