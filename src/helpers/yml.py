"""Reading YAML: always with a safe loader, which builds no objects but those of plain YAML."""

from typing import Any

import yaml

# libyaml reads several times faster than Python does; a machine without it reads the same, slower.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """Return what a YAML text holds; raise yaml.YAMLError where it is no valid YAML."""
    return yaml.load(text, Loader)
