from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake.screening.amounts import amount, decimal_of


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "kg"),
    [
        ("1,000.5 kg", 1000.5, 1000.5, "kg", (1000.5, 1000.5)),
        ("1.000,5 kg", 1000.5, 1000.5, "kg", (1000.5, 1000.5)),
        ("1\u00a0000\u202f000 kg", 1e6, 1e6, "kg", (1e6, 1e6)),
        ("1'000'000 LBS", 1e6, 1e6, "lb", (453592.37, 453592.37)),
        ("10,00,000 kgs", 1e6, 1e6, "kg", (1e6, 1e6)),
        ("24.5 MT", 24.5, 24.5, "t", (24500, 24500)),
        ("20 - 22 t", 20, 22, "t", (20000, 22000)),
        ("20 to 22 tonnes", 20, 22, "t", (20000, 22000)),
        ("0.500 t", 0.5, 0.5, "t", (500, 500)),
        ("2 million kg", 2e6, 2e6, "kg", (2e6, 2e6)),
        ("20 吨", 20, 20, "t", (20000, 20000)),
        ("٢٥ kg", 25, 25, "kg", (25, 25)),
        ("\u202e25\u200b kg", 25, 25, "kg", (25, 25)),
        ("40 drums x 25 kg", 1000, 1000, "kg", (1000, 1000)),
        ("34 containers", 34, 34, "container", (None, None)),
        ("58 TEU", 58, 58, "TEU", (None, None)),
        ("12 pallets, 960 kg net", 960, 960, "kg", (960, 960)),
        ("over 900 t", 900, None, "t", (900_000, None)),
        ("up to 900 t", None, 900, "t", (None, 900_000)),
        ("n/a", None, None, "", (None, None)),
        ("", None, None, "", (None, None)),
    ],
)
def test_amounts_of_papers(text: str, low: float, high: float, unit: str, kg: tuple[float, float]) -> None:
    found = amount(text)
    assert (found.low, found.high, found.unit, (found.kg_low, found.kg_high)) == (low, high, unit, kg)


@pytest.mark.parametrize("text", ["1.000 kg", "1,000 kg"])
def test_one_separator_before_three_digits_has_two_readings_until_the_papers_tell(text: str) -> None:
    found = amount(text)
    assert (found.low, found.high) == (1, 1000)
    assert "1 or 1000" in found.says
    mark = text[1]
    assert (amount(text, decimal=mark).kg_high, amount(text, decimal=",.".replace(mark, "")).kg_low) == (1, 1000)


@pytest.mark.parametrize(
    ("texts", "mark"), [(["1,000 kg", "2.5 t"], "."), (["1.000", "3,25"], ","), (["1,000"], ""), (["2.5", "2,5"], "")]
)
def test_a_column_of_papers_tells_what_parts_its_decimals(texts: list[str], mark: str) -> None:
    assert decimal_of(texts) == mark


def test_what_is_open_is_said() -> None:
    assert "short or long" in amount("1000 tons").says
    assert amount("1000 tons").kg_low == pytest.approx(907_184.74)
    assert (amount("~100 kg").low, amount("~100 kg").high) == pytest.approx((90, 110))
    assert "no unit" in amount("25").says
    assert "backwards" in amount("9 - 7 kg").says
    assert amount("40 drums").is_count
    assert not amount("40 kg").is_count


@given(st.text(max_size=200))
def test_any_text_has_an_amount_or_says_why_not(text: str) -> None:
    found = amount(text)
    assert found.says if found.low is None and found.high is None else True
    if found.low is not None and found.high is not None:
        assert found.low <= found.high


@given(st.integers(1, 10**9))
def test_a_whole_number_reads_as_itself_with_every_thousands_mark_that_has_one_reading(number: int) -> None:
    assert amount(f"{number} kg").kg_low == number
    assert amount(f"{number:,}.25 kg").kg_high == number + 0.25
    assert amount(f"{number:,} kg".replace(",", "\u202f")).low == number
