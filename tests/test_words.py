"""Errors of writing that were found by reading the pages, as rules, so that none of them comes back.

They are held over every text of both languages, the prose of the notebooks, the guides and the names and
definitions of the catalogue. Each rule is shown to find what it is for.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

REPO = Path(__file__).resolve().parents[1]
TEXTS = REPO / "src" / "helpers" / "texts"
GUIDES = REPO / "src" / "helpers" / "guides"
NOTEBOOKS = sorted((REPO / "notebooks").rglob("*.ipynb"))
TURKISH, ENGLISH = "tr", "en"

# Without Aralık, which is an interval as well.
MONTHS = "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım"

# -- rules ------------------------------------------------------------------------------------------

# What is never written, in both languages.
BOTH = {
    "two blanks": r"\S  +\S",
    "a blank before a mark": r"\w [,;:!?](?=\s|$)| \.(?=\s|$)",
    "two marks": r"(?<!\.)\.\.(?!\.)|,,|;;|::|[,;]\.|\.;",
    "a blank inside brackets, or nothing": r"\( | \)|\(\)|\[\]",
    "a typographic apostrophe": r"\w[’‘`´]\w",
}
ONLY = {
    TURKISH: {
        "a percent sign after its number": r"\d ?%|pct\d\} ?%|%\{",
        "yüzde before a number with decimals or in braces": r"[Yy]üzde (?:\{|\d+,)",
        "a decimal point": r"(?<![\d.])\d+\.\d{1,2}(?![\d.]|\w)(?=[^.]*puan)",
        "a plural after a number": r"\{\w+:n0\} (?:\w+ )?\w+l[ae]r\b",
        "a suffix without its rule": r"\{[^{}']*\}'",
        "English": r"(?<![-/\w.{])(?:the|and|of|are|with|which|from|this|that)(?![-/\w.])",
        # A month is written small unless a day or a year goes with it.
        "a month with a capital": rf"(?<![\d}}] )(?<!–)\b(?:{MONTHS})\b(?! ?[\d{{])",
    },
    ENGLISH: {
        "a percent sign before its number, or apart": r"(?<![\w%])%\d|\d %|n\d\}%",
        "a decimal comma": r"(?<![\d,])\d+,\d{1,2}(?![\d,])",
        "a suffix of Turkish": r"\{[^{}]*:[^{}]*'[^{}]*\}",
    },
}
# One word for one thing: what stands on the left is written as what stands on the right.
TERMS = {
    TURKISH: {
        r"pandemi": "salgın",
        r"çekince": "uyarı",
        r"edisyon": "yayım",
        r"uykuda|uyuyan|[Hh]areketsiz (?:ortak|anlaşma)": "atıl",
        r"[Gg]ömülü (?:veri|sürüm)": "çalışma kitabıyla gelen veri",
        r"[Aa]kran grubu": "karşılaştırma grubu",
        r"kütü[kğ]": "yayın defteri",
        r"(?<![Nn]ot )(?<!yayın )(?<!Yayın )\b[Dd]efter(?!e yalnızca|e giren)": "not defteri, yayın defteri",
        r"\bdahil\b": "dâhil",
        r"resmi(?!n)\b": "resmî",
        r"bağlanım": "regresyon",
        r"(?:Haziran|aylık) okuma": "izleme",
        r"[Vv]eri seti|kayıt ve tablo": "veri kümesi",
        r"manifest\b|\bhash\b|özet değeri": "parmak izi",
        r"kümülatif": "birikimli",
        r"konuk öğretim": "misafir öğretim elemanı",
        r"[Aa]lt sınır": "eşik",
    },
    ENGLISH: {
        r"\bnoughts?\b": "zero",
        r"asleep|sleeping|that sleep\b": "dormant",
        r"\b[Dd]oubts?\b": "caveat",
        r"\bhash(?:es)?\b|manifest\b": "fingerprint",
        r"embedded (?:data|edition)": "data supplied with the workbook",
        r"\bat hand\b": "available",
        r"restate": "correct",
        r"\banew\b": "again",
        r"[Hh]and(?:ed)? in\b": "submit",
        r"was told\b": "reported to leadership",
    },
}
# Texts that end with what follows them on the page.
LEAD_ON = {"actions.files", "documents.line", "paper.zip"}
# Counts that are never one: of groups, systems and forecasts, and what the catalogue sets.
MANY = {
    "years",
    "months",
    "least",
    "fewest",
    "most",
    "share",
    "mean",
    "k",
    "n",
    "cases",
    "ahead",
    "kinds",
    "gain",
}
ALWAYS_MANY = {
    "rankings.bands.title", "rankings.peers.subtitle", "rankings.share.alt_point", "rankings.share.title",
    "against.found.title", "against.table.title", "scenarios.how_curve", "explained.partners.title",
    "mobility.balance.title", "mobility.flows.title_out", "mobility.flows.title_in",
    "mobility.flows.title_counts",
}  # fmt: skip
# What is quoted as it is typed or as a source has it.
AS_IT_IS = re.compile(r"```.*?```|`[^`]*`|https?://\S+|--\w+ \S+|\"value=[^\"]*\"", re.DOTALL)


def flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", " ".join(str(value).split())


def pairs(tree: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Yield every `en` and `tr` of the catalogue that stand beside each other, with their place."""
    if isinstance(tree, dict):
        if isinstance(tree.get("en"), str) and isinstance(tree.get("tr"), str):
            yield from ((place, language, " ".join(tree[language].split())) for language in ("en", "tr"))
        for name, value in tree.items():
            yield from pairs(value, f"{place}.{name}")
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from pairs(value, f"{place}[{number}]")


