"""The verb `prepare`: folders of photos in, face crops and their manifest out."""

import argparse
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from python_trainer.config import RECIPES, Recipe, get_recipe, recipe_to_dict
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import ImageError, decode_bytes, read_bytes
from python_trainer.manifest import CropRow, SourceImage, read_sources, write_prepared
from python_trainer.preprocessing import crop_face, resize_antialiased
from python_trainer.splits import SplitItem, assign_splits


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `prepare`."""
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="folders with a manifest.csv, or with real/ and fake/ at any depth",
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
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--seed", type=int, default=0, help="for the 80/10/10 split where none is given")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Prepare a dataset; returns 0."""
    recipe = _recipe_of(args)
    images = read_sources(args.data)
    crops = args.out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    _check_same_settings(args.out, recipe)
    done = _read_progress(args.out / "progress.jsonl")
    todo = [image for image in images if image.path not in done]
    with (args.out / "progress.jsonl").open("a", encoding="utf-8") as log:
        for prepared in _in_processes(todo, recipe, crops, args.workers):
            log.write(json.dumps(asdict(prepared)) + "\n")
            log.flush()
            done[prepared.path] = prepared
    rows, report = _finish(images, done, args.seed)
    write_prepared(args.out, rows)
    with write_atomically(args.out / "report.json") as file:
        json.dump(report, file, indent=2)
    print(json.dumps(report, indent=2) if args.json else _describe(report, args.out))
    return 0


@dataclass(frozen=True)
class PreparedImage:
    """What one image became; kept in progress.jsonl so that an interrupted run goes on where it stopped."""

    path: str
    status: str
    reason: str
    sha256: str
    phash: str
    faces_in_image: int
    crops: list[dict]


def prepare_image(image: SourceImage, recipe: Recipe, crops: Path) -> PreparedImage:
    """Decode one image, find its faces, store their crops as PNG. Never raises for a bad file: it says why."""
    from imagehash import phash

    try:
        data = read_bytes(image.path)
        decoded = decode_bytes(data)
    except ImageError as error:
        return PreparedImage(image.path, "failed", str(error), "", "", 0, [])
    rgb, digest = decoded.rgb, hashlib.sha256(data).hexdigest()
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
        count, status = 1, "ok"
    else:
        found, count, status = _face_crops(rgb, recipe)
    stored = []
    for index, face in enumerate(found):
        # Two datasets may hold the same file; the label keeps a contradiction from sharing a crop.
        name = f"{digest[:20]}_{image.label}_{index}.png"
        with write_atomically(crops / name, "wb") as file:
            Image.fromarray(face.pop("pixels")).save(file, "PNG", compress_level=1)
        stored.append({"crop": f"crops/{name}", "face_index": index, **face})
    return PreparedImage(image.path, status, decoded.note, digest, picture_hash, count, stored)


def _face_crops(rgb: np.ndarray, recipe: Recipe) -> tuple[list[dict], int, str]:
    from python_trainer.faces import detect_faces

    faces = detect_faces(rgb)
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
    return found, len(faces), "ok" if large else "face_too_small" if faces else "no_face"


def _in_processes(images: list[SourceImage], recipe: Recipe, crops: Path, workers: int) -> Iterator[PreparedImage]:
    from tqdm import tqdm

    work = partial(prepare_image, recipe=recipe, crops=crops)
    if workers <= 1:
        yield from tqdm(map(work, images), total=len(images), desc="prepare", unit="image")
        return
    context = get_context("spawn")  # TensorFlow does not survive a fork
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        yield from tqdm(pool.map(work, images, chunksize=8), total=len(images), desc="prepare", unit="image")


def _one_thread() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _finish(images: list[SourceImage], done: dict[str, PreparedImage], seed: int) -> tuple[list[CropRow], dict]:
    results = [done[image.path] for image in images]
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
        "images": len(images),
        "crops": sum(bool(row.crop) for row in rows),
        "status": dict(Counter(result.status for result in results)),
        "splits": dict(moved),
        "failed": {result.path: result.reason for result in results if result.status == "failed"},
        "noted": {result.path: result.reason for result in results if result.status != "failed" and result.reason},
    }
    return rows, report


def _rows_of(image: SourceImage, result: PreparedImage, split: str) -> list[CropRow]:
    shared = {
        "image": image.path, "label": image.label, "source": image.source, "generator": image.generator,
        "split": split, "identity": image.identity, "pair_id": image.pair_id, "demographic": image.demographic,
        "faces_in_image": result.faces_in_image, "status": result.status, "reason": result.reason,
        "sha256": result.sha256, "phash": result.phash,
    }  # fmt: skip
    certain = int(image.label == 0 or result.faces_in_image == 1)
    if not result.crops:
        return [CropRow(crop="", face_index=-1, box_xyxy="", keypoints="", detection_score=0.0, train_use=0, **shared)]
    return [
        CropRow(
            crop=crop["crop"],
            face_index=crop["face_index"],
            box_xyxy=json.dumps(crop["box"]),
            keypoints=json.dumps(crop["keypoints"]),
            detection_score=crop["score"],
            train_use=certain,
            **shared,
        )
        for crop in result.crops
    ]


def _recipe_of(args: argparse.Namespace) -> Recipe:
    recipe = get_recipe(args.recipe)
    changes = {key: value for key in ("margin", "alignment") if (value := getattr(args, key)) is not None}
    crop = {**asdict(recipe.crop), **changes, "size": recipe.input_size}
    return get_recipe(args.recipe, crop=type(recipe.crop)(**crop))


def _check_same_settings(out: Path, recipe: Recipe) -> None:
    """Crops of different settings must not mix in one folder."""
    values = recipe_to_dict(recipe)
    wanted = {key: values[key] for key in ("input_size", "whole_image", "crop")}
    path = out / "settings.json"
    if path.exists() and json.loads(path.read_text()) != wanted:
        raise UserError(f"{out} was prepared with other settings ({path.read_text()}); choose another --out")
    with write_atomically(path) as file:
        json.dump(wanted, file)


def _read_progress(path: Path) -> dict[str, PreparedImage]:
    done = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                prepared = PreparedImage(**json.loads(line))
            except json.JSONDecodeError:
                continue  # the last line of a run that was killed while writing; that image is done again
            done[prepared.path] = prepared
    return done


def _describe(report: dict, out: Path) -> str:
    lines = [f"{report['images']} images, {report['crops']} crops in {out}"]
    lines += [f"  {status}: {count}" for status, count in sorted(report["status"].items())]
    lines += [f"  {what}: {count}" for what, count in sorted(report["splits"].items())]
    lines += [f"  failed: {path}: {reason}" for path, reason in report["failed"].items()]
    return "\n".join(lines)
