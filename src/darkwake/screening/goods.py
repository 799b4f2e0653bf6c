"""Goods against control lists: by CAS number, name, entry, code of customs and words, as of a day and for a route.

A CAS number decides over names and codes. What stands on no list at hand may still be stated by a source to be a
precursor of what does; then that source is told, the entries of the other substance, and the rules of the route that
may apply to goods on no list, with both views where they are disputed.
"""

from __future__ import annotations

import re
from importlib.metadata import version

from darkwake.errors import WrongUse
from darkwake.screening import precursors
from darkwake.screening.bm25 import Met
from darkwake.screening.cas import cas_numbers, cas_repairs, cas_typed
from darkwake.screening.codes import Code, code_shown, code_typed
from darkwake.screening.controls import ControlEntry, LineKind
from darkwake.screening.goods_asked import (
    VERDICTS,
    GoodsAnswer,
    GoodsAsked,
    GoodsChecked,
    GoodsFinding,
    Verdict,
    checked,
)
from darkwake.screening.goods_index import GoodsIndex
from darkwake.screening.goods_search import Search, bare, of_line, out_of_force, versions_said
from darkwake.screening.names import shown
from darkwake.screening.phrases import cut, held_names, plain

MOST_LEADS = 5
"""Text leads of one question, one an entry."""
COVERED = 0.4
"""Share of a description's words, weighed by rarity, that a line must have to be a text lead on the half "tune"."""
LEAST_WORDS = 2
"""Words that must meet, those of packing and bare numbers apart; one is enough where the description has no other."""

_CONDITION = re.compile(
    r"%|µm|μm|\bmm\b|\bmesh\b|\b(?:other than|less than|more than|exceed\w*|greater than|having|provided|if|purity|"
    r"size|content|where|capable|usable|specially|percent)\b",
    re.IGNORECASE,
)
_MIXTURES = re.compile(r",?\s+and\s+\W?(?:chemical )?mixtures\b.*", re.IGNORECASE | re.DOTALL)
"""What a heading asks of mixtures is no condition for the substance itself."""
_NAMED: dict[LineKind, str] = {
    "note": "names it in a note, and does not list it there",
    "reference": "names it only to point to another list",
    "item": "names it",
}


def goods(asked: GoodsAsked, index: GoodsIndex, *, leads: int = MOST_LEADS) -> list[GoodsFinding]:
    """What the goods meet, never nothing: the last resort says what was checked.

    Returns:
        By verdict in the order of `VERDICTS`, then as found: CAS, name, entry, code, words.

    Raises:
        WrongUse: Nothing was asked, or an end of the route is no country.
    """
    return list(search(asked, index, leads=leads).findings)


def search(asked: GoodsAsked, index: GoodsIndex, *, leads: int = MOST_LEADS) -> GoodsAnswer:
    """The findings of `goods` with what was searched and what limits it.

    Raises:
        WrongUse: Nothing was asked, or an end of the route is no country.
    """
    if asked.empty:
        raise WrongUse("nothing was asked", to_do="Give a description, an HS or CN code, a CAS number or an entry")
    sender, receiver = asked.route()
    one = Search(asked, index, index.versions(asked.on), precursors.rules_of(sender, receiver, asked.on))
    if cut(asked.description):
        one.notes.append("Only the beginning of the description was read; it is longer than any line of papers.")
    if any(char.isalpha() and char > "\u036f" for char in plain(asked.description)):
        one.notes.append(
            "Words in other scripts meet only names that a list, or the project's table, has in that script."
        )
    _numbers_and_names(one)
    for cas, by in one.cas.items():
        _substance(one, cas, by)
    _entry(one)
    _codes(one)
    _words(one, leads)
    if not one.findings:
        one.findings.append(_nothing(one))
    one.findings.sort(key=lambda found: VERDICTS.index(found.verdict))
    notes = [*one.notes, *(note for checked_list in one.lists for note in checked_list.notes)]
    if sender is None and receiver is None:
        notes.append("No route was given, so no catch-all rules were looked up.")
    return GoodsAnswer(
        asked=asked,
        findings=tuple(one.findings),
        lists=tuple(GoodsChecked.of(checked_list) for checked_list in one.lists),
        tables=tuple(table.described() for table in index.codes),
        notes=tuple(dict.fromkeys(notes)),
        rules=tuple(rule.sentence() for rule in one.rules),
        made_by=f"screening.goods {version('darkwake')}",
    )


