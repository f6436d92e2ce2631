"""Dataset manifests: what goes in (`SourceImage`), what `prepare` stores (`CropRow`), and how both are read."""

import csv
import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import IMAGE_SUFFIXES

SPLITS = ("train", "val", "test")
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
SPLIT_NAMES |= {"testing": "test", "dev": "val"}


@dataclass(frozen=True)
class SourceImage:
    """One image as the user has it. `path` is absolute; label 1 means fake; empty strings mean "not known"."""

    path: str
    label: int
    source: str
    generator: str = ""
    split: str = ""
    identity: str = ""
    pair_id: str = ""
    demographic: str = ""
    face_crop: bool = False


@dataclass(frozen=True)
class CropRow:
    """One stored crop, or one image without a usable face (`crop` empty).

    `faces_in_image` counts all faces found, too small ones included; `status` is ok, no_face, face_too_small or
    failed; `train_use` says whether the row may train: a fake photo's label is certain for its face only when
    it shows exactly one.
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
    train_use: int


def read_sources(folders: list[Path]) -> list[SourceImage]:
    """List the images of folders that hold a `manifest.csv`, or `real` and `fake` folders at any depth.

    Raises:
        UserError: a folder is missing, holds neither, or its manifest lacks a column.
    """
    images: list[SourceImage] = []
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"{folder} is not a folder; give one with a manifest.csv or with real/ and fake/ inside")
        table = folder / "manifest.csv"
        found = _read_table(table, folder) if table.exists() else _scan_folder(folder)
        if not found:
            raise UserError(
                f"no images found in {folder}: it needs a manifest.csv or folders named real and fake "
                "(also 0_real/1_fake, training_real/training_fake …) at any depth"
            )
        images += found
    return images


def _read_table(table: Path, folder: Path) -> list[SourceImage]:
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if missing := {"path", "label"} - set(reader.fieldnames or ()):
            raise UserError(f"{table} lacks the column {', '.join(sorted(missing))}")
        images = []
        for line, row in enumerate(reader, 2):
            if row["label"] not in ("0", "1"):
                raise UserError(f"{table} line {line}: label {row['label']!r}; it must be 0 (real) or 1 (fake)")
            split = row.get("split") or ""
            if split and split.lower() not in SPLIT_NAMES:
                raise UserError(f"{table} line {line}: unknown split {split!r}; use train, val or test")
            images.append(
                SourceImage(
                    path=str(folder / row["path"]),
                    label=int(row["label"]),
                    source=row.get("source") or folder.name,
                    generator=row.get("generator") or "",
                    split=SPLIT_NAMES.get(split.lower(), ""),
                    identity=row.get("identity") or "",
                    pair_id=row.get("pair_id") or "",
                    demographic=row.get("demographic") or "",
                    face_crop=row.get("face_crop") in ("1", "true", "True"),
                )
            )
    return images


def label_of_folder(name: str) -> int | None:
    """0 for a folder of real images, 1 for fakes, None for any other: Real, 0_real, training_fake, fakes …"""
    words = set(name.lower().replace("-", "_").split("_"))
    if words & {"real", "reals", "original", "genuine"}:
        return 0
    if words & {"fake", "fakes", "deepfake", "manipulated", "synthetic"}:
        return 1
    return None


def _scan_folder(folder: Path) -> list[SourceImage]:
    images = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() not in IMAGE_SUFFIXES:
            continue
        parts = path.relative_to(folder).parts[:-1]
        labels = [label for part in parts if (label := label_of_folder(part)) is not None]
        splits = [SPLIT_NAMES[part.lower()] for part in parts if part.lower() in SPLIT_NAMES]
        if labels:  # the innermost folder decides
            others = [p for p in parts if label_of_folder(p) is None and p.lower() not in SPLIT_NAMES]
            source = "/".join([folder.resolve().name, *others])
            images.append(SourceImage(str(path), labels[-1], source, split=splits[-1] if splits else ""))
    return images


def read_prepared(prepared: Path) -> list[CropRow]:
    """The rows that `prepare` wrote.

    Raises:
        UserError: no manifest there, or one that another version wrote.
    """
    table = Path(prepared) / "manifest.csv"
    if not table.exists():
        raise UserError(f"{table} is missing; run `python -m python_trainer prepare --data DIR --out {prepared}` first")
    fields = {f.name: f.type for f in dataclasses.fields(CropRow)}
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if set(reader.fieldnames or ()) != set(fields):
            raise UserError(f"{table} was not written by this version of prepare; run prepare again")
        return [CropRow(**{key: fields[key](value) for key, value in row.items()}) for row in reader]


def write_prepared(prepared: Path, rows: list[CropRow]) -> None:
    """Write `manifest.csv` atomically."""
    names = [f.name for f in dataclasses.fields(CropRow)]
    with write_atomically(prepared / "manifest.csv", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(dataclasses.asdict(row) for row in rows)


def sha256_of(path: str | Path) -> str:
    """Hex digest of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
