"""What is new, gone or changed between two runs of a case, most important first.

    told = since(case)                  # the last run against the one before
    told = since(case, "2026-11-20")    # against the case as it stood when that day began
    told.changes                        # each with a sentence
    in_short(told)                      # a subject line and a few lines, for mail or chat

Things are known by their content where that stayed, else by what they are of: a silence that was open and has closed
is one silence that changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from darkwake.case import diff_ships, diff_told, history, opened
from darkwake.case import shown as held
from darkwake.case.change import MINOR, Change, Row, said
from darkwake.case.folder import CaseFolder
from darkwake.evidence import canonical

__all__ = ["MINOR", "Change", "Diff", "between", "since"]

COMPARED: tuple[Callable[[Row, Row], Iterator[Change]], ...] = (
    diff_told.answer,
    diff_told.hypotheses,
    diff_ships.hits,
    diff_ships.standings,
    diff_ships.voyages,
    diff_ships.silences,
    diff_ships.inferred,
    diff_told.sites,
    diff_told.claims,
    diff_told.threads,
    diff_told.goods,
    diff_ships.decisions,
    diff_told.notes,
    diff_told.sources,
)
MANY_SILENCES = held.MOST_GAPS
"""As many silences as a case file holds: from there on one can come or go because others are longer."""


_MOST_BRIEF = 320
"""Characters of one line of the short text."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Two runs compared."""

    name: str
    """Of the case."""
    invented: bool
    before: str
    """The earlier run in words: "the run of 2026-11-20 14:02 UTC"; empty where there is none."""
    after: str
    changes: tuple[Change, ...]
    takes_note: tuple[str, ...]
    """What else differs, so that a difference may come from it and not from the sources."""
    evidence: Mapping[str, tuple[str, ...]]
    """Ids of evidence that are "new" and "gone"."""

    @property
    def told(self) -> list[Change]:
        """Changes that are told one by one; the rest is counted."""
        return [one for one in self.changes if one.rank < MINOR]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.changes or self.takes_note or any(self.evidence.values()))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many are new, gone and changed, by what they are."""
        found: dict[str, Counter[str]] = {}
        for one in self.changes:
            found.setdefault(one.about, Counter())[one.change] += 1
        for word, ids in self.evidence.items():
            if ids:
                found.setdefault("piece of evidence", Counter())[word] += len(ids)
        return {about: {word: many[word] for word in ("new", "gone", "changed")} for about, many in found.items()}

    def heading(self) -> str:
        """One sentence: since when, and whether anything changed."""
        if not self.before:
            return "The case was run once; there is no earlier run to compare it with."
        if self.is_empty:
            return f"Nothing new since {self.before}."
        new = sum(1 for one in self.changes if one.about == "source" and one.change == "new")
        came = f", {new:,} source{' is' if new == 1 else 's are'} new" if new else ", no source is new"
        if not self.told:
            return f"Since {self.before}{came}; nothing changed but what is counted below."
        return f"Since {self.before}{came}."

    def counted(self) -> str:
        """The counts in one line."""
        parts = []
        for about, many in self.counts().items():
            words = ", ".join(f"{number:,} {word}" for word, number in many.items() if number)
            parts.append(f"{about}: {words}")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain types."""
        plain: dict[str, Any] = canonical(
            {
                "case": self.name,
                "invented": self.invented,
                "before": self.before,
                "after": self.after,
                "says": self.heading(),
                "takes_note": self.takes_note,
                "changes": [one.as_dict() for one in self.changes],
                "evidence": self.evidence,
                "counts": self.counts(),
            }
        )
        return plain


def since(case: CaseFolder, wanted: str = "") -> Diff:
    """What changed in a case.

    Args:
        case: The case.
        wanted: As `history.since` takes it: a day, an instant, a kept run; empty for the run before the last.

    Raises:
        Unreadable: The case has not been run, or a file is damaged.
        WrongUse: `wanted` means nothing.
    """
    file = case.path / "case.json"
    after = history.picture(opened.read(file))
    sha256 = history.hash_of(file)[:12]
    runs = history.kept(case)
    if not runs or runs[-1].sha256 != sha256:
        # what stands there was never kept: somebody deleted the folder, or a run was killed after it had written
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        runs.append(history.Kept(file, at, runs[-1].number + 1 if runs else 1, sha256))
    earlier = history.since(runs, wanted)
    notes = []
    if earlier is None and wanted and len(runs) > 1:
        earlier = runs[0]
        notes.append(f"No run as old as {wanted} was kept; the comparison is with the first that was.")
    if earlier is None:
        return between(after, after, before_as="", after_as=_as(runs[-1]))
    same = earlier == runs[-1]
    return between(
        after if same else earlier.read(), after, before_as=_as(earlier), after_as=_as(runs[-1]), notes=notes
    )


