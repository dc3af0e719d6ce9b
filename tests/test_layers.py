"""The rooms of src/helpers: who may import whom, and what no module may do. Read from syntax trees."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "helpers"

# Ground floor first; a module imports from its own room and from rooms before it.
FLOORS = (
    ("paths", "errors", "locale", "yml"),
    ("reads", "schema", "spoken"),
    ("shared",),
    ("analysis",),
    ("catalog",),
    ("store",),
    ("intake",),
    ("demonstration",),
    ("measures",),
    ("texts",),
    ("plan",),
    ("run",),
    ("present",),
    ("site",),
    ("batch",),
    ("deliver",),
    ("desk",),
    ("progress",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
ROOMS = {path.name.removesuffix(".py") for path in SRC.iterdir()} - {"__init__"}
MAY_PRINT = {"cli", "progress"}

# Case functions on text that is no data, by module and expression.
PLAIN_CASE = {
    ("intake/receive.py", "path.suffix.lower()"): "a file's suffix is compared as every system writes it",
}


@lru_cache(maxsize=1)
def modules() -> dict[Path, ast.Module]:
    found = {path.relative_to(SRC): path for path in sorted(SRC.rglob("*.py"))}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in found.items()}


MODULES = sorted(modules())
every_module = pytest.mark.parametrize("name", MODULES, ids=str)


def room_of(name: Path) -> str:
    return name.parts[0].removesuffix(".py")


def imported(name: Path, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every import as a dotted name from the top, `helpers.…` for our own, with its line."""
    package = ("helpers", *name.parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            base += node.module.split(".") if node.module else []
            yield from ((".".join([*base, alias.name]), node.lineno) for alias in node.names)


def our_rooms(name: Path, tree: ast.Module) -> set[str]:
    """The rooms a module imports from; the package itself, which holds everything, is `helpers`."""
    rooms = set()
    for dotted, _ in imported(name, tree):
        parts = dotted.split(".")
        if parts[0] == "helpers":
            named = len(parts) > 1 and parts[1] in ROOMS
            rooms.add(parts[1] if named else "helpers")
    return rooms


def test_every_room_has_its_floor():
    rooms = {room_of(name) for name in MODULES} - {"__init__"}
    unplaced = rooms - LEVEL.keys()
    assert not unplaced, f"say in FLOORS where {sorted(unplaced)} stand"
    assert len(MODULES) > 30


@every_module
def test_imports_run_downward_only(name):
    if name == Path("__init__.py"):
        return
    room = room_of(name)
    for other in our_rooms(name, modules()[name]):
        assert other != "helpers", f"{name} imports the package that holds everything"
        # A room without a floor stands above all, until it is given one.
        assert other == room or LEVEL.get(other, 99) < LEVEL.get(room, 99), f"{name} imports {other}"


def test_the_ground_floor_knows_nothing_of_ours():
    for name in MODULES:
        if LEVEL.get(room_of(name)) == 0 or room_of(name) == "analysis":
            ours = our_rooms(name, modules()[name]) - {room_of(name)}
            assert ours <= {"paths", "errors", "locale"} - (
                {room_of(name)} if LEVEL[room_of(name)] else set()
            )
            if LEVEL[room_of(name)] == 0:
                assert not ours


def test_the_rooms_hang_together():
    """Guards the reading of imports itself: pairs that are known to be there are found."""
    known = {
        ("store.py", "paths"),
        ("measures/rankings.py", "store"),
        ("measures/rankings.py", "analysis"),
        ("run.py", "measures"),
        ("present/rankings.py", "run"),
        ("batch/publish.py", "site"),
        ("cli/running.py", "batch"),  # inside a function
    }
    for name, room in known:
        assert room in our_rooms(Path(name), modules()[Path(name)])


def test_the_package_loads_nothing_until_it_is_asked():
    """Only under TYPE_CHECKING, which is never true when the code runs, or by name."""
    tree = modules()[Path("__init__.py")]
    now = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {node.module for node in now if isinstance(node, ast.ImportFrom)} == {"importlib", "typing"}
    assert not [node for node in now if isinstance(node, ast.Import)]


def test_no_module_is_called_by_what_says_nothing():
    forbidden = {"helpers", "helper", "utils", "util", "common", "misc"}
    for name in MODULES:
        assert not {part.removesuffix(".py") for part in name.parts} & forbidden, name


@every_module
def test_text_from_data_goes_through_locale_only(name):
    if name == Path("locale.py"):
        return
    for node in ast.walk(modules()[name]):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ours = called and ast.unparse(node.func.value) == "locale"
        if called and not ours and node.func.attr in {"lower", "upper", "casefold", "swapcase"}:
            assert (name.as_posix(), ast.unparse(node)) in PLAIN_CASE, f"{name}:{node.lineno}"
        if called and node.func.attr == "title" and not node.args and not node.keywords:
            raise AssertionError(f"{name}:{node.lineno} {ast.unparse(node)}")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "str":
            assert node.attr not in {"lower", "upper", "title", "casefold"}, f"{name}:{node.lineno}"


def test_every_exception_to_the_rule_of_case_is_still_there():
    for (name, expression), reason in PLAIN_CASE.items():
        written = {ast.unparse(n) for n in ast.walk(modules()[Path(name)]) if isinstance(n, ast.Call)}
        assert expression in written
        assert reason


@every_module
def test_an_error_is_never_caught_blindly(name):
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name}:{node.lineno} bare except"
            caught = {ast.unparse(part).split(".")[-1] for part in getattr(node.type, "elts", [node.type])}
            assert not caught & {"Exception", "BaseException", "Warning"}, f"{name}:{node.lineno}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            assert not {ast.unparse(a) for a in node.args} & {"Exception", "BaseException"}, name


