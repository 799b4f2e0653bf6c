"""How alike two names of people or companies are, from 0 to 1.

Words are laid beside one another, whatever their order. What counts most is not how much agrees but what stands against
it: a word that one name has more is often left out, while two words of which each stands in one name alone are as a
rule two people. The score is

    agreement / (weight of the words that met + CONFLICT × what stands against another + EXTRA × what one has more)

and depends on the two names alone, never on which lists are loaded; it is the same from both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from darkwake.screening.lists import EntryKind
from darkwake.screening.names import fold, likeness, numbers_agree
from darkwake.screening.parts import Parts, Word, parts

CONFLICT = 3.0
"""What a word of one name against another word of the other costs, in weights of such a word."""
EXTRA = 0.3
"""What a word that only one name has costs."""
LONE = 1.0
"""The same where hardly more than one word met: a given name alone is no one's."""
FEW = 1.7
"""The weight of met words up to which that holds: eight letters."""
SLOPE = 1.4
"""How fast the agreement of two words falls with the share of their letters that differ."""
FLOOR = 0.65
"""Words less alike than this have not met."""
HEARD = 0.96
"""How alike words are that sound the same."""
GIVEN = 0.85
"""How alike two forms of one given name are, or a nickname and its name."""
SERVED = 0.86
"""How alike ABD RAHMAN and RAHMAN are."""
LONG = 6
"""Letters from which on words may have two typos; shorter ones have one."""
INITIAL = 0.75
"""How alike an initial and a word are."""
LEAST_FIRM = 0.5
"""The share of the words that met that have to be more than somewhat alike, by weight."""
NOT_FIRM = 0.7
"""What is left where they are not."""
WHOLE = 0.9
"""What the likeness of the two names as one string is worth, where no long word stands against another."""
OTHER_FORM = 0.93
"""What is left where the legal forms are of two kinds, such as AG and GmbH."""
OTHER_NUMBER = 0.8
"""What is left where a company's numbers differ: funds and branches of one house have such names."""
LEAD = 0.7
"""From here on two names are alike enough for a lead; chosen as docs/screening.md tells."""

_SHORT_WORD = 0.65  # weight of a word of three letters, which may stand against another without being another name
_FIRM = 0.8  # words as alike as this are one word, spelled otherwise
_SERVANT = 0.6  # the weight of ABD
_FAR = 4  # kinds of letters of which two typos change no more
_UNMET_LETTERS = 3  # kinds of letters that the name with fewer may have alone


def name_score(one: str, other: str, kind: EntryKind) -> float:
    """How alike two names of one kind of party are, from 0 to 1, numbers in them included; the same from both sides.

    Ships and aircraft go by the rules of `names.likeness`, people and companies by those of this module.
    """
    if kind in ("vessel", "aircraft"):
        forms = fold(one), fold(other)
        found = likeness(*forms, of_ship=True)
        return found[0] * numbers_agree(*forms) if found else 0.0
    both = parts(one, of_person=kind == "person"), parts(other, of_person=kind == "person")
    score = alike(*both)[0]
    return score if both[0].numbers == both[1].numbers else round(score * OTHER_NUMBER, 6)


def misspelled_word(one: Parts, other: Parts) -> bool:
    """True for two names of one word each that are not the same, do not sound the same and are no forms of one name."""
    if len(one.words) != 1 or len(other.words) != 1 or one.signs or one.bare != other.bare:
        return False
    left, right = one.words[0], other.words[0]
    if left.text == right.text or left.sound == right.sound or one.whole == other.whole:
        return False
    return left.given.isdisjoint(right.given) and "ABD" + left.text != right.text and "ABD" + right.text != left.text


def alike(one: Parts, other: Parts) -> tuple[float, str]:
    """How alike the words of two names are, from 0 to 1, and in what; numbers are left to the caller."""
    if not one.words or not other.words:
        same = not one.words and not other.words and one.numbers == other.numbers and bool(one.numbers)
        return (1.0, "are the same number") if same else (0.0, "")
    if one.signs and other.signs:
        score, how = _by_signs(one, other)
    else:
        score, how = _by_words(one, other)
    if one.forms and other.forms and not one.forms & other.forms and "company" not in one.forms | other.forms:
        return round(score * OTHER_FORM, 6), f"{how}, with legal forms of two kinds"
    return round(score, 6), how


