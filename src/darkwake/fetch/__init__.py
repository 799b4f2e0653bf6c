"""Public sources, downloaded with their address, date, hash and licence.

    fetched = fetch.fetch("ofac-sdn", into=Path("lists/"))
    days = fetch.fetch("dma", into=Path("ais/"), period="2025-10-01/2025-10-03")

Nothing else in Darkwake speaks to the network, but for images behind an address in a STAC file. What is downloaded is
looked at before it counts: a page that says "access denied" is no sanctions list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from darkwake import interval
from darkwake.errors import DarkwakeError, Unreadable, WrongUse
from darkwake.fetch import polite, receipts
from darkwake.fetch.images import CATALOGUES, EARTH_SEARCH, Search, box_of, search
from darkwake.fetch.polite import Got, Manners, NotThere, Progress
from darkwake.fetch.publications import PUBLICATIONS, Publication, named
from darkwake.fetch.receipts import Receipt
from darkwake.sources import day_of_list, kind_of

__all__ = [
    "CATALOGUES",
    "EARTH_SEARCH",
    "PUBLICATIONS",
    "Fetched",
    "Got",
    "Manners",
    "NotThere",
    "Publication",
    "Receipt",
    "Search",
    "box_of",
    "fetch",
    "named",
    "search",
]

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file that was asked for: what arrived, or why nothing did."""

    name: str
    day: str
    """Empty where the publication has no days."""
    got: Got | None
    error: DarkwakeError | None = None


def fetch(
    name: str,
    *,
    into: Path,
    period: str = "",
    manners: Manners | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> list[Fetched]:
    """Download a publication, for every day of a period where it has days.

    Args:
        name: A name of `PUBLICATIONS`.
        into: The folder to write to; made where there is none. A receipt for each file is added to its fetched.jsonl.
        period: Days as EDTF, such as 2025-10-01 or 2025-10-01/2025-10-03; empty for the newest.
        manners: Patience, proxy and mirror.
        progress: Told of the bytes.
        today: The day that files which tell none are named for; today in UTC where it is not given. A list of parties
            is named for the day that it gives as its own.

    Returns:
        One for each file, in the order of their days. A day that failed does not stop the others.

    Raises:
        WrongUse: There is no such publication, or it has no such days.
    """
    wanted = named(name)
    now = today or datetime.now(UTC).date()
    days = _days(wanted, period, now)
    into.mkdir(parents=True, exist_ok=True)
    found: list[Fetched] = []
    for day, said in days:
        try:
            found.append(Fetched(name, said, _one(wanted, day, said, into, manners, progress)))
        except WrongUse:
            raise
        except DarkwakeError as error:
            found.append(Fetched(name, said, None, error))
    return found


def _one(
    wanted: Publication, day: date, said: str, into: Path, manners: Manners | None, progress: Progress | None
) -> Got:
    before = receipts.last(into, wanted.name, said)
    arriving = into / f".arriving-{wanted.file(day)}"
    addresses = wanted.of_day(day) if said and wanted.of_day else wanted.newest
    got = polite.download(addresses, arriving, manners=manners, before=before, progress=progress)
    if got.unchanged:
        return got
    try:
        # a list is named for its own day, not for that on which it was fetched: its reader holds the two together
        target = into / wanted.file(_look_at(arriving, wanted, got) or day)
    except DarkwakeError:
        arriving.unlink()
        raise
    if target.exists() and polite.sha256_of(target) != got.sha256:
        target = target.with_name(f"{got.sha256[:8]}-{target.name}")
    arriving.replace(target)
    settled = Got(target, got.address, got.sha256, got.bytes, got.at, got.etag, got.modified, False, got.resumed_at)
    receipts.write(
        into,
        Receipt.of(settled, name=wanted.name, day=said, licence=wanted.licence, publisher=wanted.publisher),
    )
    return settled


def _look_at(file: Path, wanted: Publication, got: Got) -> date | None:
    """The day that a list gives as its own; what arrived is refused where it is not what was asked for."""
    by_hand = f"Open {got.address} in a browser and see what is there; a file fetched by hand can be added as it is"
    if got.bytes < wanted.least_bytes:
        raise Unreadable(
            f"{got.bytes:,} bytes arrived, and {wanted.title} has at least {wanted.least_bytes:,}",
            where=got.address,
            to_do=by_hand,
        )
    try:
        kind = kind_of(file)
    except DarkwakeError as error:
        raise Unreadable(f"what arrived is not {wanted.title}", where=got.address, to_do=by_hand) from error
    if kind not in wanted.kind:
        raise Unreadable(f"what arrived is {kind}, not {wanted.title}", where=got.address, to_do=by_hand)
    return day_of_list(file, kind)


def _days(wanted: Publication, period: str, now: date) -> list[tuple[date, str]]:
    """The days to fetch, each with the word for it; one without a word where the newest is meant."""
    if not period:
        if not wanted.newest:
            raise WrongUse(
                f"{wanted.name} is published by the day",
                to_do=f"Say which: darkwake fetch {wanted.name} 2025-10-01, or 2025-10-01/2025-10-03",
            )
        return [(now, "")]
    if wanted.of_day is None:
        raise WrongUse(
            f"{wanted.title} is published in its newest version alone",
            to_do=f"Leave the day out; older ones are kept by those who kept them: darkwake fetch {wanted.name}",
        )
    try:
        known = interval.parse(period)
    except ValueError as error:
        raise WrongUse(f"{period!r} is no day: {error}", to_do="Write it as 2025-10-01/2025-10-03") from error
    if known.first is None or known.last is None:
        raise WrongUse(f"the period {period!r} is open", to_do="Give both ends, such as 2025-10-01/2025-10-03")
    if known.last > now:
        raise WrongUse(f"{known.last} is not over yet", to_do="Ask for days that have passed")
    if (known.last - known.first).days >= MOST_DAYS:
        raise WrongUse(f"more than {MOST_DAYS} days were asked for", to_do="Fetch them year by year")
    return list(_files_of(wanted, known.first, known.last))


def _files_of(wanted: Publication, first: date, last: date) -> Iterator[tuple[date, str]]:
    """A file once, also where it holds a whole month."""
    seen: set[str] = set()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if (file := wanted.file(day)) not in seen:
            seen.add(file)
            yield day, day.isoformat()
