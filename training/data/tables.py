"""Tables as people have them: the one with certain columns, in a file, an archive or a folder.

Columns are found by name, in any case and with spaces around. They are separated by commas,
semicolons, tabs or bars. Text is UTF-8, or UTF-16 with its mark.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from device.errors import ArchiveError
from device.system.clutter import is_clutter
from device.system.files import encoding
from training.data import archives
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

T = TypeVar("T")
SEPARATORS = ",;\t|"
EXCEL = re.compile(r"sep=.\s*", re.IGNORECASE)
"""A first line that tells Excel the separator."""
MAX_LINE = 131_072
"""Characters of a line, as many as `csv` allows in a field. A row of FER2013 has at most 9,229."""


class NoTable(DatasetError):
    """There is no table with the columns."""


class MissingColumns(NoTable):
    """A table has not all columns; `missing` has their names."""

    def __init__(self, text: str, missing: tuple[str, ...]) -> None:
        super().__init__(text)
        self.missing = missing


class Table:
    """A table that has certain columns. Raises MissingColumns, or csv.Error when it is none.

    `name` identifies it in messages, `width` is the number of its columns.
    """

    def __init__(self, name: str, file: io.BufferedReader, columns: Sequence[str]) -> None:
        self.name = name
        self._text = io.TextIOWrapper(file, encoding(file.peek(2)), newline="")
        lines = _lines(self._text)
        header = next(lines, "").lstrip("\ufeff")  # some programs write a second mark
        self._header_line = 1
        if EXCEL.fullmatch(header):
            header = next(lines, "")
            self._header_line = 2
        separator, names = _header(header, columns)
        missing = tuple(column for column in columns if column.casefold() not in names)
        if missing:
            words = f"line {self._header_line}: no column {' and '.join(missing)}"
            raise MissingColumns(f"{name}: {words}", missing)
        for column in columns:
            if names.count(column.casefold()) > 1:
                raise csv.Error(f"line {self._header_line}: several columns {column}")
        self.width = len(names)
        self._places = [names.index(column.casefold()) for column in columns]
        self._reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)

    def rows(self) -> Iterator[tuple[int, list[str], int]]:
        """Yield a row's line number, its fields of the columns, and the number of all its fields.

        The fields are [] if the row is too short. Blank lines are left out, and so are rows of
        empty fields after the last other row, which spreadsheets append.
        """
        empty: list[int] = []
        for fields in self._reader:
            line = self._header_line + self._reader.line_num
            if any(map(str.strip, fields)):
                yield from ((each, [], 0) for each in empty)
                empty.clear()
                yield line, self._wanted(fields), len(fields)
            elif len(fields) > 1:
                empty.append(line)

    def _wanted(self, fields: list[str]) -> list[str]:
        if len(fields) <= max(self._places):
            return []
        return [fields[place].strip() for place in self._places]

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._text.detach()


def read(
    path: Path,
    columns: Sequence[str],
    parse: Callable[[Table], T],
    same: Callable[[T, T], bool],
    inside: Sequence[Path] = (),
) -> T:
    """Return what `parse` makes of the table with these columns in a file or an archive.

    If `path` is a folder, `inside` are the files to look in. If there are several tables, as in
    Kaggle's competition, they must be the `same`. Raises DatasetError when they are not, when there
    is none (NoTable), or a file is damaged.
    """
    others: list[MissingColumns] = []
    first: tuple[str, T] | None = None
    for file in inside or (path,):
        with _errors(file):
            for table in _tables(file, columns, others):
                content = parse(table)
                if first and not same(first[1], content):
                    raise DatasetError(
                        f"{first[0]} and {table.name} have the same columns but other rows: "
                        "unpack what is packed, and give one of them"
                    )
                first = first or (table.name, content)
    if first:
        return first[1]
    if len(others) == 1:
        raise others[0]
    wanted = f"with the columns {', '.join(columns)}" if others else "(unpack pictures first)"
    raise NoTable(f"{path}: {len(others)} CSV files inside, none {wanted}")


def find(folder: Path) -> list[Path]:
    """Return the files in a folder, and in the folders in it, that may be tables or hold some."""
    nearby = [each for each in folder.iterdir() if not is_clutter(each.name)]
    files = [*nearby, *(each for inner in nearby if inner.is_dir() for each in inner.iterdir())]
    return sorted(each for each in files if archives.is_table(each.name) and each.is_file())


def _tables(path: Path, columns: Sequence[str], others: list[MissingColumns]) -> Iterator[Table]:
    """Yield the tables with the columns; the errors of those without them go to `others`."""
    for name, file in archives.files(path):
        try:
            table = Table(f"{path}: {name}" if name else str(path), file, columns)
        except MissingColumns as error:
            others.append(error)
            continue
        except (UnicodeError, csv.Error):
            if not name:
                raise
            continue  # an archive may hold anything
        yield table
        table.close()


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turn every error in a file into a DatasetError."""
    try:
        yield
    except ArchiveError as error:
        raise DatasetError(f"{path}: {error}") from error
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror or error}") from error
    except (
        EOFError, RuntimeError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, tarfile.TarError,
    ) as error:  # fmt: skip
        raise DatasetError(f"{path}: the compressed file is damaged: {error}") from error
    except (UnicodeError, csv.Error) as error:
        raise DatasetError(f"{path}: not a CSV file: {error}") from error


def _lines(text: IO[str]) -> Iterator[str]:
    """Yield lines. Raises csv.Error when one is too long, or all of them are too much."""
    characters = 0
    while line := text.readline(MAX_LINE):
        characters += len(line)
        if len(line) == MAX_LINE:
            raise csv.Error(f"a line of more than {MAX_LINE} characters")
        if characters > archives.MAX_BYTES:
            raise csv.Error(f"more than {archives.MAX_BYTES / 1e9:g} GB")
        yield line


def _header(line: str, columns: Sequence[str]) -> tuple[str, list[str]]:
    """Return the separator with which a header has most of the columns, and all its names."""
    wanted = {column.casefold() for column in columns}
    headers = [(separator, _names(line, separator)) for separator in SEPARATORS]
    return max(headers, key=lambda header: len(wanted.intersection(header[1])))


def _names(line: str, separator: str) -> list[str]:
    fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return [field.strip().casefold() for field in fields]
