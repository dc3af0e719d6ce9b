"""The official tables: what stands in them, and what a spreadsheet or a word processor reads of them."""

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import texts
from helpers.catalog import Indicator
from helpers.errors import CatalogError, WorkbookError
from helpers.intake.cells import harmless
from helpers.plan import assessment, cards, documents, evaluation, performance, tables
from helpers.plan.tables import Cell, Section, Table
from helpers.texts import Texts

REPO = Path(__file__).resolve().parents[1]
FILES = REPO / "src" / "helpers" / "texts"

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.org", "{=1+1}", "12"]


def _flat(tree, prefix=""):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", " ".join(str(value).split())


def _words(language):
    """The plan's texts: in a file of their own until they are merged, then in en.yml and tr.yml."""
    found = {}
    for name in (f"{language}.yml", f"plan.{language}.yml"):
        if (FILES / name).exists():
            found |= dict(_flat(yaml.safe_load((FILES / name).read_text(encoding="utf-8"))))
    return found


WORDS = {language: _words(language) for language in ("tr", "en")}


@pytest.fixture(autouse=True)
def merged_texts(monkeypatch):
    monkeypatch.setattr(texts, "_load", lambda language: WORDS[language])


def indicator(code, tr, unit="count", direction="up", kind="flow", rule="zero"):
    return Indicator(
        code=code,
        goal="G1",
        seed=(),
        name={"en": f"Indicator {code}", "tr": tr},
        definition={"en": "d", "tr": "t"},
        formula="f",
        numerator="n",
        unit=unit,
        direction=direction,
        measure_type=kind,
        a_rule=rule,
        datasets=(),
        frequency="half-year",
        person_count=False,
    )


INDICATORS = {
    i.code: i
    for i in (
        indicator("G1.01", "Düzenlenen uluslararası konferans sayısı"),
        indicator("G2.02", "Uluslararası öğrenci oranı", "percent", "up", "ratio", "baseline"),
        indicator("G2.15", "Başvuru sonuçlandırma süresi", "days", "down", "level", "baseline"),
        indicator("G1.05", "Katılınan uluslararası fuar sayısı"),
        indicator("G1.08", "Ziyaret edilen yurt dışı kurum sayısı"),
    )
}


def card(**changes):
    fact = {"source": "test"}
    entries = [
        {"code": "G1.01", "weight": 30, "baseline": 12, "targets": [20, 20, 24, 24, 26]},
        {"code": "G2.02", "weight": 25, "baseline": 4.5, "targets": [5.0, 5.5, 6.0, 6.5, 7.0]},
        {"code": "G2.15", "weight": 20, "baseline": 30, "targets": [25, 20, 20, 20, 20]},
        {"code": "G1.05", "weight": 15, "baseline": 2, "targets": [4, 4, 4, 4, 4]},
        {"code": "G1.08", "weight": 10, "baseline": 2, "targets": [5, None, 5, 5, 5]},
    ]
    return cards.GoalCard.model_validate(
        {
            "key": "G1",
            "goal": "G1",
            "first_year": 2024,
            "aim": {"code": "A1", "en": "Internationalisation", "tr": "Uluslararasılaşma", **fact},
            "objective": {"code": "H1.1", "en": "Recognition", "tr": "Tanınırlık", **fact},
            "indicators": entries,
            "responsible_unit": {"en": "Office", "tr": "Dış İlişkiler Ofisi", **fact},
            "risks": [
                {"en": "Exchange rate", "tr": "Döviz kuru", "probability": 4, "impact": 3, **fact},
                {"en": "To come", "tr": "Girilecek", "placeholder": True},
            ],
            "strategies": [{"en": "Fairs", "tr": "Fuarlara katılım", **fact}],
            "cost": {"amount": 1250000, "source": "test"},
            "findings": [{"en": "A finding", "tr": "Bir tespit", **fact}],
            "needs": [{"en": "A need", "tr": "=1+1", **fact}],
            **changes,
        }
    )


