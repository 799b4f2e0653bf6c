"""What changed about everything but ships: sources, sites, claims, goods, notes, threads, hypotheses, the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from darkwake.case.change import MINOR, Change, Row, quoted, said
from darkwake.case.matched import match, moved
from darkwake.case.words import count, times
from darkwake.evidence import canonical_json


def sources(before: Row, after: Row) -> Iterator[Change]:
    """Files that came or went."""
    found = match(before["sources"], after["sources"], lambda row: row["sha256"])
    for row in found.new:
        dated = f", of {said(row['dated'], 60)}" if row.get("dated") else ""
        kept = f"{count(row.get('kept', 0), 'row')} kept"
        says = f"New source: {said(row['name'], 120)} ({said(row['kind'])}, {kept}{dated})."
        yield Change(90, "source", "new", row["sha256"], says, None, row)
    for row in found.gone:
        says = f"The source {said(row['name'], 120)} is no longer in the case."
        yield Change(12, "source", "gone", row["sha256"], says, row, None)


def answer(before: Row, after: Row) -> Iterator[Change]:
    """The sentences of the answer, one by one."""
    was, now = before.get("answer") or {}, after.get("answer") or {}
    old, new = [*was.get("sentences", ())], [*now.get("sentences", ())]
    for place, sentence in enumerate(new):
        if sentence in old:
            continue
        earlier = old[place] if place < len(old) and old[place] not in new else ""
        says = f"The answer now says: {quoted(sentence, 600)}"
        says += f" Before: {quoted(earlier, 600)}" if earlier else ""
        told = ({"says": earlier} if earlier else None, {"says": sentence})
        yield Change(37, "answer", "changed" if earlier else "new", f"sentence {place + 1}", says, *told)
    for place, sentence in enumerate(old):
        if sentence not in new and not (place < len(new) and new[place] not in old):
            says = f"The answer no longer says: {quoted(sentence, 600)}"
            yield Change(37, "answer", "gone", f"sentence {place + 1}", says, {"says": sentence}, None)
    if was.get("against") != now.get("against") and now.get("against"):
        says = f"The strongest reason against is now: {quoted(now['against'], 600)}"
        told = ({"says": was.get("against", "")}, {"says": now["against"]})
        yield Change(38, "answer", "changed", "against", says, *told)


def sites(before: Row, after: Row) -> Iterator[Change]:
    """Sites that came or went, and buildings with another status."""
    found = match(before["sites"]["sites"], after["sites"]["sites"], lambda row: row["id"])
    for row in found.new:
        says = f"A site is new: {said(row['site'], 120)}. {said(' '.join(row.get('says') or ()))}"
        yield Change(39, "site", "new", row["id"], says, None, row)
    for row in found.gone:
        yield Change(39, "site", "gone", row["id"], f"The site {said(row['site'], 120)} is gone.", row, None)
    known = {now["id"] for _, now in found.pairs}
    names = {row["id"]: said(row["site"], 120) for row in after["sites"]["sites"]}
    for was, now in found.pairs:
        old, new = was.get("dates") or (), now.get("dates") or ()
        if len(old) != len(new):
            last = f", the last of {said(str(new[-1])[:10])}" if new else ""
            says = f"{names[now['id']]}: images of {len(new):,} dates are at hand, before of {len(old):,}{last}."
            yield Change(68, "site", "changed", now["id"], says, was, now)
    both = match(before["sites"]["buildings"], after["sites"]["buildings"], lambda row: row["id"])
    for was, now in both.pairs:
        if change := _building(was, now, names.get(now["site"], "")):
            yield change
    for row in both.new:
        if row["site"] in known:
            says = f"{names[row['site']]}: the building {said(row['label'], 80)} is new among those watched."
            yield Change(MINOR, "building", "new", row["id"], says, None, row)
    for row in both.gone:
        if row["site"] in known:
            says = f"{names[row['site']]}: the building {said(row['label'], 80)} is no longer among those watched."
            yield Change(44, "building", "gone", row["id"], says, row, None)


def _building(was: Row, now: Row, site: str) -> Change | None:
    label = said(now["label"], 80)
    name = f"{site}, {label}" if "building" in label.casefold() else f"{site}, building {label}"
    if was["status"] != now["status"]:
        last = (now.get("changes") or [{}])[-1]
        dated = f", {said(last.get('when'), 80)}" if last.get("status") == now["status"] and last.get("when") else ""
        sure = f" (posterior {now['posterior']:.2f})" if now.get("posterior") is not None else ""
        says = f"{name}: now read as {said(now['status'])}{dated}{sure}; before as {said(was['status'])}."
        return Change(40, "building", "changed", now["id"], says, was, now)
    times = [[(one["was"], one["status"], one.get("when")) for one in row.get("changes") or ()] for row in (was, now)]
    if times[0] != times[1]:
        told = "; ".join(f"{said(b)} after {said(a)}, {said(at, 80)}" for a, b, at in times[1]) or "no change"
        says = f"{name}: its changes are now {told}."
        return Change(42, "building", "changed", now["id"], says, was, now)
    return None


def claims(before: Row, after: Row) -> Iterator[Change]:
    """Articles, how many origins a happening has, and where tellings contradict each other."""
    old, new = before["claims"], after["claims"]
    articles = match(old["articles"], new["articles"], lambda row: row["id"])
    for row in articles.new:
        outlet = said(row.get("outlet") or "an outlet that is not known", 80)
        title = quoted(row.get("title") or row.get("name"), 160)
        says = f"An article is new: {title}, {outlet}, {said(row.get('published') or 'no day stated', 40)}."
        yield Change(70, "article", "new", row["id"], says, None, row)
    for row in articles.gone:
        yield Change(70, "article", "gone", row["id"], f"The article {said(row['name'], 120)} is gone.", row, None)
    yield from _single_claims(old, new)
    yield from _clusters(old, new)
    places = [_places(one["claims"]) for one in (old, new)]
    for word, change in _contradictions(old, new, places):
        row = dict(change)
        hard = "Two tellings cannot both be true" if row.get("hard") else "Two tellings do not agree"
        says = (
            f"{hard}: {said(row.get('says'), 500)}" if word == "new" else f"No longer so: {said(row.get('says'), 500)}"
        )
        told = (None, row) if word == "new" else (row, None)
        rank = 45 if row.get("hard") else 47
        yield Change(rank, "contradiction", "new" if word == "new" else "gone", row["id"], says, *told)


def _places(rows: Sequence[Row]) -> dict[str, tuple[Any, ...]]:
    """Where each claim stands: its id hangs on how its chain was resolved, its words do not."""
    return {row["id"]: (row["article"], row["start"], row["end"]) for row in rows}


def _single_claims(old: Row, new: Row) -> Iterator[Change]:
    found = match(
        old["claims"], new["claims"], lambda row: row["id"], lambda row: (row["article"], row["start"], row["end"])
    )
    for was, now in found.pairs:
        if (was["modality"], was["negated"]) != (now["modality"], now["negated"]):
            says = f"A claim reads {now['modality']}, where it read {was['modality']}: {quoted(now['text'], 240)}"
            yield Change(48, "claim", "changed", now["id"], says, was, now)
    for row in found.new:
        yield Change(MINOR, "claim", "new", row["id"], f"New claim: {quoted(row['text'], 240)}", None, row)
    for row in found.gone:
        yield Change(MINOR, "claim", "gone", row["id"], f"No longer a claim: {quoted(row['text'], 240)}", row, None)


def _clusters(old: Row, new: Row) -> Iterator[Change]:
    """Happenings that are told by more or fewer, known by the claims that they share."""
    origins = [{row["cluster"]: row for row in one["origins"]} for one in (old, new)]
    places = [_places(one["claims"]) for one in (old, new)]
    of = {places[0][claim]: row for row in old["clusters"] for claim in row["claims"] if claim in places[0]}
    for row in new["clusters"]:
        shared = [of[at] for claim in row["claims"] if (at := places[1].get(claim)) in of]
        now = origins[1].get(row["id"], {})
        if not shared:
            if len(row["claims"]) > 1:
                says = f"Told {times(len(row['claims']))}, from {_range(now)}: {quoted(row['label'], 240)}"
                yield Change(49, "happening", "new", row["id"], says, None, dict(now))
            continue
        # the one that shares most; of several the first by id
        was_row = max(sorted(shared, key=lambda one: str(one["id"])), key=shared.count)
        was = origins[0].get(was_row["id"], {})
        if (was.get("least"), was.get("most")) != (now.get("least"), now.get("most")):
            says = f"Now told from {_range(now)}, before from {_range(was)}: {quoted(row['label'], 240)}"
            yield Change(46, "happening", "changed", row["id"], says, dict(was), dict(now))
        elif len(was.get("outlets") or ()) != len(now.get("outlets") or ()):
            many = len(now.get("outlets") or ())
            says = f"{count(many, 'outlet')} told it, still from {_range(now)}: {quoted(row['label'], 240)}"
            yield Change(49, "happening", "changed", row["id"], says, dict(was), dict(now))


def _range(row: Row) -> str:
    least, most = row.get("least") or 0, row.get("most") or 0
    return count(least, "independent origin") if least == most else f"{least:,} to {most:,} independent origins"


def _contradictions(old: Row, new: Row, places: Sequence[Mapping[str, tuple[Any, ...]]]) -> Iterator[tuple[str, Row]]:
    def key(of: int, row: Row) -> tuple[Any, ...]:
        return (frozenset((places[of].get(row["a"], row["a"]), places[of].get(row["b"], row["b"]))), row["kind"])

    known = [{key(of, row) for row in one["contradictions"]} for of, one in enumerate((old, new))]
    yield from (("new", row) for row in new["contradictions"] if key(1, row) not in known[0])
    yield from (("gone", row) for row in old["contradictions"] if key(0, row) not in known[1])


def threads(before: Row, after: Row) -> Iterator[Change]:
    """Threads that came, went, or stand elsewhere in the order, and why."""
    found = match(
        before["threads"],
        after["threads"],
        lambda row: row["id"],
        lambda row: (row.get("ship"), row.get("start")) if row.get("ship") is not None else None,
        _told_along,
        overlapping=True,
    )
    places = [{row["id"]: place for place, row in enumerate(one["threads"], start=1)} for one in (before, after)]
    for row in found.new:
        summary = f". {said(row['summary'])}" if row.get("ship") is None and row.get("summary") else "."
        title = row.get("summary") if row.get("ship") is not None and row.get("summary") else row["title"]
        says = f"A new thread, number {places[1][row['id']]:,}: {said(title).rstrip('.')}{summary}"
        yield Change(55, "thread", "new", row["id"], says, None, row)
    for row in found.gone:
        says = f"The thread that was number {places[0][row['id']]:,} is gone: {said(row['title'])}."
        yield Change(56, "thread", "gone", row["id"], says, row, None)
    same = {was["id"]: now["id"] for was, now in found.pairs}
    order = [same[row["id"]] for row in before["threads"] if row["id"] in same]
    elsewhere = set(moved(order, [row["id"] for row in after["threads"]]))
    for was, now in found.pairs:
        at, to = places[0][was["id"]], places[1][now["id"]]
        if now["id"] in elsewhere and at != to:
            says = f"The thread {quoted(now['title'], 240)} is number {to:,} now, before {at:,}."
            says = f"{says} {said(now.get('order') or '')}".rstrip()
            yield Change(57, "thread", "changed", now["id"], says, was, now)
        elif was.get("summary") != now.get("summary"):
            says = f"Thread {to:,} now reads: {said(now.get('summary') or now['title'])}"
            yield Change(58, "thread", "changed", now["id"], says, was, now)


def _told_along(row: Row) -> tuple[str, str] | None:
    """A cluster's thread by its words: its id is another whenever one more telling joins it."""
    words = str(row["title"]).rpartition(" (")[0]
    return ("claim", words) if row.get("kind") == "claim" and words else None


