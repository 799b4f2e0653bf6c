"""The case as FollowTheMoney entities, one JSON object a line, for Aleph, OpenAleph and their kin.

| in the case | schema |
|---|---|
| source | Document, the proof of all that rests on it; name, hash and rows stand in the notes of each |
| ship | Vessel |
| port | Address |
| voyage | Trip with that vessel where both ports are known, else Event |
| silence, port call, meeting, call that nobody heard | Event, with an UnknownLink from each ship |
| list entry that a ship met | Vessel where it has a ship's numbers, else LegalEntity, with its Sanction |
| the match itself | UnknownLink in the role "possible match: RANK": the two are never made one |
| evidence, thread, hypothesis, note, decision | Note on what it is about |
| article, speaker, claim, cluster | Article, Person or Organization, Note, Event with Documentation |
| site, building | RealEstate, the building within its site |
| goods, shipment, total | Asset; Note |

Schemata and properties are those that followthemoney 3.8 and 4.11 both know. Texts are cut at the lengths that its
types name, with a note of how long they were; controls and bidi marks are written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from darkwake.case.exports import ftm_told
from darkwake.case.exports.ftm_entities import Entity, Made, day, latin, moment
from darkwake.case.exports.reading import Case, Row, at, cited, number, rows
from darkwake.evidence import canonical_json, content_id

_EVENTS = {"gap": "Silence", "port_call": "Port call", "encounter": "Meeting", "dark_encounter": "Possible meeting"}
_SHIPS_OWN = {"imo", "mmsi", "callsign", "call sign", "other imo", "tonnage", "flag", "built"}
"""Features of a match that only an entry with a ship's numbers can have."""
_COUNTRY = re.compile(r"[A-Z]{2}")


def as_jsonl(case: Case) -> str:
    """`entities` as text, a line each."""
    return "".join(canonical_json(one) + "\n" for one in entities(case))


def entities(case: Case) -> list[Entity]:
    """Every entity once, sorted by id; whatever one points at is among them."""
    made = Made.of(case)
    for row in rows(case, "sources"):
        _source(made, row)
    for row in rows(case, "ships"):
        _ship(made, row)
    for row in rows(case, "ports"):
        _port(made, str(row.get("port")), row)
    for row in rows(case, "events"):
        _event(made, row)
    for row in rows(case, "inferred"):
        _inferred(made, row)
    for row in rows(case, "voyages"):
        _voyage(made, row)
    standings = _by(rows(case, "standings"), "hit")
    decided = _by(rows(case, "decisions"), "hit")
    for row in rows(case, "hits"):
        _hit(made, row, standings.get(row.get("id"), []), decided.get(row.get("id"), []))
    ftm_told.claims(made, case)
    ftm_told.sites(made, case)
    ftm_told.goods(made, case)
    for row in rows(case, "evidence"):
        _evidence(made, row)
    ftm_told.threads(made, case)
    ftm_told.notes(made, case)
    return made.sorted()


