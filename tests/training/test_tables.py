"""FER2013's CSV and FER+ votes as people have them: other spellings, archives, folders."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training import data as datasets
from training.data import archives, fer2013, ferplus, tables
from training.data.pictures import SPLITS
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training.data.pictures import Dataset

COUNT = 35
NAMES = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "NF"]
Row = tuple[int, str, str]


def rows() -> list[Row]:
    """Return label, pixels and usage of each row."""
    random = np.random.default_rng(5)
    usages = (SPLITS[0], SPLITS[0], SPLITS[0], SPLITS[1], SPLITS[2])
    pixels = [" ".join(map(str, random.integers(0, 256, 48 * 48))) for _ in range(COUNT)]
    return [(number % 7, pixels[number], usages[number % 5]) for number in range(COUNT)]


ROWS = rows()


def text(head: str, line: str, end: str = "\n", tail: str = "") -> str:
    lines = [
        line.format(emotion=emotion, pixels=pixels, usage=use) for emotion, pixels, use in ROWS
    ]
    return end.join([head, *lines, tail])


PLAIN = text("emotion,pixels,Usage", "{emotion},{pixels},{usage}")
KAGGLE = text("emotion, Usage, pixels", "{emotion},{usage},{pixels}")
UNSPLIT = text("emotion,pixels", "{emotion},{pixels}")
WRITTEN = {
    "icml_face_data": KAGGLE,
    "semicolons": text("emotion;pixels;Usage", "{emotion};{pixels};{usage}"),
    "tabs": text("emotion\tpixels\tUsage", "{emotion}\t{pixels}\t{usage}"),
    "of Excel": text("sep=;\nemotion;pixels;Usage", "{emotion};{pixels};{usage}"),
    "capitals": text("Emotion,PIXELS,usage", "{emotion},{pixels},{usage}").replace("Tr", "tr"),
    "quoted": text('"emotion", "pixels", "Usage"', '"{emotion}", "{pixels}", "{usage}"'),
    "CRLF": text("emotion,pixels,Usage", "{emotion},{pixels},{usage}", "\r\n"),
    "an index": text(",emotion,pixels,Usage", "7,{emotion},{pixels},{usage}"),
    "more commas": text("emotion,pixels,Usage", "{emotion},{pixels},{usage},,"),
    "a mark": "\ufeff" + PLAIN,
    "blank lines": PLAIN.replace("Training\n", "Training\n\n") + "\n  \n\n,,\n,,\n",
    "a README behind": PLAIN + "FER2013\nby Goodfellow, Erhan and others\n",
}


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "fer2013.csv"
    path.write_text(PLAIN)
    return path


def check(data: Dataset) -> None:
    assert data.rows == COUNT
    for split in SPLITS:
        pictures = data.splits[split]
        assert pictures.rows.tolist() == [row for row in range(COUNT) if ROWS[row][2] == split]
        for row, label, image in zip(pictures.rows, pictures.labels, pictures, strict=True):
            assert label == ROWS[row][0]
            assert image.ravel().tolist() == list(map(int, ROWS[row][1].split()))


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_csv_may_be_written_in_any_way(
    written: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.pictures.BROKEN_SHARE", 0.1)
    path = tmp_path / "data.csv"
    path.write_bytes(written.encode(encoding))
    check(fer2013.read(path))


def test_rows_of_empty_fields_count_if_more_rows_follow(csv: Path) -> None:
    first, *others = PLAIN.splitlines()
    csv.write_text("\n".join([first, *others[:3], ",,", "\t", *others[3:], "", *others * 3]))
    data = fer2013.read(csv)
    assert data.rows == 4 * COUNT + 1
    assert data.broken == ("line 5: 0 fields, expected 3",)
    assert data.split(SPLITS[1]).rows.tolist()[:2] == [4, 9]


def test_votes_join_whatever_follows_the_last_row(csv: Path) -> None:
    votes = [",".join("8" if i == row[0] else "0" for i in range(7)) + ",0" for row in ROWS]
    path = csv.with_name("fer2013new.csv")
    for tail in ("", "\n", "\r\n\r\n", ",,,,,,,\n,,,,,,,\n"):
        path.write_text("\n".join([",".join(NAMES), *votes, tail]), newline="")
        csv.write_text(PLAIN + "\n\n" + tail[:3])
        data = fer2013.read(csv)
        assert ferplus.check(ferplus.read(path, data.rows), data.split(SPLITS[0])) == 1.0
    path.write_text("\n".join([";".join(NAMES).upper(), *votes]).replace(",", ";"), "utf-8-sig")
    assert len(ferplus.read(path, COUNT).face) == COUNT


@pytest.mark.parametrize("name", ["FER2013.CSV", "fer2013.csv.gz", "data", "FER.ZIP"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_the_kind_is_told_by_content(
    name: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(pack(PLAIN.encode()))
    check(fer2013.read(tmp_path / name))


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(files: dict[str, str], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    return out.getvalue()


CLUTTER = {"__MACOSX/._fer2013.csv": b"\0\5\x16\7", "._fer2013.csv": b"\0", "Thumbs.db": b"\xd0"}


@pytest.mark.parametrize(
    "files",
    [
        {"fer2013.csv": PLAIN} | CLUTTER,
        {"FER2013/FER2013.CSV": PLAIN, "README.TXT": b"\xff\xfe\0", "a.csv": b""},
        {"icml_face_data.csv": KAGGLE, "train.csv": UNSPLIT, "test.csv": "pixels\n0 0"},
        {"fer2013.tar.gz": tarred({"fer2013/fer2013.csv": PLAIN}), "train.csv": UNSPLIT},
        {"fer2013.tar.gz": tarred({"fer2013/fer2013.csv": PLAIN}), "icml_face_data.csv": KAGGLE},
        {"fer2013.csv.gz": gzip.compress(PLAIN.encode()), "b.csv": "a;b"},
    ],
    ids=["macOS", "capitals", "several CSVs", "a tar inside", "twice the same", "compressed"],
)
def test_of_a_zip_the_table_with_the_columns_is_taken(
    files: dict[str, str | bytes], tmp_path: Path
) -> None:
    check(datasets.read(zipped(tmp_path / "archive.zip", files)))


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w:"])
def test_tar_archives_are_read(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "fer2013.tgz"
    path.write_bytes(tarred({"fer2013/README": "text", "fer2013/fer2013.csv": PLAIN}, mode))
    check(datasets.read(path))
    path.write_bytes(path.read_bytes()[:-11_000])
    with pytest.raises(DatasetError, match=r"fer2013\.tgz: "):
        datasets.read(path)


def test_a_folder_may_have_the_table(csv: Path, tmp_path: Path) -> None:
    (tmp_path / "set" / "fer2013").mkdir(parents=True)
    shutil.move(csv, tmp_path / "set" / "fer2013" / "FER2013.CSV")
    (tmp_path / "set" / "fer2013new.csv").write_text(",".join(NAMES))
    (tmp_path / "set" / "fer2013" / "._FER2013.CSV").write_bytes(b"\0")
    check(datasets.read(tmp_path / "set"))
    (tmp_path / "set" / "fer2013" / "FER2013.CSV").unlink()
    with pytest.raises(DatasetError, match="no folders of pictures named by emotion"):
        datasets.read(tmp_path / "set")


def test_what_is_not_clear_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    for files, words in (
        ({"a.csv": PLAIN, "b.csv": PLAIN[: len(PLAIN) // 2]}, "a.csv and .*b.csv .*give one of"),
        ({"a.csv": UNSPLIT}, r"a\.csv: line 1: no column Usage.*take icml_face_data\.csv"),
        ({"a.csv": "a,b", "b.csv": "c"}, "2 CSV files inside, none with the columns emotion"),
        ({"train/happy/a.png": b""}, "0 CSV files inside, none .unpack pictures first"),
    ):
        with pytest.raises(DatasetError, match=words):
            datasets.read(zipped(path, dict(files)))
    path.write_text(PLAIN.replace("Usage", "emotion"))
    with pytest.raises(DatasetError, match="no column Usage"):
        datasets.read(path)
    path.write_text(PLAIN.replace("pixels", "pixels,Emotion"))
    with pytest.raises(DatasetError, match="line 1: several columns emotion"):
        datasets.read(path)
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(300))
    with pytest.raises(DatasetError, match="the file is a 7-Zip archive: unpack it first"):
        datasets.read(path)


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    one = tarfile.TarInfo(name)
    one.type, one.size, one.linkname = kind, size, "/etc/passwd"
    return one


HOSTILE = {
    "a path out of it": (member("../a.csv"), "leads out of the archive"),
    "an absolute path": (member("/tmp/a.csv"), "leads out of the archive"),
    "a symbolic link": (member("a.csv", tarfile.SYMTYPE), "link or device"),
    "a hard link": (member("a.csv", tarfile.LNKTYPE), "link or device"),
    "a device": (member("a.csv", tarfile.CHRTYPE), "link or device"),
    "a huge file": (member("a.csv", size=9 * 10**9), "more than 100000 files or 8 GB"),
    "a huge header": (member("a", tarfile.XHDTYPE, 40 << 20), "use up the memory"),
}


@pytest.mark.parametrize(("one", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_tar_is_refused(one: tarfile.TarInfo, words: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.tar.gz"
    header = one.tobuf(tarfile.GNU_FORMAT)
    content = bytes(40 << 20) if one.type == tarfile.XHDTYPE else b""
    path.write_bytes(gzip.compress(header + content + bytes(1024), 1))
    with pytest.raises(DatasetError, match=rf"hostile\.tar\.gz: .*{words}"):
        datasets.read(path)


def test_a_hostile_zip_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hostile.zip"
    with pytest.raises(DatasetError, match="leads out of the archive"):
        datasets.read(zipped(path, {"../fer2013.csv": PLAIN}))
    link = zipfile.ZipInfo("fer2013.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DatasetError, match="a link, which is not followed"):
        datasets.read(path)
    monkeypatch.setattr(archives, "MAX_BYTES", len(PLAIN) - 1)
    with pytest.raises(DatasetError, match="more than 100000 files or"):
        datasets.read(zipped(path, {"fer2013.csv": PLAIN}))
    monkeypatch.undo()
    layer = PLAIN.encode()
    for _ in range(archives.LAYERS + 1):
        layer = gzip.compress(layer)
    path.write_bytes(layer)
    with pytest.raises(DatasetError, match="archives in archives"):
        datasets.read(path)


@pytest.mark.parametrize("content", [bytes(1 << 20), b"," * (1 << 20), b"a" * (1 << 20)])
def test_a_bomb_is_given_up_at_its_first_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(content * 64, 1))
    with pytest.raises(DatasetError, match="not a CSV file: a line of more than"):
        fer2013.read(path)
    path.write_bytes(gzip.compress(b"emotion,pixels,Usage\n" + content * 64, 1))
    with pytest.raises(DatasetError, match="not a CSV file: a line of more than"):
        fer2013.read(path)


def test_a_file_of_broken_rows_is_given_up_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.xz"
    path.write_bytes(lzma.compress(b"emotion,pixels,Usage\n" + b"a,b,c\n" * 500_000))
    with pytest.raises(DatasetError, match="10001 of 10001 rows are broken"):
        fer2013.read(path)


def test_an_encrypted_zip_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"fer2013.csv": PLAIN})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"fer2013\.csv: encrypted: unpack it first"):
        datasets.read(path)
    content[content.rindex(b"PK\1\2") + 8] &= ~1
    content[content.rindex(b"PK\1\2") + 10] = 9
    content[8] = 9
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"fer2013\.csv: .*: unpack it first"):
        datasets.read(path)


def test_the_columns_that_are_missing_are_named(csv: Path) -> None:
    with pytest.raises(tables.MissingColumns) as caught:
        tables.read(csv, ("emotion", "votes"), lambda table: table.width, int.__eq__)
    assert caught.value.missing == ("votes",)
    assert str(caught.value) == f"{csv}: line 1: no column votes"
