"""What ships are known by: IMO numbers, MMSIs, call signs and names; what is sound, and what is only typed differently.

Facts that several parts need: the check digit, numbers that stand for nothing, which country a call sign belongs to,
and which hull a transmitter's words belong to.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from functools import cache
from importlib.resources import files
from itertools import pairwise

import polars as pl

from darkwake import country
from darkwake.schema import IDENTITIES

NOT_IMOS = frozenset({"1234567"})
"""Numbers with a sound check digit that stand for nothing: what installers leave in the field."""

_CALL_SIGN = re.compile(r"(?:[A-Z][A-Z0-9]|[0-9][A-Z])(?:[A-Z]{2}[0-9]{0,3}|[A-Z]?[0-9]{4})")
"""The forms of a ship's call sign, after ITU Radio Regulations 19.55-19.57: two signs and two letters, with a digit or
without (some countries give up to three), or two signs, or two and a letter, and four digits. Other texts, such as a
fishing number, tell nothing."""

_SERIES_OF = {
    "GB": "GI BM KY VG AI MS TC FK SH IM JE GG PN IO GS UK",  # UK: the table of MMSI digits writes the Falklands so
    "US": "PR VI GU MP AS UM", "FR": "GP MQ RE GF NC PF PM WF TF YT BL MF", "NL": "AW CW SX BQ", "DK": "FO GL",
    "NO": "SJ BV", "AU": "CX CC NF HM", "NZ": "CK NU TK", "CN": "HK MO TW", "FI": "AX",
}  # fmt: skip
"""Countries and territories whose ships may have call signs of one another's series."""
_FAMILY = {one: head for head, others in _SERIES_OF.items() for one in others.split()}

_KINDS = re.compile(r"^(?:M[/. ]?[VTYS]|S[/. ]?[SVY]|F[/. ]?V|T[/. ]?B|R[/. ]?V)[. ]\s*|^(?:[MS]/[VTYS]|[FR]/V|T/B)")
"""What stands before a name and says only what kind of ship it is, such as M/V."""


def imo_fault(digits: str) -> str:
    """What is wrong with the digits of an IMO ship number; "" for a sound one.

    The last of the seven digits is the last digit of the sum of the first six times 7, 6, 5, 4, 3, 2 (IMO resolution
    A.1117(30), annex).
    """
    if len(digits) != 7:
        return f"has {len(digits)} digits, not 7"
    want = sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10
    return "" if int(digits[6]) == want else f"ends in {digits[6]}, but its check digit would be {want}"


def is_imo(value: str) -> bool:
    """Whether a value is an IMO number that can stand for one ship."""
    plain = value.isascii() and value.isdecimal() and value not in NOT_IMOS and value[:1] != "0"
    return plain and imo_fault(value) == ""


def is_placeholder(mmsi: int) -> bool:
    """Whether a number is one that transmitters come with or that is typed in for want of one, so that many send it.

    Digits all alike, rising or falling by one, or three digits of a country and nothing but noughts after them.
    """
    text = str(mmsi).zfill(9)
    steps = {int(after) - int(before) for before, after in pairwise(text)}
    return mmsi < 1_000_000 or steps in ({0}, {1}, {-1}) or text[3:] == "000000" or mmsi == 1_193_046


def call_sign(text: str) -> str:
    """A call sign's letters and digits in upper case."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def country_of_call_sign(text: str) -> str | None:
    """The alpha-2 code of the country whose series a ship's call sign is of (ITU Radio Regulations, Appendix 42).

    None where the text is not of a form that ships' call signs have, or of no series in the table.
    """
    sign = call_sign(text)
    if not _CALL_SIGN.fullmatch(sign):
        return None
    firsts, lasts, codes = _series()
    at = bisect_right(firsts, sign[:3]) - 1
    return codes[at] if at >= 0 and sign[:3] <= lasts[at] else None


@cache
def _series() -> tuple[list[str], list[str], list[str]]:
    text = files("darkwake").joinpath("data", "call_signs.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return [row["first"] for row in rows], [row["last"] for row in rows], [row["alpha2"] for row in rows]


def same_series(one: str, other: str) -> bool:
    """Whether two countries' ships may have call signs of one series: a country and its territories."""
    return _FAMILY.get(one, one) == _FAMILY.get(other, other)


