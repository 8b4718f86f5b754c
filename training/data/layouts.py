"""Finds a data set's pictures and their emotions, in the forms in which data sets are given out.

- Class folders, with or without folders of splits above these: Kaggle's FER2013 in pictures
  (`images/train/angry/*.jpg`), CK+48, AffectNet. RAF-DB's classes may be its numbers, `train/1`.
- RAF-DB with its list `list_patition_label.txt` and its pictures `Image/aligned`.
- JAFFE and KDEF, whose file names have the emotion: `KA.AN1.39.tiff`, `AF01ANS.JPG`.

They may lie some folders deeper. What operating systems put beside people's files is left out.
"""

from __future__ import annotations

import os
import re
import unicodedata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.system.clutter import is_clutter
from device.system.files import read_text
from training.data.pictures import PRIVATE, PUBLIC, TRAINING
from training.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = {
    "angry": ("anger", "angry", "wut", "wütend"),
    "disgust": ("disgust", "disgusted", "ekel"),
    "fear": ("fear", "fearful", "afraid", "angst"),
    "happy": ("happy", "happiness", "freude", "glücklich"),
    "sad": ("sad", "sadness", "trauer", "traurig"),
    "surprise": ("surprise", "surprised", "suprise", "überraschung", "überrascht"),
    "neutral": ("neutral", "neutrality"),
}
"""Names of class folders, in any case, possibly after a number ("4_happy")."""
SPLIT_NAMES = {
    TRAINING: ("train", "training"),
    PUBLIC: ("val", "valid", "validation", "dev", "public", "publictest"),
    PRIVATE: ("test", "testing", "private", "privatetest"),
}
"""Names of folders of splits, also as "Train Set" or "test_images"."""
SUFFIX = re.compile(r"[ _.-]+(set|data|split|images?|pictures|faces)$")
DEPTH = 3
"""The most folders between the given one and those of splits or classes."""
RAF_NUMBERS = ("1", "2", "3", "4", "5", "6", "7")
RAF = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
"""RAF-DB's classes 1 to 7."""
RAF_LIST = re.compile(r"list_pa(r?)tition_label\.txt", re.IGNORECASE)
RAF_PICTURE = re.compile(r"((train|test)_\d+)(_aligned)?", re.IGNORECASE)
RAF_SPLITS = {"train": TRAINING, "test": PRIVATE}
NAMES = (
    re.compile(r"[a-z]{2}\.(an|di|fe|ha|ne|sa|su)\d\.\d+", re.IGNORECASE),
    re.compile(r"[ab][fm]\d\d(af|an|di|ha|ne|sa|su)(s|hl|hr)", re.IGNORECASE),
)
"""Names without suffix in JAFFE, and in KDEF, whose profiles are left out."""
CODES = {
    "af": "fear", "an": "angry", "di": "disgust", "fe": "fear", "ha": "happy", "ne": "neutral",
    "sa": "sad", "su": "surprise",
}  # fmt: skip
Found = tuple[Path, int, str]
"""A file, its label, and its split."""
Pictures = tuple[list[Found], list[str]]


class NoPictures(DatasetError):
    """A folder holds no pictures in a known form."""


def find(path: Path) -> Pictures:
    """Return the files in a folder in one of these forms, and notes on what was skipped.

    Raises DatasetError when there are none (NoPictures), or it is not clear what they are.
    """
    try:
        return _find(path)
    except OSError as error:
        raise DatasetError(f"{error.filename}: {error.strerror}") from error


def _find(path: Path) -> Pictures:
    numbered = None
    for level in _levels(path):
        found = {
            folder: pictures
            for folder in level
            if (pictures := _by_list(folder) or _by_class(folder, path))
        }
        if len(found) > 1:
            names = ", ".join(str(folder.relative_to(path)) for folder in found)
            raise DatasetError(f"{path}: several data sets, in the folders {names}: give one")
        if found:
            return next(iter(found.values()))
        numbered = numbered or next(filter(_is_numbered, level), None)
    files, notes = _by_name(path)
    if files:
        return files, notes
    if numbered:
        raise DatasetError(
            f"{numbered}: its folders have numbers, which differ between data sets: name them by "
            "emotion, such as 3_happy"
        )
    names = ", ".join(EMOTIONS)
    raise NoPictures(f"{path}: no folders of pictures named by emotion ({names})")


def shown(path: Path) -> str:
    """Return a path as text that can be printed: names need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def _levels(path: Path) -> Iterator[list[Path]]:
    """Yield the folder itself, those in it, those in these, and so on."""
    level = [path]
    for _ in range(DEPTH + 1):
        yield level
        level = [inner for folder in level for inner in _folders(folder)]


def _folders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir() and not is_clutter(each.name))


def _files(folder: Path) -> list[Path]:
    """Return all files in a folder and in those in it."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_clutter(name)]
        paths = (Path(parent, name) for name in names if not is_clutter(name))
        found += [path for path in paths if path.is_file()]
    return sorted(found)