READINGS = {
    "G1.01": {2024: 25.0, 2025: 25.0},  # 125 % twice
    "G2.02": {2024: 4.9, 2025: 5.24},  # (5.24 − 4.5) / (5.5 − 4.5) = 74 %
    "G2.15": {2024: 27.0, 2025: 33.0},  # −30 %
    "G1.05": {2024: 4.0},  # no value for 2025
    "G1.08": {2024: 5.0, 2025: 9.0},  # no target in 2025
}


def inputs(**changes):
    loaded = yaml.safe_load((REPO / "data" / "catalog" / "evaluation.yml").read_text(encoding="utf-8"))
    return evaluation.Evaluation.model_validate({**loaded, **changes})


@pytest.fixture
def scale():
    return performance.scale()


@pytest.fixture
def found(scale):
    return assessment.assess(card(), INDICATORS, READINGS, 2025, scale)


@pytest.fixture
def tr():
    return Texts("tr")


# -- assessment ----------------------------------------------------------------------------------------


def test_a_card_is_assessed_by_hand(found):
    assert [line.performance.raw for line in found.lines] == pytest.approx([125, 74, -30, None, None])
    assert [line.performance.note for line in found.lines] == [
        "exceeded",
        "",
        "behind_baseline",
        "no_value",
        "no_target",
    ]
    assert [line.too_low for line in found.lines] == [True, False, False, False, False]
    # 30·100 + 25·74 + 20·0 = 4850, over 90 counted and over 75 with data
    assert found.objective.strict == pytest.approx(4850 / 90)
    assert found.objective.available == pytest.approx(4850 / 75)
    assert (found.objective.coverage, found.objective.missing, found.objective.excluded) == (75, 15, 10)
    assert [line.number for line in found.lines] == [f"PG1.1.{i}" for i in range(1, 6)]


def test_a_card_with_wrong_weights_is_blocked(scale):
    wrong = card(indicators=[{"code": "G1.01", "weight": 90}])
    with pytest.raises(CatalogError, match="G1 add up to 90"):
        assessment.assess(wrong, INDICATORS, READINGS, 2025, scale)


def test_an_indicator_that_is_not_defined_is_named(scale):
    with pytest.raises(CatalogError, match=r"'G9\.99'"):
        assessment.assess(card(indicators=[{"code": "G9.99", "weight": 100}]), INDICATORS, {}, 2025, scale)


def test_to_date_counts_are_added_up_and_levels_are_not():
    found = assessment.assess_to_date(card(), INDICATORS, READINGS, 2025)
    flow, ratio, days, fairs, visits = found.lines
    assert (flow.b, flow.c, flow.performance.raw) == (40, 50, 125)
    assert (ratio.b, ratio.c) == (5.5, 5.24)
    assert days.performance.raw == pytest.approx(-30)
    assert (fairs.b, fairs.c, fairs.performance.note) == (8, None, "no_value")  # one year is missing
    assert (visits.b, visits.c, visits.performance.raw) == (5, 5, 100)  # 2025 has no target


def test_a_half_year_is_not_yet_a_year_too_low(scale):
    readings = {**READINGS, "G1.01": {2024: 25.0, 2025: 30.0}}
    half = assessment.assess(card(), INDICATORS, readings, 2025, scale, half=True)
    assert half.lines[0].performance.raw == 150
    assert not half.lines[0].too_low


# -- monitoring ----------------------------------------------------------------------------------------

# Domain dossier 1.4, copied by hand.
OFFICIAL = [
    "Performans Göstergesi",
    "Hedefe Etkisi (%)",
    "Plan Dönemi Başlangıç Değeri (A)",
    "İzleme Dönemindeki Yıl Sonu Hedeflenen Değer (B)",
    "İzleme Dönemindeki Gerçekleşme Değeri (C)",
    "Performans (%) (C−A)/(B−A)",
]


def test_the_official_monitoring_table_has_its_six_columns(found, scale, tr):
    table = tables.monitoring(found, inputs(), scale, tr, status=False)
    assert list(table.sections[0].columns) == OFFICIAL
    labels = [label for label, _ in table.head]
    assert [x for x in labels if "Gösterge" not in x] == [
        "Amaç",
        "Hedef",
        "Hedef Performansı (%)",
        "Sorumlu Birim",
    ]
    assert [label for label, _ in table.foot] == [
        "Hedefe İlişkin Sapmanın Nedeni",
        "Hedefe İlişkin Alınacak Önlemler",
    ]
    assert [cell.value for _, cell in table.foot] == ["", ""]


