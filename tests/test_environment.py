"""One declaration of what is needed: pyproject.toml; conda's list, the lock and `make` follow it."""

import ast
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[1]

# Names that differ on the community channel, and what it does not hold (installed by pip there).
# Its `playwright` is the browser's driver alone, and a hyphen is no underscore there.
CONDA = {
    "duckdb": "python-duckdb",
    "great-tables": "great_tables",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
}
BY_PIP = {"axe-playwright-python"}
# What a lock must serve: every Python of the range, on every system a university uses.
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}

# What is imported and not declared, since what is declared cannot be without it: the parts of Jupyter.
COMES_WITH = {
    **dict.fromkeys(("ipython", "jupyter-client", "jupyter-core", "pyzmq", "traitlets"), "ipykernel"),
    "pillow": "matplotlib",
}

TOP = {
    *("notebooks", "data", "src", "reports", "tests"),
    *("environment.yml", "README.md", "pyproject.toml", "requirements.lock", "Makefile", "CHANGELOG.md"),
    "LICENSE",
}
MAKE = {"report", "test", "lab", "bench", "backtest"}


@lru_cache(maxsize=1)
def project() -> dict:
    return tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@lru_cache(maxsize=1)
def needed() -> dict[str, Requirement]:
    """Every requirement of the project, those of its tests included, by canonical name."""
    written = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]
    found = [Requirement(line) for line in written]
    assert len({canonicalize_name(r.name) for r in found}) == len(found)
    return {canonicalize_name(r.name): r for r in found}


# -- conda ------------------------------------------------------------------------------------------


def conda() -> tuple[dict[str, SpecifierSet], dict[str, SpecifierSet], list[str]]:
    """The names conda resolves, those it hands to pip, and the options among the latter."""
    listed = yaml.safe_load((REPO / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_conda = [Requirement(entry) for entry in listed if isinstance(entry, str)]
    (by_pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    options = [entry for entry in by_pip if entry.startswith("-")]
    handed = [Requirement(entry) for entry in by_pip if not entry.startswith("-")]
    assert len({r.name for r in [*by_conda, *handed]}) == len(by_conda) + len(handed)
    return {r.name: r.specifier for r in by_conda}, {r.name: r.specifier for r in handed}, options


def test_conda_gets_the_same_requirements_under_its_own_names():
    by_conda, _, _ = conda()
    expected = {CONDA.get(n, n): r.specifier for n, r in needed().items() if n not in BY_PIP}
    expected["python"] = SpecifierSet(project()["requires-python"])
    assert {name: spec for name, spec in by_conda.items() if name != "pip"} == expected
    assert str(by_conda["pip"]) == ""


def test_pip_gets_from_conda_only_what_the_channel_does_not_hold():
    _, handed, options = conda()
    assert handed == {name: needed()[name].specifier for name in BY_PIP}
    assert options == ["--editable ."]


def test_conda_asks_one_open_channel():
    written = yaml.safe_load((REPO / "environment.yml").read_text(encoding="utf-8"))
    assert written["channels"] == ["conda-forge"]
    assert written["name"] == project()["name"]


# -- the lock ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def pins() -> tuple[tuple[Requirement, tuple[str, ...]], ...]:
    """Every pin of the lock with its hashes."""
    text = (REPO / "requirements.lock").read_text(encoding="utf-8")
    logical = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.M)).splitlines()
    found = []
    for line in filter(str.strip, logical):
        requirement, *hashes = re.split(r"\s--hash=", line)
        found.append((Requirement(requirement.strip()), tuple(h.strip() for h in hashes)))
    return tuple(found)


def pinned(name: str, python: str = "3.12", system: str = "linux") -> list[str]:
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": system,
        "platform_system": SYSTEMS[system],
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": {"linux": "x86_64", "darwin": "arm64", "win32": "AMD64"}[system],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    return [
        str(r.specifier).removeprefix("==")
        for r, _ in pins()
        if canonicalize_name(r.name) == name and (r.marker is None or r.marker.evaluate(environment))
    ]


