"""Where indicators are heading: outlooks by hand, and what pages say of them, also where little is known."""

import re

import pytest
from sample import start as shared_start

from helpers import heading, messages, start
from helpers.analysis.breaks import Break
from helpers.catalog import load
from helpers.errors import CatalogError
from helpers.measures.core import Figure
from helpers.plan import outlook
from helpers.plan.outlook import Kind
from helpers.present import activities, figures, likelihood, persons
from helpers.present.pieces import NOTE_TYPE
from helpers.texts import links

LANGUAGES = ("en", "tr")
PLAN = {2024: 12.0, 2025: 14.0, 2026: 16.0, 2027: 18.0, 2028: 20.0}


def indicator(code="G1.01", **changes):
    return load().indicators[code].model_copy(update=changes)


def kind(**changes) -> Kind:
    return outlook.kinds().kinds["count"].model_copy(update=changes)


def of(values, *, targets=PLAN, last=2026, breaks=(), how=None, **changes):
    known = dict(enumerate(values, last - len(values) + 1))
    return outlook.outlook(indicator(**changes), known, breaks, how or kind(), targets, last)


# -- outlooks ----------------------------------------------------------------------------------------------


def test_a_forecast_goes_to_the_plans_end_where_it_is_offered_so_far():
    found = of([8, 9, 11, 12, 14, 15])
    assert (found.at, found.target) == (2028, 20.0)
    assert [one.horizon for one in found.path] == [1, 2]
    assert found.chance == found.ahead.chance(20.0, "up")


def test_and_no_further_than_it_is_offered():
    found = of([8, 9, 11, 12, 14, 15], last=2024)
    assert (found.at, found.target, found.ahead.horizon) == (2026, 16.0, 2)


@pytest.mark.parametrize(
    ("values", "last", "why", "enough"),
    [
        ([5, 6, 7], 2026, outlook.TOO_FEW, 2028),
        ([7], 2026, outlook.TOO_FEW, 2030),
        ([], 2026, outlook.NO_VALUE, 2031),
        ([5, 6, 7, 8, 9, None], 2026, outlook.NO_VALUE, 2031),
        ([5, 6, 7, 8, None, 6, 7], 2026, outlook.TOO_FEW, 2029),  # the middle is missing
        ([0, 0, 0, 0, 0], 2026, outlook.TOO_SMALL, None),
        ([5, 6, 7, 8, 9], 2028, outlook.OVER, None),
    ],
)
def test_where_there_is_no_forecast_it_is_said_why_and_until_when(values, last, why, enough):
    found = of(values, last=last)
    assert (found.why, found.enough, found.path, found.chance) == (why, enough, (), None)


@pytest.mark.parametrize("how", [None, 0])
def test_a_kind_that_was_not_tested_or_failed_is_not_forecast(how):
    known = dict(enumerate([5.0, 6, 7, 8, 9], 2022))
    given = None if how is None else kind(offered=how)
    found = outlook.outlook(indicator(), known, (), given, PLAN, 2026)
    assert (found.why, found.path) == (outlook.NOT_OFFERED, ())
    assert found.pace is not None
    assert found.all_years.p == pytest.approx(2 / 120)


@pytest.mark.parametrize(
    ("first", "reaches", "why"), [(2027, None, "broken"), (2028, 2027, ""), (2029, 2028, "")]
)
def test_no_forecast_reaches_over_a_change_of_method_that_is_declared(first, reaches, why):
    found = of([8, 9, 11, 12, 14, 15], breaks=[Break("method", first)])
    assert found.why == why
    assert [2026 + one.horizon for one in found.path][-1:] == ([reaches] if reaches else [])


def test_the_pace_needed_stands_beside_that_of_the_past():
    """(20 − 15)/2 = 2.5 a year; the past moved (15 − 8)/5 = 1.4: less than twice as fast."""
    found = of([8, 9, 11, 12, 14, 15]).pace
    assert (found.needed, found.past, found.realistic) == (2.5, pytest.approx(1.4), True)


