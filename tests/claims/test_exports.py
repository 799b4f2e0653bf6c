"""What leaves this part: PROV, schema.org, FollowTheMoney and CSV, each whole, well formed, and the same every time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_ledger import ARTICLES_MADE, AT, CLAIMS_MADE, IDS, WHO, tables, together

from darkwake import schema
from darkwake.claims import csv_in, csv_out, edits, ftm, jsonl, ledger, plain, prov, schema_org
from darkwake.errors import MissingColumn, TooManyRefused, Unreadable, WrongUse

ARTICLES, CLAIMS = tables()
CLUSTERS, ORIGINS, AGAINST = together()
ALL = (ARTICLES, CLAIMS, CLUSTERS, ORIGINS)
EMPTY = tuple(schema.empty(one) for one in (schema.ARTICLES, schema.CLAIMS, schema.CLUSTERS, schema.ORIGINS))


def kept(folder: Path) -> ledger.Ledger:
    """A ledger in which the first claim was corrected twice and withdrawn."""
    path = folder / "claims.jsonl"
    ledger.append(path, edits.reading(ledger.Ledger(), ARTICLES, CLAIMS, made_by="claims 0.1.0"), at=AT)
    for word in ("alleged", "possible"):
        row = edits.correction(ledger.read(path), IDS[0], {"modality": word}, **WHO)
        ledger.append(path, [row], at=AT)
    ledger.append(path, [edits.withdrawal(ledger.read(path), IDS[0], "claim", **WHO)], at=AT)
    return ledger.read(path)


@pytest.mark.parametrize("export", [prov.as_json, schema_org.as_json, ftm.as_jsonl])
def test_equal_tables_give_equal_text_and_empty_ones_an_empty_document(export: Callable[..., str]) -> None:
    again = [table.clone() for table in ALL]
    assert export(*ALL) == export(*again)
    assert export(*EMPTY).count("urn:darkwake:art") == 0
    for line in export(*ALL).splitlines():
        json.loads(line)


# --- PROV: what stands in the tables of PROV-DM and of the PROV-JSON submission ---

ENDS = {
    "wasDerivedFrom": {"prov:generatedEntity": "entity", "prov:usedEntity": "entity"},
    "wasAttributedTo": {"prov:entity": "entity", "prov:agent": "agent"},
    "wasGeneratedBy": {"prov:entity": "entity", "prov:activity": "activity"},
    "used": {"prov:activity": "activity", "prov:entity": "entity"},
    "wasAssociatedWith": {"prov:activity": "activity", "prov:agent": "agent"},
    "hadMember": {"prov:collection": "entity", "prov:entity": "entity"},
    "wasInvalidatedBy": {"prov:entity": "entity", "prov:activity": "activity"},
}


def typed(row: dict[str, Any]) -> str:
    return str(row.get("prov:type", {}).get("$", ""))


def test_prov_every_id_is_there_and_every_relation_has_its_ends(tmp_path: Path) -> None:
    made = json.loads(prov.as_json(*ALL, kept=kept(tmp_path)))
    assert set(made) == {"prefix", "entity", "agent", "activity", *ENDS}
    for relation, ends in ENDS.items():
        for row in made[relation].values():
            for end, part in ends.items():
                assert row[end] in made[part], (relation, end)
            assert set(row) - set(ends) <= {"prov:type", "prov:time"}
    for part in ("entity", "agent", "activity"):
        assert {name.partition(":")[0] for name in made[part]} == {"dw"}
        assert {name.partition(":")[0] for row in made[part].values() for name in row} <= {"dw", "prov"}


def test_prov_tells_the_chain_the_origin_and_what_was_corrected(tmp_path: Path) -> None:
    made = json.loads(prov.as_json(*ALL, kept=kept(tmp_path)))
    derived = [
        (row["prov:generatedEntity"], row["prov:usedEntity"], typed(row)) for row in made["wasDerivedFrom"].values()
    ]
    label = {name: row.get("prov:label") for part in ("entity", "agent") for name, row in made[part].items()}
    speaker = {
        row["prov:entity"]: label[row["prov:agent"]]
        for row in made["wasAttributedTo"].values()
        if "told-" in row["prov:entity"]
    }
    at, through = f"dw:{IDS[0]}", []
    while onward := [old for new, old, _ in derived if new == at and "told-" in old]:
        (at,) = onward
        through.append(speaker[at])
    assert through == ["Harbour Gazette", "Strait Radio", "two port officials"]
    primary = {(new, label[old]) for new, old, kind in derived if kind == "prov:PrimarySource"}
    assert primary == {(f"dw:{IDS[0]}", "Strait Radio"), (f"dw:{IDS[1]}", "Strait Radio")} | {
        (f"dw:{one}", "Ada Quill") for one in IDS[2:]
    }
    revisions = [(new, old) for new, old, kind in derived if kind == "prov:Revision"]
    assert len(revisions) == 2
    assert {old for _, old in revisions} - {new for new, _ in revisions} == {f"dw:{IDS[0]}"}
    (ended,) = made["wasInvalidatedBy"].values()
    assert ended["prov:entity"] in {new for new, _ in revisions} - {old for _, old in revisions}
    sentence = {old for new, old, kind in derived if new == f"dw:{IDS[0]}" and kind == "prov:Quotation"}
    assert {label[one] for one in sentence} == {ARTICLES_MADE[0]["text"]}


def test_prov_unnamed_sources_of_two_articles_are_not_made_one() -> None:
    officials = {"name": "officials", "kind": "unnamed", "start": None, "end": None, "stated": True}
    rows = [one | {"chain": [*one["chain"], officials]} for one in CLAIMS_MADE[:2]]
    made = prov.document(ARTICLES, pl.DataFrame(rows, schema=schema.CLAIMS, orient="row"))
    assert [row["prov:label"] for row in made["agent"].values()].count("officials") == 2


# --- schema.org: types with the properties that its vocabulary gives them ---

WORK = {"author", "datePublished", "headline", "inLanguage", "publisher", "isBasedOn", "about", "temporalCoverage",
        "spatialCoverage", "mentions", "text", "creditText", "url", "name", "identifier"}  # fmt: skip
VOCABULARY: dict[str, set[str]] = {
    "NewsArticle": WORK,
    "CreativeWork": WORK,
    "Claim": WORK | {"appearance", "firstAppearance", "claimInterpreter"},
    "Event": {"name", "about", "location", "startDate", "endDate"},
    "Person": {"name"},
    "Organization": {"name"},
    "NewsMediaOrganization": {"name"},
    "Place": {"name"},
    "Thing": {"name"},
}


def test_schema_org_has_only_words_of_its_vocabulary_and_every_id_is_there() -> None:
    made = json.loads(schema_org.as_json(*ALL))
    ids = {node["@id"] for node in made["@graph"]}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict) and set(node) == {"@id"}:
            assert node["@id"] in ids
        elif isinstance(node, dict):
            if "@type" in node:
                assert set(node) - {"@id", "@type"} <= VOCABULARY[node["@type"]], node
            for value in node.values():
                walk(value)
        else:
            assert isinstance(node, str)
            assert node

    walk(made["@graph"])
    assert made["@context"] == "https://schema.org"
    assert "ClaimReview" not in schema_org.as_json(*ALL)


def test_schema_org_tells_who_through_whom_and_where_first() -> None:
    made = {node["@id"].removeprefix("urn:darkwake:"): node for node in schema_org.document(*ALL)["@graph"]}
    first, second, third, _ = (made[one] for one in IDS)
    assert "author" not in first  # two port officials are nobody that schema.org could name
    assert [one.get("creditText") or one["author"]["name"] for one in first["isBasedOn"]] == [
        "Strait Radio",
        "two port officials",
    ]
    assert second["author"] == {"@type": "NewsMediaOrganization", "name": "Strait Radio"}
    assert second["firstAppearance"] == {"@id": f"urn:darkwake:{ARTICLES_MADE[0]['id']}"}
    assert "firstAppearance" not in third  # its article has no date
    assert first["temporalCoverage"] == ["2026-02-01/2026-02-28"]


@pytest.mark.parametrize(
    ("days", "traced", "first"),
    [
        (("2026-03-02", "2026-03-03"), True, 0),
        (("2026-03-02", "2026-03-01"), True, 1),
        (("2026-03-02", "2026-02"), True, 1),
        (("2026-03-02", "2026-03-02"), True, None),
        (("2026-03-02", "2026-03"), True, None),
        (("2026-03-02", ""), True, None),
        (("2026-03-02", "soon"), True, None),
        (("2026-03-02", "2026-03-03"), False, None),
    ],
)
def test_where_it_appeared_first_is_said_only_where_it_can_be_told(
    days: tuple[str, str], traced: bool, first: int | None
) -> None:
    rows = [one | {"published": day} for one, day in zip(ARTICLES_MADE, days, strict=False)]
    origins = ORIGINS.rows(named=True)
    for row in origins:
        for one in row["origins"]:
            one["traced"] = traced
    articles = pl.DataFrame(rows, schema=schema.ARTICLES, orient="row")
    told = pl.DataFrame(origins, schema=schema.ORIGINS, orient="row")
    made = schema_org.document(articles, CLAIMS.filter(pl.col("id").is_in(IDS[:2])), CLUSTERS, told)
    found = {node.get("firstAppearance", {}).get("@id") for node in made["@graph"] if node["@type"] == "Claim"}
    assert found == {None if first is None else f"urn:darkwake:{ARTICLES_MADE[first]['id']}"}


@pytest.mark.parametrize("published", ["XXXX-02", "2026-02~", "2026-02/2026-03", "", "soon"])
def test_a_date_that_says_more_or_less_than_a_day_is_not_bent_into_one(published: str) -> None:
    rows = [one | {"published": published} for one in ARTICLES_MADE]
    articles = pl.DataFrame(rows, schema=schema.ARTICLES, orient="row")
    assert "datePublished" not in schema_org.as_json(articles, CLAIMS, CLUSTERS, ORIGINS)
    assert "publishedAt" not in ftm.as_jsonl(articles, CLAIMS, CLUSTERS, ORIGINS)


# --- FollowTheMoney: facts of the model of followthemoney 4.11.2, as far as they are used ---

THING = {"name", "summary", "notes", "description", "sourceUrl", "publisher", "proof"}
BETWEEN = {"startDate", "endDate", "date", "summary", "description", "sourceUrl", "proof", "publisher", "role"}
MODEL: dict[str, tuple[set[str], set[str]]] = {
    "Article": (THING | {"title", "fileName", "author", "publishedAt", "language", "bodyText"}, {"name", "fileName"}),
    "Person": (THING, {"name"}),
    "Organization": (THING, {"name"}),
    "Note": (THING | {"entity", "namesMentioned"}, {"name"}),
    "Event": (THING | BETWEEN - {"role"} | {"location", "involved", "namesMentioned"}, {"name"}),
    "Mention": ({"document", "resolved", "name", "detectedSchema"}, {"document", "name"}),
    "Documentation": (BETWEEN | {"document", "entity"}, {"document", "entity"}),
    "UnknownLink": (BETWEEN | {"subject", "object"}, {"subject", "object"}),
}
"""Schema -> its properties and those that it requires."""
REFERS = {
    "proof": {"Article"},
    "document": {"Article"},
    "resolved": {"Person", "Organization"},
    "entity": {"Article", "Person", "Organization", "Note", "Event"},
    "subject": {"Person", "Organization"},
    "object": {"Person", "Organization"},
}


def test_ftm_entities_are_of_its_model_and_refer_to_what_is_there() -> None:
    lines = ftm.as_jsonl(*ALL).splitlines()
    made = {one["id"]: one for one in map(json.loads, lines)}
    assert len(made) == len(lines)
    assert {one["schema"] for one in made.values()} == set(MODEL)
    for one in made.values():
        known, required = MODEL[one["schema"]]
        assert required <= set(one["properties"]) <= known, one
        for name, values in one["properties"].items():
            assert values == list(dict.fromkeys(values))
            assert all(isinstance(value, str) and value for value in values)
            if name in REFERS:
                assert {made[value]["schema"] for value in values} <= REFERS[name]
            if name in ("startDate", "endDate", "date", "publishedAt"):
                assert [date.fromisoformat(value) for value in values]


def test_ftm_holds_every_claim_and_makes_nobody_of_an_unnamed_source() -> None:
    made = ftm.entities(*ALL)
    notes = {one["id"]: one["properties"] for one in made if one["schema"] == "Note"}
    assert set(notes) == set(IDS)
    assert notes[IDS[0]]["summary"] == [
        "asserted, indirect, through Harbour Gazette <- Strait Radio <- two port officials"
    ]
    names = [one["properties"]["name"][0] for one in made if one["schema"] in ("Person", "Organization")]
    assert sorted(names) == ["Ada Quill", "Harbour Gazette", "Mole Courier", "Quay Post", "Strait Radio"]
    (figs,) = [one["properties"] for one in made if one["id"] == "cluster-figs"]
    assert (figs["startDate"], figs["endDate"]) == (["2026-02-01"], ["2026-02-28"])


def test_ftm_an_open_end_of_one_claim_leaves_the_event_open() -> None:
    open_ended = CLAIMS_MADE[0]["dates"][0] | {"last": None}
    claims = pl.DataFrame(
        [CLAIMS_MADE[0] | {"dates": [open_ended]}, *CLAIMS_MADE[1:]], schema=schema.CLAIMS, orient="row"
    )
    (figs,) = [one["properties"] for one in ftm.entities(ARTICLES, claims, CLUSTERS) if one["id"] == "cluster-figs"]
    assert "endDate" not in figs
    assert figs["startDate"] == ["2026-02-01"]


# --- CSV ---


def back(text: str, kind: pl.Schema, **how: Any) -> csv_in.Taken:
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(text.encode())
        return csv_in.read(path, kind, **how)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (ARTICLES, schema.ARTICLES),
        (CLAIMS, schema.CLAIMS),
        (CLUSTERS, schema.CLUSTERS),
        (ORIGINS, schema.ORIGINS),
        (AGAINST, schema.CONTRADICTIONS),
        (schema.empty(schema.CLAIMS), schema.CLAIMS),
    ],
)
def test_every_table_comes_back_as_it_was(tmp_path: Path, table: pl.DataFrame, kind: pl.Schema) -> None:
    path = tmp_path / "table.jsonl"
    path.write_bytes(jsonl.as_jsonl(table).encode())
    assert jsonl.read(path, kind).table.equals(table)
    assert jsonl.as_jsonl(jsonl.read(path, kind).table).encode() == path.read_bytes()
    taken = back(csv_out.as_csv(table), kind)
    assert taken.table.equals(table)
    assert taken == csv_in.Taken(taken.table, table.height)


CELLS = st.text(
    st.one_of(st.sampled_from("=+-@\t\r\n'\\N\"; ,\u00a0\uff1d7"), st.characters(exclude_categories=["Cs"])), max_size=9
)


@settings(max_examples=100)
@given(CELLS, st.none() | CELLS, st.lists(CELLS, max_size=2), st.none() | st.integers(-9, 9), st.none() | st.booleans())
def test_any_text_comes_back_and_no_cell_is_a_formula(
    first: str, second: str | None, listed: list[str], number: int | None, word: bool | None
) -> None:
    row = CLAIMS_MADE[0] | {"text": first, "cue": second, "hedges": listed, "at": number, "negated": word}
    table = pl.DataFrame([row], schema=schema.CLAIMS, orient="row")
    text = csv_out.as_csv(table)
    assert back(text, schema.CLAIMS).table.equals(table)
    cells = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1]
    assert not [one for one in cells if one.lstrip(" \u00a0\u3000")[:1] in csv_out.FORMULA and not one[1:].isdigit()]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49",
        "-x",
        "@x",
        "\t=1",
        "\r",
        "\n",
        " =1",
        "\u00a0@x",
        "\u3000-x",
        "\uff1d1",
        "'",
        "''",
        "'=1",
        "\\N",
        "\\",
        "\\\\N",
    ],
)
def test_a_text_that_could_be_a_formula_or_a_mark_is_guarded_and_comes_back(text: str) -> None:
    made = csv_out.guarded(text)
    assert made == "'" + text
    table = pl.DataFrame([CLAIMS_MADE[0] | {"text": text}], schema=schema.CLAIMS, orient="row")
    assert back(csv_out.as_csv(table), schema.CLAIMS).table.equals(table)


def test_what_a_spreadsheet_saves_in_germany_is_read() -> None:
    rows = list(csv.reader(io.StringIO(csv_out.as_csv(CLAIMS).removeprefix("\ufeff"), newline="")))
    rows = [[cell.replace("true", "TRUE") if cell in ("true", "false") else cell for cell in row][::-1] for row in rows]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([["remark", *rows[0]], *(["mine", *row] for row in rows[1:]), []])
    taken = back(text.getvalue(), schema.CLAIMS)
    assert taken.table.equals(CLAIMS)
    assert taken.notes == ("the column 'remark' is none of the table's and was passed over",)


def test_a_row_that_cannot_be_used_is_refused_with_its_line_and_its_reason() -> None:
    head, *lines = list(csv.reader(io.StringIO(csv_out.as_csv(CLAIMS).removeprefix("\ufeff"), newline="")))
    sound = dict(zip(head, lines[0], strict=True))
    wrong = [
        sound | {"id": "one", "text": "over\ntwo lines"},
        sound | {"id": "one"},
        sound | {"id": "two", "chain": "[}"},
        sound | {"id": "three", "chain": '[{"name":"x"}]'},
        sound | {"id": "four", "at": "1_000"},
        sound | {"id": "five", "negated": "perhaps"},
        sound | {"id": ""},
        sound | {"id": "six", "dates": "[" * 100_000},
        sound | {"id": "seven", "at": "9" * 30},
    ]
    text = io.StringIO()
    out = csv.writer(text)
    out.writerows([head, *(list(row.values()) for row in wrong), ["too", "few"]])
    taken = back(text.getvalue(), schema.CLAIMS)
    assert [(one.row, one.reason) for one in taken.refused] == [
        (4, "its id is there before"),
        (5, "chain cannot be read"),
        (6, "chain[0] has no 'kind'"),
        (7, "at cannot be read"),
        (8, "negated cannot be read"),
        (9, "it has no id"),
        (10, "dates cannot be read"),
        (11, "at is no whole number"),
        (12, "it has 2 cells, and the first line has 26"),
    ]
    assert {one.file for one in taken.refused} == {"table.csv"}
    assert taken.rows == taken.table.height + len(taken.refused) == 10
    assert sum(taken.reasons().values()) == 9
    with pytest.raises(TooManyRefused, match="9 of 10 rows were refused, the first at line 4"):
        back(text.getvalue(), schema.CLAIMS, most_refused=0.5)


def test_a_line_that_is_no_row_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    sound, *_ = jsonl.as_jsonl(AGAINST).splitlines()
    wrong = [
        sound,
        sound,
        "\x00",
        "[" * 100_000,
        "[]",
        sound.replace('"hard":true', '"hard":1'),
        sound.replace("contra-0", ""),
    ]
    path.write_text("\n".join(wrong))
    taken = jsonl.read(path, schema.CONTRADICTIONS)
    assert [(one.row, one.reason) for one in taken.refused] == [
        (2, "its id is there before"),
        (3, "it is no JSON"),
        (4, "it is no JSON"),
        (5, "the row is no object"),
        (6, "hard is no true or false"),
        (7, "it has no id"),
    ]
    assert taken.rows == 7
    assert taken.table.equals(AGAINST.head(1))
    with pytest.raises(Unreadable, match="cannot be read"):
        jsonl.read(tmp_path / "none.jsonl", schema.CLAIMS)


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"", Unreadable, "empty"),
        (b"\x89PNG\xff\xfe", Unreadable, "no UTF-8"),
        (b"id,article\nx,y\n", MissingColumn, "'at' is missing"),
        (b'id,article\n"x,y\n', Unreadable, "stray quotation mark"),
    ],
)
def test_a_file_that_is_no_table_is_told(tmp_path: Path, content: bytes, error: type[Exception], told: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=told):
        csv_in.read(path, schema.CLAIMS)
    with pytest.raises(Unreadable, match="cannot be read"):
        csv_in.read(tmp_path / "none.csv", schema.CLAIMS)


def test_an_article_longer_than_a_cell_of_python_allows_comes_back() -> None:
    before = csv.field_size_limit(1_000)
    articles = pl.DataFrame([ARTICLES_MADE[0] | {"text": "Figs. " * 100_000}], schema=schema.ARTICLES, orient="row")
    assert back(csv_out.as_csv(articles), schema.ARTICLES).table.equals(articles)
    assert csv.field_size_limit(before) == 1_000


def test_what_was_changed_in_a_spreadsheet_goes_into_the_ledger_as_corrections(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    ledger.append(path, edits.reading(ledger.Ledger(), ARTICLES, CLAIMS, made_by="claims 0.1.0"), at=AT)
    now = ledger.read(path)
    text = csv_out.as_csv(now.claims()).replace("two port officials", "the harbour office")
    changes = edits.compared(now, back(text, schema.CLAIMS).table, **WHO)
    ledger.append(path, changes, at=AT)
    assert [(one.kind, one.of, one.author, list(one.body["changes"])) for one in changes] == [
        ("correction", IDS[0], "A. Reader", ["chain"])
    ]
    stands = ledger.read(path)
    assert csv_out.as_csv(stands.claims()) == text
    assert edits.compared(stands, stands.claims(), **WHO) == []
    mine = plain.table_of([plain.rows_of(CLAIMS)[0] | {"id": "claim-mine"}], schema.CLAIMS)
    ledger.append(path, edits.compared(stands, mine, **WHO), at=AT)
    assert "claim-mine" in ledger.read(path).claims()["id"]
    moved = plain.table_of([plain.rows_of(CLAIMS)[0] | {"article": "art-0"}], schema.CLAIMS)
    with pytest.raises(WrongUse, match="what makes the claim"):
        edits.compared(stands, moved, **WHO)
