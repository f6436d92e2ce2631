"""Dataset manifests: what goes in (`SourceImage`), what `prepare` stores (`CropRow`), and how both are read."""

import csv
import dataclasses
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.folder_labels import SPLIT_NAMES, known_of_path
from python_trainer.images import IMAGE_SUFFIXES, is_address
from python_trainer.inputs import has_suffix, list_address, list_images, read_text

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class SourceImage:
    """One image as the user has it. `path` is a path or an address; label 1 means fake; empty strings mean "not known".

    identity: of one person, or one video, in whatever source: a portrait and its thumbnail in two sources share it, so
    that they do not straddle splits. Where sources number their people, put the source's name before the number.
    pair_id: of a frame and the fakes made from it, within its source; those of two sources that number alike are not taken
    for pairs, but they stay in one split too.
    generated: the whole picture was made by a generator, so that every face in it is fake.
    """

    path: str
    label: int
    source: str
    generator: str = ""
    split: str = ""
    identity: str = ""
    pair_id: str = ""
    demographic: str = ""
    face_crop: bool = False
    generated: bool = False


@dataclass(frozen=True)
class CropRow:
    """One stored crop, or one image without a usable face (`crop` empty).

    `faces_in_image` counts all faces found, too small ones included; `status` is ok, no_face, face_too_small or
    failed; `second_look` says that only a second look found its faces (faces.look_twice); `train_use` says whether the row
    may train: a fake photo's label is certain for its face only when it shows exactly one, or was `generated` as a whole.
    """

    crop: str
    image: str
    label: int
    source: str
    generator: str
    split: str
    identity: str
    pair_id: str
    demographic: str
    face_index: int
    faces_in_image: int
    status: str
    reason: str
    box_xyxy: str
    keypoints: str
    detection_score: float
    sha256: str
    phash: str
    second_look: int
    generated: int
    train_use: int


def is_label_certain(label: int, faces: int, generated: bool) -> bool:
    """Whether an image's label is each of its faces' own: of a forged photo with several, some may be real."""
    return label == 0 or generated or faces <= 1


def read_sources(
    locations: list[str | Path],
    listing: Callable[[str], list[str]] = list_address,
    leave_out: Callable[[str], object] = lambda image: None,
) -> list[SourceImage]:
    """List the images of tables (.csv, or a folder's `manifest.csv`) or of `real` and `fake` folders at any depth.

    A location is a path, or an address: of a table, of an image, or of a folder with / at its end. A table's paths are
    relative to it, absolute, or addresses. listing: lists an address; of one that remembers, every reader has the same list.
    leave_out: is told each image of a folder that lies in no real or fake one.

    Raises:
        UserError: a folder is missing, holds neither, its manifest lacks a column or a path, no folder labels an image,
            or two that it lies in contradict each other.
    """
    images: list[SourceImage] = []
    for location in map(str, locations):
        folder = location.rstrip("/") if is_address(location) else str(Path(location))
        if location.lower().endswith(".csv"):
            found = _read_table(
                location, folder.rpartition("/")[0] if is_address(location) else str(Path(folder).parent)
            )
        elif has_suffix(location, tuple(IMAGE_SUFFIXES)) and "*" not in location and not Path(location).is_dir():
            found = [_label_file(location)]
        elif is_address(location):
            found = _label_files(folder, listing(location), leave_out)
        elif not Path(location).is_dir():
            raise UserError(f"{location} is not a folder; give one with a manifest.csv or with real/ and fake/ inside")
        elif (Path(location) / "manifest.csv").exists():
            found = _read_table(str(Path(location) / "manifest.csv"), folder)
        else:
            found = _label_files(folder, list(map(str, list_images([location]))), leave_out)
        if not found:
            raise UserError(
                f"no images found in {location}: it needs a manifest.csv or folders named real and fake "
                "(also 0_real/1_fake, training_real/training_fake …) at any depth"
            )
        images += found
    return images


def _read_table(table: str, folder: str) -> list[SourceImage]:
    reader = csv.DictReader(io.StringIO(read_text(table), newline=""))
    if missing := {"path", "label"} - set(reader.fieldnames or ()):
        raise UserError(f"{table} lacks the column {', '.join(sorted(missing))}")
    source = folder.rpartition("/")[2] if is_address(folder) else Path(folder).resolve().name
    images = []
    for row in reader:
        line, path = reader.line_num, row["path"]
        if not (path or "").strip():
            raise UserError(f"{table} line {line} has no path")
        if not is_address(path):
            path = f"{folder}/{path}" if is_address(folder) else str(Path(folder) / path)
        try:
            images.append(source_image(path, row, default_source=source))
        except ValueError as error:
            raise UserError(f"{table} line {line}: {error}") from error
    return images


