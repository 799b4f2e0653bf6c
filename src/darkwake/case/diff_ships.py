"""What changed about ships: silences, voyages, list entries met, and how these stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from darkwake.case.change import MINOR, Change, Row, day, hours, quoted, said, ship, short, when
from darkwake.case.matched import match

OFF = "likely switched off"
_LISTS = re.compile(r"(?:^|; )(?P<name>[^;]+?) of (?P<day>\d{4}-\d{2}-\d{2}),")
_HOUR = 0.05
"""Hours by which a silence must be longer or shorter to be told: the data of one minute."""


# --- silences ---


def silences(before: Row, after: Row) -> Iterator[Change]:
    """Silences that are new or gone, that closed or grew, and whose verdict is another."""
    found = match(
        before["silences"],
        after["silences"],
        lambda row: row["event"],
        lambda row: (row["ship"], row["start"]) if row["ship"] is not None else None,
        overlapping=True,
    )
    for was, now in found.pairs:
        yield from _silence(was, now, after)
    for row in found.new:
        name = short(after, row["ship"])
        until = f"to {when(row['end'])}" if row["end"] else "and still open when the data ended"
        says = f"{name} was silent for {hours(row['hours'])}, from {when(row['start'])} {until}: {row['verdict']}."
        yield Change(28 if row["verdict"] == OFF else MINOR, "silence", "new", row["event"], says, None, row)
    for row in found.gone:
        name = short(before, row["ship"])
        says = f"The silence of {name} from {when(row['start'])} ({row['verdict']}) is no longer found."
        yield Change(29 if row["verdict"] == OFF else MINOR, "silence", "gone", row["event"], says, row, None)


def _silence(was: Row, now: Row, after: Row) -> Iterator[Change]:
    name, parts, rank = short(after, now["ship"]), [], MINOR
    if not was["end"] and now["end"]:
        parts.append(f"it was heard again on {when(now['end'])}, after {hours(now['hours'])}")
        rank = 32
    elif was["start"] != now["start"] or was["end"] != now["end"]:
        grew = abs((was["hours"] or 0) - (now["hours"] or 0)) >= _HOUR
        if grew:
            parts.append(f"it is {hours(now['hours'])} long, where it was {hours(was['hours'])}")
            rank = 34 if OFF in (was["verdict"], now["verdict"]) else MINOR
    if was["verdict"] != now["verdict"]:
        parts.append(f"it is “{now['verdict']}”, where it was “{was['verdict']}” ({_why(was, now)})")
        rank = min(rank, 30 if OFF in (was["verdict"], now["verdict"]) else 60)
    if parts:
        says = f"{name}, silent from {when(now['start'])}: {'; '.join(parts)}."
        yield Change(rank, "silence", "changed", now["event"], says, was, now)


def _why(was: Row, now: Row) -> str:
    """The numbers on which the verdict rests, before and after."""

    def of(row: Row) -> str:
        if row["passages"] is None:
            return "no comparison"
        p = f", p {row['p']:.3g}" if row["p"] is not None else ""
        ships, passages = row["ships"] or 0, row["passages"]
        return (
            f"{row['unheard_as_long'] or 0:,} of {passages:,} passage{'' if passages == 1 else 's'} by {ships:,} other "
            f"ship{'' if ships == 1 else 's'} unheard as long{p}"
        )

    one, other = of(was), of(now)
    return f"{other}, as before" if one == other else f"before: {one}; now: {other}"


# --- voyages ---


def voyages(before: Row, after: Row) -> Iterator[Change]:
    """Voyages on the corridor, dark ones first; of the others only how many there are."""
    found = match(
        before["voyages"],
        after["voyages"],
        lambda row: row["id"],
        lambda row: (row["ship"], row["departed"]) if row["departed"] else None,
        lambda row: (row["ship"], row["arrived"]) if row["arrived"] else None,
        overlapping=True,
    )
    for was, now in found.pairs:
        if not now["corridor"] and not was["corridor"]:
            if any(was[name] != now[name] for name in ("from_port", "to_port", "departed", "arrived")):
                yield Change(MINOR, "voyage", "changed", now["id"], f"{_leg(now, after)} changed.", was, now)
            continue
        if told := _voyage(was, now):
            says = f"{_leg(now, after)}: {'; '.join(told)}."
            rank = 25 if now["dark_h"] and not was["dark_h"] else 26
            yield Change(rank, "voyage on the corridor", "changed", now["id"], says, was, now)
    for row in found.new:
        yield _new_leg(row, after)
    for row in found.gone:
        on = row["corridor"]
        says = f"{_leg(row, before)} is no longer found{' on the corridor' if on else ''}."
        about = "voyage on the corridor" if on else "voyage"
        yield Change(27 if on else MINOR, about, "gone", row["id"], says, row, None)


def _new_leg(row: Row, after: Row) -> Change:
    if not row["corridor"]:
        return Change(MINOR, "voyage", "new", row["id"], f"{_leg(row, after)} is new.", None, row)
    dark = row["dark_h"] or 0.0
    if dark:
        gaps = len(row["gaps"] or ())
        silent = f"{gaps:,} silence{'' if gaps == 1 else 's'}, {hours(dark)} in all"
        says = f"A new dark leg on the corridor: {_leg(row, after)}, with {silent}."
        return Change(24, "voyage on the corridor", "new", row["id"], says, None, row)
    says = f"A new voyage on the corridor, heard all the way: {_leg(row, after)}."
    return Change(36, "voyage on the corridor", "new", row["id"], says, None, row)


def _voyage(was: Row, now: Row) -> list[str]:
    told = []
    if not was["corridor"]:
        told.append("it is on the corridor now")
    if not now["corridor"]:
        told.append("it is no longer on the corridor")
    for end, word in (("from", "began at"), ("to", "ended at")):
        if was[f"{end}_port"] != now[f"{end}_port"]:
            before = (
                f"before it was {_port(was, end)}"
                if was.get(f"{end}_name")
                else "before, no port was heard at that end"
            )
            told.append(f"it {word} {_port(now, end)}; {before}")
    if was["arrived"] != now["arrived"] and now["arrived"]:
        told.append(f"it arrived on {when(now['arrived'])}")
    if abs((was["dark_h"] or 0) - (now["dark_h"] or 0)) >= _HOUR:
        told.append(f"it was unheard for {hours(now['dark_h'] or 0.0)}, where it was {hours(was['dark_h'] or 0.0)}")
    return told


def _leg(row: Row, of: Row) -> str:
    name = short(of, row["ship"])
    return f"{name}, {_port(row, 'from')} to {_port(row, 'to')}, {day(row['departed'])} to {day(row['arrived'])}"


def _port(row: Row, end: str) -> str:
    country = f" ({said(row[f'{end}_country'])})" if row.get(f"{end}_country") else ""
    return f"{said(row[f'{end}_name'], 80)}{country}" if row.get(f"{end}_name") else "a port that was not heard"


# --- hits ---


def hits(before: Row, after: Row) -> Iterator[Change]:
    """List entries that newly meet a ship, that no longer do, whose match is another, that left their list."""
    found = match(before["hits"], after["hits"], lambda row: row["id"], _subject)
    newest, earlier = _newest(after), _newest(before)
    for was, now in found.pairs:
        parts = []
        if was["rank"] != now["rank"]:
            parts.append(f"the match is {now['rank']}, where it was {was['rank']}")
        if was["name"] != now["name"]:
            parts.append(f"it is listed as {said(now['name'], 120)}, where it was {said(was['name'], 120)}")
        if _left(now, newest) and not _left(was, earlier):
            parts.append(f"the entry is not in the newest version of the list, of {newest[now['list']]}")
        elif _left(was, earlier) and not _left(now, newest):
            parts.append(f"the entry is back in the newest version of the list, of {newest[now['list']]}")
        if parts:
            yield Change(21, "list entry", "changed", now["id"], f"{_met(now, after)}: {'; '.join(parts)}.", was, now)
    for row in found.new:
        says = (
            f"{_met(row, after)}, in the list of {day(row['list_date'])}; match: {row['rank']}.{_sailed(row, before)}"
        )
        weak = row["rank"] == "weak lead"
        yield Change(80 if weak else 20, "list entry", "new", row["id"], says, None, row)
    for row in found.gone:
        at_hand = "which was searched again" if row["list"] in newest else "a list that is no longer among the sources"
        says = f"{_met(row, before)}: that is gone ({said(row['list'])}, {at_hand})."
        yield Change(81 if row["rank"] == "weak lead" else 22, "list entry", "gone", row["id"], says, row, None)


def _subject(row: Row) -> tuple[Any, ...]:
    return (row["ship"] if row["ship"] is not None else row["asked"], row["list"], row["entry"])


def _met(row: Row, of: Row) -> str:
    who = ship(of, row["ship"]) if row["ship"] is not None else said(row["asked"], 120)
    return f"{who} meets {said(row['name'], 120)} ({said(row['list'], 80)}, entry {said(row['entry'], 40)})"


def _sailed(hit: Row, before: Row) -> str:
    """The voyages of the ship that were known before the entry met it."""
    own = [row for row in before["voyages"] if row["ship"] == hit["ship"] and hit["ship"] is not None]
    legs = [row for row in own if row["corridor"]] or own
    if not legs:
        return ""
    last = max(legs, key=lambda row: (row["arrived"] or row["departed"] or "", row["id"]))
    which = "on the corridor " if last["corridor"] else ""
    many = (
        f"{len(legs):,} voyage{'' if len(legs) == 1 else 's'} {which}{'was' if len(legs) == 1 else 'were'} known of it"
    )
    return f" {many}, the last from {_port(last, 'from')} to {_port(last, 'to')}, until {day(last['arrived'])}."


def _newest(of: Row) -> dict[str, str]:
    """The newest version of each list that was searched."""
    found: dict[str, str] = {}
    for told in _LISTS.finditer(of.get("searched") or ""):
        found[told["name"]] = max(found.get(told["name"], ""), told["day"])
    return found


def _left(row: Row, newest: Mapping[str, str]) -> bool:
    return str(row["list_date"])[:10] < newest.get(row["list"], "")


def standings(before: Row, after: Row) -> Iterator[Change]:
    """Hits that stood otherwise on a day that was asked about before."""
    subject = {row["id"]: _subject(row) for of in (before, after) for row in of["hits"]}

    def key(row: Row) -> tuple[Any, ...] | None:
        return (*subject[row["hit"]], row["on"]) if row["hit"] in subject else None

    hit = {row["id"]: row for row in after["hits"]}
    for was, now in match(before["standings"], after["standings"], key).pairs:
        if was["standing"] != now["standing"] and now["hit"] in hit:
            met = _met(hit[now["hit"]], after)
            says = f"{met}: on {day(now['on'])} it was {now['standing']}, where it read {was['standing']}. "
            says += said(now["standing_says"])
            yield Change(23, "standing", "changed", f"{now['hit']} {day(now['on'])}", says, was, now)


def inferred(before: Row, after: Row) -> Iterator[Change]:
    """Calls that nobody heard."""
    found = match(before["inferred"], after["inferred"], lambda row: row["id"], lambda row: (row["ship"], row["port"]))
    for word, rows, of in (("new", found.new, after), ("gone", found.gone, before)):
        for row in rows:
            name, port = short(of, row["ship"]), said(row.get("name"), 80)
            says = f"A call of {name} at {port} that nobody heard is {'inferred now' if word == 'new' else 'gone'}."
            one = (None, row) if word == "new" else (row, None)
            rank = 62 if word == "new" else MINOR  # most are gone because the call itself was heard
            yield Change(rank, "inferred call", "new" if word == "new" else "gone", row["id"], says, *one)


def decisions(before: Row, after: Row) -> Iterator[Change]:
    """What people decided about hits, and what expired."""
    found = match(before["decisions"], after["decisions"], lambda row: (row["ship"], row["list"], row["entry"]))
    for row in found.new:
        about = f"{short(after, row['ship'])}, entry {said(row['entry'])}"
        says = f"{said(row['author'], 80)} decided: {said(row['word'])}, {about}."
        yield Change(66, "decision", "new", row["hit"], says, None, row)
    for row in found.gone:
        says = f"The decision on {short(before, row['ship'])} and entry {said(row['entry'])} holds no more."
        yield Change(66, "decision", "gone", row["hit"], says, row, None)
    for was, now in found.pairs:
        if was["expired"] != now["expired"] or was["word"] != now["word"]:
            state = "has expired" if now["expired"] else f"is {quoted(now['word'])}"
            says = f"The decision on {short(after, now['ship'])} and entry {said(now['entry'])} {state}."
            yield Change(65, "decision", "changed", now["hit"], says, was, now)