def test_a_page_reads_numbers_as_the_language_writes_them(found, scale, tr):
    table = tables.monitoring(found, inputs(), scale, tr)
    shown = {title: (cells, number) for title, cells, number in tables.columns(table.sections[0], tr)}
    assert shown["Hedefe Etkisi (%)"] == (["%30", "%25", "%20", "%15", "%10"], True)
    assert shown[OFFICIAL[2]][0] == ["12", "%4,5", "30", "2", "2"]
    assert shown[OFFICIAL[4]][0] == ["25", "%5,2", "33", "–", "9"]
    assert shown[OFFICIAL[5]] == (["%125,0", "%74,0", "−%30,0", "–", "–"], True)
    assert shown["Durum"] == (
        ["✓ Ulaşıldı", "◆ Kısmen ulaşıldı", "▼ Hedefin uzağında", "○ Veri yok", "– Bu yıl hedef yok"],
        False,
    )
    assert "hedef düşük kalmıştır" in shown["Açıklama"][0][0]
    first = shown["Performans Göstergesi"][0][0]
    assert first == "PG1.1.1 Düzenlenen uluslararası konferans sayısı (adet) [G1.01]"


def test_strict_and_available_figures_stand_side_by_side(found, scale, tr):
    head = dict(tables.monitoring(found, inputs(), scale, tr).head)
    assert tables.written(head["Hedef Performansı (%)"], tr) == "%53,9"
    assert tables.written(head["Verisi Olan Göstergelerle Hedef Performansı (%)"], tr) == "%64,7"
    assert tables.written(head["Verisi Olan Göstergelerin Hedefe Etkisi (%)"], tr) == "%75"
    assert tables.written(head["Bu Yıl Hedefi Olmayan Göstergelerin Hedefe Etkisi (%)"], tr) == "%10"


def test_a_complete_objective_has_the_official_head_alone(scale, tr):
    entries = [i.model_dump() | {"weight": 50} for i in card().indicators[:2]]
    found = assessment.assess(card(indicators=entries), INDICATORS, READINGS, 2025, scale)
    head = [label for label, _ in tables.monitoring(found, inputs(), scale, tr).head]
    assert head == ["Amaç", "Hedef", "Hedef Performansı (%)", "Sorumlu Birim"]


def test_a_pace_is_shown_for_half_years_and_called_unofficial(scale, tr):
    half = assessment.assess(card(), INDICATORS, READINGS, 2025, scale, half=True)
    table = tables.monitoring(half, inputs(), scale, tr)
    ((title, cells, _),) = [c for c in tables.columns(table.sections[0], tr) if "Hız" in c[0]]
    assert "resmî değildir" in title
    assert cells == ["%250,0", "–", "–", "–", "–"]
    assert any("resmî bir gösterge değildir" in note for note in table.notes)
    for other in (
        tables.monitoring(half, inputs(), scale, tr, status=False),
        tables.cumulative(
            assessment.assess_to_date(card(), INDICATORS, READINGS, 2025, half=True), scale, tr
        ),
    ):
        assert not any("Hız" in title for title in other.sections[0].columns)


def test_reason_and_measures_are_what_somebody_wrote(found, scale, tr):
    written = {
        2025: {"year": {"G1": {"reason": {"tr": "Kur artışı", "en": ""}, "measures": {"tr": "Ek bütçe"}}}}
    }
    table = tables.monitoring(found, inputs(deviations=written), scale, tr)
    assert [cell.value for _, cell in table.foot] == ["Kur artışı", "Ek bütçe"]
    english = tables.monitoring(found, inputs(deviations=written), scale, Texts("en"))
    assert english.foot[0][1].value == "Kur artışı"  # as it was written, never translated by a machine


