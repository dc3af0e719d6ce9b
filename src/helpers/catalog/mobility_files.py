"""What is declared of Europe's mobility files: their layouts, missing values, codes of countries, activities.

The definitions stand in `data/catalog/mobility_files.yml`.
"""

from pathlib import Path
from typing import Literal

from .. import locale, paths, reads
from ..errors import CatalogError, Phrase
from .load import _build, _yaml
from .model import Text, _Definition

Read = Literal[
    "text",
    "name",
    "code",
    "country",
    "month",
    "academic_year",
    "reference",
    "days",
    "amount",
    "months",
    "age",
    "yes_no",
    "count",
    "participants",
]


class FileColumn(_Definition):
    """Headings under which a column is known, and how its cells are read.

    `otherwise` names the column that is read where this one is empty, `plus` the one that is added to it;
    `codes` are the only values, with what they mean.
    """

    aliases: tuple[str, ...]
    read: Read = "text"
    optional: bool = False
    codes: dict[str, str] | None = None
    otherwise: str = ""
    plus: str = ""

    def names(self, heading: str) -> bool:
        """Tell whether a heading means this column."""
        found = locale.key(heading)
        return any(
            found.startswith(locale.key(alias[:-1])) if alias.endswith("*") else found == locale.key(alias)
            for alias in self.aliases
        )


class FileLayout(_Definition):
    """One kind of mobility file, recognised by its header.

    `one_each` rows stand for one participant each; `nothing_else` fits no file with further columns.
    """

    id: str
    dataset: str
    title: Text
    producer: str
    one_each: bool = False
    nothing_else: bool = False
    columns: dict[str, FileColumn]
    ignored: tuple[str, ...] = ()


class Countries(_Definition):
    """Codes of countries beside ISO 3166: those that have another there, those that have none."""

    renamed: dict[str, str]
    others: tuple[str, ...]


class Limits(_Definition):
    """The least and the greatest value that can be meant."""

    minimum: int
    maximum: int


class Activity(_Definition):
    """One kind of stay, told by what its label contains."""

    kind: str
    label: Text
    contains: tuple[str, ...]


class MobilityFiles(_Definition):
    """Everything that is declared of Europe's mobility files."""

    missing: tuple[str, ...]
    not_utf8: Literal["windows-1252"]
    countries: Countries
    age: Limits
    incomplete_years: int
    activities: tuple[Activity, ...]
    layouts: tuple[FileLayout, ...]

    def activity(self, label: str) -> Activity | None:
        """Return what a label of an activity means; None where nobody has declared it."""
        found = locale.key(label)
        return next(
            (a for a in self.activities if any(locale.key(part) in found for part in a.contains)), None
        )

    def incomplete(self, years: set[int]) -> set[int]:
        """Return the last of some years: not all their projects had ended when they were published."""
        return {year for year in years if year > max(years) - self.incomplete_years}


def load_mobility_files() -> MobilityFiles:
    """Return the declarations of the current workbook folder; read once per process and folder."""
    return _mobility_files(paths.root())


@reads.kept
def _mobility_files(root: Path) -> MobilityFiles:
    path = root / "data" / "catalog" / "mobility_files.yml"
    files: MobilityFiles = _build(MobilityFiles, _yaml(path, dict), path)
    for layout in files.layouts:
        for name, column in layout.columns.items():
            strangers = {column.otherwise, column.plus} - {"", *layout.columns}
            if strangers:
                raise CatalogError(
                    Phrase(
                        "Layout {id}: column {name!r} refers to {names}.",
                        id=layout.id,
                        name=name,
                        names=sorted(strangers),
                    )
                )
    return files
