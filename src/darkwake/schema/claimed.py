"""What articles say, who says it through whom, and which sayings are one.

Offsets are Unicode code points into the article's text as kept (`ARTICLES.text`), 0 for the first, the end left out.
"""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import columns

BLOCK = pl.Struct({"start": pl.Int64, "end": pl.Int64, "kind": pl.String})
"""A piece of an article; kind is a word of claims.article.BLOCKS."""

FOUND = pl.Struct({"field": pl.String, "value": pl.String, "how": pl.String})
"""How a fact about an article was found, such as published, 2026-02-14, "meta article:published_time"."""

ARTICLES = columns(
    {
        "id": pl.String,  # "art-" and 16 digits of the text's sha256
        "source": pl.String,  # sha256 of the file
        "name": pl.String,  # the file's name
        "text_sha256": pl.String,
        "url": pl.String,  # empty where not found; the same for the next three
        "outlet": pl.String,
        "author": pl.String,
        "published": pl.String,  # EDTF
        "title": pl.String,
        "language": pl.String,  # ISO 639-1, "" where it cannot be told
        "text": pl.String,
        "blocks": pl.List(BLOCK),
        "found": pl.List(FOUND),
        "problems": pl.List(pl.String),  # sentences on what limits it: a stub, another language, many times
    }
)
"""Articles as they were read, one row each; sorted by id."""

LINK = pl.Struct(
    {
        "name": pl.String,  # resolved inside the article: "Ada Quill" where the sentence has "she"
        "kind": pl.String,  # "outlet", "person", "organisation", "document", "unnamed" or "unknown"
        "start": pl.Int64,  # where the article names it; null where it is inherited
        "end": pl.Int64,
        "stated": pl.Boolean,  # by the sentence itself; false where inherited from the article
    }
)
"""One station on the way of a claim."""

SAID_DATE = pl.Struct(
    {
        "start": pl.Int64,
        "end": pl.Int64,
        "text": pl.String,
        "edtf": pl.String,  # years stay XXXX where no publication date is known
        "first": pl.Date,  # null where that end is open or unknown
        "last": pl.Date,
        "anchor": pl.String,  # reckoned from: "stated" (whole), "published", "before" (a date named earlier), "none"
        "role": pl.String,  # "event", "report" (of saying), "background" (built in 2005), "duration", "repeated"
    }
)

SAID_AMOUNT = pl.Struct(
    {
        "start": pl.Int64,
        "end": pl.Int64,
        "text": pl.String,
        "low": pl.Float64,  # in the unit as stated; null where that end is open
        "high": pl.Float64,
        "low_in": pl.Boolean,  # whether the end itself belongs: "over 2,000" leaves 2,000 out
        "high_in": pl.Boolean,
        "comparator": pl.String,  # "exactly", "over", "at least", "under", "at most", "about", "between"
        "unit": pl.String,  # the singular as stated ("ton"), a currency's ISO code ("$" where not said whose), or ""
        "thing": pl.String,  # of what, as written: "ammonium perchlorate", "barrels of oil" -> "oil"
        "hedge": pl.String,  # the words before it, such as "more than", "only"
        "role": pl.String,  # "amount", "equivalent" (enough for ...), "rate" (... a month), "price", "share", "ordinal"
        "per": pl.String,  # of a rate: "day", "month", ...; else ""
    }
)

ACTOR = pl.Struct({"name": pl.String, "role": pl.String, "start": pl.Int64, "end": pl.Int64})
"""Who acts ("agent") or is acted on ("target") in a claim; the name resolved inside the article."""

CLAIMS = columns(
    {
        "id": pl.String,  # made from the content
        "article": pl.String,
        "at": pl.Int64,  # its place among the article's claims, 0 for the first
        "sentence_start": pl.Int64,
        "sentence_end": pl.Int64,
        "start": pl.Int64,  # the words claimed
        "end": pl.Int64,
        "text": pl.String,
        "chain": pl.List(LINK),  # outermost (the publisher) first
        "mode": pl.String,  # "direct", "indirect", "mixed" or "unattributed"
        "cue": pl.String,  # "said", "according to"; empty where unattributed
        "cue_start": pl.Int64,
        "cue_end": pl.Int64,
        "source_start": pl.Int64,
        "source_end": pl.Int64,
        "modality": pl.String,  # "asserted", "alleged", "possible", "planned", "asked" or "denied"
        "negated": pl.Boolean,
        "hedges": pl.List(pl.String),
        "dates": pl.List(SAID_DATE),
        "quantities": pl.List(SAID_AMOUNT),
        "actors": pl.List(ACTOR),
        "places": pl.List(pl.String),
        "things": pl.List(pl.String),
        "predicate": pl.String,  # the lemma of the verb or the noun of the event
        "predicate_class": pl.String,  # a word of claims.predicates, "" where none fits
        "made_by": pl.String,  # backend, rule, model and its hash
    }
)
"""Who said what through whom; sorted by article, at."""

WHY = pl.Struct({"a": pl.String, "b": pl.String, "because": pl.String})
"""Why two claims (or two chains) were laid together."""

CLUSTERS = columns(
    {
        "id": pl.String,  # made from its claims
        "label": pl.String,  # the words of its earliest claim
        "claims": pl.List(pl.String),
        "why": pl.List(WHY),
    }
)
"""Claims about the same happening; every claim in exactly one; sorted by id."""

ORIGIN = pl.Struct(
    {"name": pl.String, "kind": pl.String, "claims": pl.List(pl.String), "traced": pl.Boolean, "because": pl.String}
)

ORIGINS = columns(
    {
        "cluster": pl.String,
        "least": pl.Int64,  # independent origins, at least and at most
        "most": pl.Int64,
        "outlets": pl.List(pl.String),
        "origins": pl.List(ORIGIN),  # every claim of the cluster in exactly one
        "why": pl.List(WHY),
        "says": pl.String,  # "1 origin, 4 outlets: ..."
    }
)
"""How many origins a cluster has; sorted by cluster."""

CONTRADICTIONS = columns(
    {
        "id": pl.String,
        "cluster": pl.String,
        "a": pl.String,  # ids of claims; a is the earlier
        "b": pl.String,
        "kind": pl.String,  # "date", "date scope", "quantity bound", "framing", "actor", "extent", "denial" or "count"
        "hard": pl.Boolean,  # both cannot be true as stated; else they can be, read kindly
        "says": pl.String,  # quotes both, decides nothing
    }
)
"""Where two claims of a cluster do not agree; sorted by cluster, id."""
