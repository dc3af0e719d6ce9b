"""What the workbook answers to a file: its tables, what was not read, where it was kept."""

from dataclasses import dataclass

from ..errors import Fault, FileRefused, Problem
from .history import Change
from .mobilities import ReceivedMobilities
from .personal import Carried, Keep
from .published import ReceivedPublished
from .rankings import Received
from .registers import ReceivedRegister

AnyTable = Received | ReceivedRegister | ReceivedPublished | ReceivedMobilities


@dataclass(frozen=True)
class Answer:
    """What the workbook says of one file.

    `left_out` says of each sheet that was not read why; `notes` tell what else there is to know of it.
    `changes` tell of each stored partition what the file changed in it; `left` name partitions of the file
    that it corrects, with that file's name: they have no rows here and stay as they were.
    `carried` is the personal data that it carries where nothing is read; `keep` says how much is kept of it.
    """

    file: str
    sha256: str
    tables: tuple[AnyTable, ...]
    left_out: tuple[FileRefused, ...]
    suggestions: tuple[tuple[str, str, int], ...]
    stored_as: str = ""
    rejected_in: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    carried: tuple[Carried, ...] = ()
    keep: Keep = "whole"
    notes: tuple[Fault, ...] = ()

    @property
    def replaced(self) -> tuple[str, ...]:
        """Return the partitions that were held before."""
        return tuple(change.partition for change in self.changes if change.held)

    @property
    def not_read(self) -> tuple[str, ...]:
        """Say in English why sheets were not read."""
        return tuple(str(refusal) for refusal in self.left_out)

    @property
    def problems(self) -> list[Problem]:
        """Return every problem of every table, in order; of a mobility file the first ones."""
        return [problem for received in self.tables for problem in received.problems]

    @property
    def problem_count(self) -> int:
        """Count the problems, also those that stand in a mobility file's file of rejected rows only."""
        more = (received.problem_count - len(received.problems) for received in self.of_mobilities)
        return len(self.problems) + sum(more)

    @property
    def of_registers(self) -> list[ReceivedRegister]:
        """Return the tables that are registers."""
        return [received for received in self.tables if isinstance(received, ReceivedRegister)]

    @property
    def of_published(self) -> list[ReceivedPublished]:
        """Return the tables of outside publishers that are no rankings."""
        return [received for received in self.tables if isinstance(received, ReceivedPublished)]

    @property
    def of_mobilities(self) -> list[ReceivedMobilities]:
        """Return the tables that are files of Europe's mobility."""
        return [received for received in self.tables if isinstance(received, ReceivedMobilities)]

    @property
    def of_rankings(self) -> list[Received]:
        """Return the tables that are rankings."""
        return [received for received in self.tables if isinstance(received, Received)]