def name_key(text: str) -> str:
    """A ship's name without what only the typist adds: case, spaces, points, and M/V and the like before it."""
    upper = text.upper().strip()
    bare = re.sub(r"[^A-Z0-9]", "", _KINDS.sub("", upper))
    return bare or re.sub(r"[^A-Z0-9]", "", upper) or upper


def same_name(one: str, other: str) -> bool:
    """Whether two names differ only as typing differs: by the key, by one letter of it, or cut off at the field's end.

    A digit that differs is another name: sister ships are numbered.
    """
    a, b = sorted((name_key(one), name_key(other)), key=lambda key: (len(key), key))
    if a == b or (len(a) >= 12 and b.startswith(a)):
        return True
    return len(a) > 3 and _one_slip(a, b) and re.sub("[^0-9]", "", a) == re.sub("[^0-9]", "", b)


def same_call_sign(one: str, other: str) -> bool:
    """Whether two call signs differ only as typing differs: by what is no letter or digit, or by one sign."""
    a, b = sorted((call_sign(one), call_sign(other)), key=lambda sign: (len(sign), sign))
    return a == b or _one_slip(a, b)


def _one_slip(short: str, long: str) -> bool:
    """Whether one sign left out, put in or wrong, or two neighbours swapped, turns one text into the other."""
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long[at:]


def with_hull(identities: pl.DataFrame, *, said_at_least: int = 1) -> pl.DataFrame:
    """IDENTITIES with one column more, `hull`: "IMO n" where the transmitter gave a sound number, else "MMSI n".

    Where a transmitter gave several sound numbers one after another, each run belongs to the one last given before it
    (or, before any, to the first). Where it gave several in turns, it is not known whose words are whose: "MMSI n".

    Args:
        identities: IDENTITIES, in any order.
        said_at_least: messages in which a transmitter must have given an IMO number for it to count.
    """
    given = identities.filter(pl.col("field") == "imo")
    sound = [value for value in given["value"].unique().to_list() if is_imo(value)]
    spans = (
        given.filter(pl.col("value").is_in(sound))
        .group_by("ship", "value")
        .agg(pl.col("first_seen").min(), pl.col("last_seen").max(), pl.col("messages").sum())
        .filter(pl.col("messages") >= said_at_least)
        .sort("ship", "first_seen", "last_seen", "value")
    )
    before = pl.col("last_seen").shift().over("ship")
    in_turns = (pl.col("first_seen") <= before).fill_null(value=False).any().over("ship")
    spans = spans.filter(~in_turns).select(
        "ship",
        pl.col("first_seen").alias("from"),
        pl.format("IMO {}", "value").alias("imo"),
        first=pl.col("value").cum_count().over("ship") == 1,
    )
    runs = identities.sort("ship", "first_seen", "field", "last_seen", "value", "source", "row")
    own = runs.sort("first_seen", maintain_order=True).join_asof(
        spans.drop("first").sort("from"), left_on="first_seen", right_on="from", by="ship", check_sortedness=False
    )
    firsts = spans.filter("first").select("ship", first_imo="imo")
    return (
        own.join(firsts, on="ship", how="left", maintain_order="left")
        .with_columns(hull=pl.coalesce("imo", "first_imo", pl.format("MMSI {}", "ship")))
        .select(*IDENTITIES, "hull")
        .sort("ship", "field", "first_seen", "last_seen", "value", "source", "row")
    )


def flag(mmsi: int) -> str | None:
    """The flag that a number's first digits stand for, None for a number that many send; see `country.flag_of_mmsi`."""
    return None if is_placeholder(mmsi) else country.flag_of_mmsi(mmsi)
