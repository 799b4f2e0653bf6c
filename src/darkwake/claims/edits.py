"""What goes into the ledger: a reading, and what people change in it.

Each function gives rows for `ledger.append` and changes nothing by itself. A correction is a new row: the old one
stays, and the ledger shows it as superseded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.claims import plain, rows
from darkwake.claims.ledger import Ledger
from darkwake.claims.rows import Row
from darkwake.errors import WrongUse
from darkwake.evidence import canonical


def reading(kept: Ledger, articles: pl.DataFrame, claims: pl.DataFrame, *, made_by: str) -> list[Row]:
    """The rows that a reading adds to the ledger, and those by which it takes back what an older one had found.

    Whatever a person corrected, wrote, withdrew, graded, noted or laid with another stays as it is, and a claim that
    the new reading finds at the same words does not come beside it.

    Args:
        kept: The ledger as it stands.
        articles: Of schema.ARTICLES: those that were read. The claims of others stay.
        claims: Of schema.CLAIMS.
        made_by: What read them.
    """
    touched = {of for row in kept.rows if row.is_person for of in row.of.split(" ")}
    found = [
        rows.article(body, made_by=made_by, replaces=replaces)
        for body in plain.rows_of(articles)
        for replaces in _place(kept, touched, body, "article")
    ]
    new = plain.rows_of(claims)
    ids, read = {body["id"] for body in new}, set(articles["id"])
    theirs: set[tuple[str, int | None, int | None]] = set()
    for of, first in {row.of: row.body for row in kept.rows if row.kind == "claim"}.items():
        stands, value = kept.current(of, "claim"), kept.value(of, "claim")
        if of in touched:
            theirs.update((one["article"], one["start"], one["end"]) for one in (first, value or first))
        elif stands and value and value["article"] in read and of not in ids:
            found.append(rows.gone(stands, made_by=made_by))
    for body in new:
        if (body["article"], body["start"], body["end"]) not in theirs:
            found += [rows.claim(body, replaces=replaces) for replaces in _place(kept, touched, body, "claim")]
    return found


def _place(kept: Ledger, touched: set[str], body: Mapping[str, Any], slot: str) -> list[str]:
    """What a reading's row would replace, empty for a free slot; none where it adds nothing or a person was there."""
    stands = kept.current(body["id"], slot)
    if stands is None:
        return [""]
    is_same = kept.value(body["id"], slot) == body
    return [] if is_same or stands.is_person or (slot == "claim" and body["id"] in touched) else [stands.id]


def correction(kept: Ledger, of: str, changes: Mapping[str, Any], *, because: str, author: str) -> Row:
    """A person's correction of an article or a claim.

    Args:
        kept: The ledger as it stands.
        of: The id.
        changes: New values by field, as plain JSON types, such as {"chain": [...]} or {"published": "2026-02-14"}.
        because: The reason, in a sentence.
        author: Who says so.

    Raises:
        WrongUse: It is not there, nothing would change, a field cannot be changed so, or reason or name are missing.
    """
    slot = "article" if kept.value(of, "article") else "claim"
    value, stands = kept.value(of, slot), kept.current(of, slot)
    if value is None or stands is None:
        raise WrongUse(f"the ledger has no {of!r} to correct", to_do="Give the id of an article or a claim")
    differ = {name: {"was": value.get(name), "is": new} for name, new in changes.items() if value.get(name) != new}
    return rows.change(stands, "correction", {"changes": canonical(differ)}, because=because, author=author)


def withdrawal(kept: Ledger, of: str, slot: str, *, because: str, author: str) -> Row:
    """That what stands in a slot holds no more: a claim that is none, a pair, a grade, a note.

    Raises:
        WrongUse: Nothing stands there, or reason or name are missing.
    """
    stands = kept.current(of, slot)
    if stands is None or kept.value(of, slot) is None:
        raise WrongUse(f"the ledger has no {slot} of {of!r} to withdraw", to_do="Look at its history")
    return rows.change(stands, "withdrawn", {}, because=because, author=author)


def laid(kept: Ledger, a: str, b: str, *, together: bool, because: str, author: str) -> Row:
    """That two claims tell of one happening, or of two; it stands before what was said of the pair earlier.

    Raises:
        WrongUse: One of them is not there, they are the same claim, or reason or name are missing.
    """
    for one in (a, b):
        if kept.value(one, "claim") is None:
            raise WrongUse(f"the ledger has no claim {one!r}", to_do="Give the ids of two claims")
    stands = kept.current(" ".join(sorted((a, b))), "pair")
    return rows.pair(a, b, together=together, because=because, author=author, replaces=stands.id if stands else "")


def history(kept: Ledger, name: str, *, held: int, failed: int, because: str, author: str) -> Row:
    """What a person knows of a source's record; it stands before what was said of it earlier.

    Args:
        kept: The ledger as it stands.
        name: The source, as the chains of claims name it.
        held: How many of its earlier statements could be checked and proved right.
        failed: How many could be checked and proved wrong.
        because: Where that is known from.
        author: Who says so.

    Raises:
        WrongUse: The counts are none, or reason or name are missing.
    """
    stands = kept.current(name, "history")
    replaces = stands.id if stands else ""
    return rows.history(name, held=held, failed=failed, because=because, author=author, replaces=replaces)


def compared(kept: Ledger, claims: pl.DataFrame, *, because: str, author: str) -> list[Row]:
    """What a person changed in a table of claims, such as one that went through a spreadsheet, as corrections.

    A claim whose id the ledger has not is added as that person's; one that is not in the table stays as it is.

    Args:
        kept: The ledger as it stands.
        claims: Of schema.CLAIMS, each id once; the ids that the ledger has are those of its claims.
        because: The reason for all of it.
        author: Who changed it.

    Raises:
        WrongUse: A claim was withdrawn, something was changed that no correction can change, or reason or name are
            missing.
    """
    found = []
    for body in plain.rows_of(claims):
        of = body["id"]
        if kept.current(of, "claim") is None:
            found.append(rows.claim(body, author=author, because=because))
        elif body != kept.value(of, "claim"):
            changes = {name: body[name] for name in schema.CLAIMS}
            found.append(correction(kept, of, changes, because=because, author=author))
    return found
