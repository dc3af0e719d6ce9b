"""The published pages that a delivery is made of, chosen by year, language and name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..batch import sets
from ..catalog import load
from ..errors import Phrase, WorkbookError, one_of
from ..texts import Texts

# What leadership reads; pages on topics and on the data are asked for by name.
_FOR_LEADERSHIP = ("overview", "goal")


@dataclass(frozen=True)
class Report:
    """The chosen pages of a report in one language: names with their files, in the report's order."""

    of: str
    language: str
    folder: Path
    pages: tuple[str, ...]
    is_whole: bool
    institution: str

    @property
    def say(self) -> Texts:
        """Return the texts of the report's language."""
        return Texts(self.language)

    def html(self, page: str) -> str:
        """Return a page as it was published."""
        return (self.folder / f"{page}.html").read_text(encoding="utf-8")


def reports(
    edition: str,
    of: str = "",
    languages: Sequence[str] = (),
    pages: Sequence[str] = (),
    institution: str = "",
) -> list[Report]:
    """Return the chosen reports of the set in force, one for each language.

    `of` is a report's folder, such as 2026 or 2026-h1, the latest year if not said; without `pages`, the
    overview and the goals. Raises WorkbookError where there is no such report or page.
    """
    plan = load().plan
    about = institution or plan.institution
    name = plan.set_of(edition, about)
    folder = sets.in_force(name)
    places = [tuple(place.split("/")) for place in sets.manifest(folder).get("pages", {})]
    if not places:
        raise WorkbookError(
            Phrase("No reports of {name!r} are published.", name=name), remedy="Make them: workbook run"
        )
    found = sorted({year for year, _, _ in places})
    wanted = of or max((year for year in found if "-" not in year), default=found[-1])
    if wanted not in found:
        raise WorkbookError(
            Phrase("There is no published report {wanted!r}.", wanted=wanted),
            expected=one_of(found),
            remedy="Make it: workbook run",
        )
    chosen = []
    for language in languages or plan.languages:
        held = sorted((page for *at, page in places if at == [wanted, language]), key=plan.order)
        unknown = [page for page in pages if page not in held]
        if unknown or not held:
            raise WorkbookError(
                Phrase(
                    "The report {report} in {language!r} has no page {pages:or}.",
                    report=wanted,
                    language=language,
                    pages=unknown or [Phrase("at all")],
                ),
                expected=one_of(held) if held else "",
                remedy="Make it: workbook run",
            )
        named = [page for page in held if (page in pages if pages else page.startswith(_FOR_LEADERSHIP))]
        chosen.append(
            Report(wanted, language, folder / wanted / language, tuple(named or held), not pages, about)
        )
    return chosen


def place_for(folder: Path, name: str, replace: bool) -> Path:
    """Return where a file is written; raises WorkbookError where one stands already."""
    path = folder / name
    if path.exists() and not replace:
        raise WorkbookError(
            Phrase("{path} is there already.", path=path),
            remedy="Say --replace to replace it, or --to another folder.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return path
