"""Which language a text is in: by its script, and among languages in Latin letters by their commonest small words.

It is only asked whether the English rules may read a text, so a text too short to tell stays untold.
"""

from __future__ import annotations

import re
from collections import Counter

LOOKED_AT = 20_000
"""Code points from the beginning that are looked at."""
_FEWEST = 5
"""Small words that must be met."""
_MARGIN = 1.3
"""How many times the first language must be ahead of the second."""

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish",
    "cs": "Czech", "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "id": "Indonesian", "ru": "Russian",
    "uk": "Ukrainian", "bg": "Bulgarian", "sr": "Serbian", "el": "Greek", "ar": "Arabic", "fa": "Persian",
    "ur": "Urdu", "he": "Hebrew", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "hi": "Hindi", "th": "Thai",
}  # fmt: skip
"""ISO 639-1 -> its English name, for every language that can be told."""

_SMALL = {
    "en": "the of and to in that is was for on with as it at by from are were has have this which said he not but they",
    "de": "der die das und ist nicht ein eine den dem des mit von zu auf für sich auch wird im sind bei nach wurde hat",
    "fr": "le la les des et est une du dans que qui pour pas sur au par avec sont aux ce cette ont été il mais",
    "es": "el la los las de que y en un una por con no para del se su al es lo como más fue han pero",
    "it": "il di che la e un una per non sono del della con si da dei nel alla gli più anche ha le è stato",
    "pt": "o de que e do da em um uma para com não os no na se por mais dos as foi ao são à também pelo",
    "nl": "de het een van en in is dat op te niet zijn voor met die aan er om ook door naar werd bij heeft",
    "sv": "och att det som en på är av för den med till inte har de ett om var från men sig jag kan",
    "da": "og at det som en på er af for den med til ikke har de et om var fra men sig blev efter også",
    "no": "og at det som en på er av for den med til ikke har de et om var fra men seg ble etter også",
    "fi": "ja on ei että se oli hän mutta ovat kun myös joka tai sekä mukaan ovat olla ollut niin kuin",
    "pl": "w i na z że się do nie to jest o od jak po dla są przez ale był oraz które tym przy ich",
    "cs": "a v na se že je s z do to o ve pro po jako za ale by byl podle které jsou také od při",
    "hu": "a az és hogy nem is egy volt de ez meg csak már mint azt el ki vagy szerint még van",
    "ro": "de și în a la cu pe din că nu este un o care pentru mai fost sunt au prin dar după ale",
    "tr": "ve bir bu da de için ile olarak olan çok daha gibi ne kadar sonra en olduğu ancak her göre",
    "id": "yang dan di dari untuk dengan pada ini itu dalam tidak akan ke oleh adalah telah juga kata tersebut para",
}
_OWN = {
    "sv": "och att är inte från ett", "da": "af ikke blev efter", "no": "av ikke ble etter seg",
}  # fmt: skip
"""Words that tell neighbours apart, counted twice."""
_WEIGHTS = {
    language: Counter(words.split()) + Counter(_OWN.get(language, "").split()) for language, words in _SMALL.items()
}
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("ru", re.compile(r"[\u0400-\u052f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def language(text: str) -> str:
    """ISO 639-1 of the language of most of the text; empty where it cannot be told."""
    head = text[:LOOKED_AT]
    latin = len(_LATIN.findall(head))
    met = {name: len(shape.findall(head)) for name, shape in _SCRIPTS}
    # Japanese is mostly written in Chinese signs, and Chinese has no kana
    if met["ja"] * 10 > met["zh"]:
        met["ja"] += met.pop("zh")
    script = max(met, key=lambda name: met[name])
    # a sign of these scripts is a syllable or a word, a Latin letter neither
    weight = 3 if script in ("zh", "ja", "ko") else 1
    if met[script] * weight > latin:
        return _within(script, head) if met[script] >= 20 // weight else ""
    return _latin(head)


def _within(script: str, text: str) -> str:
    """Which of the languages that share a script: told by letters that only one of them has."""
    if script == "ar":
        if len(re.findall(r"[ٹڈڑںےہ]", text)) > len(text) / 100:
            return "ur"
        return "fa" if len(re.findall(r"[پچژگیک]", text)) > len(text) / 50 else "ar"
    if script == "ru":
        if len(re.findall(r"[іїєґІЇЄҐ]", text)) > len(text) / 100:
            return "uk"
        if re.search(r"[ђјљњћџЂЈЉЊЋЏ]", text):
            return "sr"
        return "ru" if re.search(r"[ыэёЫЭЁ]", text) else "bg" if text.count("ъ") > len(text) / 200 else "ru"
    return script


def _latin(text: str) -> str:
    words = Counter(word.lower() for word in _WORD.findall(text))
    told = sorted(
        ((sum(words[word] * weight for word, weight in table.items()), name) for name, table in _WEIGHTS.items()),
        key=lambda one: (-one[0], one[1]),
    )
    (most, first), (second, _) = told[0], told[1]
    # in running text every third to fifth word is one of these; a list of names has hardly any
    if most < _FEWEST or most < 0.06 * words.total() or most < _MARGIN * second:
        return ""
    return first
