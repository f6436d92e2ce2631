"""The verb `prepare`: folders of photos in, face crops and their manifest out."""

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path

import numpy as np
from PIL import Image

from python_trainer.config import RECIPES, DetectorSettings, Recipe, get_recipe, recipe_to_dict
from python_trainer.engines import DEATH, Engine, add_engine_arguments, get_engine
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.folder_labels import SPLIT_NAMES, count_unlabelled, known_of_path
from python_trainer.images import ImageError, decode_bytes
from python_trainer.inputs import (
    DATA_HELP,
    Item,
    Part,
    Sample,
    into_parts,
    list_address,
    list_shards,
    open_lists,
    read_part,
)
from python_trainer.manifest import CropRow, SourceImage, is_label_certain, read_sources, source_image, write_prepared
from python_trainer.model_manifest import detector_to_dict
from python_trainer.part_results import check_same_settings, make_results, read_results
from python_trainer.preprocessing import crop_face, resize_antialiased
from python_trainer.splits import SplitItem, assign_splits, contradicted_items


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `prepare`."""
    parser.add_argument(
        "--data",
        nargs="+",
        required=True,
        metavar="LOCATION",
        help=DATA_HELP,
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="where crops and manifest.csv go; a second run resumes there",
    )
    parser.add_argument(
        "--recipe",
        choices=sorted(RECIPES),
        default="ifmd",
        help="whose input to make: face crops, or whole images for mtcnn (default: ifmd)",
    )
    parser.add_argument(
        "--margin",
        type=float,
        help="extra around the box, as a fraction of its longer side (default: the recipe's)",
    )
    parser.add_argument(
        "--alignment",
        choices=["eyes", "none"],
        help="turn faces until the eyes are level (default: the recipe's)",
    )
    add_engine_arguments(parser)
    parser.add_argument("--retry-failed", action="store_true", help="try again what failed in an earlier run")
    parser.add_argument("--seed", type=int, default=0, help="for the 80/10/10 split where none is given")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Prepare a dataset; returns 0."""
    report = prepare(args.data, args.out, _recipe_of(args), get_engine(args), args.retry_failed, args.seed)
    print(json.dumps(report, indent=2) if args.json else _describe(report, args.out))
    return 0


def prepare(
    locations: list[str], out: Path, recipe: Recipe, engine: Engine, retry_failed: bool = False, seed: int = 0
) -> dict:
    """Write the crops of all images, manifest.csv and report.json to `out`, or go on where an earlier run stopped there.

    locations: as the flag `--data` has them; seed: of the split of what has none. Returns report.json's content.

    Raises:
        UserError: nothing to prepare, nothing that could be read, or `out` was made with other settings, or by another verb.
    """
    images, shards, unlabelled = _list_data(locations)
    # What only the manifest needs, say a split, may change without work that is done again.
    items = [Item(image.path, {"label": image.label, "face_crop": image.face_crop}) for image in images]
    parts = into_parts(items + [Item(shard) for shard in shards])
    if (out / "manifest.csv").exists() and not (out / "parts").exists():
        raise UserError(f"{out} holds a manifest of another verb, which this one would replace; choose another --out")
    crops = out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    values = recipe_to_dict(recipe)
    settings = {key: values[key] for key in ("input_size", "whole_image", "crop")}
    check_same_settings(out, settings | {"detector": detector_to_dict(DetectorSettings())})
    work = partial(PrepareWork, recipe, crops)
    tally = make_results(engine, work, parts, out / "parts", "prepare", retry_failed)
    tally.check_some_are_good()
    done = [PreparedImage(**record) for record in read_results(out / "parts", parts)]
    rows, report = _finish(*_pair_up(images, done), seed)
    report |= {
        "unlabelled": count_unlabelled(unlabelled),
        "images": tally.status.total(),
        "status": dict(tally.status),
        "failed": tally.failed,
    }
    write_prepared(out, rows)
    with write_atomically(out / "report.json") as file:
        json.dump(report, file, indent=2)
    return report


