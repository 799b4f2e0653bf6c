"""The figures of `python -m bench silence` as tables of at most 100 columns."""

from __future__ import annotations

from typing import Any


def _cell(value: object, width: int) -> str:
    if value is None:
        text = "-"
    elif isinstance(value, float):
        text = f"{value:.3f}" if 0.0 < value < 1.0 else f"{value:.0f}"
        text = {"0.000": "<.001", "0": "0"}.get(text, text.removeprefix("0"))
    else:
        text = str(value)
    return text.rjust(width)


def _table(rows: list[dict[str, Any]], first: str, columns: dict[str, str]) -> str:
    """Rows as text: the first column to the left, the others to the right, each under its heading."""
    lines = [f" {first:21}" + "".join(word.rjust(7) for word in columns.values())]
    for row in rows:
        name = row.get("cause") or ("all" if row.get("hours") is None else f"{row['hours']:g} h")
        lines.append(f" {name:21}" + "".join(_cell(row[key], 7) for key in columns))
    return "\n".join(lines)


_RULES = {"welch": "Welch", "arktrace": "arktr.", "pipe_gaps": "pipe-g"}
_BY_LENGTH = {"n": "n", "told": "told", "cannot_tell": "can't", "auc_told": "AUC", "auc_all": "(all)",
              "called_5": "at 5%", "called_1": "at 1%", "auc_length": "length", **_RULES}  # fmt: skip
_BY_CAUSE = {"n": "n", "told": "told", "cannot_tell": "can't", "said_outage": "outage", "said_poor": "poor",
             "called_5": "at 5%", "called_1": "at 1%", "auc_told": "AUC", **_RULES}  # fmt: skip
LEGEND = """\
told    peers sufficed: enough passages and at least 3 others known to be there in the same hours
can't   share of the verdict "cannot tell"
AUC     switch-offs against innocent gaps among those told (of a length: against gaps 1.5 times
        shorter to 1.5 times longer; beside a cause: all switch-offs against it); (all): over
        everything, a pair with one that could not be told counting half; length: longer is worse
at 5%   share called "likely switched off" with the false-discovery rate held at 5 %; 1 % beside it
Welch, arktrace, pipe-gaps: share that each rule would call
"""


_NAMED = {"called_5": "weigh at 5 %", "called_1": "weigh at 1 %", "welch": "Welch et al.", "arktrace": "arktrace, 10 h",
          "pipe_gaps": "pipe-gaps, 12 h and 14"}  # fmt: skip


def _by_rule(rules: dict[str, dict[str, Any]]) -> str:
    """Each rule as a yes or no: switch-offs found, innocent gaps called, and the area of that."""
    lines = [" as a yes or no          found  false    AUC"]
    for name, words in _NAMED.items():
        lines.append(f" {words:22}" + "".join(_cell(rules[name][key], 7) for key in ("found", "false", "auc")))
    return "\n".join(lines)


def printed(figures: dict[str, Any]) -> str:
    """The tables of one ground, at most 100 columns."""
    alarms = figures["false_alarms"]
    assert isinstance(alarms, dict)
    return "\n".join(
        [
            f"{figures['name']}: {figures['gaps']:,} gaps ({figures['mixed']} partly masked, left out)",
            _table(figures["by_length"], "switched off for", _BY_LENGTH),
            _table(figures["by_cause"], "innocent gaps", _BY_CAUSE),
            _by_rule(figures["rules"]),
            "  false discoveries among switch-offs and natural gaps: "
            f"{alarms['false_discoveries_5']:.3f} of {alarms['discoveries_5']} at 5 %, "
            f"{alarms['false_discoveries_1']:.3f} of {alarms['discoveries_1']} at 1 %",
            "",
        ]
    )
