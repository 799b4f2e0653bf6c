"""The numbers of a piece of evidence by which case.ratings goes, drawn from its details and from the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkwake.case import words
from darkwake.case.known import Known
from darkwake.evidence import Evidence

Facts = dict[str, Any]


def of_silence(item: Evidence) -> Facts:
    """A silence and its comparison with other ships."""
    details = item.data()
    weighed = details.get("silence") or {}
    start = (weighed.get("b") or {}).get("start") or {}
    p = details.get("p")
    return {
        "verdict": details.get("verdict"),
        "p": p,
        "p_said": "not given" if p is None else f"{p:.3f}",
        "hours": words.hours(details.get("hours") or 0.0),
        "peers": weighed.get("peers") or 0,
        "peers_heard": weighed.get("peers_heard") or 0,
        "passages": start.get("passages", "some"),
        "as_long": start.get("long", "some"),
    }


def of_reach(row: Mapping[str, Any]) -> Facts:
    """A port that could have been called at."""
    return {
        "slack_h": row["slack_h"],
        "slack": words.hours(row["slack_h"]),
        "speed": f"{row['speed_kn']:.0f}",
        "port": f"{row['name']} ({row['country']})",
    }


def of_draught(row: Mapping[str, Any]) -> Facts:
    """A row of DRAUGHT_CHANGES, or the details made from one."""
    return {
        "said": row.get("said"),
        "before_state": row.get("before_state"),
        "after_state": row.get("after_state"),
        "before": _metres(row.get("before_m")),
        "after": _metres(row.get("after_m")),
        "change": _metres(abs(row.get("change_m") or 0.0)),
    }


def _metres(value: float | None) -> str:
    return "an unknown draught of" if value is None else f"{value:.1f}"


def of_inferred(item: Evidence) -> Facts:
    """A call for which something speaks."""
    details = item.data()
    grounds = details.get("grounds") or []
    return {"grounds": len(grounds), "grounds_said": " ".join(grounds), "others": details.get("others") or 0}


def of_event(item: Evidence) -> Facts:
    """A meeting, a possible one, or a doubt."""
    details = item.data()
    return {
        "others": details.get("others") or 0,
        "pattern": details.get("pattern"),
        "disturbed": details.get("disturbed") or details.get("many"),
    }


def of_listing(item: Evidence, known: Known) -> Facts:
    """A meeting with a list entry, with what in it does not agree."""
    hit = known.hits.get(str(item.data().get("hit")))
    apart = [row["says"].rstrip(".") for row in (hit["features"] or () if hit else ()) if row["weight"] < 0]
    return {
        "rank": item.data().get("rank"),
        "because": item.because.partition(": ")[2] or item.because,
        "contradicted": "; ".join(apart),
    }


def of_standings(rows: Sequence[Mapping[str, Any]]) -> Facts:
    """How an entry stood on the days asked about."""
    said = sorted({str(row["standing"]) for row in rows})
    return {"words": said, "words_said": words.listing(said), "days": words.count(len(rows), "day")}


def of_claim(item: Evidence, known: Known, *, ports: frozenset[str] = frozenset()) -> Facts:
    """A cluster of claims: how many told it, from how many origins, and whether its tellings agree."""
    details = item.data()
    cluster = known.clusters.get(str(details.get("cluster")))
    said = cluster.contradictions[0] if cluster and cluster.contradictions else "both cannot be true as stated."
    least, most = details.get("least") or 0, details.get("most") or 0
    return {
        "denied": bool(details.get("denied")),
        "contradicted": bool(details.get("contradicted")),
        "contradiction": said,
        "least": least,
        "most": most,
        "least_said": words.count(least, "origin"),
        "outlets": words.count(len(details.get("outlets") or ()), "outlet"),
        "names_port_or_goods": any(
            one.kind == "goods" or (one.kind == "port" and one.key in ports) for one in item.subjects
        ),
    }


def of_site(item: Evidence, known: Known) -> Facts:
    """A building's changes, or what a site showed no change of."""
    details = item.data()
    changes = details.get("changes") or []
    site = known.sites.get(str(details.get("site")))
    posterior = min((one.get("posterior") or 0.0 for one in changes), default=0.0)
    return {
        "status": words.listing(list(dict.fromkeys(str(one["status"]) for one in changes))),
        "posterior": posterior,
        "posterior_said": f"{posterior:.2f}",
        "radar_alone": "radar alone" in item.because or (site is not None and site.sensors == {"s1"}),
        "label": item.place.name if item.place and item.place.name else str(details.get("site")),
        "unchanged": details.get("unchanged") or 0,
        "unable": details.get("unable") or 0,
    }