def written(language: str) -> list[tuple[str, str]]:
    """Every text of a language, with the place where it stands; what is quoted as typed is taken out."""
    found = []
    for path in sorted(TEXTS.glob(f"*{language}.yml")):
        if path.name == "prose.tr.yml":
            prose = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [(f"{path.name}: {key}", entry["text"]) for key, entry in prose.items()]
        elif path.name == f"{language}.yml":
            found += list(flat(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for path in sorted((GUIDES / language).glob("*.md")):
        found.append((path.name, path.read_text(encoding="utf-8")))
    for path in sorted((REPO / "data").rglob("*.yml")):
        if path.parent.name not in ("store", "raw"):
            tree = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [(place, text) for place, of, text in pairs(tree, path.name) if of == language]
    if language == ENGLISH:
        for path in NOTEBOOKS:
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if any(tag.startswith("prose:") for tag in cell["metadata"].get("tags", [])):
                    found.append((f"{path.name}: {cell['id']}", "".join(cell["source"])))
        found = [(place, text) for place, text in found if not place.startswith("tur.ipynb")]
    return [(place, AS_IT_IS.sub("x", text)) for place, text in found]


WRITTEN = {language: written(language) for language in (TURKISH, ENGLISH)}


def against(rules: dict[str, str], texts: list[tuple[str, str]]) -> list[str]:
    return [
        f"{place}: {name}: …{text[max(0, found.start() - 25) : found.end() + 25]}…"
        for name, rule in rules.items()
        for place, text in texts
        for found in re.finditer(rule, text)
    ]


# -- the texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [TURKISH, ENGLISH])
def test_marks_and_numbers_are_written_as_the_language_writes_them(language):
    assert len(WRITTEN[language]) > 1500
    # Markdown indents and lines up by blanks; a folded text has none.
    texts = [(place, re.sub(r"\n\s*|\|.*\|", "\n", text)) for place, text in WRITTEN[language]]
    assert not against(BOTH | ONLY[language], texts)


@pytest.mark.parametrize("language", [TURKISH, ENGLISH])
def test_one_thing_has_one_word(language):
    rules = {f"write {word}": variant for variant, word in TERMS[language].items()}
    texts = [(place, " ".join(re.sub(r"\{[^{}]*\}", "", text).split())) for place, text in WRITTEN[language]]
    assert not against(rules, texts)


@pytest.mark.parametrize("language", [TURKISH, ENGLISH])
def test_no_sentence_ends_in_a_bare_colon(language):
    texts = dict(flat(yaml.safe_load((TEXTS / f"{language}.yml").read_text(encoding="utf-8"))))
    assert {key for key, text in texts.items() if text.endswith(":")} <= LEAD_ON
    straight = {key for key, text in texts.items() if '"' in AS_IT_IS.sub("", text)}
    assert straight <= {"new.ask.period"}, "quotation marks are “ and ”"


def test_english_nouns_agree_with_their_number():
    texts = dict(flat(yaml.safe_load((TEXTS / "en.yml").read_text(encoding="utf-8"))))
    noun = r"\{(\w+):n0\} (?:more |further |other |eligible |outgoing )?(?!is\b|as\b|has\b|its\b)([a-z-]+s)\b"
    wrong = [
        f"{key}: {found[0]}"
        for key, text in texts.items()
        for found in re.finditer(noun, text)
        if key not in ALWAYS_MANY
        and not key.startswith("new.")
        and found[1] not in MANY
        and f"{{{found[1]}:?" not in text
    ]
    assert not wrong, "write the noun as {count:?indicator|indicators}"


def test_turkish_letters_stand_in_english_for_names_alone():
    names = r"KTÜ|MÜDEK|MİAK|YÖK|YÖKAK|ÖSYM|TÜBİTAK|Türkiye|Türkçe|Başlık|Anlamı|İ\w+|KİDR|YÖKİ|Wrocław"
    odd = r"\b(?!(?:%s)\b)\w*[ığşçöüİĞŞÇÖÜ]\w*" % names  # noqa: UP031
    texts = [(place, text) for place, text in WRITTEN[ENGLISH] if not place.endswith(".source")]
    assert not against({"Turkish": odd}, texts)


def test_what_the_committed_pages_say_has_no_slip_of_putting_together():
    """Sentences that are put together are judged as they come out: in the stored outputs of the notebooks."""
    slips = {
        "two marks": r"(?<!\.)\.\.(?!\.)|(?<=\w) [,;](?=\s)|\(\)",
        "a brace or a value that is none": r"\{\w+(?::\w+)?\}|\bnan\b",
        "one of many": r"(?<![\d.,–/])\b1 (?:indicators|rows|actions|students|programmes|partners|agreements"
        r"|days|months|years|universities|countries|stays|files|totals|data sets|targets|accreditations)\b",
    }
    said = []
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                plain = "".join(output.get("data", {}).get("text/plain", ""))
                said.append((f"{path.name}: {cell['id']}", plain))
    assert len(said) > 100
    assert not against(slips, said)


# -- the rules themselves ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "rule", "wrong", "right"),
    [
        ("tr", "two blanks", "iki  boşluk", "iki boşluk"),
        ("tr", "a blank before a mark", "kaldı , arttı", "kaldı, arttı"),
        ("tr", "two marks", "Bitti.. Sonra", "Bitti… Sonra"),
        ("tr", "a blank inside brackets, or nothing", "değer ()", "değer (1)"),
        ("tr", "a typographic apostrophe", "KTÜ’nün", "KTÜ'nün"),
        ("tr", "a percent sign after its number", "12 %", "%12"),
        ("tr", "yüzde before a number with decimals or in braces", "yüzde {share:n1}", "yüzde 30'u"),
        ("tr", "a decimal point", "arada 1.9 puan var", "arada 1,9 puan var"),
        ("tr", "a plural after a number", "{count:n0} göstergeler", "{count:n0} gösterge"),
        ("tr", "a suffix without its rule", "{year}'da", "{year:'de}"),
        ("tr", "English", "kayıt and tablo", "Theil–Sen, THE"),
        ("tr", "a month with a capital", "Eylül–ağustos", "30 Haziran, eylül–ağustos, {year} Ocak–Haziran"),
        ("en", "a percent sign before its number, or apart", "80 % of", "80% of"),
        ("en", "a decimal comma", "1,9 points", "1.9 points of 1,234"),
        ("en", "a suffix of Turkish", "{share:pct0'si}", "{share:pct0}"),
    ],
)
def test_a_rule_finds_what_it_is_for(language, rule, wrong, right):
    rules = {rule: (BOTH | ONLY[language])[rule]}
    assert against(rules, [("", wrong)]) and not against(rules, [("", right)])