def between(before: Row, after: Row, *, before_as: str, after_as: str, notes: list[str] | None = None) -> Diff:
    """Two pictures of `history.picture` compared."""
    found = [change for compare in COMPARED for change in compare(before, after)]
    # stable: of one rank in the order of the comparison, which is that of the case
    found.sort(key=lambda one: one.rank)
    ids = [{row["id"] for row in one["evidence"]} for one in (before, after)]
    about = after.get("case") or {}
    return Diff(
        name=said(about.get("name") or "case", 80),
        invented=bool(about.get("invented")),
        before=before_as,
        after=after_as,
        changes=tuple(found),
        takes_note=(*(notes or ()), *_notes(before, after)),
        evidence={"new": tuple(sorted(ids[1] - ids[0])), "gone": tuple(sorted(ids[0] - ids[1]))},
    )


def in_short(told: Diff, *, most: int = 25, markdown: bool = False) -> str:
    """A subject line and at most `most` lines, as plain text or Markdown, for mail or chat."""
    item = "- "
    changes = told.told
    subject = f"{'[INVENTED] ' if told.invented else ''}{told.name}: {_subject(told)}"
    head = [f"**{_md(subject)}**" if markdown else f"Subject: {subject}", "", _md(told.heading(), markdown)]
    head += [f"Take note: {_md(line, markdown)}" for line in told.takes_note]
    tail = ["", f"Counts: {_md(told.counted(), markdown)}"] if told.changes or any(told.evidence.values()) else []
    room = max(most - len(head) - len(tail) - 2, 1)
    shown = changes if len(changes) <= room else changes[: room - 1]
    body = [f"{item}{_md(_brief(one.says), markdown)}" for one in shown]
    if len(changes) > len(shown):
        body.append(f"{item}{len(changes) - len(shown):,} more: darkwake diff")
    return "\n".join([*head, *([""] if body else []), *body, *tail]) + "\n"


def _brief(says: str) -> str:
    return says if len(says) <= _MOST_BRIEF else says[: _MOST_BRIEF - 2].rsplit(" ", 1)[0] + " …"


def _subject(told: Diff) -> str:
    if not told.before:
        return "first run"
    if told.is_empty:
        return "nothing new"
    if not told.told:
        return "new sources, no finding changed" if told.changes else "no finding changed"
    many = Counter((one.about, one.change) for one in told.told)
    first = list(dict.fromkeys((one.about, one.change) for one in told.told))[:3]
    parts = [
        f"{about} {change}" + (f" ({many[about, change]:,})" if many[about, change] > 1 else "")
        for about, change in first
    ]
    more = len(told.told) - sum(many[one] for one in first)
    return ", ".join(parts) + (f", {more:,} more" if more else "")


def _md(line: str, is_markdown: bool = True) -> str:
    """A line in which no sign is taken for Markdown or HTML."""
    if not is_markdown:
        return line
    for sign in "\\`*_[]<>#|~":
        line = line.replace(sign, f"\\{sign}")
    return line.replace("@", "@\u200b")


def _as(run: history.Kept) -> str:
    return f"the run of {run.at:%Y-%m-%d %H:%M} UTC"


def _notes(before: Row, after: Row) -> list[str]:
    notes = []
    if before.get("made_by") != after.get("made_by"):
        notes.append(
            f"The case was made by {said(after.get('made_by'))} and before by {said(before.get('made_by'))}, so a "
            "difference may come from the program and not from the sources."
        )
    was, now = before.get("case") or {}, after.get("case") or {}
    names = {"question": "question", "corridor": "corridor", "longer_than_h": "hours of a silence", "name": "name"}
    differ = [word for key, word in names.items() if was.get(key) != now.get(key)]
    if differ:
        notes.append(f"case.toml asks otherwise now ({', '.join(differ)}), so a difference may come from that.")
    elif was.get("question") and was.get("period") != now.get("period"):
        period = " to ".join(said(str(now["period"].get(end) or "open")[:10]) for end in ("start", "end"))
        notes.append(f"The period is now {period}.")
    if max(len(before["silences"]), len(after["silences"])) >= MANY_SILENCES:
        notes.append("The case file holds the longest silences alone; one can come or go because others are longer.")
    return notes
