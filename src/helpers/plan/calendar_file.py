"""The action calendar as an iCalendar file (RFC 5545) that any calendar program takes in.

The same actions give the same bytes on every machine: the stamp of an entry is the day of the report, and
its identifier stays the same from report to report, so that taking in a later file moves entries and doubles
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from .. import locale


@dataclass(frozen=True)
class Entry:
    """An all-day entry: what its reader sees, and where the evidence stands (from the file), if anywhere."""

    id: str
    day: date
    summary: str
    description: str
    url: str = ""
    categories: tuple[str, ...] = ()


def ics(entries: Sequence[Entry], name: str, owner: str, report: date, language: str) -> bytes:
    """Return a calendar with these entries, called `name`.

    `owner` is the id of the university, part of every identifier; `report` is the last day of the report's
    period. Entries hold no person and no alarm, and block no time.
    """
    from icalendar import Calendar, Event, vText, vUri

    calendar = Calendar()
    calendar.add("prodid", f"-//strategy-workbook//action calendar//{locale.upper(language)}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", vText(_plain(name)))  # else it would not be escaped
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.id}@{owner}.strategy-workbook")
        event.add("dtstamp", datetime.combine(report, time(), UTC))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", vText(_plain(entry.summary), params={"LANGUAGE": language}))
        event.add("description", vText(_plain(entry.description), params={"LANGUAGE": language}))
        if entry.url:
            event.add("url", vUri(entry.url))
        if entry.categories:
            event.add("categories", [_plain(category) for category in entry.categories])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def _plain(text: str) -> str:
    """Drop what no reader sees and could mislead one: control characters, and marks that turn the writing."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")