def _by_signs(one: Parts, other: Parts) -> tuple[float, str]:
    """Chinese and Korean: signs that sound alike are other names, so nothing is forgiven in a short one."""
    if one.signs == other.signs:
        return 1.0, "are the same"
    if one.joined == other.joined:
        return 0.85, "are read alike, in other signs"
    longer = max(len(one.signs), len(other.signs))
    if min(len(one.signs), len(other.signs)) < 6:
        return 0.0, ""
    differ = OSA.distance(one.signs, other.signs)
    return max(0.0, 1 - 1.5 * differ / longer), f"differ by {differ} sign{'s' * (differ > 1)}"


def _by_words(one: Parts, other: Parts) -> tuple[float, str]:
    if one.ordered == other.ordered:
        same = [word.text for word in one.words] == [word.text for word in other.words]
        return (1.0, "are the same") if same else (0.99, "have the same words in another order")
    if one.joined == other.joined or one.whole == other.whole:
        return 0.98, "are the same but for spaces"
    from_bare = one.bare != other.bare
    alone = min((one.letters & ~other.letters).bit_count(), (other.letters & ~one.letters).bit_count())
    if alone > _UNMET_LETTERS and not from_bare:
        return 0.0, ""
    return _laid_side_by_side(one, other, from_bare)


def _laid_side_by_side(one: Parts, other: Parts, from_bare: bool) -> tuple[float, str]:
    left, right = one.words, other.words
    servants = [0.0, 0.0]
    mine, theirs = _set_apart(left, right)
    same = pairs = len(left) - len(mine)
    gain = met = firm = sum([left[i].weight for i in range(len(left)) if i not in mine])
    found = []
    for i in mine:
        word = left[i]
        letters, heard, given, long = word.letters, word.heard, word.given, len(word.text) > 1 and not from_bare
        for j in theirs:
            its = right[j]
            if (
                long
                and (heard ^ its.heard).bit_count() > _FAR < (letters ^ its.letters).bit_count()
                and len(its.text) > 1
                and (not given or given.isdisjoint(its.given))
            ):
                continue  # too many other letters for two typos or ABD, and no other rule is left
            near = word_alike(word, its, from_bare)
            if near >= FLOOR:
                found.append((-near, abs(i - j), i + j, i, j))
    found.sort()
    for away, _, _, i, j in found:
        if i in mine and j in theirs:
            mine.discard(i)
            theirs.discard(j)
            weight = (left[i].weight + right[j].weight) / 2
            gain += weight * (1 - SLOPE * (1 + away))
            met += weight
            firm += weight * (-away >= _FIRM)
            pairs += 1
            if away == -SERVED:
                servants[len(left[i].text) < len(right[j].text)] += _SERVANT
    if mine and theirs:
        for near, weight in (
            *_compounds(left, mine, right, theirs, one.of_person),
            *_compounds(right, theirs, left, mine, one.of_person),
        ):
            gain += weight * near
            met += weight
            firm += weight * (near >= _FIRM)
            pairs += 1
    # ABDUL KHAN is KHAN too, but not WALI KHAN: there what is left out stands against another word
    lost = [sum([left[i].loss for i in mine]), sum([right[j].loss for j in theirs])]
    against, more = sorted((lost[0] + servants[0] * bool(theirs), lost[1] + servants[1] * bool(mine)))
    score = gain / (met + CONFLICT * against + (EXTRA if met > FEW else LONE) * (more - against)) if met else 0.0
    if firm < LEAST_FIRM * met:
        score *= NOT_FIRM
    if against <= _SHORT_WORD and not from_bare:
        differ = OSA.distance(one.joined, other.joined)
        score = max(score, WHOLE * (1 - differ / max(len(one.joined), len(other.joined))))
    return score, _how(pairs, same, len(mine) + len(theirs))