def hypotheses(before: Row, after: Row) -> Iterator[Change]:
    """Which explanation has least spoken against it."""
    old, new = before["hypotheses"], after["hypotheses"]
    if not old or not new:
        if new:
            says = f"Explanations stand side by side now; least speaks against: {said(new[0]['title'])}."
            yield Change(52, "hypothesis", "new", new[0]["id"], says, None, new[0])
        return
    if old[0]["id"] != new[0]["id"]:
        says = f"Least now speaks against: {said(new[0]['title'])}. Before it was: {said(old[0]['title'])}."
        yield Change(15, "hypothesis", "changed", new[0]["id"], says, old[0], new[0])
    elif [row["id"] for row in old] != [row["id"] for row in new]:
        yield Change(52, "hypothesis", "changed", new[0]["id"], _rivals(old, new), {"rows": old}, {"rows": new})


def _rivals(old: Sequence[Row], new: Sequence[Row]) -> str:
    """Which explanations are weighed now and were not, and whether the others changed places."""
    both = [{row["id"] for row in rows} for rows in (old, new)]
    parts = []
    for word, rows, others in (
        ("Explanations that are weighed now and were not before", new, both[0]),
        ("Explanations that are no longer weighed", old, both[1]),
    ):
        titles = [said(row["title"], 120) for row in rows if row["id"] not in others]
        parts += [f"{word}: {'; '.join(titles)}."] if titles else []
    kept = [[row["id"] for row in rows if row["id"] in both[0] & both[1]] for rows in (old, new)]
    if kept[0] != kept[1]:
        titles = [said(row["title"], 120) for row in new if row["id"] in both[0]]
        parts.append(f"The explanations stand in another order, the one that least speaks against first: "
                     f"{'; '.join(titles)}.")  # fmt: skip
    return " ".join(parts)


