"""One identity on two ships, or two on one: numbers in two places, particulars that change or cannot be."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import polars as pl

from darkwake.errors import WrongUse
from darkwake.events import successors
from darkwake.events.detector import Detector, hours, in_hours
from darkwake.events.identity_claims import findings, shared_imos
from darkwake.events.identity_stages import KIND, across, by_ship
from darkwake.events.in_turns import Often
from darkwake.events.stage import By, Stage
from darkwake.schema import IDENTITIES, empty, problems

PATTERNS = ("two_places", "changed", "impossible_imo", "flag_mismatch", "size_changed", "one_imo_two_ships")
_READS = ("ship", "time", "lat", "lon", "source", "row")


def false_identity(
    *,
    identities: pl.DataFrame | None = None,
    turns: int = 6,
    lasting: timedelta = hours(1),  # noqa: B008  a timedelta cannot change
    said_at_least: int = 3,
    said_for: timedelta = hours(1),  # noqa: B008
) -> Detector:
    """One identity was used by two ships, or one ship used two.

    What it flags:
        Six patterns, named in the details. From positions alone, two_places: one number heard in turns from places
        that no one ship could have changed between, `turns` times or more over `lasting` or longer. From what ships
        said of themselves, where `identities` is given: changed, one hull (one sound IMO number) under another MMSI,
        name, call sign or flag than before, or one MMSI with another sound IMO number, or, of ships without one, a
        number that goes on where another of the same size fell silent (a candidate); impossible_imo, an IMO number
        whose check digit or length is wrong; flag_mismatch, an MMSI of one country with a call sign of another's;
        size_changed, another length or width than before; one_imo_two_ships, one IMO number heard in turns under
        two MMSIs from places that no one ship could have changed between.

    Why it matters:
        A ship that takes another's identity, or sheds its own, is not found under the name that a list or a contract
        has. Two ships under one number also make the silences and voyages of that number meaningless.

    Innocent explanations:
        - The number is a default that was never set, or one that a whole fleet was given, as fishing fleets are.
        - A number was typed in wrongly when the transmitter was installed, and belongs to another ship.
        - The ship was sold, renamed or reflagged, as ships often are.
        - A transmitter was moved from one ship to another, or a tender sends its mother ship's particulars.
        - A satellite navigation receiver was jammed off and on for hours, so that true and false places alternate.
        - A receiver's clock is wrong in a way that its messages' order does not show.
        - The field for the IMO number holds another register's number, such as an inland vessel's.
        - The call sign was kept for some weeks after a change of flag, or before one.
        - A length or width was corrected after a typing error, or is that of a tow.

    Parameters:
        identities: IDENTITIES, as a store gives them; None looks at positions only.
        turns: how often a number must have been heard in one place and next in another.
        lasting: for how long at least.
        said_at_least: messages in which a value must have been said to count.
        said_for: time between the first and the last of them.

    References:
        - ITU-R M.585: the digits of a country in an MMSI; Radio Regulations, Appendix 42: the series of call signs.
        - IMO Resolution A.1117(30): the number of a ship, its check digit, and that it stays with the hull.
        - Global Fishing Watch, gpsdio-segment: two tracks under one number are told apart by what could be sailed.
        - Androjna et al., AIS data vulnerability indicated by a spoofing case-study, Applied Sciences 11 (2021).
    """
    if turns < 1 or said_at_least < 1 or min(lasting, said_for) < timedelta(0):
        raise WrongUse(
            "a number must be heard somewhere before it can be in two places",
            where="false_identity(...)",
            to_do="Give counts of 1 or more and spans of nothing or more",
        )
    often = Often(turns=turns, lasting=lasting)
    words = empty(IDENTITIES) if identities is None else identities
    if wrong := problems(words, IDENTITIES):
        raise WrongUse(
            f"the table is not IDENTITIES: {wrong[0]}",
            where="false_identity(identities=...)",
            to_do="Give what Store.identities returns",
        )
    told = findings(words, said_at_least=said_at_least, said_for=said_for)
    shared = shared_imos(words, said_at_least=said_at_least)
    sizes = successors.sizes(words, said_at_least=said_at_least)
    do = partial(by_ship, often=often, told=told, shared=shared, sizes=sizes)
    return Detector(
        kind=KIND,
        stages=(Stage(By("ship"), do, reads=_READS), Stage(By("key"), partial(across, often=often, told=told))),
        about=str(false_identity.__doc__),
        parameters=(
            ("identities", "none" if identities is None else "given"),
            ("turns", str(turns)),
            ("lasting", in_hours(lasting)),
            ("said_at_least", str(said_at_least)),
            ("said_for", in_hours(said_for)),
        ),
    )
