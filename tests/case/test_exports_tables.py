"""CSV, FollowTheMoney, PROV and STIX: accepted by their own readers, without pointers into nothing, and back again."""

from __future__ import annotations

import csv
import io
import json
import uuid
import warnings
from collections import Counter
from typing import Any

import pytest
from made_whole import HOSTILE, hostile_case, long_case, whole_case

from darkwake.case.exports import csv_tables, ftm, prov, stix
from darkwake.case.exports.ftm_entities import POINTERS

CASE, BAD = whole_case(), hostile_case()
LONG = long_case("x\u202e" * 500_000)
CASES = pytest.mark.parametrize("case", [CASE, BAD, {}], ids=["whole", "hostile", "empty"])


def quietly(name: str) -> Any:
    """A package of others, whose own warnings are theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"{name} is not installed")


# --- CSV ---


def bare(value: Any) -> Any:
    """A value without keys that hold nothing, and without pictures: what a table can hold."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items() if one is not None and name != "png_base64"}
    return [bare(one) for one in value] if isinstance(value, list) else value


@CASES
def test_csv_comes_back_as_it_was(case: dict[str, Any]) -> None:
    files = csv_tables.as_files(case)
    assert bare(csv_tables.read(files)) == bare(case)
    assert all(data.startswith(b"\xef\xbb\xbf") for data in files.values())


def test_no_cell_of_text_begins_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", " =1", "\uff1d1", "'quoted", "\\N", "\r\n=1"):
        case = {"ports": [{"port": text, text: 1}], text: "beside", "searched": text}
        files = csv_tables.as_files(case)
        assert csv_tables.read(files) == case
        for data in files.values():
            for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
                for cell in row:
                    assert cell.lstrip(" \u3000")[:1] not in csv_tables.FORMULA or cell.isdigit(), cell


def test_a_field_with_the_name_of_another_file_is_no_file() -> None:
    case = {"../../etc/passwd": [{"a": 1}], "tables": [{"b": 2}], "a b": {"c": [{"d": 3}]}}
    files = csv_tables.as_files(case)
    assert set(files) == {"tables.csv", "header.csv"}
    assert csv_tables.read(files) == case


# --- FollowTheMoney ---


def of(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in ftm.as_jsonl(case).splitlines()]
    by = {one["id"]: one for one in found}
    assert len(by) == len(found)
    return by


@pytest.mark.parametrize("case", [CASE, BAD, LONG, {}], ids=["whole", "hostile", "long", "empty"])
def test_followthemoney_takes_every_entity(case: dict[str, Any]) -> None:
    model = quietly("followthemoney").model
    by = of(case)
    for one in by.values():
        schema = model.get(one["schema"])
        schema.validate(one)
        model.get_proxy(one, cleaned=False)
        for name in schema.required:
            assert one["properties"].get(name), (one["schema"], name)
        for name, values in one["properties"].items():
            prop = schema.get(name)
            for value in values:
                if prop.type.name == "entity":
                    assert name in POINTERS
                    assert model.get(by[value]["schema"]).is_a(prop.range), (one["schema"], name)
                else:
                    assert prop.type.clean(value) == value, (one["schema"], name, value[:80])
                    assert len(value) <= (prop.type.max_length or len(value))


def test_a_match_is_a_link_with_its_strength_and_never_one_entity() -> None:
    by = of(CASE)
    for hit in CASE["hits"]:
        link = by[hit["id"]]
        assert link["schema"] == "UnknownLink"
        assert link["properties"]["role"] == [f"possible match: {hit['rank']}"]
        ship, listed = (by[link["properties"][end][0]] for end in ("subject", "object"))
        assert ship["properties"]["mmsi"] == [str(hit["ship"])]
        assert hit["name"] in listed["properties"]["name"]
        assert "mmsi" not in listed["properties"]
        (sanction,) = (
            one for one in by.values()
            if one["schema"] == "Sanction" and one["properties"]["entity"] == [listed["id"]]
        )  # fmt: skip
        assert sanction["properties"]["recordId"] == [hit["entry"]]
        assert CASE["sources"][1]["sha256"] in " ".join(sanction["properties"]["description"])