def source_image(path: str, known: dict, default_source: str) -> SourceImage:
    """An image from what a table or a shard says of it, under the names of `SourceImage`'s fields.

    Raises:
        ValueError: no label that is 0 or 1, an unknown split, or a real one that is said to be generated.
    """
    label, split = str(known.get("label", "")), str(known.get("split") or "")
    if label not in ("0", "1"):
        raise ValueError(f"label {label!r}; it must be 0 (real) or 1 (fake)")
    if split and split.lower() not in SPLIT_NAMES:
        raise ValueError(f"unknown split {split!r}; use train, val or test")
    flags = {name: str(known.get(name)).lower() in ("1", "true") for name in ("face_crop", "generated")}
    if flags["generated"] and label == "0":
        raise ValueError("label 0 (real), but generated")
    return SourceImage(
        path=path,
        label=int(label),
        source=_text(known.get("source")) or default_source,
        split=SPLIT_NAMES.get(split.lower(), ""),
        **flags,
        **{name: _text(known.get(name)) for name in ("generator", "identity", "pair_id", "demographic")},
    )


def _text(value: object) -> str:
    """Shards may number people and pairs from 0, which is known as well as any other."""
    return "" if value is None else str(value)


def _label_file(location: str) -> SourceImage:
    """An image that is named by itself: its folders say its label, and the last of the others what it comes from."""
    known = known_of_path(location.partition("://")[2] or location, "")
    if "label" not in known:
        raise UserError(f"{location} lies in no folder named real or fake; use a table (.csv) with its label")
    return _by_folders(location, known | {"source": known["source"].rpartition("/")[2]}, "images")


def _label_files(folder: str, files: list[str], leave_out: Callable[[str], object]) -> list[SourceImage]:
    root = folder.rpartition("/")[2] if is_address(folder) else Path(folder).resolve().name
    images = []
    for file in files:
        if file.lower().endswith(tuple(IMAGE_SUFFIXES)):
            known = known_of_path(file.removeprefix(folder), root)
            if "label" in known:
                images.append(_by_folders(file, known, root))
            else:
                leave_out(file)
    return images


def _by_folders(file: str, known: dict, default_source: str) -> SourceImage:
    try:
        return source_image(file, known, default_source)
    except ValueError as error:
        raise UserError(f"{file}: {error}; rename a folder, or use a table (.csv) with its label") from error


def read_prepared(prepared: Path) -> list[CropRow]:
    """The rows that `prepare` wrote.

    Raises:
        UserError: no manifest there, or one that another version wrote.
    """
    table = Path(prepared) / "manifest.csv"
    if not table.exists():
        raise UserError(f"{table} is missing; run `python -m python_trainer prepare --data DIR --out {prepared}` first")
    fields = {f.name: f.type for f in dataclasses.fields(CropRow)}
    with table.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        reader = csv.DictReader(file)
        if set(reader.fieldnames or ()) != set(fields):
            raise UserError(f"{table} was not written by this version of prepare; run prepare again")
        return [CropRow(**{key: fields[key](value) for key, value in row.items()}) for row in reader]


def is_prepared(folder: Path) -> bool:
    """Whether `prepare` wrote it: its table is of crops."""
    return (folder / "crops").is_dir() and (folder / "manifest.csv").exists()


def read_trainable(prepared: Path) -> list[CropRow]:
    """The rows of a folder of `prepare` or `reconstruct`, of any split, that may train: those with a crop and a certain label."""
    return [row for row in read_prepared(prepared) if row.crop and row.train_use]


def read_training_rows(folders: list[Path]) -> list[list[CropRow]]:
    """Each folder's `read_trainable`, for a run that takes them together.

    Raises:
        UserError: an image, by its path or its bytes, is in another split in one folder than in another: it, or its
            copies, would be tested on what was trained on.
    """
    rows = [read_trainable(folder) for folder in folders]
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for folder, part in zip(folders, rows, strict=True):
        for row in part:
            # A path may be written in two ways, and a file be copied; of what `reconstruct` made, only the path is known.
            for key in (("path", row.image), *([("sha256", row.sha256)] if row.sha256 else [])):
                split, image = first.setdefault(key, (row.split, row.image))
                if split != row.split:
                    same = "" if image == row.image else f" (as {image})"
                    raise UserError(
                        f"{row.image} is in {row.split} in {folder}, but in {split} in another --data{same}; run "
                        "`reconstruct` again on the folder as it is now, or `prepare` once on all photos"
                    )
    return rows


def write_prepared(prepared: Path, rows: list[CropRow]) -> None:
    """Write a prepared folder's `manifest.csv` atomically."""
    write_manifest(prepared, [f.name for f in dataclasses.fields(CropRow)], map(dataclasses.asdict, rows))


def write_manifest(folder: Path, columns: Iterable[str], rows: Iterable[dict]) -> None:
    """Write any folder's `manifest.csv` atomically."""
    with write_atomically(folder / "manifest.csv", newline="") as file:
        writer = csv.DictWriter(file, list(columns))
        writer.writeheader()
        writer.writerows(rows)


def sha256_of(path: str | Path) -> str:
    """Hex digest of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