def _list_data(locations: list[str]) -> tuple[list[SourceImage], list[str], list[str]]:
    """Labelled images, shards that tell their images' labels themselves, and images in no real or fake folder."""
    # Looked through for shards and for photos: a large store takes minutes to list.
    listing = cache(list_address)
    images, shards, unlabelled = [], [], []
    for location in open_lists(locations):
        found = list_shards(location, listing)
        shards += found
        if not found:
            images += read_sources([location], listing, unlabelled.append)
    return images, shards, unlabelled


@dataclass(frozen=True)
class PreparedImage:
    """What one image became. `known`: its `SourceImage` as a dict, None where it has no label."""

    image: str
    status: str
    reason: str
    known: dict | None
    sha256: str = ""
    phash: str = ""
    faces_in_image: int = 0
    second_look: bool = False
    crops: list[dict] = field(default_factory=list)


class PrepareWork:
    """Prepares the images of a part."""

    def __init__(self, recipe: Recipe, crops: Path):
        """`crops`: the folder that gets them."""
        self._recipe, self._crops = recipe, crops

    def __call__(self, part: Part) -> Iterator[dict]:
        """A `PreparedImage` as a dict for each image."""
        for sample in read_part(part):
            yield asdict(prepare_image(sample, self._recipe, self._crops))


def prepare_image(sample: Sample, recipe: Recipe, crops: Path) -> PreparedImage:
    """Decode one image, find its faces, store their crops as PNG. Never raises for a bad file: it says why."""
    from imagehash import phash

    known = None
    try:
        if sample.data is None and "label" not in sample.known:
            raise ImageError(sample.reason)  # a shard that cannot be read says nothing of labels
        image = _label(sample)
        known = asdict(image)
        if sample.data is None:
            raise ImageError(sample.reason)
        decoded = decode_bytes(sample.data)
    except ImageError as error:
        return PreparedImage(sample.key, "failed", str(error), known)
    rgb, digest = decoded.rgb, hashlib.sha256(sample.data).hexdigest()
    picture_hash = str(phash(Image.fromarray(rgb)))
    if recipe.whole_image or image.face_crop:
        size = recipe.input_size
        found = [
            {
                "pixels": resize_antialiased(rgb, size, size),
                "box": [0, 0, rgb.shape[1], rgb.shape[0]],
                "keypoints": [],
                "score": 1.0,
            }
        ]
        count, status, second_look = 1, "ok", False
    else:
        found, count, status, second_look = _face_crops(rgb, recipe)
    stored = []
    for index, face in enumerate(found):
        # Two datasets may hold the same file; the label keeps a contradiction from sharing a crop.
        name = f"{digest[:20]}_{image.label}_{index}.png"
        with write_atomically(crops / name, "wb") as file:
            Image.fromarray(face.pop("pixels")).save(file, "PNG", compress_level=1)
        stored.append({"crop": f"crops/{name}", "face_index": index, **face})
    return PreparedImage(sample.key, status, decoded.note, known, digest, picture_hash, count, second_look, stored)


def _label(sample: Sample) -> SourceImage:
    """What is known of an image; in a shard, folder names of its members speak where nothing else does."""
    known = dict(sample.known)
    shard = re.sub(
        r"[-_.]?\d*$", "", re.split(r"[/\\]", sample.key.rpartition("::")[2].partition("#")[0])[-1].split(".")[0]
    )
    if "member" in known:
        known = known_of_path(known.pop("member"), shard) | known
    split = next((word for word in re.split(r"[-_.]", shard.lower()) if word in SPLIT_NAMES), "")
    try:
        return source_image(sample.key, {"split": split} | known, shard)
    except ValueError as error:
        raise ImageError(str(error)) from error


def _face_crops(rgb: np.ndarray, recipe: Recipe) -> tuple[list[dict], int, str, bool]:
    from python_trainer.faces import look_twice

    faces, second_look = look_twice(rgb)  # what is measured is a check that was asked for
    large = [face for face in faces if face.size >= recipe.crop.min_face_size]
    found = [
        {
            "pixels": crop_face(rgb, face.box_xyxy, face.keypoints, recipe.crop),
            "box": [round(float(v), 3) for v in face.box_xyxy],
            "keypoints": [round(float(v), 3) for v in face.keypoints.reshape(-1)],
            "score": round(face.score, 5),
        }
        for face in large
    ]
    status = "ok" if large else "face_too_small" if faces else "no_face"
    return found, len(faces), status, second_look


