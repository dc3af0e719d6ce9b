"""An open notebook, asked of a real kernel: what Tab offers, and what cells show where nothing of Lab is."""

import os
import re

import pytest
from chromium import in_browser
from conftest import REPO
from jupyter_client.manager import start_new_kernel
from test_pages_in_browser import OF_COLOURS, page, violations  # noqa: F401 - `page` is a fixture

from helpers import compare, explain, measure, scenarios, start
from helpers.catalog import load
from helpers.site import alone

WIDGET = "application/vnd.jupyter.widget-view+json"
# VS Code names the notebook to the kernel so; nothing else tells a kernel that somebody looks on.
BEGIN = """__vsc_ipynb_file__ = "notebook.ipynb"
from helpers import activities, choose, compare, explain, measure, scenarios, start
run = start(year=2026, language="tr")"""
SHOWN = {
    "run": "run",
    "chart": 'activities.trend(run, "G3.25")',
    "breakdown": 'measure(run, "G3.25", by="unit")',
    "table": 'compare(run, "G3.25", "G3.26", years=[2025, 2026])',
    "sentence": 'measure(run, "G3.25")',
    "card": 'explain(run, "G3.25")',
    "controls": 'choose(run, compare, "G3.25", years=[2025, 2026], over=["unit"])',
    "sliders": 'scenarios.simulator(run, "the")',
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    environment = {key: value for key, value in os.environ.items() if key != "JPY_SESSION_NAME"}
    environment |= {"PYTHONPATH": str(REPO / "src"), "JUPYTER_DEFAULT_PROVISIONER_NAME": "local-provisioner"}
    folder = tmp_path_factory.mktemp("kernel")
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(folder))
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def shown(kernel):
    """What each cell shows, by mime type."""
    found: dict[str, dict] = {}

    def keep(name, message):
        content = message["content"]
        assert message["msg_type"] != "error", content
        if message["msg_type"] == "execute_result":
            found[name] = content["data"]

    for name, code in {"begin": BEGIN, **SHOWN}.items():
        kernel.execute_interactive(
            code, timeout=120, output_hook=lambda message, name=name: keep(name, message)
        )
    assert found.keys() == SHOWN.keys()
    return found


# -- the Tab key -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "begun"),
    [
        ('measure(run, "', "G"),
        ('measure(run, "G3.2', "G3.2"),
        ('explain("', "G"),
        ("explain('G1.0", "G1.0"),
        ('compare(run, "G3.25", "G4', "G4"),
        ('x = 1\nshown = compare(run, "GX', "GX"),
    ],
)
def test_tab_offers_the_codes_with_their_titles(shown, kernel, typed, begun):
    reply = kernel.complete(typed, len(typed), reply=True, timeout=60)["content"]
    offered = {one["text"]: one["type"] for one in reply["metadata"]["_jupyter_types_experimental"]}
    indicators = load().indicators
    assert offered == {code: one.name["tr"] for code, one in indicators.items() if code.startswith(begun)}
    assert reply["matches"] == list(offered)
    # What is chosen takes the place of what was typed of the code, and of nothing else.
    start_at, end = reply["cursor_start"], reply["cursor_end"]
    assert end == len(typed) and re.fullmatch(r"[\w.]*", typed[start_at:end])
    assert all(code.startswith(typed[start_at:end]) for code in offered)


def test_tab_offers_titles_with_every_turkish_letter(shown, kernel):
    typed = 'measure(run, "'
    reply = kernel.complete(typed, reply=True, timeout=60)["content"]
    titles = "".join(one["type"] for one in reply["metadata"]["_jupyter_types_experimental"])
    assert set("çğıöşüİ") <= set(titles)


def test_where_no_code_is_asked_for_tab_offers_what_python_has(shown, kernel):
    reply = kernel.complete("run.ye", reply=True, timeout=60)["content"]
    assert any(match.endswith("year") for match in reply["matches"])
    reply = kernel.complete('print("G3.2', reply=True, timeout=60)["content"]
    assert not set(reply["matches"]) & load().indicators.keys()


# -- what is shown without Lab -----------------------------------------------------------------------------


def markup(shown):
    return {name: data["text/html"] for name, data in shown.items() if "text/html" in data}