def test_placeholder_targets_are_told(scale, tr):
    entries = [i.model_dump() | {"placeholder": True} for i in card().indicators]
    found = assessment.assess(card(indicators=entries), INDICATORS, READINGS, 2025, scale)
    notes = tables.monitoring(found, inputs(), scale, tr).notes
    assert any("yer tutucudur" in note for note in notes)
    plain = card(risks=[])
    notes = tables.monitoring(
        assessment.assess(plain, INDICATORS, READINGS, 2025, scale), inputs(), scale, tr
    ).notes
    assert not any("yer tutucu" in note for note in notes)


def test_the_cumulative_table_says_what_it_adds_up(scale, tr):
    found = assessment.assess_to_date(card(), INDICATORS, READINGS, 2025)
    table = tables.cumulative(found, scale, tr)
    assert table.title == "Stratejik Plan Birikimli İzleme Tablosu – 2024 başından 2025 sonuna"
    assert "Plan Başından Beri Hedeflenen Değer (B)" in table.sections[0].columns
    assert table.sections[0].rows[0][3:6] == (Cell(40, "number"), Cell(50, "number"), Cell(125, "percent", 1))


def test_the_goal_card_shows_every_field_in_order(tr):
    table = tables.goal_card(card(), INDICATORS, tr)
    titles = list(table.sections[0].columns)
    assert titles[:3] == ["Performans Göstergesi", "Hedefe Etkisi (%)", "Plan Dönemi Başlangıç Değeri (2023)"]
    assert titles[3:] == [*(f"Hedef {y}" for y in range(2024, 2029)), "İzleme Sıklığı", "Raporlama Sıklığı"]
    assert [label for label, _ in table.head] == ["Amaç", "Hedef"]
    foot = {label: tables.written(cell, tr) for label, cell in table.foot}
    assert list(foot) == [
        "Sorumlu Birim",
        "İş Birliği Yapılacak Birimler",
        "Riskler",
        "Stratejiler",
        "Maliyet Tahmini (beş yıl, TL)",
        "Tespitler",
        "İhtiyaçlar",
    ]
    assert foot["Riskler"] == "Döviz kuru (olasılık 4 × etki 3 = 12)\nGirilecek (yer tutucu)"
    assert foot["Maliyet Tahmini (beş yıl, TL)"] == "1.250.000"


def test_the_cards_of_the_repo_make_tables_in_both_languages(scale):
    for one in (*cards.load(), *cards.load(split=True)):
        known = {i.code: indicator(i.code, "Gösterge") for i in one.indicators}
        for language in ("tr", "en"):
            say = Texts(language)
            assert tables.goal_card(one, known, say).notes
            found = assessment.assess(one, known, {}, 2025, scale)
            assert found.objective.strict is None  # no targets are known
            assert tables.evaluation(found, inputs(), scale, say).sections


# -- evaluation ----------------------------------------------------------------------------------------

ANSWERS = {
    2025: {
        "G1": {"environment": {"tr": "Kur arttı.", "en": "The rate rose."}, "measures": {"tr": "Ek bütçe"}}
    }
}


def questions(table):
    return table.sections[1]


def test_the_four_criteria_stand_with_their_questions(found, scale, tr):
    table = tables.evaluation(found, inputs(), scale, tr)
    criteria = [row[0].value for row in questions(table).rows]
    assert list(dict.fromkeys(criteria)) == ["İlgililik", "Etkililik", "Etkinlik", "Sürdürülebilirlik"]
    assert all(row[1].value.endswith("?") for row in questions(table).rows)


def test_answers_are_inputs_and_their_absence_is_seen(found, scale, tr):
    table = tables.evaluation(found, inputs(answers=ANSWERS), scale, tr)
    answers = [row[3].value for row in questions(table).rows]
    assert [a for a in answers if a] == ["Kur arttı.", "Ek bütçe"]
    assert answers.count("") == len(answers) - 2
    assert f"Yanıtlanmamış soru: {len(answers) - 2} / {len(answers)}." in table.notes
    english = tables.evaluation(found, inputs(answers=ANSWERS), scale, Texts("en"))
    assert [row[3].value for row in questions(english).rows if row[3].value] == ["The rate rose.", "Ek bütçe"]
    full = {q.code: {"tr": "Evet"} for q in inputs().questions}
    complete = tables.evaluation(found, inputs(answers={2025: {"G1": full}}), scale, tr)
    assert not any("Yanıtlanmamış" in note for note in complete.notes)