def _pair_up(images: list[SourceImage], done: list[PreparedImage]) -> tuple[list[SourceImage], list[PreparedImage]]:
    """Each listed image with what it became, then those of shards; of the latter only what has a label."""
    results = {(result.image, result.known["label"]): result for result in done if result.known}
    sources = list({(image.path, image.label): image for image in images}.values())
    prepared = []
    for image in sources:
        dead = PreparedImage(image.path, "failed", DEATH, asdict(image))
        prepared.append(results.pop((image.path, image.label), dead))
    return sources + [SourceImage(**result.known) for result in results.values()], [*prepared, *results.values()]


def _finish(images: list[SourceImage], results: list[PreparedImage], seed: int) -> tuple[list[CropRow], dict]:
    items = [
        SplitItem(
            image.split,
            image.label,
            image.identity,
            image.pair_id,
            result.sha256,
            int(result.phash, 16) if result.phash else None,
        )
        for image, result in zip(images, results, strict=True)
    ]
    splits, moved = assign_splits(items, seed)
    rows: list[CropRow] = []
    for image, result, split in zip(images, results, splits, strict=True):
        if split:
            rows += _rows_of(image, result, split)
    report = {
        "classes": {name: sum(image.label == label for image in images) for label, name in enumerate(("real", "fake"))},
        "contradicted": [images[i].path for i in sorted(contradicted_items(items))],
        "crops": sum(bool(row.crop) for row in rows),
        "splits": dict(moved),
        "noted": {result.image: result.reason for result in results if result.status != "failed" and result.reason},
    }
    return rows, report


def _rows_of(image: SourceImage, result: PreparedImage, split: str) -> list[CropRow]:
    shared = {
        "image": image.path, "label": image.label, "source": image.source, "generator": image.generator,
        "split": split, "identity": image.identity, "pair_id": image.pair_id, "demographic": image.demographic,
        "faces_in_image": result.faces_in_image, "status": result.status, "reason": result.reason,
        "sha256": result.sha256, "phash": result.phash, "second_look": int(result.second_look),
        "generated": int(image.generated),
    }  # fmt: skip
    # Nothing is learned from a doubtful box, nor from a label that may be another face's, and no verdict is set by them.
    usable = not result.second_look and is_label_certain(image.label, result.faces_in_image, image.generated)
    if not result.crops:
        return [CropRow(crop="", face_index=-1, box_xyxy="", keypoints="", detection_score=0.0, train_use=0, **shared)]
    return [
        CropRow(
            crop=crop["crop"],
            face_index=crop["face_index"],
            box_xyxy=json.dumps(crop["box"]),
            keypoints=json.dumps(crop["keypoints"]),
            detection_score=crop["score"],
            train_use=int(usable),
            **shared,
        )
        for crop in result.crops
    ]


def _recipe_of(args: argparse.Namespace) -> Recipe:
    recipe = get_recipe(args.recipe)
    changes = {key: value for key in ("margin", "alignment") if (value := getattr(args, key)) is not None}
    crop = {**asdict(recipe.crop), **changes, "size": recipe.input_size}
    return get_recipe(args.recipe, crop=type(recipe.crop)(**crop))


def _describe(report: dict, out: Path) -> str:
    lines = [f"{report['images']} images, {report['crops']} crops in {out}"]
    lines += [f"  {name}: {count}" for name, count in report["classes"].items()]
    if left := report["unlabelled"]["images"]:
        lines.append(f"  in no real or fake folder, left out: {left} (in {', '.join(report['unlabelled']['folders'])})")
    lines += [f"  {status}: {count}" for status, count in sorted(report["status"].items())]
    lines += [f"  {what}: {count}" for what, count in sorted(report["splits"].items())]
    lines += [f"  real and fake at once: {path}" for path in report["contradicted"]]
    lines += [f"  failed: {path}: {reason}" for path, reason in report["failed"].items()]
    return "\n".join(lines)
