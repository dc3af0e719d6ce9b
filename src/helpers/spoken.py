"""Turkish suffixes after numbers and names, English agreement with a number: by how they are read aloud.

`%64'ü`, `3'ten 5'e`, `2026'da`, `KTÜ'nün`: a suffix follows the last word that is spoken. Its vowels agree
with that word's last vowel (back or front, rounded or not), its d is t after a voiceless consonant, and after
a vowel it begins with a consonant of its own. Source: TDK, Yazım Kılavuzu, on numbers and the apostrophe.
"""

import re

from . import locale

# -- Turkish: the last word that is spoken -----------------------------------------------------------------

_UNITS = ("sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz")
_TENS = ("", "on", "yirmi", "otuz", "kırk", "elli", "altmış", "yetmiş", "seksen", "doksan")
_THOUSANDS = ("", "bin", "milyon", "milyar", "trilyon")
_NUMBER_AT_END = re.compile(r"(\d[\d.]*)(?:,(\d+))?\D?$")
_VOWELS = "aıoueiöü"
# Abbreviations that are read in English, and how they end then.
_ENGLISH = {"QS": "es", "CWUR": "kur"}


def last_word(written: str) -> str:
    """Return the last word that is spoken of a number or a name, as Turkish writes it: `%12,50` → `elli`.

    A percent sign stands and is read before its number. Decimals are read as a number of their own after
    `virgül`. What ends in no letter and no digit is taken for a word with e.
    """
    end = _NUMBER_AT_END.search(written)
    if end is not None and not re.search(r"[^\W\d_]$", written):
        return _last_of_number(end[2] or end[1].replace(".", ""))
    words = re.findall(r"[^\W\d_]+", written)
    return _last_of_name(words[-1]) if words else "e"


def _last_of_number(digits: str) -> str:
    if not digits.strip("0"):
        return _UNITS[0]
    noughts = len(digits) - len(digits.rstrip("0"))
    if noughts == 0:
        return _UNITS[int(digits[-1])]
    if noughts == 1:
        return _TENS[int(digits[-2])]
    return "yüz" if noughts == 2 else _THOUSANDS[min(noughts // 3, len(_THOUSANDS) - 1)]


def _last_of_name(word: str) -> str:
    if len(word) == 1 or word != locale.upper(word):
        return locale.lower(word)
    if word in _ENGLISH:
        return _ENGLISH[word]
    last = locale.lower(word)
    # Capitals are read letter by letter (KTÜ: ka-te-ü) unless they make a word (TÜBİTAK, YÖK).
    shape = "".join("v" if letter in _VOWELS else "c" for letter in last)
    if re.fullmatch(r"(c?v){2,}c?|cvc", shape) or (len(word) > 4 and shape.count("v") > 1):
        return last
    return last[-1] if last[-1] in _VOWELS else last[-1] + "e"


# -- Turkish: the suffix -----------------------------------------------------------------------------------

# Suffixes by their form after `iki`, a front vowel; what stands in brackets first comes after a vowel
# only, (I) after a consonant only. E is a or e, I is ı i u or ü, D is d or t.
_SUFFIXES = {
    "yi": "(y)I", "ye": "(y)E", "de": "DE", "den": "DEn", "nin": "(n)In", "yle": "(y)lE",
    "si": "(s)I", "sini": "(s)InI", "sine": "(s)InE", "sinde": "(s)IndE", "sinden": "(s)IndEn",
    "sinin": "(s)InIn", "lik": "lIk", "li": "lI", "nci": "(I)ncI", "şer": "(ş)Er", "dir": "DIr",
    "deki": "DEki", "ydi": "(y)DI",
}  # fmt: skip
_PATTERN = re.compile(r"\(.\)|.")


def suffix(written: str, form: str) -> str:
    """Return a suffix as it stands after a number or a name, with its apostrophe; a common noun takes none.

    `form` is the suffix as it stands after 2 (iki): `ye` gives 3'e, 6'ya, 40'a and `ilk yarı` its -ya. Raises
    KeyError for a form that is not known.
    """
    of_word = re.search(r"([^\W\d_])[^\W\d_]*$", written)
    is_common = of_word is not None and of_word[1] == locale.lower(of_word[1])
    word = last_word(written)
    vowels = [letter for letter in word if letter in _VOWELS] or ["e"]
    last, found, before = vowels[-1], "", word[-1]
    for part in _PATTERN.findall(_SUFFIXES[form]):
        letter = part.strip("()")
        if part != letter and (before in _VOWELS) == (letter == "I"):
            continue
        if letter in ("E", "I"):
            letter = last = _harmony(last, letter)
        elif letter == "D":
            letter = "t" if before in "fstkçşhp" else "d"
        found, before = found + letter, letter
    return found if is_common else f"'{found}"


def _harmony(last: str, vowel: str) -> str:
    back, rounded = last in "aıou", last in "ouöü"
    if vowel == "E":
        return "a" if back else "e"
    return ("u" if rounded else "ı") if back else ("ü" if rounded else "i")


# -- English -----------------------------------------------------------------------------------------------


def is_one(written: str) -> bool:
    """Tell whether a number as it is written takes the singular: 1, and no other (0, 1.0, −1 do not)."""
    return written == "1"


def article(written: str) -> str:
    """Return `a` or `an`, as it stands before a number or a word: an 8%, a 100, an MSc, a university."""
    number = re.match(r"\W*(\d+)", written)
    if number is not None:
        return "an" if number[1].startswith("8") or number[1] in ("11", "18") else "a"
    word = re.match(r"\W*(\w+)", written)
    if word is None:
        return "a"
    first = word[1]
    if first[:2].isupper() and not re.search("[AEIOU].*[AEIOU]", first):
        return "an" if first[0] in "AEFHILMNORSX" else "a"  # read letter by letter
    if re.match(r"(eu|uni([^nm]|$)|us[aeiu]|one|u$)", first, re.IGNORECASE):
        return "a"
    return "an" if re.match(r"[aeiou]|hour|honest|honou?r|heir", first, re.IGNORECASE) else "a"