def _by(found: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    own: dict[Any, list[Row]] = {}
    for row in found:
        own.setdefault(row.get(key), []).append(row)
    return own


def _source(made: Made, row: Row) -> None:
    refused = row.get("refused") or {}
    made.put(
        made.source(str(row.get("sha256"))),
        "Document",
        name=row.get("name") or row.get("sha256"),
        fileName=row.get("name") or row.get("sha256"),
        fileSize=number(row.get("bytes")),
        keywords="invented" if row.get("invented") else None,
        notes=[
            f"sha256 {row.get('sha256')}",
            f"read as {row.get('kind')}: {row.get('rows')} rows, {row.get('kept')} kept",
            *(f"refused: {many} {why}" for why, many in sorted(refused.items())),
            f"dated {row['dated']}" if row.get("dated") else None,
        ],
    )


def _ship(made: Made, row: Row) -> None:
    said = row.get("identities") or ()
    own = {name: [one.get("value") for one in said if one.get("field") == name] for name in ("name", "imo", "callsign")}
    sound = [value for value in own["imo"] if _is_imo(value)]
    made.put(
        made.ship(row.get("ship")),
        "Vessel",
        name=own["name"] or row.get("label") or f"MMSI {row.get('ship')}",
        mmsi=str(row.get("ship")),
        imoNumber=sound,
        callSign=own["callsign"],
        flag=_country(row.get("flag")),
        notes=[
            f"AIS class {row.get('ais_class')}, {row.get('positions')} positions from {row.get('first_seen')} to "
            f"{row.get('last_seen')}; the flag is that of its MMSI",
            *(
                f"{one.get('field')} {one.get('value')}, from {one.get('first_seen')} to {one.get('last_seen')} in "
                f"{one.get('messages')} messages"
                for one in said
            ),
        ],
    )


def _port(made: Made, port: str, row: Row) -> str:
    country = row.get("country")
    return made.put(
        f"port-{latin(port)}",
        "Address",
        name=row.get("name") or port,
        full=", ".join(str(one) for one in (row.get("name") or port, country) if one),
        country=_country(country),
        latitude=number(row.get("lat")),
        longitude=number(row.get("lon")),
        notes=f"UN/LOCODE or name {port}",
    )


def _event(made: Made, row: Row) -> None:
    about = row.get("details") or {}
    kind = str(row.get("kind"))
    called = _EVENTS.get(kind, kind.replace("_", " ").capitalize())
    where = about.get("name") if kind == "port_call" else None
    meant = made.silences.get(row.get("id"), {})
    ships = [ship for ship in (row.get("ship"), row.get("other")) if ship is not None]
    of = made.put(
        str(row.get("id")),
        "Event",
        name=f"{called}: {' and '.join(made.labels.get(ship, str(ship)) for ship in ships)}",
        startDate=moment(row.get("start")),
        endDate=moment(row.get("end")),
        location=[where, *_spots(row)],
        addressEntity=made.there(f"port-{latin(about.get('port'))}"),
        summary=meant.get("says"),
        description=f"{called}: {meant['verdict']}" if meant.get("verdict") else None,
        notes=cited(row, made.names),
        proof=made.proofs(row),
    )
    for ship in ships:
        made.link(made.ship(ship), of, called.lower())


def _inferred(made: Made, row: Row) -> None:
    of = made.put(
        str(row.get("id")),
        "Event",
        name=f"Call that nobody heard: {made.labels.get(row.get('ship'), row.get('ship'))} at {row.get('name')}",
        startDate=moment(row.get("earliest") or row.get("since")),
        endDate=moment(row.get("latest") or row.get("until")),
        location=row.get("name"),
        addressEntity=made.there(f"port-{latin(row.get('port'))}"),
        summary=row.get("grounds"),
        description="Inferred from what the ship said and where it could have been; nobody heard it there.",
    )
    made.link(made.ship(row.get("ship")), of, "may have called unheard")


def _voyage(made: Made, row: Row) -> None:
    label = made.labels.get(row.get("ship"), str(row.get("ship")))
    ends: list[str] = []
    for end in ("from", "to"):
        if row.get(f"{end}_port"):
            about = {"name": row.get(f"{end}_name"), "country": row.get(f"{end}_country")}
            ends.append(_port(made, str(row[f"{end}_port"]), about))
    told: dict[str, Any] = {
        "name": f"{label}: {row.get('from_name') or 'not known'} to {row.get('to_name') or 'not known'}",
        "startDate": moment(row.get("departed")),
        "endDate": moment(row.get("arrived")),
        "summary": f"unheard for {row.get('dark_h') or 0:.1f} hours in {len(row.get('gaps') or ())} silences",
        "notes": cited(row, made.names),
        "proof": made.proofs(row),
    }
    ship = made.ship(row.get("ship"))
    if len(ends) == 2 and made.there(ship):
        made.put(str(row.get("id")), "Trip", startLocation=ends[0], endLocation=ends[1], vehicle=ship, **told)
        return
    of = made.put(str(row.get("id")), "Event", addressEntity=ends, **told)
    made.link(ship, of, "voyage")


def _hit(made: Made, row: Row, standings: Sequence[Row], decided: Sequence[Row]) -> None:
    ship = made.ship(row.get("ship")) if row.get("ship") is not None else None
    features = [one for one in row.get("features") or () if isinstance(one, Mapping)]
    said = [f"{one.get('feature')}: {one.get('says')}" for one in features]
    listed = made.listed(row.get("list"), row.get("entry"))
    where = cited(row, made.names)
    has_numbers = any(str(one.get("feature")) in _SHIPS_OWN for one in features)
    made.put(
        listed,
        "Vessel" if has_numbers else "LegalEntity",
        name=row.get("name") or row.get("entry"),
        notes=[f"entry {row.get('entry')} of {row.get('list')} of {row.get('list_date')}", *where],
        proof=made.proofs(row),
    )
    made.put(
        content_id("sanction", row.get("list"), row.get("entry")),
        "Sanction",
        entity=listed,
        authority=row.get("list"),
        recordId=row.get("entry"),
        program=row.get("programmes"),
        listingDate=day(row.get("listed_from")),
        date=day(row.get("list_date")),
        status=[f"{one.get('standing')} on {one.get('on')}" for one in standings],
        summary=[one.get("standing_says") for one in standings],
        description=[f"Source: {one}" for one in where],
    )
    if ship is None:
        ship = made.put(content_id("asked", row.get("asked")), "LegalEntity", name=row.get("asked"))
    made.link(
        ship,
        listed,
        f"possible match: {row.get('rank')}",
        summary=said,
        description=[f"Asked: {row.get('asked')}", *(f"Source: {one}" for one in where)],
        status=[str(one.get("word") or "known false hit") for one in decided if not one.get("expired")],
        date=day(row.get("list_date")),
        of=str(row.get("id")),
    )
    for one in decided:
        made.put(
            content_id("decision", one),
            "Note",
            name=f"Decision: {one.get('word') or 'known false hit'}",
            description=one.get("because"),
            summary=f"by {one.get('author')} at {one.get('at')}" + ("; no longer holds" if one.get("expired") else ""),
            entity=[ship, listed],
            createdAt=moment(one.get("at")),
        )


def _evidence(made: Made, row: Row) -> None:
    made.put(
        str(row.get("id")),
        "Note",
        name=f"Evidence: {row.get('kind')}",
        description=row.get("says"),
        summary=f"{row.get('strength')}: {row.get('because')}",
        entity=list(_about(made, row)),
        proof=made.proofs(row),
        notes=[
            f"from {row.get('start') or 'not known'} to {row.get('end') or 'not known'}",
            *(f"could also be: {one}" for one in row.get("innocent") or ()),
            *cited(row, made.names),
            f"made by {row.get('made_by')}",
        ],
    )


def _about(made: Made, row: Row) -> Iterator[str | None]:
    for one in row.get("subjects") or ():
        yield made.subject(one.get("kind"), one.get("key"))
    details = at(row, "details") or {}
    yield from (made.there(str(details.get(name))) for name in ("event", "voyage", "inferred", "cluster"))


def _spots(row: Row) -> list[str]:
    pairs = ((row.get(f"{end}_lat"), row.get(f"{end}_lon")) for end in ("start", "end"))
    return list(dict.fromkeys(f"{lat:.4f}, {lon:.4f}" for lat, lon in pairs if number(lat) is not None and number(lon)))


def _country(code: Any) -> str | None:
    return code.lower() if isinstance(code, str) and _COUNTRY.fullmatch(code) else None


def _is_imo(value: Any) -> bool:
    """Whether the check digit of an IMO number fits (IMO Resolution A.1117(30))."""
    digits = [int(one) for one in str(value)] if re.fullmatch(r"[0-9]{7}", str(value)) else []
    return bool(digits) and sum(a * b for a, b in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6]