@pytest.mark.parametrize("name", sorted(needed()))
def test_the_lock_pins_each_requirement_inside_its_range_everywhere(name):
    for python in PYTHONS:
        for system in SYSTEMS:
            versions = pinned(name, python, system)
            assert len(versions) == 1, (python, system)
            assert needed()[name].specifier.contains(versions[0]), versions


def test_every_pin_is_exact_and_hashed():
    assert len(pins()) > len(needed())
    for requirement, hashes in pins():
        assert re.fullmatch(r"==[0-9][0-9a-z.!+]*", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement


def test_the_lock_names_no_place_to_fetch_from():
    text = (REPO / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|git\+|(^|\s)-(i|f|e|r|c)\s|--(extra-)?index|--find|--trusted", text)
    assert not re.search(r"(^|\s)[\"']?(/|~/|\.{1,2}/|[A-Za-z]:\\)", text)
    assert not [r for r, _ in pins() if r.url]


def test_the_python_range_is_the_same_in_all_places():
    pythons = SpecifierSet(project()["requires-python"])
    assert [v for v in ("3.10", "3.11", "3.12", "3.13", "3.14") if pythons.contains(v)] == list(PYTHONS)
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    assert "(3, 11) <= v < (3, 14)" in makefile
    assert "--python-version 3.11" in makefile


# -- commands ---------------------------------------------------------------------------------------


def test_make_knows_its_targets():
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    rules = set(re.findall(r"^([a-z]+):(?!=)", makefile, re.M))
    phony = set(re.findall(r"^\.PHONY:(.*)$", makefile, re.M)[0].split())
    assert rules >= MAKE
    assert phony >= rules


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on this machine")
@pytest.mark.parametrize("target", sorted(MAKE))
def test_make_can_say_how_it_would_make_each_target(target):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=REPO, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = {
        "report": "/workbook run",
        "test": "--nbval ",
        "lab": "/workbook lab",
        "bench": "tests/benchmarks/bench.py",
        "backtest": "tests/benchmarks/backtest.py",
    }
    assert expected[target] in done.stdout


def test_make_test_formats_checks_tests_and_compares_the_notebooks():
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", makefile, re.M)
    assert recipe
    for step in ("ruff format --check .", "ruff check .", "mypy", "pytest -n 2", "notebooks/*.ipynb"):
        assert step in recipe[1]
    assert not re.search(r"\|\| *(true|:)|^\t-", recipe[1], re.M), "a failed step must stop it"
    assert "--nbval-lax" not in recipe[1]


def test_continuous_integration_runs_the_same_command():
    script = REPO / ".ci" / "run"
    assert script.stat().st_mode & 0o111 == 0o111
    lines = [line.strip() for line in script.read_text(encoding="utf-8").splitlines()]
    assert lines[0].startswith("#!")
    assert any(line.startswith("set -e") for line in lines)
    assert "make test" in lines


def test_the_bench_stands_where_make_looks_for_it():
    assert (REPO / "tests" / "benchmarks" / "bench.py").is_file()


# -- what is committed ------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def tracked() -> tuple[str, ...]:
    """The files under version control, with those about to be."""
    if not shutil.which("git") or not (REPO / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return tuple(sorted(name for name in listed.stdout.split("\0") if name and (REPO / name).is_file()))


def test_the_top_level_holds_only_what_the_reader_expects():
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP
    assert top >= TOP - {"CHANGELOG.md"}


# Written in pieces, so that this file does not find itself.
MACHINE = re.compile(
    "|".join(
        ["/ro" + "ot/", "/ho" + r"me/\w+", "/Us" + r"ers/\w+", r"(?<![\w./])/wo" + "rk/", "/tmp/scr" + "atch"]
    )
)


def test_no_file_holds_a_folder_of_a_machine():
    found = []
    for name in tracked():
        try:
            text = (REPO / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {hit[0]}" for hit in MACHINE.finditer(text)]
    # Tests of what must never be published name such folders themselves.
    assert not [hit for hit in found if not hit.startswith("tests/")]
    assert not [hit for hit in found if hit.startswith("tests/") and "scr" in hit.split(": ")[1]]


def test_what_a_university_brings_in_is_not_committed():
    kept = [name for name in tracked() if re.match(r"data/(raw|store)/|reports/", name)]
    assert all(name.endswith(".gitkeep") for name in kept)


@pytest.mark.parametrize("eol", ["crlf", "native", "lf"])
def test_a_checkout_on_any_system_has_the_same_bytes(tmp_path, eol):
    """As git on Windows would check out what is committed: the hashes of data and of stored outputs stay."""
    names = [name for name in tracked() if name.startswith(("data/", "src/helpers/texts/", "notebooks/"))]

    def differing(folder, attributes):
        """Check the files out as such a git would, with attributes; return those that differ."""
        scratch = tmp_path / folder
        scratch.mkdir()
        (scratch / ".gitattributes").write_text(attributes, encoding="utf-8")
        windows = ["-c", "core.autocrlf=true", "-c", f"core.eol={eol}", "-c", f"core.worktree={scratch}"]
        git = ["git", f"--git-dir={git_dir}", *windows]
        listed = "\0".join(names)
        asked = [*git, "checkout-index", "--stdin", "-z", f"--prefix={scratch.as_posix()}/out/"]
        subprocess.run(asked, cwd=scratch, input=listed, text=True, timeout=120, check=True)
        committed = subprocess.run(
            [*git, "ls-files", "--stage", "-z", "--", *{name.split("/")[0] for name in names}],
            cwd=REPO, capture_output=True, text=True, timeout=60, check=True,
        ).stdout  # fmt: skip
        hashes = {line.split("\t")[1]: line.split()[1] for line in committed.split("\0") if line}
        return [name for name in names if name in hashes and blob(scratch / "out" / name) != hashes[name]]

    def blob(path):
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    asked = ["git", "rev-parse", "--absolute-git-dir"]
    git_dir = subprocess.run(asked, cwd=REPO, capture_output=True, text=True, check=True).stdout.strip()
    ours = (REPO / ".gitattributes").read_text(encoding="utf-8")
    assert differing("ours", ours) == []
    if eol == "crlf":  # without the rule, texts would have other bytes there
        assert len(differing("without", "# none\n")) > 50


# -- what is installed ------------------------------------------------------------------------------


def test_a_wheel_holds_every_file_of_the_package():
    """As hatchling would build it, without building: templates, texts, guides, pictures and code."""
    wheel = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(REPO))
    with wheel.config.set_build_data({"artifacts": [], "force_include": {}, "build_hooks": ()}):
        packed = {file.distribution_path for file in wheel.recurse_included_files()}
    committed = {name.removeprefix("src/") for name in tracked() if name.startswith("src/helpers/")}
    assert packed == committed
    kinds = {Path(name).suffix for name in packed}
    assert kinds >= {".py", ".yml", ".md", ".j2", ".css", ".js", ".svg"}


def test_what_is_imported_is_declared():
    """A package that comes with another one today may not tomorrow."""
    of_module = metadata.packages_distributions()
    declared = {canonicalize_name(Requirement(line).name) for line in project()["dependencies"]}
    optional = {
        canonicalize_name(Requirement(line).name) for line in project()["optional-dependencies"]["cluster"]
    }
    imported: dict[str, set[str]] = {}
    for path in sorted((REPO / "src" / "helpers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"helpers"}:
                imported.setdefault(top, set()).add(path.relative_to(REPO).as_posix())
    assert len(imported) > 25
    missing = set()
    for top in imported:
        by = {canonicalize_name(name) for name in of_module.get(top, [top])}
        missing |= set() if by & (declared | optional) else by
    assert missing == COMES_WITH.keys()
    for name, parent in COMES_WITH.items():
        required = {Requirement(line) for line in metadata.requires(parent) or []}
        assert parent in declared
        assert name in {canonicalize_name(one.name) for one in required if one.marker is None}, (name, parent)