def test_each_output_carries_all_that_it_needs(shown):
    """In VS Code an output stands in a page of others: no script, nothing from outside, no rule for them."""
    found = markup(shown)
    assert found.keys() == {"run", "chart", "breakdown", "table"}
    for name, text in found.items():
        root = alone.parsed(text)
        assert not root.xpath(
            "//script | //link | //iframe | //img | //object | //@*[starts-with(name(),'on')]"
        )
        assert not re.search(r"url\(|@import|\bjp-(?!theme)|(?:src|href)=[\"']?(?!#)", text), name
        outer = [
            re.sub(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", "", one.text) for one in root.iter("style")
        ]
        selectors = [part for rules in outer for part in rules.split(",") if part.strip()]
        assert all(".workbook" in part for part in selectors), name
        assert bool(selectors) == (name != "run")
    ids = [one for text in found.values() for one in re.findall(r'\bid="([^"]+)"', text)]
    assert len(ids) == len(set(ids)) and ids
    for name in ("chart", "breakdown", "table"):  # VS Code takes the HTML before the drawing
        assert "text/plain" in shown[name] and "text/markdown" not in shown[name]


def test_controls_are_plain_widgets_and_words_where_no_widget_is_shown(shown):
    run = start(year=2026, language="tr")
    words = {
        "controls": compare(run, "G3.25", years=[2025, 2026]).text,
        "sliders": scenarios.table(run, "the").text,
    }
    for name, plain in words.items():
        assert shown[name].keys() == {WIDGET, "text/plain"}
        assert set(shown[name][WIDGET]) == {"version_major", "version_minor", "model_id"}
        assert shown[name]["text/plain"] == plain
    assert shown["sentence"]["text/plain"] == measure(run, "G3.25").text
    assert shown["card"]["text/plain"] == explain(run, "G3.25").text


# The rules that VS Code's web view has for all outputs, and the classes of its body, by its look.
WEB_VIEW = """<style>
body { margin: 0; color: var(--fore); background: var(--back); font: 13px sans-serif; }
table, thead, tr, th, td, tbody { border: none; border-color: transparent; border-spacing: 0; }
table, th, tr { vertical-align: middle; text-align: right; }
thead { font-weight: bold; background-color: rgba(130, 130, 130, 0.16); }
th, td { padding: 4px 8px; }
tr:nth-child(even) { background-color: rgba(130, 130, 130, 0.08); }
tbody th { font-weight: normal; }
</style>"""
VIEWS = {
    "vscode-light": "--fore: #3b3b3b; --back: #ffffff",
    "vscode-dark": "--fore: #cccccc; --back: #1f1f1f",
    "vscode-high-contrast": "--fore: #ffffff; --back: #000000",
    "vscode-high-contrast vscode-high-contrast-light": "--fore: #292929; --back: #ffffff",
}


def web_view(view, outputs):
    cells = "".join(f'<div class="output">{text}</div>' for text in outputs)
    return (
        f'<!DOCTYPE html><html lang="tr"><head><meta charset="utf-8"><title>x</title>{WEB_VIEW}</head>'
        f'<body class="{view}" style="{VIEWS[view]}"><main>{cells}</main></body></html>'
    )


@pytest.mark.browser
@in_browser
def test_outputs_look_right_in_every_look_of_vs_code(shown, page, tmp_path):  # noqa: F811
    page.set_viewport_size({"width": 900, "height": 900})
    dark = {}
    for view in VIEWS:
        (tmp_path / "view.html").write_text(web_view(view, markup(shown).values()), encoding="utf-8")
        page.goto((tmp_path / "view.html").as_uri(), wait_until="load")
        if folder := os.environ.get("WORKBOOK_LOOK"):  # to be looked at
            page.screenshot(path=f"{folder}/{view.rpartition(' ')[2]}.png", full_page=True)
        assert violations(page, OF_COLOURS) == [], view

        def style(of, what):
            return page.eval_on_selector(of, f"e => getComputedStyle(e).{what}")

        paper = re.findall(r"\d+", style(".workbook", "backgroundColor"))
        dark[view] = sum(map(int, paper[:3])) < 200
        for row in (".workbook thead", ".workbook tbody tr:nth-child(2)"):
            assert style(row, "backgroundColor") == "rgba(0, 0, 0, 0)"
        assert style(".workbook tbody th", "textAlign") == "left"
        assert style(".workbook tbody td", "borderBottomStyle") == "solid"
        assert page.evaluate("document.documentElement.scrollWidth") <= 900
    assert list(dark.values()) == [False, True, True, False]
    assert page.complaints == []