@pytest.mark.parametrize(
    ("values", "target", "direction", "realistic"),
    [
        ([8, 9, 11, 12, 14, 15], 21.0, "up", False),  # 3.0 is more than twice 1.4
        ([15, 14, 13, 12, 11, 10], 12.0, "up", False),  # the other way
        ([15, 14, 13, 12, 11, 10], 8.0, "down", True),
        ([15, 14, 13, 12, 11, 10], 4.0, "down", False),
        ([9, 9, 9, 9, 9, 9], 20.0, "up", False),
        ([9, 9, 9, 9, 9, 9], 9.0, "up", True),  # there already
    ],
)
def test_a_pace_more_than_twice_that_of_the_past_is_not_realistic(values, target, direction, realistic):
    found = of(values, targets={**PLAN, 2028: target}, direction=direction)
    assert found.pace.realistic is realistic
    assert found.pace.reached == (target == 9.0 and values[0] == 9)


def test_a_pace_is_realistic_where_a_forecast_finds_the_target_as_likely_as_not():
    """Past: (15 − 15)/5 = 0, so that any pace is infinitely faster; yet 14.9 is all but there."""
    close = of([15, 14, 16, 15, 14, 15], targets={**PLAN, 2028: 15.4}, how=kind())
    assert close.chance is not None
    assert close.pace.realistic == (close.chance >= outlook.EVEN)


def test_no_pace_is_called_unrealistic_of_a_target_that_is_called_about_as_likely_as_not():
    """The edge of the plan is that of the words: 0.375 is the least that is written as about 40 %."""
    assert likelihood.word(outlook.EVEN).code == "even"
    assert likelihood.word(outlook.EVEN - 0.001).code == "unlikely"


def test_both_fits_stand_beside_each_other_and_the_forecast_since():
    pandemic = Break("pandemic", 2020, 2021)
    found = of([10, 11, 12, 1, 2, 13, 14, 15, 16, 17], breaks=[pandemic])
    assert found.touching == (pandemic,)
    assert found.all_years.n == 10
    assert found.without.n == 8
    assert found.since.point > found.ahead.point
    assert of([5, 6, 7, 8, 9], breaks=[pandemic]).without is None


def test_trends_of_a_goal_are_judged_together():
    steady, still = of([1, 2, 3, 4, 5]), of([5, 1, 4, 2, 3])
    alone = outlook.together([steady])[0]
    among = outlook.together([steady, *[still] * 9])
    assert alone.told == "up"
    assert among[0].adjusted == pytest.approx(10 * steady.all_years.p)
    assert [one.told for one in among] == ["none"] * 10


# -- definitions -------------------------------------------------------------------------------------------


def test_a_trend_that_only_a_break_makes_does_not_hold_without_it():
    step = [10.0, 11, 10, 11, 10, 30, 31, 30, 31, 30]
    steady = [10.0, 11, 12, 14, 15, 17, 18, 20, 21, 23]
    split = Break("split", 2022)
    made, kept = outlook.together([of(step, breaks=[split]), of(steady, breaks=[split])])
    assert (made.told, made.holds) == ("up", False)
    assert (kept.told, kept.holds) == ("up", True)
    # Within both stretches it falls: the way must be the same.
    turned = [15.0, 14, 13, 12, 11, 40, 39, 38, 37, 36]
    (against,) = outlook.together([of(turned, breaks=[split])])
    assert against.adjusted_without < 0.05 and against.without.slope < 0 and not against.holds
    (whole,) = outlook.together([of(steady)])
    assert whole.adjusted_without is None and whole.holds


def test_every_break_is_declared_with_its_source():
    for one in outlook.breaks():
        assert one.source.strip()
        assert one.institution is None or one.institution in load().institutions


def test_the_pandemic_is_that_of_the_charts():
    (found,) = [one for one in outlook.breaks() if one.code == "pandemic"]
    assert (found.start, found.end) == activities.PANDEMIC


def test_breaks_are_those_of_the_series():
    catalog = load()

    def codes(code, institution="ktu", unit=""):
        return {b.code for b in outlook.breaks_of(catalog, catalog.indicators[code], institution, unit)}

    assert codes("G3.03") == {"the-2016", "the-2024"}
    assert codes("G3.04") == {"qs-2024"}
    assert codes("G2.01") == {"pandemic", "split"}
    assert codes("G2.01", "metu") == codes("G2.01", unit="eng") == {"pandemic"}


def test_a_kind_that_names_no_indicator_of_the_catalogue_would_forecast_nothing():
    catalog = load()
    for code, one in outlook.kinds().kinds.items():
        assert all(name in catalog.indicators for name in one.indicators), code
        assert set(one.units) <= {i.unit for i in catalog.indicators.values()}, code


