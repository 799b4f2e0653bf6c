from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import polars as pl
import pytest
from bench.planted_claims import Read, b_cubed, matched, merged, names_same, of_claims, of_clusters, of_naive

from darkwake import schema
from darkwake.synth import papers
from darkwake.synth.papers import Planted


def perfect(planted: Planted) -> Read:
    """What a reader without a fault would give: made from the ledger alone."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for claim in planted.claims:
        sentences[claim["file"]].append(claim["sentence"])
    texts = {file: "\n".join(said) for file, said in sentences.items()}
    articles = pl.DataFrame(
        [{"id": file, "name": file, "text": text} for file, text in texts.items()],
        schema={name: schema.ARTICLES[name] for name in ("id", "name", "text")},
    )
    rows = [_row(claim, texts[claim["file"]], at) for at, claim in enumerate(planted.claims) if claim["words"]]
    wanted = ("id", "article", "at", "start", "end", "text", "chain", "modality", "dates", "quantities")
    claims = pl.DataFrame(rows, schema={name: schema.CLAIMS[name] for name in wanted}, orient="row")
    homes = [{"id": one["id"], "claims": one["claims"]} for one in planted.clusters]
    counts = [{"cluster": one["id"], "least": one["least"], "most": one["most"]} for one in planted.clusters]
    against = [
        {"a": one["a"][0], "b": one["b"][0], "kind": one["kind"], "hard": one["hard"], "says": ""}
        for one in planted.contradictions
    ]
    return Read(articles, claims, pl.DataFrame(homes), pl.DataFrame(counts), pl.DataFrame(against))


def _row(claim: dict[str, Any], text: str, at: int) -> dict[str, Any]:
    words = max(claim["words"], key=len)
    start = text.index(words, text.index(claim["sentence"]))
    links = [{"name": name, "kind": "outlet", "start": None, "end": None, "stated": True} for name in claim["chain"]]
    dates = [
        {**dict.fromkeys(("start", "end", "anchor")), "text": one["text"], "edtf": one["edtf"], "role": one["role"],
         "first": date.fromisoformat(one["first"]), "last": date.fromisoformat(one["last"])}
        for one in claim["dates"]
    ]  # fmt: skip
    amounts = []
    for one in claim["quantities"]:
        value, sort = one["value"], one["comparator"]
        low, high = (value * 0.9, value * 1.1) if sort == "about" else (value, value)
        amounts.append(
            {"start": 0, "end": 0, "text": one["text"], "low": low, "low_in": sort != "over", "comparator": sort,
             "high": None if sort in ("over", "at least") else high, "high_in": True, "unit": one["unit"],
             "thing": one["thing"], "hedge": "", "role": one["role"], "per": ""}
        )  # fmt: skip
    return {
        "id": claim["id"], "article": claim["file"], "at": at, "start": start, "end": start + len(words), "text": words,
        "chain": links, "modality": claim["modality"], "dates": dates, "quantities": amounts,
    }  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return papers.write(tmp_path_factory.mktemp("papers"), seed=7)


def test_a_reader_without_a_fault_is_given_full_marks(planted: Planted) -> None:
    read = perfect(planted)
    found, grades, lost = matched(planted, read)
    assert not lost
    for tally in (of_claims(planted, found, grades), of_clusters(planted, found, read)[0]):
        assert tally.wrong == []
        assert sum(tally.of.values()) > 50
    assert of_clusters(planted, found, read)[1] == [1.0, 1.0, 1.0]


def test_each_fault_is_counted_where_it_lies(planted: Planted) -> None:
    read = perfect(planted)
    found, grades, _ = matched(planted, read)
    said = next(one for one in planted.claims if one["kind"] == "via")
    found[said["id"]] |= {"chain": found[said["id"]]["chain"][:-1], "dates": [], "quantities": []}
    faults = {one.partition(":")[0] for one in of_claims(planted, found, grades).wrong}
    assert faults == {"source", "chain", "dates", "amounts"}
    read.contradictions = read.contradictions.clear()
    read.clusters = pl.DataFrame([{"id": "all", "claims": [c["id"] for c in planted.claims]}])
    laid, (precision, recall, _) = of_clusters(planted, found, read)
    assert laid.right["shipments merged"] > 0
    assert laid.right["origins right"] == laid.right["hard contradictions"] == 0
    assert precision < 0.5 < recall == 1.0


def test_names_stand_for_the_same_only_with_all_their_words() -> None:
    assert names_same("Port Authority spokeswoman Ada Quill", "Ada Quill")
    assert not names_same("Quill", "Ada Quill")
    assert names_same("The Harrow Courier", "Harrow Courier")
    assert names_same("port officials", "two port officials familiar with the shipment", kind="unnamed")
    assert not names_same("Meridian Wire", "two port officials", kind="unnamed")
    assert not names_same("", "Ada Quill")


def test_b_cubed_and_merged_pairs_on_a_case_worked_by_hand() -> None:
    truth = {"a": "1/first", "b": "1/first", "c": "2/second"}
    got = {"a": "x", "b": "x", "c": "x"}
    assert b_cubed(truth, got) == pytest.approx((5 / 9, 1.0, 5 / 7))
    assert merged(truth, got) == ([("a", "c"), ("b", "c")], [])
    assert b_cubed(truth, {}) == pytest.approx((1.0, 2 / 3, 0.8))


def test_the_naive_way_counts_every_outlet_as_an_origin(planted: Planted) -> None:
    tally, _ = of_naive(planted)
    assert tally.right["origins right"] < 0.3 * tally.of["origins right"]
