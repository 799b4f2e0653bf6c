from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import made_controls as made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import UnknownKind, WrongUse
from darkwake.screening.formats.controls import read_controls
from darkwake.screening.formats.hs import read_codes
from darkwake.screening.goods import goods, search
from darkwake.screening.goods_asked import LIMITS, VERDICTS, GoodsAsked, goods_table
from darkwake.screening.goods_index import GoodsIndex, index_of

SODIUM, AMMONIUM = "7601-89-0", "7790-98-9"
STATED = "not listed, stated precursor"
NOTHING = "not found in the lists checked"

ROWS = (
    'Invented List,2024-03-14,4.C.1,"Zemblanium trichloride, dry",100-37-8,2829.90,Salts,泽姆盐,,,gazette 7',
    "Invented List,2024-03-14,4.C.2,Grumium azide (CAS 50-00-0),,2850,Salts,,2020-01-01,2023-12,",
    "Invented List,2024-03-14,4.C.3,Powder of vexium (CAS 64-17-5) in particle size less than 9 µm,,,Metals,,,,",
    "Invented List,2024-03-14,9.A.1,Gyroscopic balancing frames for lighthouse lanterns,,,,,,,",
    "Invented List,2022-01-01,4.C.1,Zemblanium trichloride,100-37-8,,Salts,,,,",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> GoodsIndex:
    folder = tmp_path_factory.mktemp("lists")
    hs = folder / "HS2022.csv"
    hs.write_text("\n".join(made.hs_lines()) + "\n", encoding="utf-8")
    annex = made.write_annex(folder / "annex.json")
    return index_of([annex, made.table(folder / "list.csv", *ROWS), hs])


def verdicts(index: GoodsIndex, **asked: object) -> list[tuple[str, str, str]]:
    return [(one.verdict, one.list, one.entry) for one in goods(GoodsAsked(**asked), index)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [
        {"cas": SODIUM},
        {"cas": "7601‐89‐0"},
        {"cas": "7601890"},
        {"description": "Sodium Perchlorate"},
        {"description": "SODIUM PERCHLORATE 99% MIN, 25 KG BAGS, UN CLASS 5.1"},
        {"description": "sodium\u200b per\u202echlorate"},
        {"description": "goods (CAS No. 7601-89-0)"},
        {"description": "高氯酸钠"},
        {"description": "20吨高氯酸钠"},
        {"description": "پرکلرات سدیم"},
        {"description": "سديم پركلرات"},
        {"cas": "7601-89-1", "description": "sodium perchlorate"},
        {"cas": SODIUM, "hs": "2829.90", "cn": "2829 90 10", "on": date(2025, 5, 1), "from_": "CN", "to": "Iran"},
    ],
)
def test_sodium_perchlorate_is_not_listed_but_stated_to_be_a_precursor(
    index: GoodsIndex, asked: dict[str, object]
) -> None:
    answer = search(GoodsAsked(**asked), index)  # type: ignore[arg-type]
    assert answer.verdict == STATED
    first = answer.findings[0]
    assert (first.list, first.entry) == ("", "")
    for part in (
        "US Department of the Treasury",
        "2025-04-29",
        AMMONIUM,
        "4.C.4.b",
        "ML8.d.2",
        "V(d)(2)",
        "another substance",
    ):
        assert part in first.says


def test_no_answer_calls_sodium_perchlorate_listed_by_anybody(index: GoodsIndex) -> None:
    for asked in (
        GoodsAsked(cas=SODIUM, hs="2829.90", description="sodium perchlorate", from_="CN", to="IR"),
        GoodsAsked(description="sodium perchlorate, precursor of ammonium perchlorate", cas=SODIUM),
    ):
        found = goods(asked, index)
        assert not any(one.verdict.startswith("listed") for one in found)
        assert not any(one.list in ("MTCR Annex", "USML", "EU Common Military List") for one in found)


def test_ammonium_perchlorate_is_listed_in_the_entries_known(index: GoodsIndex) -> None:
    found = goods(GoodsAsked(description="AMMONIUM PERCHLORATE 25 kg drums"), index)
    assert {(one.list, one.entry, one.verdict) for one in found} == {
        ("MTCR Annex", "4.C.4.b", "listed"),
        ("EU Common Military List", "ML8.d.2", "listed"),
        ("USML", "V(d)(2)", "listed"),
    }
    assert all("only the entries known here" in one.standing for one in found)


@pytest.mark.parametrize(
    ("on", "to", "said", "unsaid"),
    [
        (date(2025, 10, 1), "IR", "null and void", "2231 (2015) Annex B"),
        (date(2025, 9, 26), "IR", "", "1737"),
        (date(2020, 6, 1), "IR", "2231 (2015) Annex B", "null and void"),
        (date(2010, 6, 1), "IR", "1737", "disputed"),
        (date(2025, 10, 1), "BR", "Export Control Law of China", "1737"),
    ],
)
def test_the_rules_are_those_of_the_route_on_the_day(
    index: GoodsIndex, on: date, to: str, said: str, unsaid: str
) -> None:
    answer = search(GoodsAsked(cas=SODIUM, on=on, from_="CN", to=to), index)
    together = " ".join(answer.rules)
    assert said in together
    assert unsaid not in together
    assert answer.findings[0].rules == answer.rules


def test_a_disputed_rule_is_told_with_both_views_and_who_holds_them(index: GoodsIndex) -> None:
    (rule,) = (
        one
        for one in search(GoodsAsked(cas=SODIUM, on=date(2025, 11, 1), from_="CN", to="IR"), index).rules
        if "1737" in one
    )
    assert "the UN Secretariat, the EU, United States and United Kingdom hold that it applies again" in rule
    assert "China, Russian Federation and Iran hold that its return is null and void" in rule


def test_rules_of_the_union_reach_exports_from_it_only(index: GoodsIndex) -> None:
    def eu(from_: str, to: str) -> bool:
        return any("2021/821" in one for one in search(GoodsAsked(cas=SODIUM, from_=from_, to=to), index).rules)

    assert (eu("DE", "IR"), eu("DE", "FR"), eu("CN", "IR"), eu("GB", "IR")) == (True, False, False, False)


def test_what_was_stated_after_the_day_asked_about_says_so(index: GoodsIndex) -> None:
    (found,) = goods(GoodsAsked(cas=SODIUM, on=date(2025, 2, 1)), index)
    assert "Treasury stated it on 2025-04-29, after the day asked about" in found.standing
    assert "Financial Times stated" not in found.standing


def test_a_cas_number_decides_over_the_name_and_the_code(index: GoodsIndex) -> None:
    answer = search(GoodsAsked(description="sodium perchlorate", cas="100-37-8", hs="2829.90"), index)
    assert {(one.verdict, one.list) for one in answer.findings} == {
        ("listed", "Invented List"),
        ("listed", "EU Annex I"),
    }
    assert any("the number decides" in note for note in answer.notes)


def test_conditions_notes_and_references_are_not_listings(index: GoodsIndex) -> None:
    assert ("listed under conditions", "Invented List", "4.C.3") in verdicts(index, cas="64-17-5")
    assert verdicts(index, cas="71-43-2") == [("named, not listed", "EU Annex I", "1C999.a.1")]
    assert ("named, not listed", "EU Annex I", "1C999.a.2") in verdicts(index, cas="50-00-0")


def test_an_entry_out_of_force_on_the_day_is_not_shown_as_listed(index: GoodsIndex) -> None:
    entry = ("Invented List", "4.C.2")
    assert ("named, not listed", *entry) in verdicts(index, cas="50-00-0", on=date(2024, 6, 1))
    assert ("named, not listed", *entry) in verdicts(index, cas="50-00-0")


def test_the_version_of_the_day_is_used_and_a_later_one_says_so(index: GoodsIndex) -> None:
    def found(on: date) -> tuple[date | None, str]:
        (one,) = (one for one in goods(GoodsAsked(cas="100-37-8", on=on), index) if one.list == "Invented List")
        return one.list_date, one.standing

    assert found(date(2023, 5, 1))[0] == date(2022, 1, 1)
    assert found(date(2024, 3, 14)) == (date(2024, 3, 14), "")
    day, standing = found(date(2021, 5, 1))
    assert day == date(2022, 1, 1)
    assert "only a later version was at hand" in standing


def test_a_wrong_digit_is_flagged_and_answered_for_what_it_may_have_been(index: GoodsIndex) -> None:
    answer = search(GoodsAsked(cas="7601-89-1"), index)
    assert any("check digit would be 0" in note and SODIUM in note for note in answer.notes)
    assert answer.verdict == "text lead"
    assert "if 7601-89-0 was meant" in answer.findings[0].says


def test_a_code_is_a_lead_and_never_a_verdict(index: GoodsIndex) -> None:
    for code in ("2829.90", "2829", "28 29 90", "2829.90.10.00"):
        found = verdicts(index, hs=code)
        assert {one[0] for one in found} == {"HS lead"}
        assert {one[1] for one in found} == {"Invented List", "MTCR Annex", "EU Common Military List", "USML", ""}
    assert [one[0] for one in verdicts(index, hs="28")] == [NOTHING]
    answer = search(GoodsAsked(hs="9999.99"), index)
    assert answer.verdict == NOTHING
    assert any("has no code 9999.99" in note for note in answer.notes)


def test_an_entry_number_meets_however_it_is_written(index: GoodsIndex) -> None:
    assert verdicts(index, entry="1c999 A 1") == [("listed", "EU Annex I", "1C999.a.1")]
    assert verdicts(index, entry="v(D)2") == [("listed", "USML", "V(d)(2)")]
    answer = search(GoodsAsked(entry="9Z999"), index)
    assert answer.verdict == NOTHING
    assert any("No list checked has an entry '9Z999'" in note for note in answer.notes)


@pytest.mark.parametrize(
    "text",
    [
        "gyroscopic balancing frames",
        "giroscopic balancing frame for lighthouse",
        "LIGHTHOUSE lantern balanc frames, 2 pallets",
    ],
)
def test_words_are_a_lead_with_the_words_that_met(index: GoodsIndex, text: str) -> None:
    first = goods(GoodsAsked(description=text), index)[0]
    assert (first.verdict, first.entry) == ("text lead", "9.A.1")
    assert len(first.words) >= 2


def test_a_name_denied_or_among_other_words_is_no_listing(index: GoodsIndex) -> None:
    assert not any(
        one[0].startswith("listed") for one in verdicts(index, description="zemblanium trichloride-free polish")
    )
    among = verdicts(index, description="brushes for zemblanium trichloride tanks")
    assert among
    assert {one[0] for one in among} == {"text lead"}


def test_nothing_found_names_the_lists_and_their_dates_and_never_says_clear(index: GoodsIndex) -> None:
    answer = search(GoodsAsked(description="frozen strawberries"), index)
    assert answer.verdict == NOTHING
    assert "EU Annex I of 2024-05-01, 301 entries" in answer.sentence()
    assert "MTCR Annex of 2024-03-14, but only 1 entry of it" in answer.sentence()
    text = json.dumps(answer.as_dict()).lower()
    assert "clear" not in text.replace("nuclear", "")
    assert LIMITS[-1].endswith("free of control.")


@given(st.text(max_size=400), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_gets_an_answer_that_can_be_stored(description: str, cas: str, hs: str, entry: str) -> None:
    index = GoodsIndex([])
    asked = GoodsAsked(description=description, cas=cas, hs=hs, entry=entry)
    if asked.empty:
        with pytest.raises(WrongUse):
            search(asked, index)
        return
    answer = search(asked, index)
    assert answer.findings
    assert [VERDICTS.index(one.verdict) for one in answer.findings] == sorted(
        VERDICTS.index(one.verdict) for one in answer.findings
    )
    assert schema.problems(goods_table(answer.findings), schema.GOODS_HITS) == []
    assert json.loads(json.dumps(answer.as_dict(), ensure_ascii=False).encode()) == answer.as_dict()


@pytest.mark.parametrize(
    "text", ["sodium perchlorate " + "x" * 2_000_000, "\ud800" * 2_000_000, "ﷺ" * 2_000_000, "7601-89-0 " * 200_000]
)
def test_two_megabytes_of_description_are_cut_and_that_is_said(index: GoodsIndex, text: str) -> None:
    answer = search(GoodsAsked(description=text), index)
    assert any("Only the beginning" in note for note in answer.notes)
    assert len(json.dumps(answer.as_dict())) < 200_000


def test_the_order_of_lists_changes_nothing(tmp_path: Path) -> None:
    one = read_controls(made.write_annex(tmp_path / "annex.json"))
    two = read_controls(made.table(tmp_path / "list.csv", *ROWS))
    asked = GoodsAsked(description="zemblanium trichloride fibres", cas="64-17-5")
    ids = [{found.id for found in goods(asked, GoodsIndex(lists))} for lists in ([*one, *two], [*two, *one])]
    assert ids[0] == ids[1]


def test_wrong_use_says_what_to_do(index: GoodsIndex, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="nothing was asked"):
        goods(GoodsAsked(), index)
    with pytest.raises(WrongUse, match="no country"):
        goods(GoodsAsked(cas=SODIUM, to="Atlantis"), index)
    with pytest.raises(WrongUse, match="no list was given"):
        index_of([])
    with pytest.raises(WrongUse, match="no such file"):
        index_of([tmp_path / "none.csv"])
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UnknownKind, match="no reader"):
        index_of([picture])


def test_names_in_other_scripts_are_found_and_shown(index: GoodsIndex) -> None:
    (found,) = (
        one for one in goods(GoodsAsked(description="泽姆盐", language="zh"), index) if one.list == "Invented List"
    )
    assert (found.verdict, found.text) == ("listed", "Zemblanium trichloride, dry (泽姆盐)")
    stated = goods(GoodsAsked(cas=SODIUM, language="fa"), index)[0]
    assert "پرکلرات سدیم" in stated.says
    answer = search(GoodsAsked(description="未知的货物"), index)
    assert any("other scripts" in note for note in answer.notes)


@pytest.mark.shared
def test_the_case_in_point_on_the_real_lists(shared: Path) -> None:
    real = GoodsIndex(
        [
            *read_controls(shared / "lists/eu_annex1_2026-08/annex.json"),
            *read_controls(shared / "lists/us_ccl_2026-07/ccl.json"),
        ],
        [read_codes(shared / "lists/hs/harmonized-system_HS2022.csv"), read_codes(shared / "lists/hs/CN8_2023_en.csv")],
    )
    asked = GoodsAsked(
        "sodium perchlorate", "2829.90", "2829 90 10", SODIUM, on=date(2025, 10, 20), from_="CN", to="IR"
    )
    answer = search(asked, real)
    assert [one.verdict for one in answer.findings] == [STATED]
    assert "EU Annex I of 2025-11-15, 384 entries; US CCL of 2026-07-23, 633 entries" in answer.sentence()
    assert any("Perchlorates" in note for note in answer.notes)
    assert any("null and void" in rule for rule in answer.rules)
    assert verdicts(real, cas="110-63-4") == [
        ("named, not listed", "EU Annex I", "1C111.b.5"),
        ("named, not listed", "US CCL", "1C111.b.5"),
    ]
    assert ("text lead", "EU Annex I", "1C116") in verdicts(real, description="maraging steel rods")


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ({"description": "periwinkle separators, brass"}, "text lead"),
        ({"hs": "2851.10"}, "HS lead"),
        ({"cas": "64-17-4"}, "text lead"),  # a slip away from the entry's number
        ({"cas": "64-17-5"}, "named, not listed"),
    ],
)
def test_a_lead_on_an_entry_that_had_ended_says_so(tmp_path: Path, asked: dict[str, str], verdict: str) -> None:
    row = "Old List,2020-01-01,9.Z.1,Ornamental periwinkle separators,64-17-5,2851.10,,,2010-01-01,{},"
    ended = index_of([made.table(tmp_path / "ended.csv", row.format("2023-12-31"))])
    for on, says in ((date(2025, 10, 29), "ended on 2023-12-31, before 2025-10-29"), (None, "2023-12-31 as its last")):
        (found,) = [one for one in goods(GoodsAsked(**asked, on=on), ended) if one.list == "Old List"]
        assert found.verdict == verdict
        assert says in found.standing
        assert "in force" not in found.says + found.standing
    (before,) = [one for one in goods(GoodsAsked(**asked, on=date(2005, 1, 1)), ended) if one.list == "Old List"]
    assert "began on 2010-01-01, after 2005-01-01" in before.standing
    (within,) = [one for one in goods(GoodsAsked(**asked, on=date(2021, 1, 1)), ended) if one.list == "Old List"]
    assert "own dates" not in within.standing