def test_every_piece_of_evidence_has_its_source_by_name_and_hash() -> None:
    by = of(CASE)
    for row in CASE["evidence"]:
        told = by[row["id"]]["properties"]
        for one in row["sources"]:
            name = next(source["name"] for source in CASE["sources"] if source["sha256"] == one["source"])
            assert any(name in note and one["source"] in note for note in told["notes"])
        assert len(told["proof"]) == len({one["source"] for one in row["sources"]})
    kinds = Counter(one["schema"] for one in by.values())
    assert kinds["Trip"] == len(CASE["voyages"])
    assert kinds["RealEstate"] == len(CASE["sites"]["buildings"]) + 1
    notes = {" ".join(one["properties"].get("description", [])) for one in by.values() if one["schema"] == "Note"}
    assert {"Asked the port.", "No reply.", "Nothing was hidden."} <= notes


# --- PROV ---


@CASES
def test_prov_is_read_and_comes_back_the_same(case: dict[str, Any]) -> None:
    document = quietly("prov.model").ProvDocument
    text = prov.as_json(case)
    read = document.deserialize(content=text)
    assert document.deserialize(content=read.serialize()) == read
    made = json.loads(text)
    things = {name for part in ("entity", "activity", "agent") for name in made.get(part, {})}
    for relation, ends in prov._ENDS.items():
        for row in made.get(relation, {}).values():
            assert all(row[f"prov:{end}"] in things for end in ends)


def test_prov_leads_every_piece_of_evidence_to_its_rows() -> None:
    made = json.loads(prov.as_json(CASE))
    spans = {
        (row["prov:generatedEntity"], row["prov:usedEntity"], row.get("dw:first_row"), row.get("dw:last_row"))
        for row in made["wasDerivedFrom"].values()
    }
    by = {row["prov:entity"]: row["prov:activity"] for row in made["wasGeneratedBy"].values()}
    for row in CASE["evidence"]:
        of_row = f"dw:{row['id']}"
        assert made["activity"][by[of_row]]["dw:made_by"] == row["made_by"]
        assert made["entity"][of_row]["prov:label"] == row["says"]
        for one in row["sources"]:
            assert (of_row, f"dw:source-{one['source']}", one["first_row"], one["last_row"]) in spans
    for source in CASE["sources"]:
        assert made["entity"][f"dw:source-{source['sha256']}"]["dw:sha256"] == source["sha256"]
    people = {row["prov:label"] for row in made["agent"].values() if row["prov:type"]["$"] == "prov:Person"}
    assert {"A. Reader", "B. Writer"} <= people


# --- STIX ---


@pytest.mark.parametrize("case", [CASE, BAD, LONG, {}], ids=["whole", "hostile", "long", "empty"])
def test_stix_is_read_strictly_and_comes_back_the_same(case: dict[str, Any]) -> None:
    stix2 = quietly("stix2")
    text = stix.as_json(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        back = json.loads(stix2.parse(text, allow_custom=False).serialize())
    made = json.loads(text)
    assert {one["id"]: one for one in back["objects"]} == {one["id"]: one for one in made["objects"]}
    ids = {one["id"] for one in made["objects"]}
    for one in made["objects"]:
        assert uuid.UUID(one["id"].partition("--")[2]).version == 5
        refs = [one[name] for name in one if name.endswith("_ref")] + one.get("object_refs", [])
        assert set(refs) <= ids
        assert "confidence" not in one


def test_stix_holds_ships_matches_threads_and_what_people_decided() -> None:
    found = json.loads(stix.as_json(CASE))["objects"]
    kinds = Counter(one["type"] for one in found)
    assert kinds["report"] == len(CASE["threads"])
    assert kinds["opinion"] == len(CASE["decisions"])
    assert sum("vessel" in one.get("roles", []) for one in found) == len(CASE["ships"])
    said = [one["description"] for one in found if one.get("relationship_type") == "related-to"]
    for hit in CASE["hits"]:
        assert any(one.startswith(f"Possible match, {hit['rank']}") for one in said)
    contents = " ".join(one["content"] for one in found if one["type"] == "note")
    assert all(row["says"] in contents for row in CASE["evidence"])


@pytest.mark.parametrize("made", [ftm.as_jsonl, prov.as_json, stix.as_json, csv_tables.as_files])
def test_equal_cases_give_equal_bytes_and_long_texts_are_held_or_cut(made: Any) -> None:
    assert made(CASE) == made(json.loads(json.dumps(CASE)))


def test_texts_for_reading_show_what_hides_and_texts_for_programs_are_exact() -> None:
    for text in (ftm.as_jsonl(BAD), stix.as_json(BAD)):
        assert "\u202e" not in text
        assert "⟨U+202E⟩" in text
    assert json.dumps(HOSTILE, ensure_ascii=False)[1:-1] in prov.as_json(BAD)
    assert "characters in all" in ftm.as_jsonl(LONG)
