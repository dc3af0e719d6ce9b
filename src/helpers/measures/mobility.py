"""Exchange of students and staff with institutions abroad, and graduates with a stay abroad (G3.25–G3.30).

Source: the registers `mobility` and `graduates`. A stay counts if it was completed, its partner is
abroad and it lasted as long as its programme asks (data/catalog/mobility_rules.yml). Farabi is exchange
within Türkiye and never counts. Blended intensive programmes are counted apart.
"""

from dataclasses import replace

import pandas as pd

from ..catalog.rules import MobilityRules, load_mobility_rules
from .core import NO_DENOMINATOR, Figure, Period, Registers, amount, formula, variable
from .events import yearly

LONG = ("study", "traineeship")
SHORT = ("short_study", "short_traineeship", "doctoral_short")
STAFF = ("teaching", "training")

# Why a completed stay does not count.
NO_RULE, TOO_SHORT, TOO_LONG = "no_rule", "too_short", "too_long"
NO_VIRTUAL_PART, GROUP_TOO_SMALL = "no_virtual_part", "group_too_small"


# -- which stays count ---------------------------------------------------------------------------------


def judged(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the completed international stays with `reason`: why a stay does not count, "" if it does.

    The frame must hold all stays of its academic years, since a blended programme is judged by its group.
    """
    rules = load_mobility_rules()
    stays = frame[(frame["status"] == "completed") & (frame["programme"] != "farabi")]
    table = _durations(rules)
    ruled = stays[["programme", "activity"]].merge(table, how="left", on=["programme", "activity"])
    ruled.index = stays.index
    days = stays["days_count"]
    reason = pd.Series("", index=stays.index, dtype=object)
    # The gravest reason is written last, over the others.
    reason[ruled["virtual_part"].eq(True) & ~stays["has_virtual_part"]] = NO_VIRTUAL_PART
    reason[days > ruled["max_days"]] = TOO_LONG
    reason[days < ruled["min_days"]] = TOO_SHORT
    reason[ruled["min_days"].isna()] = NO_RULE
    reason[_in_small_group(stays[reason == ""], rules).reindex(stays.index, fill_value=False)] = (
        GROUP_TOO_SMALL
    )
    return stays.assign(reason=reason)


def _durations(rules: MobilityRules) -> pd.DataFrame:
    rows = [
        (programme, activity, rule.min_days, rule.max_days, rule.virtual_part)
        for rule in rules.durations
        for programme in rule.programmes
        for activity in rule.activities
    ]
    return pd.DataFrame(rows, columns=["programme", "activity", "min_days", "max_days", "virtual_part"])


def _in_small_group(stays: pd.DataFrame, rules: MobilityRules) -> pd.Series:
    """Tell which learners came to a blended programme that did not reach the group size of its year.

    Only groups that the university hosts can be counted: of a group abroad the register holds the
    university's own learners, not those of the other partners.
    """
    hosted = stays[(stays["activity"] == "bip") & (stays["direction"] == "incoming")]
    size = hosted.groupby(["academic_year", "bip_id"])["bip_id"].transform("size")
    return size < hosted["academic_year"].map(rules.smallest_group)


def invalid_stays(frame: pd.DataFrame) -> pd.DataFrame:
    """List completed international stays that do not count, each with its `reason`, for correction."""
    stays = judged(frame)
    return stays[stays["reason"] != ""].reset_index(drop=True)


def stays(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the stays of the academic year that count. Source: mobility."""
    own = registers["mobility"].index
    found = _judged_of(registers, period.academic_year)
    return found[(found["reason"] == "") & found.index.isin(own)]


def _judged_of(registers: Registers, year: int) -> pd.DataFrame:
    """Return all completed stays of an academic year, judged once for all that is asked of them."""
    whole = replace(registers, unit=None)
    return whole.once(
        ("judged stays", year), lambda: judged(yearly(whole, "mobility", "academic_year", year))
    )


# -- students ------------------------------------------------------------------------------------------


def _students(
    registers: Registers, period: Period, direction: str, activities: tuple[str, ...]
) -> pd.DataFrame:
    """Count persons: one with a key who had two stays in the year is one person, by the longer stay."""
    rows = stays(registers, period)
    picked = rows["activity"].isin(activities) & (rows["direction"] == direction)
    rows = rows[picked & (rows["participant"] == "student")]
    rows = rows.sort_values(["days_count", "mobility_id"], ascending=[False, True])
    key = rows["student_key"]
    return amount(rows[(key == "") | ~key.duplicated()])


@variable("outgoing_students")
def outgoing_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count students who went abroad to study or for a traineeship. Source: mobility."""
    return _students(registers, period, "outgoing", LONG + SHORT)


@variable("incoming_students")
def incoming_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count students who came from abroad to study or for a traineeship. Source: mobility."""
    return _students(registers, period, "incoming", LONG + SHORT)


@variable("exchange_students")
def exchange_students(registers: Registers, period: Period) -> pd.DataFrame:
    """Count outgoing and incoming exchange students together. Source: mobility."""
    return pd.concat([outgoing_students(registers, period), incoming_students(registers, period)])


@formula("G3.25")
def outgoing_exchange(registers: Registers, period: Period) -> Figure:
    """Return outgoing exchange students; beside them those of short stays only and those of BIPs."""
    return _exchange(registers, period, "outgoing")


@formula("G3.26")
def incoming_exchange(registers: Registers, period: Period) -> Figure:
    """Return incoming exchange students; beside them those of short stays only and those of BIPs."""
    return _exchange(registers, period, "incoming")


def _exchange(registers: Registers, period: Period, direction: str) -> Figure:
    rows = _students(registers, period, direction, LONG + SHORT)
    blended = _students(registers, period, direction, ("bip",))
    count = float(rows["amount"].sum())
    parts = {
        "short": float(rows.loc[rows["activity"].isin(SHORT), "amount"].sum()),
        "bip": float(blended["amount"].sum()),
    }
    return Figure(count, count, parts=parts)


@formula("G3.27")
def balance(registers: Registers, period: Period) -> Figure:
    """Return 1 − |In − Out| / (In + Out): 1 is balance, 0 one direction only.

    The part `beta`, (In − Out) / (In + Out), tells the direction: above 0 more come than go.
    """
    going = float(outgoing_students(registers, period)["amount"].sum())
    coming = float(incoming_students(registers, period)["amount"].sum())
    both, parts = going + coming, {"outgoing": going, "incoming": coming}
    if both == 0:
        return Figure(None, 0.0, 0.0, NO_DENOMINATOR, parts)
    beta = (coming - going) / both
    return Figure(1.0 - abs(beta), both - abs(coming - going), both, parts={"beta": beta, **parts})


# -- recognition ---------------------------------------------------------------------------------------


@variable("ects_earned_abroad")
def ects_earned_abroad(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the ECTS that outgoing students earned in study stays, short ones too. Source: mobility."""
    rows = stays(registers, period)
    study = rows["activity"].isin(["study", "short_study"]) & (rows["participant"] == "student")
    return amount(rows[study & (rows["direction"] == "outgoing") & (rows["ects_earned"] > 0)], "ects_earned")


@variable("ects_recognised")
def ects_recognised(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum the ECTS recognised of those earned; what is not recognised yet is nought. Source: mobility."""
    return amount(ects_earned_abroad(registers, period), "ects_recognised")


# -- staff ---------------------------------------------------------------------------------------------


@variable("academic_staff_stays")
def academic_staff_stays(registers: Registers, period: Period) -> pd.DataFrame:
    """Count academics' teaching and training stays, out and in. Source: mobility, which has no staff key."""
    rows = stays(registers, period)
    return amount(rows[rows["activity"].isin(STAFF) & (rows["participant"] == "academic")])


@formula("G3.29")
def academic_staff_mobility(registers: Registers, period: Period) -> Figure:
    """Return academics' stays, with the two directions beside."""
    rows = academic_staff_stays(registers, period)
    count = float(rows["amount"].sum())
    parts = {
        direction: float(rows.loc[rows["direction"] == direction, "amount"].sum())
        for direction in ("outgoing", "incoming")
    }
    return Figure(count, count, parts=parts)


# -- graduates -----------------------------------------------------------------------------------------


@variable("graduates_with_stay_abroad")
def graduates_with_stay_abroad(registers: Registers, period: Period) -> pd.DataFrame:
    """Count graduates with a stay abroad of two months or 15 ECTS. Source: graduates.

    Blended programmes are a column of their own and no stay abroad.
    """
    rows = yearly(registers, "graduates", "academic_year", period.academic_year)
    return amount(rows[rows["has_stay_abroad"]], "headcount")


# -- what a page on mobility asks beside the indicators ---------------------------------------------------

REASONS = (TOO_SHORT, TOO_LONG, NO_VIRTUAL_PART, GROUP_TOO_SMALL, NO_RULE)


def reciprocity(outgoing: float, incoming: float) -> tuple[float, float] | None:
    """Return β = (In − Out) / (In + Out), from −1 to 1, and R = 1 − |β|, from 0 to 1; None without stays.

    Above nought more come than go; R is 1 in balance (Grubel and Lloyd's form, domain dossier 3.1).
    """
    both = outgoing + incoming
    if both == 0:
        return None
    beta = (incoming - outgoing) / both
    return beta, 1.0 - abs(beta)


def uncounted(registers: Registers, period: Period) -> pd.DataFrame:
    """Count the completed stays abroad of the academic year that do not count: reason, count.

    Every reason stands, in the order of REASONS, also one that no stay has. Source: mobility.
    """
    counts = uncounted_stays(registers, period)["reason"].value_counts().reindex(list(REASONS), fill_value=0)
    return counts.rename("count").rename_axis("reason").reset_index()


def uncounted_stays(registers: Registers, period: Period) -> pd.DataFrame:
    """Return the completed stays abroad of the academic year that do not count, each with its reason."""
    own = registers["mobility"].index
    rows = _judged_of(registers, period.academic_year)
    return amount(rows[rows.index.isin(own) & rows["reason"].isin(REASONS)])


def blended(registers: Registers, period: Period, direction: str) -> pd.DataFrame:
    """Return the students of blended intensive programmes in one direction, each person once."""
    return _students(registers, period, direction, ("bip",))


def administrative_stays(registers: Registers, period: Period) -> pd.DataFrame:
    """Return administrative staff's teaching and training stays, out and in, which G3.29 leaves out."""
    rows = stays(registers, period)
    return amount(rows[rows["activity"].isin(STAFF) & (rows["participant"] == "administrative")])


def lengths(registers: Registers, period: Period, by: tuple[str, ...]) -> pd.DataFrame:
    """Return how long the stays that count lasted: the columns `by`, then stays_count and median_days.

    Days are those without travel. A person with two stays is in here twice. Source: mobility.
    """
    days = stays(registers, period).groupby(list(by))["days_count"]
    return days.agg(stays_count="size", median_days="median").reset_index()


def recognition(registers: Registers, period: Period) -> pd.DataFrame:
    """Sum ECTS earned abroad and recognised by unit: unit, students_count, earned_ects, recognised_ects.

    Units of which most is not recognised come first. Source: mobility.
    """
    earned = ects_earned_abroad(registers, period)
    person = earned["student_key"].where(earned["student_key"] != "", earned["mobility_id"])
    rows = earned.assign(person=person, recognised=ects_recognised(registers, period)["amount"])
    found = (
        rows.groupby("unit")
        .agg(
            students_count=("person", "nunique"),
            earned_ects=("amount", "sum"),
            recognised_ects=("recognised", "sum"),
        )
        .reset_index()
    )
    lost = found["earned_ects"] - found["recognised_ects"]
    order = found.assign(lost=lost).sort_values(["lost", "unit"], ascending=[False, True]).index
    return found.loc[order].reset_index(drop=True)


def staff_stays(registers: Registers, period: Period) -> pd.DataFrame:
    """Count teaching and training stays of staff: participant, outgoing, incoming. Source: mobility.

    The register has no key of staff, so stays are counted and not persons.
    """
    rows = stays(registers, period)
    rows = rows[rows["activity"].isin(STAFF)]
    counts = rows.groupby(["participant", "direction"]).size().unstack(fill_value=0)
    whole = counts.reindex(["academic", "administrative"], fill_value=0)
    return whole.reindex(columns=["outgoing", "incoming"], fill_value=0).reset_index()