def _numbers_and_names(one: Search) -> None:
    """Which substances the question means. A sound number decides; a faulty one is looked up as it is, and said."""
    typed = cas_typed(one.asked.cas) if one.asked.cas.strip() else None
    if one.asked.cas.strip() and typed is None:
        one.notes.append(f"There is no CAS number in {shown(one.asked.cas)!r}.")
    numbers = [typed] if typed else []
    numbers += [number for number in cas_numbers(one.asked.description) if typed is None or number.value != typed.value]
    held = held_names(one.asked.description, one.index.names, one.index.longest_name)
    named = {one.index.names[name.key]: name for name in held if not name.denied}
    for number in numbers:
        if not number.fault:
            one.cas[number.value] = f"CAS {number.value}"
            continue
        repairs = cas_repairs(number.value, one.index.known_cas)
        agreeing = [cas for cas in repairs if cas in named]
        may = f" It may have been {', '.join(repairs)}." if repairs else " No number at hand is one slip from it."
        agrees = f" The description names {agreeing[0]}." if len(agreeing) == 1 else ""
        one.notes.append(f"The CAS number {number.value} {number.fault}; it was looked for all the same.{may}{agrees}")
        one.cas[number.value] = f"CAS {number.value}, as typed, with a fault"
        for cas in repairs:
            if cas not in named:
                _repaired(one, number.value, cas)
    decided = {cas for cas, by in one.cas.items() if not by.endswith("a fault")}
    for cas, name in named.items():
        if cas in decided:
            continue
        words = " ".join(name.key)
        if decided:
            given = ", ".join(sorted(decided))
            one.notes.append(
                f"The description names {words} (CAS {cas}), but the CAS number is {given}: the number decides."
            )
        elif name.rest:
            one.cas[cas] = f"{words}, among other words ({' '.join(name.rest)})"
        else:
            one.cas[cas] = words


def _repaired(one: Search, typed: str, cas: str) -> None:
    """A lead for a number that the typed one may have been."""
    lines = [found for found in one.here(one.index.of_cas(cas)) if found.line.kind == "item"]
    known = precursors.substances().get(cas)
    name = f"{known.names[0][1]} (CAS {cas})" if known else f"CAS {cas}"
    for found in lines[:MOST_LEADS]:
        out = out_of_force(found, one.asked.on)
        says = f"If the CAS number {typed} was meant as {name}, then {found.cited}{out} would meet it."
        one.findings.append(of_line(one, found, "text lead", (f"CAS {typed} ~ {cas}",), says))
    if not lines:
        _stated(one, cas, f"CAS {typed}, if {cas} was meant", verdict="text lead")


def _substance(one: Search, cas: str, by: str) -> None:
    """Every line that has the number, and where none lists it, who states it to be a precursor of what."""
    among = "among other words" in by
    listed = False
    for found in one.here(one.index.of_cas(cas)):
        line, own = found.line, f"{found.cited} "
        out = out_of_force(found, one.asked.on)
        if out or line.kind != "item":
            says = f"{own}{_NAMED[line.kind]}{out}: {by}."
            one.findings.append(of_line(one, found, "named, not listed", (by,), says))
            continue
        listed = True
        verdict: Verdict = "text lead" if among else "listed under conditions" if _conditional(line) else "listed"
        how = {
            "text lead": "lists a substance that the description names among other words",
            "listed": "lists it",
            "listed under conditions": "lists it, under conditions in its words or those above it",
        }[verdict]
        one.findings.append(of_line(one, found, verdict, (by,), f"{own}{how}: {by}."))
    if not listed:
        _stated(one, cas, by)


def _conditional(line: ControlEntry) -> bool:
    """Whether the line's words, or those above it, ask for more than the substance."""
    texts = (_MIXTURES.sub("", re.sub(r"\([^)]*\)", "", text)) for text in (*line.headings, line.text))
    return any(_CONDITION.search(text) for text in texts)


def _stated(one: Search, cas: str, by: str, *, verdict: Verdict = "not listed, stated precursor") -> None:
    """One finding for each listed substance that a source states it to be a precursor of."""
    relations = [relation for relation in precursors.precursors() if relation.cas == cas]
    known = precursors.substances().get(cas)
    for item_cas in dict.fromkeys(relation.item_cas for relation in relations):
        stated = [relation for relation in relations if relation.item_cas == item_cas][::-1]
        item = precursors.substances()[item_cas]
        lines = [
            found
            for found in one.here(one.index.of_cas(item_cas))
            if found.line.kind == "item" and not out_of_force(found, one.asked.on)
        ]
        name = known.named(one.asked.language) if known else f"{stated[0].name} (CAS {cas})"
        who = ", and ".join(f"{it.stated_by} in {it.stated_in} of {it.stated_on.isoformat()}" for it in stated)
        where = "; ".join(found.cited for found in lines) or "no list at hand"
        says = (
            f"{_upper(name)}, found by {by}, was listed by none of the lists checked ({checked(one.lists)}). "
            f"It was stated to be a precursor of {item.named(one.asked.language)} by {who}. That is another substance, "
            f"and the entries are of that one: {where}."
        )
        later = [it for it in stated if one.asked.on and it.stated_on > one.asked.on]
        standing = "; ".join(
            [
                *(f"{it.stated_by} stated it on {it.stated_on.isoformat()}, after the day asked about" for it in later),
                *versions_said(one.lists, one.asked.on),
            ]
        )
        sources = precursors.cited(
            citation
            for group in (
                (it.citation for it in stated),
                (found.of.citation(found.line) for found in lines),
                (rule.citation for rule in one.rules),
            )
            for citation in group
        )
        words = (by, f"{item.named()}: {where}", *(it.source for it in stated))
        one.findings.append(
            bare(one, verdict, words, says, text=name, standing=standing, sources=sources,
                  rules=tuple(rule.sentence() for rule in one.rules))
        )  # fmt: skip


