"""JupyterLab on the notebooks, with settings of the workbook's own that touch none of the user's.

What Lab is given lies in a folder that lasts as long as the server: a kernel of this environment with the
workbook's name and logo, and defaults for Lab's settings, which a user's own settings override. Lab asks no
outside address: no news, no search for versions, no list of extensions.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from .. import paths
from ..errors import FileRefused, Phrase
from ..present import theme
from ..texts import Texts

# The name that the notebooks carry: what is written here also runs in a batch and in VS Code.
KERNEL = "python3"
OPENS_AT = "overview.ipynb"


def serve(notebook: str = "", *, port: int = 0, browser: bool = True, language: str = "en") -> None:
    """Serve Lab at a notebook, named from `notebooks/`, until it is stopped; on a free port if none is given.

    Raises FileRefused where there is no such notebook.
    """
    arguments = options(notebook or OPENS_AT, port, browser)
    from jupyterlab.labapp import LabApp

    with tempfile.TemporaryDirectory(prefix="workbook-lab-") as folder:
        os.environ.update(overlay(Path(folder), language))
        LabApp.launch_instance([*arguments, f"--LabApp.app_settings_dir={Path(folder, 'settings')}"])


def options(notebook: str, port: int, browser: bool) -> list[str]:
    """Return what Lab is started with; raise FileRefused where there is no such notebook."""
    name = Path(notebook).as_posix().removeprefix("notebooks/")
    root = paths.notebooks().resolve()
    file = (root / name).resolve()
    if not file.is_file() or not file.is_relative_to(root):
        raise FileRefused(
            Phrase("There is no notebook {notebook!r}.", notebook=notebook),
            expected="a file below notebooks, such as overview.ipynb or explore/tour.ipynb",
        )
    return [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{file.relative_to(root).as_posix()}",
        f"--MultiKernelManager.default_kernel_name={KERNEL}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # Who runs the workbook as root, as in a container, has decided so already.
        *(["--ServerApp.allow_root=True"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),
        *([f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port else []),
        *([] if browser else ["--no-browser"]),
    ]


def overlay(folder: Path, language: str) -> dict[str, str]:
    """Write kernel and settings below a folder; return the environment by which they are found first."""
    say = Texts(language)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": say("lab.kernel"),
        "language": "python",
        "metadata": {"debugger": True},
        # The same helpers as this command's, wherever it was started.
        "env": {"PYTHONPATH": os.pathsep.join(_own_path()), paths.ROOT_VARIABLE: str(paths.root())},
    }
    kernel = folder / "kernels" / KERNEL
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    with resources.as_file(resources.files(__package__).joinpath("logo-svg.svg")) as logo:
        shutil.copyfile(logo, kernel / "logo-svg.svg")
    settings = folder / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    before = [os.environ["JUPYTER_PATH"]] if os.environ.get("JUPYTER_PATH") else []
    return {"JUPYTER_PATH": os.pathsep.join([str(folder), *before])}


def _own_path() -> Sequence[str]:
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return list(dict.fromkeys([str(paths.package().parent), *filter(None, given)]))


# Defaults by the schema of each of Lab's parts; the letters are those of the pages, dark is the system's.
SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {
        "adaptive-theme": True,
        "overrides": {"content-font-family": theme.FONTS, "content-font-size1": "15px"},
    },
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
    "@jupyterlab/completer-extension:manager": {"showDocumentationPanel": True},
}
