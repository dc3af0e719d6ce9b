"""What a change of the share of international students is made of (analysis.decomposition)."""

from ..analysis import decomposition
from ..measures import students
from ..measures.core import MissingFigure, Period
from ..run import Run
from . import figures, persons, tables
from . import mobility_words as words
from .pieces import Piece
from .tables import Column

SHARE, NUMBER = "G2.02", "G2.01"
# The change is that over so many years, or over fewer where no more are known.
_YEARS = 5
# Countries that are named, of those that contributed most.
_COUNTRIES = 3
_MIX = {"degree_level": "explained.share.mix_level", "unit": "explained.share.mix_unit"}
_RATE = {"degree_level": "explained.share.rate_level", "unit": "explained.share.rate_unit"}


@words.or_reason
def share(run: Run) -> Piece:
    """Split the change of the share over five years: numerator and denominator, countries, mix and rate."""
    since = _since(run)
    now, before = _counts(run, run.period), _counts(run, since)
    found, say = decomposition.quotient(before, now), run.text
    rows = [
        (say("explained.share.change"), found.change),
        (say("explained.share.own"), found.numerator),
        *_countries(run, since, (before[1], now[1])),
        (say("explained.share.all"), found.denominator),
        *_groups(run, since, "degree_level"),
        *([] if run.unit else _groups(run, since, "unit")),
    ]
    mostly = found.denominator * found.change > 0 and abs(found.denominator) > abs(found.numerator)
    return tables.table(
        "explained-share",
        [
            Column(say("explained.share.part"), [name for name, _ in rows]),
            Column(say("explained.share.points"), [say.signed(100 * value, 2) for _, value in rows], True),
        ],
        title=words.titled(
            run,
            say(
                "explained.share.title",
                first=words.academic_year(since),
                last=words.academic_year(run.period),
                began=100 * before[0] / before[1],
                ended=100 * now[0] / now[1],
                own=100 * found.numerator,
                all=100 * found.denominator,
            ),
        ),
        source=figures.source(run, [SHARE]),
        notes=[
            say("explained.share.numbers", was=before[0], now=now[0], was_all=before[1], now_all=now[1]),
            *([say("explained.share.mostly")] if mostly else []),
        ],
        caveats=figures.caveats(run, [SHARE]),
        details=[say("explained.share.how")],
        indicators=[NUMBER, SHARE],
    )


def _since(run: Run) -> Period:
    """Return the period the change is counted from: the earliest known of the five years before."""
    reason = ""
    for years in range(_YEARS, 0, -1):
        try:
            _counts(run, run.period.before(years))
        except MissingFigure as missing:
            reason = missing.reason
        else:
            return run.period.before(years)
    _counts(run, run.period)  # where this is missing too, its reason is the one to tell
    raise MissingFigure(reason)


def _counts(run: Run, of: Period) -> tuple[float, float]:
    found = persons.figure(run, SHARE, of)
    if found.value is None or found.numerator is None or not found.denominator:
        raise MissingFigure(found.reason)
    return found.numerator, found.denominator


def _countries(run: Run, since: Period, wholes: tuple[float, float]) -> list[tuple[str, float]]:
    """Return the countries that contributed most, of those shown for both years, and all others together."""
    try:
        shown = [
            persons.by(run, NUMBER, "citizenship_code", of)
            .rows.dropna()
            .set_index("citizenship_code")["shown"]
            for of in (since, run.period)
        ]
    except MissingFigure:
        return []  # protected: nothing of the countries may be said
    both = shown[0].index.intersection(shown[1].index)
    parts = decomposition.members(dict(shown[0][both]), dict(shown[1][both]), wholes)
    largest = sorted(parts, key=lambda code: (-abs(parts[code]), code))[:_COUNTRIES]
    return [
        (run.text("explained.share.of_country", country=run.text.country(code)), parts[code])
        for code in largest
    ]


def _groups(run: Run, since: Period, column: str) -> list[tuple[str, float]]:
    counts = [students.by_group(run.registers, of, column) for of in (since, run.period)]
    hidden = {
        name
        for group in counts
        for name, cell in zip(group, persons.counts(run, [part for part, _ in group.values()]), strict=True)
        if cell is None
    }
    found = decomposition.mix_and_rate(*(_together(group, hidden) for group in counts))
    return [(run.text(_MIX[column]), found.mix), (run.text(_RATE[column]), found.rate)]


def _together(group: dict[str, decomposition.Counts], hidden: set[str]) -> dict[str, decomposition.Counts]:
    """Count hidden groups as one: mix and rate are equations that could give the number of each away."""
    pooled = [counts for name, counts in group.items() if name in hidden]
    rest = {name: counts for name, counts in group.items() if name not in hidden}
    both = (sum(part for part, _ in pooled), sum(whole for _, whole in pooled))
    return rest | ({"": both} if pooled else {})