def test_the_evidence_is_counted_by_hand(found, scale, tr):
    table = tables.evaluation(found, inputs(spending={2025: {"G1": 300000}}), scale, tr)
    rows = dict(zip([q.code for q in inputs().questions], questions(table).rows, strict=True))
    evidence = {code: row[2].value.split("\n") for code, row in rows.items()}
    assert evidence["target_reached"] == [
        "Hedef performansı: %53,9",
        "Verisi olan göstergelerle hedef performansı: %64,7 (hedefe etkisi %75)",
        "Hedeflenen değere ulaşan gösterge: 1 / 3",
        "Gerçekleşme değeri olmayan gösterge: 1",
    ]
    assert evidence["unexpected_effect"] == [
        "Hedefi aşan göstergeler: G1.01",
        "Art arda 2 yıl %120'yi aşan göstergeler: G1.01",
        "Başlangıç değerinin gerisindeki göstergeler: G2.15",
    ]
    assert evidence["cost_exceeded"] == [
        "Maliyet tahmini (beş yıl): 1.250.000 TL",
        "Plan başından yıl sonuna kadar gerçekleşen gider: 300.000 TL",
    ]
    assert evidence["environment"] == [""]


def _pattern(template):
    """A fixed text whose braces hold numbers, or codes of indicators, and nothing else."""
    parts = re.split(r"\{\w+(?::[^{}]*)?\}", template)
    return r"(?:[−%\d.,]+(?:'\w+)?|G\d\.\d\d(?:, G\d\.\d\d)*)".join(map(re.escape, parts))


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_evaluation_holds_nothing_but_inputs_figures_and_fixed_words(scale, language):
    """Every line is an input, or a fixed text filled with numbers and codes: no judgement can get in."""
    say = Texts(language)
    fixed = [_pattern(text) for key, text in WORDS[language].items() if key.startswith("plan.")]
    fixed += [re.escape(band.label(language)) for band in (*scale.bands, scale.no_data, scale.no_target)]
    fixed.append(r"[–−%\d.,]+")
    given = inputs(answers=ANSWERS, spending={2025: {"G1": 300000}})
    one = card()
    said = [
        *one.findings,
        *one.needs,
        *one.risks,
        one.responsible_unit,
        *given.questions,
        *given.criteria.values(),
    ]
    told = {statement[language] for statement in said} | {"", "Kur arttı.", "The rate rose.", "Ek bütçe"}
    told |= {f"{t.code} {t[language]}" for t in (one.aim, one.objective)}
    marks = (WORDS[language]["plan.placeholder"], WORDS[language]["plan.card.risk"])
    told |= {f"{risk[language]} {marks[0]}" for risk in one.risks}
    told |= {
        marks[1].format(
            risk=risk[language], probability=risk.probability, impact=risk.impact, level=risk.level
        )
        for risk in one.risks
    }
    units = {code: WORDS[language][f"plan.unit.{i.unit}"] for code, i in INDICATORS.items()}
    told |= {
        f"PG1.1.{n} {i.name[language]} ({units[code]}) [{code}]"
        for n, (code, i) in enumerate(INDICATORS.items(), start=1)
    }
    for readings in (READINGS, {}, {code: {2024: 90.0, 2025: 90.0} for code in READINGS}):
        found = assessment.assess(one, INDICATORS, readings, 2025, scale)
        table = tables.evaluation(found, given, scale, say)
        cells = [cell for section in table.sections for row in section.rows for cell in row]
        cells += [cell for _, cell in (*table.head, *table.foot)]
        lines = [line for cell in cells for line in tables.written(cell, say).split("\n")]
        lines += [*table.notes, table.title, *(label for label, _ in table.head)]
        lines += [title for section in table.sections for title in (*section.columns, section.title)]
        for line in lines:
            assert line in told or any(re.fullmatch(pattern, line) for pattern in fixed), line
        judgement = WORDS[language]["plan.note.too_low"].split(";")[-1].strip()
        assert not any(judgement in line for line in lines)