def _entry(one: Search) -> None:
    """The entry whose number was asked for."""
    if not one.asked.entry.strip():
        return
    every = list(one.here(one.index.of_number(plain(one.asked.entry)[:64])))
    for found in {id(found.of): found for found in reversed(every)}.values():
        out = out_of_force(found, one.asked.on)
        verdict: Verdict = "listed" if found.line.kind == "item" and not out else "named, not listed"
        says = f"{found.cited} is an entry of that list{out}; whether the goods are what it says was not compared."
        one.findings.append(of_line(one, found, verdict, (f"entry {found.line.number}",), says))
    if not every:
        one.notes.append(f"No list checked has an entry {shown(one.asked.entry)!r} ({checked(one.lists)}).")


def _codes(one: Search) -> None:
    """Lines and substances for which a source gives the code. A sound CAS number decides over them."""
    seen: set[str] = set()
    for label, text in (("HS", one.asked.hs), ("CN", one.asked.cn)):
        code = code_typed(text)
        if code is None:
            continue
        _code_notes(one, label, code)
        for digits in (code.digits, *code.repairs):
            if digits and digits[:6] not in seen:
                seen.add(digits[:6])
                _code_leads(one, label, digits)


def _code_notes(one: Search, label: str, code: Code) -> None:
    if code.fault:
        may = f" It may have been {', '.join(map(code_shown, code.repairs))}." if code.repairs else ""
        one.notes.append(f"The {label} code {shown(code.raw)!r} {code.fault}.{may}")
        return
    for table in one.index.codes:
        path = table.path(code.digits)
        deepest = max(map(len, table.rows), default=0)
        if path and len(path[-1].digits) == min(len(code.digits), deepest):
            one.notes.append(f"{table.name} {code_shown(path[-1].digits)}: {path[-1].text}.")
        elif len(code.digits) == deepest or (deepest == 6 and len(code.digits) < 8):
            one.notes.append(f"{table.name} has no code {code_shown(code.digits)}.")
    for cas in one.cas:
        known = precursors.substances().get(cas)
        if known and known.hs and not known.hs.startswith(code.international) and not code.digits.startswith(known.hs):
            one.notes.append(
                f"The code {code_shown(code.digits)} and the substance differ: "
                f"{known.named()} stands under {code_shown(known.hs)}."
            )


def _code_leads(one: Search, label: str, digits: str) -> None:
    decided = {cas for cas, by in one.cas.items() if "fault" not in by}
    met = f"{label} {code_shown(digits)}"
    others = []
    for found in one.here(one.index.of_code(digits)):
        if (found.of.name, found.line.number) in one.told:
            continue
        if decided and found.line.cas and not decided & {number.value for number in found.line.cas}:
            others.append(found.cited)
            continue
        out = out_of_force(found, one.asked.on)
        says = f"{met} also covers the goods of {found.cited}{out}, among many others: a lead, no more."
        one.findings.append(of_line(one, found, "HS lead", (met,), says))
    if others:
        one.notes.append(f"{met} also covers other substances, which are listed: {', '.join(others)}; not this one.")
    if decided or len(digits) < 4:
        return
    for known in precursors.substances().values():
        if known.hs.startswith(digits[:6]) and any(it.cas == known.cas for it in precursors.precursors()):
            says = (
                f"{met} also covers {known.named(one.asked.language)}, which is stated to be a precursor of something "
                "listed, among many other goods: a lead, no more."
            )
            one.findings.append(bare(one, "HS lead", (met,), says, text=known.named()))


def is_lead(met: Met) -> bool:
    """Whether a line has enough of a description's words; one is enough where nothing of it is left unmet."""
    return met.covered >= COVERED and (met.telling >= LEAST_WORDS or (met.telling > 0 and met.covered > 0.999))


def _words(one: Search, leads: int) -> None:
    """Items whose words a description meets, one an entry, those apart that were told already."""
    text = one.asked.description
    tops = {(name, entry.partition(".")[0]) for name, entry in one.told}
    for found, met in one.index.of_text(text, one.lists, top=40):
        rest = sum(it.verdict == "text lead" for it in one.findings)
        if rest >= leads:
            break
        if not is_lead(met) or (found.of.name, found.line.top) in tops:
            continue
        tops.add((found.of.name, found.line.top))
        out = out_of_force(found, one.asked.on)
        says = f"Words of the description met those of {found.cited}{out}: {', '.join(met.words)}. A lead, no more."
        one.findings.append(of_line(one, found, "text lead", met.words, says))


def _nothing(one: Search) -> GoodsFinding:
    says = f"Not found in the lists checked ({checked(one.lists)})."
    standing = "; ".join(versions_said(one.lists, one.asked.on))
    return bare(
        one,
        "not found in the lists checked",
        (),
        says,
        standing=standing,
        rules=tuple(rule.sentence() for rule in one.rules),
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
