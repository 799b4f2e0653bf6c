from __future__ import annotations

import pytest

from darkwake.screening.alike import LEAD, alike, name_score
from darkwake.screening.lists import EntryKind
from darkwake.screening.parts import parts
from darkwake.screening.scripts import consonants, latin, sound


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Иван Примеров", "Ivan Primerov", "person"),
        ("Ιωάννης Παραδειγμόπουλος", "Ioannis Paradeigmopoulos", "person"),
        ("محمد رحمانی", "Mohammad Rahmani", "person"),
        ("محمد رحماني", "Muhammed Rahmany", "person"),
        ("王例子", "Wang Lizi", "person"),
        ("김예시", "Kim Yesi", "person"),
        ("გიორგი მაგალიძე", "Giorgi Magalidze", "person"),
        ("ООО «Пример-Торг»", "Primer Torg LLC", "entity"),
        ("Общество с ограниченной ответственностью «Пример»", "OOO Primer", "entity"),
        ("北京例子有限公司", "Beijing Lizi Co., Ltd.", "entity"),
        ("タナカ", "Tanaka", "person"),
    ],
)
def test_names_meet_across_scripts(one: str, other: str, kind: EntryKind) -> None:
    assert name_score(one, other, kind) >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Examplezadeh", "Muhammad Examplezadeh"),
        ("Youssef Examplini", "Yusuf Examplini"),
        ("Aleksandr Primeroff", "Alexander Primerov"),
        ("EXAMPLESON, Jane Mary", "Jane Exampleson"),
        ("J. M. Exampleson", "Jane Mary Exampleson"),
        ("Ivan Petrovich Primerov", "Ivan Primerov"),
        ("Bill Exampleson", "William Exampleson"),
        ("Dr. Jane Exampleson", "Jane Exampleson"),
        ("Abd al-Rahman Examplezadeh", "Abdulrahman Examplezadeh"),
        ("Abdul Aziz Examplezadeh", "ABDULAZIZ EXAMPLEZADEH"),
        ("Ahmad bin Examplezadeh", "Ahmed ibn Examplezadeh"),
        ("JaneExampleson", "Jane Exampleson"),
        ("Jane Exmapleson", "Jane Exampleson"),
    ],
)
def test_one_person_written_in_two_ways_makes_a_lead(one: str, other: str) -> None:
    assert name_score(one, other, "person") >= LEAD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Exampleson", "Mary Exampleson"),
        ("Ivan Petrovich Primerov", "Ivan Sergeyevich Primerov"),
        ("Abdul Khan Otter", "Wali Khan Otter"),
        ("Jane", "Jane Mary Exampleson"),
        ("J M", "Jane Mary"),
        ("王例子", "王例孜"),  # read alike, but for a tone that Latin letters do not show: other signs
        ("Ali", "Al"),
    ],
)
def test_another_word_in_place_of_one_makes_another_person(one: str, other: str) -> None:
    assert name_score(one, other, "person") < 0.86
    if one.isascii():
        assert name_score(one, other, "person") < LEAD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example Trd. Co. Ltd.", "EXAMPLE TRADING COMPANY LIMITED"),
        ("Example Intl GmbH", "Example International Gesellschaft mit beschränkter Haftung"),
        ("The Example Group", "Example Grp"),
        ("Exemplary Goods and Services", "Exemplary Goods & Services"),
        ("ZAVOD PRIMER AO", "Primer Plant JSC"),
        ("Öxample A/S", "Oxample AS"),
        ("Examplecorp", "Example Corp"),
    ],
)
def test_a_company_is_itself_whatever_its_legal_form_and_its_short_words(one: str, other: str) -> None:
    assert name_score(one, other, "entity") >= 0.9


def test_other_companies_stay_apart_and_other_legal_forms_cost_a_little() -> None:
    assert name_score("Example Shipping Ltd", "Sample Trading Ltd", "entity") < LEAD
    assert name_score("Bank of Freedonia", "Bank of Sylvania", "entity") < LEAD
    assert name_score("Exemplum AG", "Exemplum SA", "entity") == 1.0
    assert LEAD < name_score("Exemplum AG", "Exemplum GmbH", "entity") < 1.0
    assert LEAD < name_score("Exemplum Fund II", "Exemplum Fund III", "entity") < 0.85
    assert "legal forms" in alike(parts("Exemplum AG", of_person=False), parts("Exemplum GmbH", of_person=False))[1]


def test_the_parts_of_a_name_are_told() -> None:
    company = parts("Société Exemplaire de Transport SARL 12", of_person=False)
    assert [word.text for word in company.words] == ["SOCIETE", "EXEMPLAIRE", "TRANSPORT"]
    assert (company.numbers, company.forms) == (("12",), frozenset({"limited"}))
    person = parts("Sheikh Abd al-Rahman bin Examplezadeh", of_person=True)
    assert [word.text for word in person.words] == ["SHEIKH", "ABDRAHMAN", "BIN", "EXAMPLEZADEH"]
    assert parts("LTD", of_person=False).words  # else nothing would be left to compare
    assert parts("!!!", of_person=True).empty


def test_spellings_of_one_sound_are_one() -> None:
    for group in ("MUHAMMAD MOHAMMED MOHAMAD", "SMIRNOV SMIRNOFF", "SERGEY SERGEI SERGEJ", "HUSSEIN HUSAYN HOSSEIN"):
        assert len({sound(word) for word in group.split()}) == 1
    assert consonants(latin("محمد")[0]) == consonants("MOHAMMED") == "MHMD"
    assert latin("김예시", first=True) == ["KIM", "YE", "SI"]
    assert sound("KIM") != sound("KAM")