def goods(before: Row, after: Row) -> Iterator[Change]:
    """What control lists say of the goods."""
    found = match(before["goods"], after["goods"], lambda row: canonical_json(row["asked"]), _goods)
    for was, now in found.pairs:
        if was["verdict"] != now["verdict"]:
            says = f"{_goods(now)}: {said(now['verdict'])}, where it was {said(was['verdict'])}."
            yield Change(43, "goods", "changed", _goods(now), says, was, now)
    for row in found.new:
        says = f"The case asks about these goods too: {_goods(row)}. Of the control lists: {said(row['verdict'])}."
        yield Change(43, "goods", "new", _goods(row), says, None, row)
    for row in found.gone:
        yield Change(64, "goods", "gone", _goods(row), f"The case no longer asks about {_goods(row)}.", row, None)


def _goods(row: Row) -> str:
    """What goods are called, with their numbers: "sodium nitrate (CAS 7631-99-4, HS 3102.50)"."""
    asked = row["asked"] if isinstance(row["asked"], Mapping) else {"description": row["asked"]}
    marks = (("cas", "CAS"), ("hs", "HS"), ("cn", "CN"), ("entry", "entry"))
    numbers = [f"{word} {asked[key]}" for key, word in marks if asked.get(key)]
    name, told = str(asked.get("description") or ""), ", ".join(numbers)
    return said(f"{name} ({told})" if name and told else name or told or "goods of which nothing is said", 160)


def notes(before: Row, after: Row) -> Iterator[Change]:
    """What people noted."""
    found = match(before["notes"], after["notes"], lambda row: row["id"])
    for row in found.new:
        says = f"{said(row.get('author') or 'Somebody', 80)} noted: {quoted(row.get('text') or '', 240)}"
        yield Change(67, "note", "new", row["id"], says, None, row)
    for was, now in found.pairs:
        if now.get("withdrawn") and not was.get("withdrawn"):
            says = f"A note of {said(now.get('author') or 'somebody', 80)} was withdrawn."
            yield Change(67, "note", "changed", now["id"], says, was, now)
