"""The words by which English news say that somebody says something.

Every verb stands here with what it can do, so that the rules over a parse and the rules over bare words agree:

    s  speech: may trail or be turned round (", he said", "said the ministry") and may carry a quotation
    c  takes a clause as what is said or held ("found that ..."), but never trails
    n  takes a noun as what is said ("alleges a scheme")
    d  denies        a  alleges        q  asks        p  announces an intention

The list is our own; it is read by people who know English, and tuned on the even half of GUM's news (see
bench.attribution).
"""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """Words with spaces between as a set."""
    return frozenset(words.split())


_VERBS = {
    "s": (
        "maintain say state write note explain warn argue insist continue reply respond answer conclude "
        "comment remark stress emphasise emphasize reiterate repeat stipulate tweet post recall caution "
        "concede counter complain testify lament joke quip boast exclaim proclaim agree observe point read "
        "reason opine elaborate muse shout affirm assure advise inform notify recount retort bemoan relate "
        "hint"
    ),
    "sn": (
        "add tell report announce declare confirm acknowledge admit reveal disclose mention predict estimate "
        "assert claim contend certify attest"
    ),
    "sna": "allege charge",
    "snd": "deny refute",
    "nd": "reject dispute dismiss contradict",
    "c": (
        "think believe suggest find show indicate learn imply demonstrate discover determine understand doubt "
        "assume feel guess theorize theorise speculate hypothesize hypothesise calculate fear reckon expect "
        "consider hear conclude illustrate prove forecast hope figure judge"
    ),
    "ca": "suspect insinuate",
    "sq": "ask wonder inquire enquire question",
    "sp": "promise pledge vow threaten swear",
    "s ": "urge demand",
}

WHAT: dict[str, str] = {verb: flags.strip() for flags, verbs in _VERBS.items() for verb in verbs.split()}
"""Lemma to the letters above."""

_IRREGULAR = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "think": "thinks thought thinking",
    "find": "finds found finding",
    "show": "shows showed shown showing",
    "know": "knows knew known knowing",
    "feel": "feels felt feeling",
    "understand": "understands understood understanding",
    "read": "reads read reading",
    "hear": "hears heard hearing",
    "learn": "learns learned learnt learning",
    "swear": "swears swore sworn swearing",
    "forecast": "forecasts forecast forecasting",
    "admit": "admits admitted admitting",
    "quip": "quips quipped quipping",
    "infer": "infers inferred inferring",
    "refer": "refers referred referring",
    "cite": "cites cited citing",
    "quote": "quotes quoted quoting",
}


def _forms(lemma: str) -> list[str]:
    if lemma in _IRREGULAR:
        return [lemma, *_IRREGULAR[lemma].split()]
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    if lemma.endswith("y") and lemma[-2] not in "aeou":
        return [lemma, f"{lemma[:-1]}ies", f"{lemma[:-1]}ied", f"{lemma}ing"]
    third = f"{lemma}es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else f"{lemma}s"
    return [lemma, third, f"{stem}ed", f"{stem}ing"]


SAID_OF = word_set("say report believe think allege claim estimate suspect fear understand rumour")
"""As in "X is said to ...": any of these tells what somebody holds of X; "was told to" and "was found to" do not."""

FORMS: dict[str, str] = {form: lemma for lemma in WHAT for form in _forms(lemma)}
"""Every form of every cue verb to its lemma."""

HANDED_ON: dict[str, str] = {form: lemma for lemma in ("cite", "quote", "reference") for form in _forms(lemma)}
"""Verbs whose object, not their subject, is the further source."""

FRAMING: dict[str, str] = {
    form: lemma for lemma in ("call", "describe", "term", "label", "dub") for form in _forms(lemma)
}
"""As in "in what officials called ..." """

ACCUSING: dict[str, str] = {form: lemma for lemma in ("accuse", "blame", "charge") for form in _forms(lemma)}

ADVERBS = word_set("reportedly allegedly purportedly supposedly ostensibly")
"""Said by somebody whom the sentence does not name."""

NOUNS = word_set(
    "claim claims allegation allegations accusation accusations assertion assertions statement statements "
    "suggestion suggestions announcement report reports warning warnings belief fear fears suspicion "
    "suspicions rumour rumours rumor rumors speculation testimony denial argument conclusion news confirmation "
    "complaint complaints theory impression sensation remark remarks admission finding findings"
)
"""Nouns that may govern a clause of what is said: "its claim that ..."."""