def test_an_input_that_would_never_be_shown_is_refused(found):
    for changes in (
        {"answers": {2025: {"G1": {"nonsense": {"tr": "x"}}}}},
        {"answers": {2025: {"G1": {"environment": {"tr": "x", "de": "y"}}}}},
        {"deviations": {2025: {"quarter": {}}}},
        {"criteria": {}},
        {"questions": [inputs().questions[0].model_dump()] * 2},
    ):
        with pytest.raises(ValueError, match="validation error"):
            inputs(**changes)
    assert inputs(spending={2025: {"G7": 1}}).strangers([card()]) == ["G7"]
    assert inputs(answers=ANSWERS).strangers([card()]) == []


def rows(*given):
    names = ("year", "reading", "card", "entry", "answer_tr", "answer_en", "spent_try")
    return pd.DataFrame([dict(zip(names, one, strict=True)) for one in given])


def test_the_inputs_are_the_rows_of_their_register():
    loaded = evaluation.load(
        rows(
            (2025, "year", "G1", "environment", "Kur arttı.", "The rate rose.", None),
            (2025, "year", "G1", "spending", "", "", 300000.0),
            (2025, "year", "G1", "deviation_reason", "Fuar iptal edildi.", "", None),
            (2025, "half_year", "G1", "deviation_measures", "İki fuar eklenecek.", "", None),
        )
    )
    assert loaded.answer(2025, "G1", "environment", "en") == "The rate rose."
    assert (
        loaded.answer(2025, "G2", "environment", "en") == loaded.answer(2024, "G1", "environment", "tr") == ""
    )
    assert (loaded.spent(2025, "G1"), loaded.spent(2025, "G2")) == (300000.0, None)
    year, half = (loaded.deviation(2025, of_half, "G1") for of_half in (False, True))
    # What was not translated is shown as it was written.
    assert (year.reason["tr"], year.reason["en"], year.measures["tr"]) == ("Fuar iptal edildi.",) * 2 + ("",)
    assert (half.reason["tr"], half.measures["tr"]) == ("", "İki fuar eklenecek.")


def test_the_register_has_an_entry_for_every_question_and_nothing_else():
    declared = yaml.safe_load((REPO / "data/catalog/datasets/lists.yml").read_text(encoding="utf-8"))
    entries = declared["answers"]["columns"]["entry"]["allowed"]
    beside = ["deviation_reason", "deviation_measures", "spending"]
    assert entries == [question.code for question in evaluation.load().questions] + beside
    readings = declared["answers"]["columns"]["reading"]["allowed"]
    assert readings == list(evaluation.Reading.__args__)


# -- texts ---------------------------------------------------------------------------------------------


def test_every_note_unit_and_frequency_has_its_words():
    for language in ("tr", "en"):
        assert {f"plan.note.{note}" for note in performance.NOTES} <= WORDS[language].keys()
        units = Indicator.model_fields["unit"].annotation.__args__
        assert {f"plan.unit.{unit}" for unit in units} <= WORDS[language].keys()
    plan = {
        language: {k: v for k, v in WORDS[language].items() if k.startswith("plan.")} for language in WORDS
    }
    assert plan["tr"].keys() == plan["en"].keys()
    for key, text in plan["tr"].items():
        filled = [re.sub(r"'\w+\}", "}", of) for of in (text, plan["en"][key])]  # Turkish suffixes aside
        said, meant = (sorted(re.findall(r"\{.*?\}", of)) for of in filled)
        assert said == meant, key


def test_every_word_of_the_plan_is_said_somewhere():
    code = "".join(p.read_text(encoding="utf-8") for p in (REPO / "src/helpers/plan").glob("*.py"))
    joined = tuple(re.findall(r'say\(f"(plan\.\w+\.)\{', code))
    unsaid = {k for k in WORDS["en"] if k.startswith("plan.") and f'"{k}"' not in code}
    assert {key for key in unsaid if not key.startswith(joined)} == set()
    assert set(joined) == {"plan.unit.", "plan.frequency.", "plan.note."}


# -- files ---------------------------------------------------------------------------------------------


