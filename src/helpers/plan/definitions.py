"""Reading the plan's definition files into frozen models; what is wrong is told by file and key."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .. import paths, yml
from ..catalog.load import judged
from ..errors import CatalogError, Phrase, cause

Model = TypeVar("Model", bound=BaseModel)


class Definition(BaseModel):
    """A definition; unknown keys are refused, so a misspelt one cannot pass unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Once(yml.Loader):
    """Refuses a key that stands twice: YAML would silently keep the last, and an input would be lost."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice[0]!r} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def read(model: type[Model], path: Path) -> Model:
    """Return the definitions of a YAML file; CatalogError where the file or a key cannot be used."""
    where = paths.shown(path)
    try:
        # A safe loader, only stricter: it builds no objects but those of plain YAML.
        loaded = yaml.load(path.read_text(encoding="utf-8"), _Once)
    except FileNotFoundError as error:
        raise CatalogError(
            Phrase("The definition file {file} is missing.", file=where),
            remedy="Restore it from version control.",
        ) from error
    except yaml.YAMLError as error:
        raise CatalogError(
            Phrase("{file} is not valid YAML: {error}.", file=where, error=cause(error))
        ) from error
    try:
        return model.model_validate(loaded)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CatalogError(
            Phrase(
                "{file}: {where}: {told} (found {found!r}).",
                file=where,
                where=key or Phrase("file"),
                told=judged(first),
                found=first.get("input"),
            ),
            remedy="Correct the definition.",
        ) from error