def _named(folder: str, names: dict[str, tuple[str, ...]]) -> str | None:
    """Return the key of `names` that a folder's name matches, or None."""
    plain = unicodedata.normalize("NFC", folder).casefold().strip()
    bare = SUFFIX.sub("", plain.lstrip("0123456789").lstrip(" _-."))
    return next((name for name, synonyms in names.items() if bare in synonyms), None)


def _by_class(folder: Path, top: Path) -> Pictures | None:
    """Return the pictures in class folders, also in those of splits, if there are any."""
    inner = _folders(folder)
    splits = [(name, each) for each in inner if (name := _named(each.name, SPLIT_NAMES))]
    parts = [(name, _only(each)) for name, each in splits] or [(PRIVATE, folder)]
    files: list[Found] = []
    notes: list[str] = []
    for split, part in parts:
        folders = _folders(part)
        classes = _classes(folders)
        for each in folders if classes else ():
            inside = _files(each)
            if each in classes:
                files += [(file, classes[each], split) for file in inside]
            else:
                notes.append(
                    f"{shown(each.relative_to(top))}: not one of the seven emotions, "
                    f"{len(inside)} files skipped"
                )
    if not files:
        return None
    used = {each for _, each in splits} or set(inner)
    others = [shown(each.relative_to(top)) for each in inner if each not in used]
    return files, [f"{each}: not a split, skipped" for each in others] + notes


def _only(split: Path) -> Path:
    """Return the folder of a split's classes: itself, or the only one in it (`train/train`)."""
    for _ in range(DEPTH):
        folders = _folders(split)
        if len(folders) != 1 or _classes(folders):
            break
        split = folders[0]
    return split


def _classes(folders: list[Path]) -> dict[Path, int]:
    """Return the label of each class folder."""
    named = {each: name for each in folders if (name := _named(each.name, CLASSES))}
    if not named:
        numbered = [each for each in folders if each.name in RAF_NUMBERS]
        if all(_is_of_raf(each) for each in numbered):
            named = {each: RAF[RAF_NUMBERS.index(each.name)] for each in numbered}
    return {each: EMOTIONS.index(name) for each, name in named.items()}


def _is_of_raf(folder: Path) -> bool:
    return any(RAF_PICTURE.fullmatch(each.stem) for each in islice(folder.iterdir(), 50))


def _is_numbered(folder: Path) -> bool:
    """Return whether the folders in a folder have numbers as if for classes."""
    names = [each.name for each in _folders(folder)]
    return len(names) > 2 and set(names) <= set("01234567")


def _by_list(folder: Path) -> Pictures | None:
    """Return RAF-DB's pictures if its list is in the folder. Raises DatasetError."""
    label_file = next((each for each in folder.iterdir() if RAF_LIST.fullmatch(each.name)), None)
    if label_file is None:
        return None
    base = folder.parent if folder.name.casefold() == "emolabel" else folder
    aligned = {
        match[1].casefold(): file
        for file in _files(base)
        if (match := RAF_PICTURE.fullmatch(file.stem)) and match[3]
    }
    if not aligned:
        raise DatasetError(
            f"{base}: no pictures such as train_00001_aligned.jpg: unpack aligned.zip"
        )
    files = []
    for number, line in enumerate(read_text(label_file).splitlines(), 1):
        words = line.split()
        if not words:
            continue
        match = RAF_PICTURE.fullmatch(Path(words[0]).stem)
        if len(words) != 2 or not match or words[1] not in RAF_NUMBERS:
            expected = "expected a line such as train_00001.jpg 5"
            raise DatasetError(f"{label_file}:{number}: {expected}")
        name = match[1].casefold()
        file = aligned.get(name, base / f"{name}_aligned.jpg")  # a missing one is broken
        emotion = RAF[RAF_NUMBERS.index(words[1])]
        files.append((file, EMOTIONS.index(emotion), RAF_SPLITS[match[2].casefold()]))
    return files, []


def _by_name(folder: Path) -> Pictures:
    """Return the pictures whose names have the emotion, if most files have such names."""
    files: list[Found] = []
    others = 0
    for file in _files(folder):
        match = next((found for each in NAMES if (found := each.fullmatch(file.stem))), None)
        if match:
            files.append((file, EMOTIONS.index(CODES[match[1].lower()]), PRIVATE))
        else:
            others += 1
    notes = [f"{others} files whose names have no emotion, skipped"] if others else []
    return (files, notes) if len(files) > others else ([], [])