def test_an_entry_that_nobody_knows_is_refused(workbook_root):
    path = workbook_root / "data" / "catalog" / "forecasts.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("typical:", "tipical:", 1), encoding="utf-8")
    with pytest.raises(CatalogError, match=r"forecasts\.yml.*tipical"):
        outlook.kinds()


# -- pages -------------------------------------------------------------------------------------------------


def row(piece, code):
    """Return the row of an indicator in a table's plain form."""
    return next(line for line in piece.text.splitlines()[2:] if f"({code})" in line)


@pytest.fixture(scope="module")
def runs():
    """The sample's reports in both languages."""
    return {language: shared_start(year=2026, language=language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("goal", ["G1", "G2", "G3", "G4"])
def test_each_goal_shows_where_it_is_heading(runs, language, goal):
    run = runs[language]
    tables = [heading.of_goal(run, goal), heading.trends(run, goal)]
    assert all(shown.bundle[NOTE_TYPE]["kind"] == "table" for shown in tables)
    assert all("demonstration" in shown.bundle[NOTE_TYPE]["caveats"] for shown in tables)
    details = tables[0].bundle[NOTE_TYPE]["details"]
    for one in heading.outlooks(run, goal):
        if one.target is not None:
            assert all(f"({one.code})" in shown.text for shown in tables)
            assert any(line.startswith(f"{one.code}, {one.at}:") for line in details) == bool(one.path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("goal", ["G1", "G2", "G3", "G4"])
def test_each_goal_has_a_chart_of_one_forecast(runs, language, goal, drawn):
    run = runs[language]
    note = heading.chart(run, goal).bundle[NOTE_TYPE]
    assert note["kind"] == "figure"
    (code,) = note["indicators"]
    found = next(one for one in heading.outlooks(run, goal) if one.code == code)
    years = [row[0] for row in note["data"]["rows"]]
    assert years == [str(year) for year in range(min(found.values), found.at + 1)]
    assert note["data"]["rows"][-1][1] == ""  # nothing is known of the year ahead
    assert note["data"]["rows"][-1][2] != ""
    assert str(found.at) in note["title"]


def test_the_chart_prefers_what_was_published_to_what_was_generated(runs, drawn):
    note = heading.chart(runs["en"], "G3").bundle[NOTE_TYPE]
    assert note["indicators"] == ["G3.02"]
    assert note["caveats"] == {}
    assert "the change of method in THE 2024" in " ".join(note["notes"])


def test_the_international_outlook_is_told_with_its_published_trend(runs):
    line = row(heading.trends(runs["en"], "G3"), "G3.03")
    assert "rising: +2.31 [0.90, 3.40]" in line
    assert "too few years for an interval" in line  # with the change of method taken out
    # p = 0.0167 alone; among m tests the least of p · m / rank over those at least as large.
    every = sorted(o.all_years.p for o in heading.outlooks(runs["en"], "G3") if o.all_years.p is not None)
    steps = [p * len(every) / rank for rank, p in enumerate(every, 1) if p >= 2 / 120 - 1e-12]
    assert line.endswith(runs["en"].text.number(min(steps), 3))


def test_trends_that_do_not_hold_without_the_breaks_are_named(runs):
    """THE changed its method in 2024: of two and three years within a method, p cannot be below 2/12."""
    for language, said in (
        ("en", "not distinguishable without the breaks"),
        ("tr", "kırılmalar çıkarılınca"),
    ):
        (note,) = (line for line in heading.trends(runs[language], "G3").text.splitlines() if said in line)
        assert "(G3.03)" in note and "(G3.23)" not in note


def test_an_interval_that_ends_above_nought_does_not_seem_to_reach_it(runs):
    """The share of academic staff from abroad rises by a tenth of a point a year."""
    text = row(heading.trends(runs["en"], "G2"), "G2.11")
    low = re.search(r"rising: [^\[]*\[([\d.]+), ", text)
    assert low and float(low[1]) > 0


def test_the_overview_names_every_target_once(runs):
    run = runs["en"]
    found = heading.targeted(run)
    shown = heading.of_plan(run)
    for one in found:
        assert shown.text.count(f"({one.code})") == 1
    chances = [one.chance for one in found if one.chance is not None]
    assert f"Of {len(found)} targets ahead" in shown.text
    assert f"ahead: {sum(c > 0.625 for c in chances)} likely" in shown.text
    assert links.bare(heading.message(run)[0]).startswith(f"Of {len(found)} targets ahead")


def test_before_the_plan_it_looks_as_far_as_it_may():
    found = heading.outlooks(shared_start(year=2022), "G4")
    reached = {one.at for one in found if one.ahead is not None and one.target is not None}
    assert reached == {2024, 2025}  # counts two years ahead, shares three


def test_before_the_plan_targets_are_dated_and_marked():
    """In 2022 counts are forecast for 2024 and shares for 2025; what has no forecast keeps the plan's end."""
    run = shared_start(year=2022)
    (note,) = heading._up_to(run, heading.outlooks(run, "G4"))
    assert note.startswith("The targets are those of 2024, 2025, 2028, as far ahead")
    piece = heading.of_goal(run, "G4")
    assert run.text("activities.placeholders") in piece.text
    assert "demonstration" in piece.bundle[NOTE_TYPE]["caveats"]
    # A published score's target is generated as all others are.
    assert figures.caveats(run, ["G3.02"], with_targets=True, ahead=True)
    assert not figures.caveats(run, ["G3.02"], with_targets=True)


def test_the_half_year_rests_on_whole_years():
    run = shared_start(year=2026, period="first_half")
    shown = heading.of_goal(run, "G1")
    assert "Trends and forecasts rest on whole years, up to 2025." in shown.text
    assert max(heading.outlooks(run, "G1")[0].values) == 2025


def test_a_unit_has_trends_and_no_targets():
    run = shared_start(year=2026, unit="eng")
    shown = heading.of_goal(run, "G2")
    assert "Target" not in shown.text.splitlines()[1]
    assert "of 16 indicators have a forecast" in shown.text
    assert heading.of_plan(run).text == "Not computed: there are no targets ahead"
    assert heading.message(run) == []


def test_of_another_university_only_the_rankings_are_known():
    run = shared_start(year=2026, institution="metu")
    assert heading.of_goal(run, "G1").bundle[NOTE_TYPE]["kind"] == "not_computed"
    assert "G3.03" in heading.of_goal(run, "G3").text


def test_with_nothing_received_the_page_says_so(store_root):
    run = start(year=2026, edition="live")
    for show in (heading.of_goal, heading.trends, heading.chart):
        assert show(run, "G4").bundle[NOTE_TYPE]["kind"] == "not_computed"


def test_a_hidden_count_is_not_forecast_and_shapes_nothing(monkeypatch):
    """Whatever stands behind a hidden year, the page is the same letter by letter."""
    figure = persons.figure

    def page(behind):
        def hides(run, code, period=None):
            found = figure(run, code, period)
            if code == "G2.01" and period.year in behind:
                return Figure(None, numerator=behind[period.year], reason=persons.PROTECTED)
            return found

        monkeypatch.setattr(persons, "figure", hides)
        run = start(year=2026)
        return heading.of_goal(run, "G2").text + heading.trends(run, "G2").text

    shown = page({2026: 3.0, 2021: 4.0})
    assert shown == page({2026: 1.0, 2021: 2.0})
    line = next(line for line in shown.splitlines() if "(G2.01)" in line)
    assert "none: hidden" in line
    assert not [line for line in shown.splitlines() if line.startswith("G2.01, ")]


def test_few_years_are_said_with_the_year_in_which_they_will_be_enough(monkeypatch):
    figure = persons.figure

    def begins_late(run, code, period=None):
        if period is not None and period.year < 2024 and code == "G2.01":
            return Figure(None, reason="no_year")
        return figure(run, code, period)

    monkeypatch.setattr(persons, "figure", begins_late)
    run = start(year=2026, language="tr")
    assert "5 yılın 3'ü biliniyor" in row(heading.trends(run, "G2"), "G2.01")
    assert "2028 raporunda yeterli olacak" in row(heading.of_goal(run, "G2"), "G2.01")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_methods_page_shows_what_the_backtest_measured(language):
    run = shared_start(year=2026, language=language)
    shown = heading.backtest(run)
    for kind in outlook.kinds().kinds.values():
        assert run.text.number(kind.cases) in shown.text
        assert " / ".join(run.text.number(v, 3) for v in kind.mase.values()) in shown.text


def test_the_overview_says_it_among_its_messages(runs):
    assert links.bare(heading.message(runs["en"])[0]) in messages.of_plan(runs["en"]).text