@every_module
def test_a_warning_is_never_silenced_blindly(name):
    for node in ast.walk(modules()[name]):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).split(".")[-1]
        if called in {"simplefilter", "filterwarnings"}:
            given = [*node.args[1:], *(k.value for k in node.keywords if k.arg in {"category", "message"})]
            assert given, f"{name}:{node.lineno} silences every warning"
            assert not {ast.unparse(a) for a in given} & {"Warning", "UserWarning"}, f"{name}:{node.lineno}"
        if called == "catch_warnings":
            assert not {k.arg for k in node.keywords} & {"action"}, f"{name}:{node.lineno}"


@every_module
def test_checks_do_not_rest_on_assert(name):
    assert not [node.lineno for node in ast.walk(modules()[name]) if isinstance(node, ast.Assert)]


@every_module
def test_only_the_command_line_prints(name):
    if room_of(name) in MAY_PRINT:
        return
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Name):
            assert node.id != "print", f"{name}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in {"sys.stdout", "sys.stderr"}, f"{name}:{node.lineno}"


@every_module
def test_no_module_draws_on_a_shared_canvas(name):
    """pyplot keeps figures for the whole process, so that one notebook's chart could reach another's."""
    for dotted, line in imported(name, modules()[name]):
        assert "pyplot" not in dotted.split("."), f"{name}:{line}"
        assert "pylab" not in dotted.split("."), f"{name}:{line}"


@every_module
def test_a_module_states_in_one_sentence_what_it_is(name):
    docstring = ast.get_docstring(modules()[name])
    assert docstring
    assert docstring.split("\n\n")[0].rstrip().endswith((".", ":", "?"))


@pytest.mark.parametrize(
    ("module", "line", "rooms"),
    [
        ("present/charts.py", "from ..batch import jobs", {"batch"}),
        ("run.py", "from . import present", {"present"}),
        ("measures/a.py", "def f():\n    from ..present.pieces import Piece", {"present"}),
        ("store.py", "import helpers.cli", {"cli"}),
        ("store.py", "from helpers.site import pages", {"site"}),
        ("store.py", "from helpers import goals", {"helpers"}),
        ("batch/jobs.py", "from .execute import execute", {"batch"}),
    ],
)
def test_an_import_is_found_however_it_is_written(module, line, rooms):
    assert our_rooms(Path(module), ast.parse(line)) == rooms


def test_no_module_loads_another_by_name():
    """An import that the tests above cannot see; only the package's own lazy door does it."""
    for name in MODULES:
        if name != Path("__init__.py"):
            for node in ast.walk(modules()[name]):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func).split(".")[-1]
                    assert called not in {"import_module", "__import__", "exec", "eval"}, (
                        f"{name}:{node.lineno}"
                    )