GROUNDS = word_set(
    "rules rule concern concerns reason reasons lack fear fears need needs risk risks threat threats law laws "
    "grounds cost costs privacy safety security policy example examples difficulties weather illness losses"
)
"""What may be cited without being a source: "citing privacy rules"."""

REPORTS = word_set(
    "reports report officials official police sources source study survey experts expert media poll analysts"
)
"""What may stand before a colon in a heading as the whole of the source."""

NO_ANSWER = word_set("decline declines declined declining refuse refuses refused refusing")
"""With "to comment", "to say": neither yes nor no."""
ANSWERS = word_set("comment say answer respond discuss confirm elaborate")

NOT_ANSWERED = (
    "not familiar with",
    "not aware of",
    "unaware of",
    "no information",
    "no knowledge of",
    "cannot comment",
    "can not comment",
    "could not comment",
    "no comment",
    "declined to comment",
    "declines to comment",
    "refused to comment",
    "neither confirm",
    "could not confirm",
    "not respond",
    "could not be reached",
)
"""Phrases that sound like a denial and are none."""

TITLES = word_set(
    "mr mrs ms miss dr prof professor sir lady lord dame rev reverend gen general lt lieutenant col colonel "
    "maj major capt captain adm admiral vice rear cmdr commander sgt sergeant sen senator rep representative "
    "president premier prime minister secretary ambassador governor mayor judge justice chancellor chief "
    "deputy acting first king queen prince princess pope bishop archbishop attorney spokesman spokeswoman "
    "spokesperson undersecretary director chairman chairwoman chair professor doctor coach captain u.s. us uk "
    "foreign state interior defence defense home shadow emeritus associate assistant coauthor co-author author "
    "former executive officer ceo cfo then"
)
"""Words before a name that are no part of it."""

ROLES = word_set(
    "spokesman spokeswoman spokesperson spokespeople minister president secretary ambassador director chairman "
    "chairwoman chief commander general admiral captain officer official professor scientist researcher "
    "analyst expert author lawyer attorney judge prosecutor senator governor mayor coach manager owner leader "
    "head editor reporter journalist witness resident teacher doctor student driver sailor captain master "
    "pilot farmer trader broker curator founder ceo"
)
"""What a person may be called instead of a name."""

BODIES = word_set(
    "ministry government department agency company firm office court police army navy military parliament bank "
    "group organisation organization institute university union committee commission council board authority "
    "authorities embassy party church association foundation fleet command corporation service bureau "
    "administration team regime guard corps ministry's broadcaster newspaper paper daily magazine outlet "
    "network website channel station"
)
"""What an organisation may be called instead of a name."""

FIRMS = word_set(
    "line lines shipping marine maritime trading carriers holdings ltd limited inc corp plc industries logistics "
    "enterprises shipyard airlines airways foods motors chemicals petroleum"
)
"""Words that, capitalised in a name, make it a firm's and no person's."""

DOCUMENTS = word_set(
    "complaint document documents report reports statement statements filing filings indictment letter letters "
    "memo study studies survey surveys poll polls paper dossier record records file files log logs email "
    "emails notice release affidavit testimony data figures results findings article posting post posts "
    "estimates analysis review audit manifest order ruling list certificate declaration communique communiqué "
    "transcript book website site"
)
"""Things written that may be named as a source."""

UNNAMED = word_set(
    "official officials source sources person people expert experts analyst analysts witness witnesses "
    "diplomat diplomats resident residents authorities insider insiders activist activists researcher "
    "researchers scientist scientists critic critics observers observer trader traders sailor sailors worker "
    "workers officer officers lawyers someone somebody others some many several few individuals everyone"
)
"""People of whom only the kind is told."""

AGENCIES = word_set(
    "reuters ap afp upi tass interfax xinhua bbc cnn itv nbc abc cbs npr pbs bloomberg kcna yonhap dpa ansa "
    "efe irna isna anadolu kyodo pti ani cbc sbs dw rfi wikinews politico axios antara bernama"
)
"""News agencies and broadcasters that go by a short name; others are known by a word such as News or Daily."""
AGENCY_NAMES = ("associated press", "agence france-presse", "united press international", "al jazeera")
OUTLET_WORDS = word_set(
    "news times post daily herald tribune gazette guardian telegraph chronicle journal press newspaper "
    "broadcaster television tv radio magazine weekly observer mirror independent courier dispatch examiner "
    "globe star inquirer sun mail express standard review wire newswire broadcasting"
)
"""Words that make a capitalised name a paper or a channel."""