def _set_apart(left: Sequence[Word], right: Sequence[Word]) -> tuple[set[int], set[int]]:
    """The places of the words of each name that the other has not."""
    mine, theirs = set(range(len(left))), set(range(len(right)))
    for i, word in enumerate(left):
        for j in theirs:
            if right[j].text == word.text:
                mine.discard(i)
                theirs.discard(j)
                break
    return mine, theirs


def _how(pairs: int, same: int, unmet: int) -> str:
    words = f"{pairs} word{'s' * (pairs != 1)}"
    if not pairs:
        return "are alike as a whole"
    met = f"share {words}" if same == pairs else f"have {words} alike, {same or 'none'} of them the same"
    return f"{met}; {unmet} stand{'s' * (unmet == 1)} in one of them only" if unmet else met


def word_alike(one: Word, other: Word, from_bare: bool = False) -> float:
    """How alike two words are, from 0 to 1; `from_bare`: one of them comes from a script that writes few vowels."""
    text, its = one.text, other.text
    if text == its:
        return 1.0
    short = min(len(text), len(its))
    if short == 1:
        return INITIAL if text[0] == its[0] and max(len(text), len(its)) > 2 else 0.0
    if from_bare:
        if min(len(one.bones), len(other.bones)) < 2:
            return 0.0
        differ = OSA.distance(one.bones, other.bones)
        return 0.93 if not differ else max(0.0, 1 - 1.2 * differ / max(len(one.bones), len(other.bones)))
    if short > 2 and one.sound == other.sound:
        return HEARD
    if one.small or other.small:
        return 0.0
    if (text[:3] == "ABD" and text[3:] == its) or (its[:3] == "ABD" and its[3:] == text):
        return SERVED  # ABD RAHMAN is called RAHMAN too
    if one.given and not one.given.isdisjoint(other.given):
        return GIVEN
    if short == 2:
        return 0.0  # a typo in so short a word makes another
    near = _spelled_alike(text, its, one.letters ^ other.letters)
    heard = HEARD * _spelled_alike(one.sound, other.sound, one.heard ^ other.heard)
    return near if near > heard else heard


def _spelled_alike(one: str, other: str, differ: int) -> float:
    """The share of letters that agree; 0 under `FLOOR` and for too many typos. A typo changes two kinds of letters."""
    shorter, longer = len(one), len(other)
    if shorter > longer:
        shorter, longer = longer, shorter
    most = min(2 if shorter >= LONG else 1, int(longer * (1 - FLOOR)))
    if differ.bit_count() > 2 * most or longer - shorter > most:
        return 0.0
    away = OSA.distance(one, other)
    return 1 - away / longer if away <= most else 0.0


def _compounds(
    words: Sequence[Word], free: set[int], others: Sequence[Word], unmet: set[int], of_person: bool
) -> list[tuple[float, float]]:
    """Words of `words` that are two or three neighbours of `others` written as one, or a person's initials."""
    found = []
    for i in sorted(free):
        first = words[i].text[0]
        if first not in [others[j].text[0] for j in unmet]:
            continue  # a compound begins as its first word does
        for run in _neighbours(sorted(unmet)):
            near = _as_one(words[i].text, [others[j].text for j in run], of_person)
            if near:
                free.discard(i)
                unmet.difference_update(run)
                found.append((near, (words[i].weight + sum(others[j].weight for j in run)) / 2))
                break
    return found


def _neighbours(free: list[int]) -> list[list[int]]:
    runs = [free[at : at + size] for size in (3, 2) for at in range(len(free) - size + 1)]
    return [run for run in runs if run[-1] - run[0] == len(run) - 1]


def _as_one(word: str, run: list[str], of_person: bool) -> float:
    if run[0][0] != word[0]:
        return 0.0
    text = "".join(run)
    if text == word:
        return 0.98
    if of_person and len(word) == len(run) and "".join(part[0] for part in run) == word:
        return INITIAL
    return 0.85 if len(word) > 5 and OSA.distance(text, word, score_cutoff=1) <= 1 else 0.0