def every_table(scale, say):
    found = assessment.assess(card(), INDICATORS, READINGS, 2025, scale)
    half = assessment.assess(card(), INDICATORS, READINGS, 2025, scale, half=True)
    to_date = assessment.assess_to_date(card(), INDICATORS, READINGS, 2025)
    return [
        tables.goal_card(card(), INDICATORS, say),
        tables.monitoring(half, inputs(), scale, say),
        tables.monitoring(found, inputs(), scale, say, status=False),
        tables.cumulative(to_date, scale, say),
        tables.evaluation(found, inputs(answers=ANSWERS), scale, say),
    ]


def opened(tables_, say):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    return openpyxl.load_workbook(io.BytesIO(documents.xlsx(tables_, say)))


def placed(sheet):
    return {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_a_spreadsheet_has_turkish_headers_and_real_numbers(scale, tr):
    book = opened(every_table(scale, tr), tr)
    assert book.sheetnames == ["card-G1", "G1-2025-6", "G1-2025", "G1-2024-2025", "G1-2025-D"]
    sheet = book["G1-2025"]
    found = placed(sheet)
    assert set(OFFICIAL) <= found.keys()
    header = found["Performans Göstergesi"]
    values = [
        [c.value for c in row] for row in sheet.iter_rows(min_row=header.row + 1, max_row=header.row + 5)
    ]
    assert [row[1:6] for row in values] == [
        [0.3, 12, 20, 25, 1.25],
        [0.25, 0.045, 0.055, 0.052, 0.74],
        [0.2, 30, 20, 33, -0.3],
        [0.15, 2, 4, None, None],
        [0.1, 2, None, 9, None],
    ]
    share = sheet.cell(header.row + 2, 6)
    assert share.data_type == "n"
    assert share.number_format == "[$-41F]%#,##0.0"
    assert sheet.cell(header.row + 1, 3).number_format == "[$-41F]#,##0"
    performance_ = sheet.cell(found["Hedef Performansı (%)"].row, 2)
    assert (performance_.value, performance_.data_type) == (0.539, "n")
    english = opened(every_table(scale, Texts("en")), Texts("en"))["G1-2025"]
    assert english.cell(header.row + 2, 6).number_format == "#,##0.0%"


def test_a_spreadsheet_shows_what_the_page_shows(scale, tr):
    """Numbers carry the printed decimals and no more; texts are the same, cell by cell."""
    made = every_table(scale, tr)
    book = opened(made, tr)
    for table in made:
        sheet = book[table.key]
        start = 3 + len(table.head)
        for section in table.sections:
            start += 1 + bool(section.title)
            for i, row in enumerate(section.rows):
                for j, cell in enumerate(row):
                    held = sheet.cell(start + 1 + i, 1 + j).value
                    if cell.value is None or cell.value == "":
                        assert held is None
                    elif cell.kind == "text":
                        assert held == cell.value
                    else:
                        again = Cell(held * (100 if cell.kind == "percent" else 1), cell.kind, cell.decimals)
                        assert tables.written(again, tr) == tables.written(cell, tr)
            start += 1 + len(section.rows)


def toy(cells, key="t"):
    return Table(key, "Başlık", "tr", (), (Section(("Sütun",), tuple((cell,) for cell in cells)),))


def test_a_hostile_text_stays_text(tr):
    book = opened([toy([Cell(text) for text in HOSTILE])], tr)
    cells = [row[0] for row in book["t"].iter_rows(min_row=5, max_row=4 + len(HOSTILE))]
    assert [cell.value for cell in cells] == HOSTILE
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    packed = documents.xlsx([toy([Cell(text) for text in HOSTILE])], tr)
    with zipfile.ZipFile(io.BytesIO(packed)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert not [name for name in parts.namelist() if "vba" in name.casefold()]


def test_control_characters_are_dropped_and_letters_of_every_kind_kept(tr):
    table = toy([Cell("a\x00b\x0bc\ud800d"), Cell("ĞÜŞİÖÇ ğüşıöç 汉 𝔘 ✓"), Cell("<w:p>&amp;")])
    expected = ["abcd", "ĞÜŞİÖÇ ğüşıöç 汉 𝔘 ✓", "<w:p>&amp;"]
    sheet = opened([table], tr)["t"]
    assert [sheet.cell(row, 1).value for row in (5, 6, 7)] == expected
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(documents.docx([table], tr)))
    assert [row.cells[0].text for row in document.tables[0].rows] == ["Sütun", *expected]


def test_a_text_too_long_for_a_cell_is_told_and_not_cut(tr):
    pytest.importorskip("xlsxwriter")
    with pytest.raises(WorkbookError, match="does not fit"):
        documents.xlsx([toy([Cell("x" * 32768)])], tr)
    with pytest.raises(WorkbookError, match="same sheet name"):
        documents.xlsx([toy([]), toy([])], tr)


def test_a_number_is_written_as_it_is_printed(tr):
    cells = [Cell(46.65, "percent", 1), Cell(-0.04, "number", 1), Cell(1234567.891, "number", 2)]
    sheet = opened([toy(cells)], tr)["t"]
    assert [sheet.cell(row, 1).value for row in (5, 6, 7)] == [0.467, 0, 1234567.89]
    assert str(sheet["A6"].value) == "0"  # not −0


@pytest.mark.parametrize("make", [documents.xlsx, documents.docx])
def test_a_file_tells_no_time_user_or_machine_and_is_always_the_same(make, scale, tr, monkeypatch):
    pytest.importorskip("xlsxwriter" if make is documents.xlsx else "docx")
    first = make(every_table(scale, tr), tr)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("USER", "somebody")
    assert make(every_table(scale, tr), tr) == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = b"".join(parts.read(n) for n in parts.namelist() if n.startswith("docProps/") and "xml" in n)
    assert set(re.findall(rb"\d{4}-\d\d-\d\d", told)) <= {b"2000-01-01"}
    for field in (b"creator", b"lastModifiedBy", b"Company", b"Manager"):
        held = re.findall(rb"<(?:\w+:)?" + field + rb"[^>]*>([^<]+)<", told)
        assert not b"".join(held).strip(), (field, held)
    assert b"python-docx" not in told


def test_a_word_document_holds_every_cell(scale, tr):
    docx = pytest.importorskip("docx")
    made = every_table(scale, tr)

    def safe(cell):
        return harmless(tables.written(cell, tr))  # one of the needs is written =1+1

    document = docx.Document(io.BytesIO(documents.docx(made, tr)))
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (29.7, 21.0)
    assert page.orientation == docx.enum.section.WD_ORIENT.LANDSCAPE
    expected = []
    for table in made:
        expected.append([[label, safe(cell)] for label, cell in table.head])
        for section in table.sections:
            rows = [[safe(cell) for cell in row] for row in section.rows]
            expected.append([list(section.columns), *rows])
        if table.foot:
            expected.append([[label, safe(cell)] for label, cell in table.foot])
    held = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert held == expected
    words = [paragraph.text for paragraph in document.paragraphs]
    for table in made:
        assert table.title in words
        assert set(table.notes) <= set(words)


def test_a_word_document_repeats_header_rows_and_speaks_turkish(scale, tr):
    docx = pytest.importorskip("docx")
    (table,) = [
        tables.monitoring(assessment.assess(card(), INDICATORS, READINGS, 2025, scale), inputs(), scale, tr)
    ]
    document = docx.Document(io.BytesIO(documents.docx([table], tr)))
    head, grid, foot = document.tables
    ns = docx.oxml.ns.qn
    repeated = [row._tr.find(f".//{ns('w:tblHeader')}") is not None for row in grid.rows]
    assert repeated == [True] + [False] * 5
    assert [row.cells[0].text for row in head.rows][:3] == ["Amaç", "Hedef", "Hedef Performansı (%)"]
    assert [row.cells[0].text for row in foot.rows] == [
        "Hedefe İlişkin Sapmanın Nedeni",
        "Hedefe İlişkin Alınacak Önlemler",
    ]
    for row in grid.rows:
        assert sum(cell.width.cm for cell in row.cells) == pytest.approx(
            26.7, abs=0.1
        )  # of 29.7 less margins
        assert row.cells[0].width > row.cells[1].width
    languages = {e.get(ns("w:val")) for e in document.styles.element.iter(ns("w:lang"))}
    assert languages == {"tr-TR"}
