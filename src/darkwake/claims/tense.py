"""Whether the words around a day look ahead or back."""

from __future__ import annotations

import re

from darkwake.claims.gaps import tight
from darkwake.claims.moments import Named

_FUTURE = tight(
    r"\b(?:will|shall|won['’]t|to be|(?:is|are|was|were) to|going to|set to|due|scheduled|slated|"
    r"plan(?:s|ned|ning)?|expect(?:s|ed)?|upcoming|intends?|aims?|hopes?|until|till|through|deadline|"
    r"expires?|would|ahead of|next|can|begins|starts|(?-i:may)|should|must|coming|runs|opens|closes|takes place"
    r"|kicks off|resumes|airs|meets|returns|concludes"
    r"|(?:is|are|am)\s+(?:holding|meeting|going|coming|travell?ing|playing|hosting|flying|leaving|opening|starting|preparing)"
    r")\b|['’]ll\b",
    re.IGNORECASE,
)
_PAST = tight(
    r"\b(?:was|were|had|has|have|did|said|told|took|made|came|went|began|saw|found|won|lost|left|got|gave|ran|kept|met|spoke"
    r"|wrote|became|brought|bought|fell|flew|grew|heard|knew|led|paid|rose|sat|sent|shot|sold|stood|struck|drew|drove|broke"
    r"|caught|chose|fought|sank|spent|stole|swept|threw|held|since|ago|been"
    r"|(?-i:(?!(?:n|sp|f|s|br|ind|bl|wed|exc|proc|succ)eed\b|hundred\b)[a-z]{2,20}ed))\b",
    re.IGNORECASE,
)
_TO_BE = tight(r"\bbe\s+(?:[a-z]+ly\s+)?(?:[a-z]+ed|held|sold|sent|made|paid|met|found|shot|led)\b")
"""As in "will be sold": no past."""
_BY = tight(r"\bby\s+(?:the\s+)?$", re.IGNORECASE)
_NEARBY = 90
"""Letters to either side in which tense is looked for."""


def looks_ahead(words: str, one: Named) -> bool | None:
    """Which way the nearest verb before it looks; else the first behind it."""
    if one.moment.base != "published" or one.moment.kind == "window":
        return None
    before = _TO_BE.sub("", words[max(0, one.start - _NEARBY) : one.start])
    future = max((match.end() for match in _FUTURE.finditer(before)), default=-1)
    past = max((match.end() for match in _PAST.finditer(before)), default=-1)
    if future >= 0 or past >= 0:
        return future >= past
    after = _TO_BE.sub("", words[one.end : one.end + _NEARBY])
    ahead, back = _FUTURE.search(after), _PAST.search(after)
    if not ahead and not back:
        return True if one.moment.kind != "weekday" and _BY.search(before) else None
    return bool(ahead and (not back or ahead.start() <= back.start()))
