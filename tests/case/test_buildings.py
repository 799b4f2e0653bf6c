"""Watched sites in the case file and on its page: every building once, dates as intervals, no picture a way in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_case import made_case
from made_sites import CLOUDED, DATES, PLAN, SITE, UNABLE, Page, crowd, made, png, when

from darkwake import schema
from darkwake.case import (
    buildings,
    file,
    html,
    site_findings,
    site_pictures,
    site_strips,
    sites_page,
    sites_shown,
    status_map,
)
from darkwake.case.buildings import LETTERS
from darkwake.case.folder import Asked
from darkwake.case.index import Index, anchor
from darkwake.case.sections import citations
from darkwake.evidence import Citation, Evidence, canonical

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\u202egnp.exe\x00\u200b"


@cache
def section() -> dict[str, Any]:
    return buildings.section([made()])


@cache
def found() -> tuple[Evidence, ...]:
    return tuple(site_findings.evidence([made()], "sites test"))


@cache
def page_text() -> str:
    return sites_page.render(section(), title=SITE, made_by="test", evidence=found(), invented=True)


def row_of(label: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
    return next(row for row in (told or section())["buildings"] if row["label"] == label)


# --- the section ---


def test_the_first_sentence_answers_and_nothing_is_left_uncounted() -> None:
    [site] = section()["sites"]
    assert site["says"] == [
        "Of 12 buildings 10 could be assessed; 6 changed: 3 destroyed between 23 February and 7 March 2025, 2 cleared "
        "(the first between 18 and 30 January 2025, the last between 24 April and 6 May 2025), 2 under construction "
        "(the first between 11 and 23 February 2025, the last between 7 and 19 March 2025), 1 rebuilt between 18 and "
        "30 May 2025, 1 repaired between 23 February and 31 March 2025.",
        "A building that changed more than once is counted under each change.",
        "4 showed no change between 6 January and 5 July 2025.",
        "2 could not be assessed: 1 never seen without cloud and 1 too small: under 2 by 2 pixels.",
    ]


def test_every_building_has_one_letter_a_date_and_those_not_seen_keep_their_last() -> None:
    told = section()
    assert sorted(row["label"] for row in told["buildings"]) == sorted([*PLAN, *UNABLE])
    assert {len(row["letters"]) for row in told["buildings"]} == {DATES} == {len(told["sites"][0]["dates"])}
    assert row_of("North hall")["letters"] == "IIIIIDDDDDCCCCCC"
    assert row_of("Boiler house")["letters"] == "IIIiIDDDddDDDDDD"
    assert [place for place, one in enumerate(row_of("Boiler house")["letters"]) if one.islower()] == [*CLOUDED]
    assert row_of("Kiosk")["letters"] == "N" * DATES
    assert (row_of("Kiosk")["status"], row_of("Kiosk")["why"]) == ("not assessable", UNABLE["Kiosk"])


def test_a_change_through_unknown_begins_with_the_last_image_in_which_it_was_known() -> None:
    [change] = row_of("Gate house")["changes"]
    assert (change["was"], change["status"]) == ("intact", "repaired")
    assert (change["after"], change["by"]) == (canonical(when(4)), canonical(when(7)))


def test_what_an_analyst_read_stands_beside_and_is_never_counted() -> None:
    row = row_of("Long shed")
    assert [one["status"] for one in row["changes"]] == ["destroyed"]
    assert [(one["by"], one["status"]) for one in row["phases"] if one["by"] != "machine"] == [
        ("Jo Example", "cleared")
    ]
    alone = replace(made(), readings=schema.empty(schema.READINGS), phases=made().phases.filter(by="machine"))
    [with_it] = [one for one in found() if one.subjects[0].label.startswith("Long shed")]
    [without] = [
        one for one in site_findings.evidence([alone], "sites test") if one.subjects[0].label.startswith("Long shed")
    ]
    assert (with_it.strength, with_it.says) == (without.strength, without.says)
    assert "Jo Example read it as cleared on 19 March 2025" in with_it.because


TIMES = [datetime(2025, 1, 1) + timedelta(days=day) for day in range(20)]


@given(st.lists(st.sampled_from([*LETTERS][:7]), min_size=1, max_size=12))
def test_changes_are_between_different_known_statuses_in_order(words: list[str]) -> None:
    phases: list[dict[str, Any]] = [
        {"by": "machine", "status": word, "start_after": TIMES[at - 1] if at else None, "start_by": TIMES[at],
         "end_after": TIMES[at], "end_by": TIMES[at + 1] if at + 1 < len(words) else None, "posterior": 0.9,
         "images": [], "innocent": []}
        for at, word in enumerate(words)
    ]  # fmt: skip
    told = buildings.changes(phases)
    known = [word for word in words if word != "unknown"]
    assert len(told) == sum(a != b for a, b in pairwise(known))
    for one in told:
        assert one.was != one.status
        assert one.after is not None
        assert one.by is not None
        assert one.after < one.by
    for first, then in pairwise(told):
        assert first.status == then.was
        assert first.by is not None
        assert then.after is not None
        assert first.by <= then.after


def test_a_site_of_which_nothing_can_be_told_says_so() -> None:
    site = made()
    blind = replace(
        site,
        assessed=site.assessed.with_columns(pl.lit(False).alias("assessable"), pl.lit("cloud").alias("why")),
        statuses=schema.empty(schema.STATUSES), phases=schema.empty(schema.PHASES),
        readings=schema.empty(schema.READINGS), pictures={},
    )  # fmt: skip
    told = buildings.section([blind])
    assert told["sites"][0]["says"] == [
        "Of 12 buildings none could be assessed.", "12 could not be assessed: 12 cloud.",
    ]  # fmt: skip
    [only] = site_findings.evidence([blind], "sites test")
    assert only.says == "Of 12 buildings of Example Depot, 12 could not be assessed (12 cloud)."
    assert only.strength == "weak"
    assert "No site was watched" not in sites_page.render(told, title=SITE, made_by="test")


# --- evidence ---


def test_each_changed_building_is_evidence_with_both_ends_that_leads_to_bands() -> None:
    assert len(found()) == 6 + 1
    [item] = [one for one in found() if one.subjects[0].label.startswith("Boiler house")]
    assert item.says == (
        "Boiler house of Example Depot was intact up to 23 February 2025, was destroyed between 23 February and 7 "
        "March 2025."
    )
    assert (item.kind, item.start, item.end) == ("site status", when(4), when(5))
    assert [subject.kind for subject in item.subjects] == ["site", "site"]
    assert {(cite.unit, cite.first_row, cite.last_row) for cite in item.sources} == {("band", 1, 3)}
    hashes = {band["sha256"] for bands in made().images["bands"] for band in bands}
    assert {cite.source for cite in item.sources} <= hashes
    rest = found()[-1]
    assert "4 showed no change" in rest.says
    assert "2 could not be assessed" in rest.says
    assert "1.8 dB" in rest.because
    assert all(one.innocent for one in found())


@pytest.mark.parametrize(
    ("sensor", "posterior", "false_alarms", "strength", "why"),
    [
        ("s2", 0.97, 0.05, "strong", "posterior was 0.97"),
        ("s2", 0.97, None, "fair", "no false-alarm rate was measured"),
        ("s2", 0.97, 0.115, "fair", "more than the 5 %"),
        ("s1", 0.97, 0.05, "fair", "radar alone does not tell destroyed from cleared"),
        ("s2", 0.85, 0.05, "fair", "posterior was 0.85"),
        ("s2", 0.6, 0.05, "weak", "posterior was 0.60"),
    ],
)
def test_the_strength_is_the_posterior_no_more_than_the_scene_and_the_sensor_allow(
    sensor: str, posterior: float, false_alarms: float | None, strength: str, why: str
) -> None:
    site = made()
    scene = {"site": SITE, "sensor": sensor, "orbit": "", "images": 9, "usable": 9, "controls": 100}
    told = replace(
        site,
        images=site.images.with_columns(pl.lit(sensor).alias("sensor")),
        phases=site.phases.filter(building="b01").with_columns(pl.lit(posterior).alias("posterior")),
        scenes=pl.DataFrame([scene | {"false_alarms_5": false_alarms}], schema=schema.SCENES),
    )
    item = site_findings.evidence([told], "sites test")[0]
    assert item.strength == strength
    assert why in item.because


def test_bands_are_cited_as_such() -> None:
    index = Index(made_case(fixes=500) | {"sites": section()})
    image = section()["sites"][0]["images"][0]["files"][0]
    [one] = citations(index, [Citation(image["sha256"], 1, 3, "band").as_dict()])
    assert (one["name"], one["rows"]) == (image["name"], "bands 1–3")
    assert citations(index, [Citation("f" * 64, 2, 2, "band").as_dict()])[0]["rows"] == "band 2"
    assert "/" not in image["name"]


# --- what is drawn ---


def test_the_map_is_true_to_scale_and_holds_every_building_with_its_letters() -> None:
    told = section()
    drawn = status_map.drawing(told["sites"][0], told["buildings"], LETTERS)
    assert drawn is not None
    assert len(drawn["shapes"]) == 12
    assert all(0 <= one["x"] <= drawn["width"] and 0 <= one["y"] <= drawn["height"] for one in drawn["shapes"])
    shape = next(one for one in drawn["shapes"] if one["label"] == "Boiler house")
    across = [float(pair.split(" ")[0]) for pair in shape["d"].strip("Mz").split("L")]
    pixels_a_metre = drawn["bar"]["w"] / float(drawn["bar"]["label"].split(" ")[0])
    assert (max(across) - min(across)) / pixels_a_metre == pytest.approx(24, rel=0.02)
    assert shape["letters"] == "IIIIIDDDDDDDDDDD"
    assert drawn["counts"].startswith("4 intact, 2 destroyed")
    hall = next(one for one in drawn["shapes"] if one["label"] == "North hall")
    assert hall["d"].count("z") == 2  # its yard is a hole


def test_between_two_statuses_the_strip_slopes_from_the_last_image_to_the_first() -> None:
    [site] = section()["sites"]
    drawn = site_strips.strip(row_of("Boiler house"), site, LETTERS)
    [lane] = drawn["lanes"]
    [slope] = lane["slopes"]
    before, after = lane["bars"]
    assert slope["x"] == pytest.approx(before["x"] + before["w"], abs=0.01)
    assert slope["x"] + slope["w"] == pytest.approx(after["x"], abs=0.01)
    assert (slope["from"], slope["to"]) == ("I", "D")
    assert after["words"] == "D 0.96"
    assert len(drawn["dots"]) == DATES - len(CLOUDED)
    lanes = site_strips.strip(row_of("Long shed"), site, LETTERS)["lanes"]
    assert [one["name"] for one in lanes] == ["Machine", "Read by Jo Example"]


def test_a_series_is_cut_where_a_value_is_missing_and_says_what_broke() -> None:
    [site] = section()["sites"]
    drawn = site_strips.plots(row_of("Boiler house"), site)["drawn"]
    assert drawn[0]["name"] == "radar VV, dB, Sentinel-1"
    assert "0.1 before the break between 23 Feb 2025 and 7 Mar 2025, −3.3 after" in drawn[0]["says"]
    bright = next(one for one in drawn if one["name"].startswith("brightness"))
    assert bright["lines"][0]["way"].count("M") == 3
    assert bright["missing"] == "3 cloud"


def test_a_picture_is_a_png_or_it_is_not_shown_and_the_reason_is() -> None:
    good = png(np.zeros((20, 30, 3), np.uint8))
    assert site_pictures.size(good) == (30, 20)
    for bad in (None, "", HOSTILE, "AAAA", good[:20], f'{good}" onerror="x', good.replace("iVBO", "iVBB", 1)):
        assert site_pictures.size(bad) is None
        picture = site_pictures.kept({"before_png_base64": good, "after_png_base64": bad})
        assert picture is not None
        assert picture["sides"] is None
        assert picture["problem"]
    other = png(np.zeros((20, 31, 3), np.uint8))
    loose = site_pictures.kept({"before_png_base64": good, "after_png_base64": other, "metres_per_pixel": 1.0})
    assert loose is not None
    assert loose["registered"] is False


def test_pictures_that_find_no_room_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildings, "MOST_CHARACTERS", 60_000)
    told = buildings.section([made()])
    kept = [site_pictures.weight(row) for row in told["pictures"]]
    assert 0 < sum(kept) <= 60_000
    assert [row["problem"] for row in told["pictures"] if not row["sides"]] == [buildings.NO_ROOM] * kept.count(0)
    assert len(kept) == 6
    assert buildings.NO_ROOM in Page(sites_page.render(told, title=SITE, made_by="test")).words


# --- the page ---


def test_the_page_is_whole_without_scripts_and_every_link_has_its_place() -> None:
    page = Page(page_text())
    for words in (
        "Of 12 buildings 10 could be assessed; 6 changed", "5.2 % at p < .05, 1.1 % at p < .01, of 420 places",
        "1.8 dB: found half the time", "too small: under 2 by 2 pixels", "INVENTED SITES", "not co-registered",
        "Jo Example read the image of 19 Mar 2025", "posterior 0.96", "bands 1–3", "drawn for a test",
    ):  # fmt: skip
        assert words in page.words, words
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    assert {anchor("building", row["id"]) for row in section()["buildings"]} <= set(ids)
    assert not {name for _, attrs in page.tags for name in attrs if name == "style" or name.startswith("on")}
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    alts = [attrs["alt"] for tag, attrs in page.tags if tag == "img"]
    assert "Before, 23 February 2025: Boiler house" in alts
    assert "After, 7 March 2025: Boiler house" in alts
    assert len(alts) == 12
    again = sites_page.render(buildings.section([made()]), title=SITE, made_by="test", evidence=found(), invented=True)
    assert page_text() == again


def test_what_tables_hold_is_shown_as_text_and_never_run() -> None:
    fixed = (
        "id",
        "site",
        "building",
        "status",
        "was",
        "letters",
        "letter",
        "after",
        "by",
        "sha256",
        "kind",
        "png_base64",
    )

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: one if name in fixed else spoil(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [spoil(one, key) for one in value]
        is_time = key in ("time", "times", "dates", "date", "at") or key.startswith(("start", "end"))
        return f"{HOSTILE}{value}" if isinstance(value, str) and not is_time else value

    spoilt = spoil(json.loads(json.dumps(section())))
    spoilt["letters"] = section()["letters"]
    spoilt["pictures"][0]["sides"]["before"]["png_base64"] = HOSTILE
    drawn = sites_page.render(spoilt, title=HOSTILE, made_by=HOSTILE)
    page = Page(drawn)
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 2
    sources = [attrs["src"] or "" for tag, attrs in page.tags if tag == "img"]
    assert len(sources) == 10  # both sides of the spoilt pair are gone
    assert all(src.startswith("data:image/png;base64,iVBOR") for src in sources)
    assert "\u202e" not in drawn
    assert "\x00" not in drawn
    assert "{{7*7}}" in page.words


def test_a_thousand_buildings_stand_in_the_table_and_at_most_forty_in_full() -> None:
    told = buildings.section([crowd(1000, dates=4)])
    page = Page(sites_page.render(told, title="Example Town", made_by="test"))
    classes = [value.split() for value in page.values("class")]
    assert sum("site-card" in one for one in classes) == buildings.MOST_PICTURED
    assert {anchor("building", row["id"]) for row in told["buildings"]} <= set(page.values("id"))
    assert [row["status"] for row in told["buildings"][:50]] == ["destroyed"] * 50
    [limit] = buildings.left_out(told)
    assert "40 most changed buildings" in limit
    assert "960 more" in limit


def test_a_case_without_sites_says_nothing_of_them_and_one_with_them_joins() -> None:
    assert sites_shown.told({}) is None
    plain = made_case(fixes=500)
    items = [{"id": item.id} | item.as_dict() for item in found()]
    case = plain | {"sites": section(), "evidence": [*plain["evidence"], *items]}
    page = Page(html.render(case))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)
    assert {anchor("ev", item.id) for item in found()} <= set(ids)


def test_a_case_of_sites_alone_is_built_and_written() -> None:
    empty: dict[str, Any] = {
        name: schema.empty(getattr(schema, name.upper()))
        for name in ("ships", "identities", "events", "silences", "voyages", "reach", "hits", "standings", "around",
                     "interference", "inferred", "draughts", "draught_changes", "reach_area")
    }  # fmt: skip
    tables = file.Tables(
        **empty, corridor=schema.empty(schema.CHAINS), unheard=schema.empty(schema.REACH), goods=[], decisions=[],
        looked=[], reception=pl.DataFrame(schema=dict.fromkeys(("lat", "lon", "present", "heard"), pl.Float64)),
        reception_cell_deg=0.5, tracks=[], sites=[made()],
    )  # fmt: skip
    told = file.Told("darkwake test", {}, cast(Any, None), "", [], [])
    case = file.build(Asked("depot", question="What became of the depot?"), [], tables, told)
    assert len(case["evidence"]) == 7
    written = json.loads(file.dump(case))
    assert written == case
    assert file.dump(case).count("\n") > len(case["sites"]["buildings"])
    first, last = Index(written).span
    assert (first, last) == tuple(int((time - datetime(1970, 1, 1)).total_seconds()) for time in (when(0), when(15)))
