"""The verb `measure_map`: measures where the anomaly map points, beside Grad-CAM, a fixed map and chance."""

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from python_trainer.config import Recipe
from python_trainer.crop_settings import check_crop_settings, view_of
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import WEB_QUALITY, ImageError, decode_image, recompress_for_web
from python_trainer.manifest import CropRow, read_prepared, sha256_of
from python_trainer.map_evaluation import (
    DEFINITIONS,
    METRICS,
    cell_mask,
    centre_map,
    chance,
    enlarged,
    mean_with_interval,
    measure,
)
from python_trainer.preprocessing import crop_face, resize_antialiased

CONDITIONS = ("clean", f"jpeg{WEB_QUALITY}")
MOST_ALTERED = 0.75  # of a crop: where more differs, real and fake do not show the same frame, and no mask is known
_BATCH = 16


@dataclass(frozen=True)
class Kind:
    """Fakes of one kind: uint8 [n, s, s, 3]; bool [n, s, s], what was altered; int [n], the real behind each."""

    fakes: np.ndarray
    masks: np.ndarray
    reals: np.ndarray
    left_out: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `measure_map`."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="weights, with recipe.json beside them")
    parser.add_argument("--data", type=Path, required=True, metavar="PREPARED", help="a folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="gets map.json")
    parser.add_argument("--split", choices=["val", "test"], default="test", help="whose crops are used")
    parser.add_argument("--count", type=int, default=300, help="crops of each kind at most")
    parser.add_argument("--seed", type=int, default=0, help="of the choice, the self-blending and the resampling")


def run(args: argparse.Namespace) -> int:
    """Measure, write, print; returns 0."""
    from python_trainer.models import load_checkpoint

    if args.count < 1:
        raise UserError(f"--count {args.count}: it must be 1 or more")
    model, recipe = load_checkpoint(args.checkpoint)
    check_crop_settings(args.data, view_of(recipe))
    report = {"checkpoint_sha256": sha256_of(args.checkpoint)}
    report |= measure_maps(model, recipe, args.data, args.split, args.count, args.seed)
    with write_atomically(args.out / "map.json") as file:
        json.dump(report, file, indent=2, allow_nan=False)
    print(format_table(report))
    return 0


def measure_maps(model, recipe: Recipe, data: Path, split: str, count: int, seed: int) -> dict:
    """What map.json holds, but for the checkpoint's hash.

    Raises:
        UserError: the network has no map, or the split no real crop.
    """
    from python_trainer.dataset import load_crops

    if "anomaly_map" not in model.output:
        raise UserError(f"{recipe.architecture} has no anomaly map")
    rows = [row for row in read_prepared(data) if row.crop and row.split == split]
    indices = [index for index, row in enumerate(rows) if row.label == 0]
    if not indices:
        raise UserError(f"{data} has no real crops in its {split} split")
    rng = np.random.default_rng((seed, 79))
    chosen = [rows[i] for i in sorted(rng.choice(indices, min(count, len(indices)), replace=False))]
    reals = load_crops(data, chosen, recipe.input_size)
    cells = model.output["anomaly_map"].shape[1]
    kinds = {"self_blended": self_blended(reals, chosen, recipe, cells, rng)}
    kinds |= aligned_pairs(data, rows, recipe, cells, count, rng)
    scale = "probability" if recipe.architecture == "evidence" else "divided by its own maximum"
    report = {
        "architecture": recipe.architecture, "split": split, "count": count, "seed": seed, "cells": cells,
        "definitions": DEFINITIONS, "scales": {"anomaly_map": scale, "grad_cam": "divided by its own maximum"},
        "conditions": {},
    }  # fmt: skip
    for condition in CONDITIONS:
        peaks = read_maps(model, degraded(reals, condition))[0].max(axis=(1, 2))
        measured = {name: _measure_kind(model, kind, condition, cells, scale, seed) for name, kind in kinds.items()}
        report["conditions"][condition] = {"kinds": measured, "reals": {"n": len(peaks), **_peaks(peaks)}}
    return report


def self_blended(reals: np.ndarray, rows: list[CropRow], recipe: Recipe, cells: int, rng: np.random.Generator) -> Kind:
    """Each real blended with itself; altered is where at least half of the blend's own strongest share was pasted."""
    from python_trainer.evidence_batches import keypoints_in_crop
    from python_trainer.self_blending import self_blend

    fakes, masks = [], []
    for real, row in zip(reals, rows, strict=True):
        points = keypoints_in_crop(row, recipe.crop, real.shape[0])
        _, fake, share = self_blend(real, points, rng)
        fakes.append(fake)
        masks.append((share >= share.max() / 2) & (share > 0))
    return _kind(fakes, masks, list(range(len(fakes))), len(fakes), cells)


def aligned_pairs(
    data: Path, rows: list[CropRow], recipe: Recipe, cells: int, count: int, rng: np.random.Generator
) -> dict[str, Kind]:
    """Source -> its fakes that have a real of the same frame; altered is where the two differ clearly."""
    from python_trainer.dataset import aligned_partners, load_crops
    from python_trainer.evidence_batches import difference_mask

    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for real, fakes in sorted(aligned_partners(rows).items()):
        for fake in fakes:
            pairs[rows[fake].source].append((real, fake))
    kinds = {}
    for source, found in sorted(pairs.items()):
        chosen = [found[i] for i in sorted(rng.choice(len(found), min(count, len(found)), replace=False))]
        fakes, masks, behind = [], [], []
        for real, fake in chosen:
            target = _real_in_the_fakes_place(data, rows[real], rows[fake], recipe)
            if target is None:
                continue
            crop = load_crops(data, [rows[fake]], recipe.input_size)[0]
            mask = difference_mask(target, crop) >= 0.5
            if mask.mean() <= MOST_ALTERED:
                fakes.append(crop)
                masks.append(mask)
                behind.append(real)
        kinds[source] = _kind(fakes, masks, behind, len(chosen), cells)
    return kinds


def _real_in_the_fakes_place(data: Path, real: CropRow, fake: CropRow, recipe: Recipe) -> np.ndarray | None:
    """The real's pixels under the fake's crop, uint8 [s, s, 3]; None where they cannot be had.

    The two faces were found apart, so their boxes differ by some pixels: the real photo is cut again.
    """
    from python_trainer.dataset import load_crops

    if (real.box_xyxy, real.keypoints) == (fake.box_xyxy, fake.keypoints):
        return load_crops(data, [real], recipe.input_size)[0]
    points = json.loads(fake.keypoints)
    try:
        frame = decode_image(real.image).rgb
    except ImageError:
        return None
    if not points:  # the whole image is the crop, and the two are not of one size
        return None
    crop = crop_face(frame, np.array(json.loads(fake.box_xyxy)), np.reshape(points, (5, 2)), recipe.crop)
    return resize_antialiased(crop, recipe.input_size, recipe.input_size)


def _kind(fakes: list, masks: list, reals: list[int], tried: int, cells: int) -> Kind:
    """Keeps what leaves some cells altered and some not."""
    kept = [i for i, mask in enumerate(masks) if 0 < cell_mask(mask, cells).mean() < 1]
    return Kind(
        np.array([fakes[i] for i in kept]),
        np.array([masks[i] for i in kept]),
        np.array([reals[i] for i in kept]),
        tried - len(kept),
    )


def degraded(crops: np.ndarray, condition: str) -> np.ndarray:
    """The crops under one of CONDITIONS, uint8 [n, s, s, 3]."""
    return crops if condition == "clean" else recompress_for_web(crops)


def read_maps(model, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The network's own map and Grad-CAM (Selvaraju et al. 2017) of the logit at its last features.

    Args:
        crops: uint8 [n, s, s, 3], n at least 1.

    Returns:
        float32 [n, m, m] as the network gives it; float32 [n, f, f], non-negative, unscaled.
    """
    import keras
    import tensorflow as tf

    from python_trainer.models.mobilenet import LAST_FEATURES

    outputs = [model.get_layer(LAST_FEATURES).output, model.output["logit"], model.output["anomaly_map"]]
    network = keras.Model(model.input, outputs)
    maps, cams = [], []
    for start in range(0, len(crops), _BATCH):
        images = tf.constant(crops[start : start + _BATCH], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            features, logit, anomaly_map = network(images, training=False)
        weights = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2), keepdims=True)
        cams.append(tf.nn.relu(tf.reduce_sum(weights * features, axis=-1)).numpy())
        maps.append(anomaly_map.numpy())
    return np.concatenate(maps), np.concatenate(cams)


def _measure_kind(model, kind: Kind, condition: str, cells: int, scale: str, seed: int) -> dict:
    if not len(kind.fakes):
        return {"n": 0, "left_out": kind.left_out}
    raw, cams = read_maps(model, degraded(kind.fakes, condition))
    maps = raw if scale == "probability" else [_relative(one) for one in raw]
    centre = centre_map(cells)
    methods = {
        "anomaly_map": [measure(one, mask) for one, mask in zip(maps, kind.masks, strict=True)],
        "grad_cam": [measure(_relative(enlarged(c, cells)), m) for c, m in zip(cams, kind.masks, strict=True)],
        "centre": [measure(centre, mask) for mask in kind.masks],
    }
    values = {name: {key: np.array([one[key] for one in each]) for key in METRICS} for name, each in methods.items()}
    for other in ("grad_cam", "centre"):
        values[f"anomaly_map_minus_{other}"] = {key: values["anomaly_map"][key] - values[other][key] for key in METRICS}
    expected = [chance(mask, cells) for mask in kind.masks]
    return {
        "n": len(maps),
        "left_out": kind.left_out,
        "mask_area": float(kind.masks.mean()),
        **{n: {k: mean_with_interval(v, kind.reals, seed) for k, v in each.items()} for n, each in values.items()},
        "chance": {key: float(np.mean([one[key] for one in expected])) for key in METRICS},
        "fakes": _peaks(raw.max(axis=(1, 2))),
    }


def _relative(anomaly_map: np.ndarray) -> np.ndarray:
    """Divided by its maximum; all zero stays so."""
    return anomaly_map / max(float(anomaly_map.max()), 1e-12)


def _peaks(peaks: np.ndarray) -> dict[str, float]:
    """Of the maps' maxima, in the map's own scale: mean, 95 % quantile, share that reach one half."""
    return {
        "peak_mean": float(peaks.mean()),
        "peak_q95": float(np.quantile(peaks, 0.95)),
        "share_lit": float((peaks >= 0.5).mean()),
    }


def format_table(report: dict) -> str:
    """The report as aligned text: one line for each condition, kind and method."""
    lines = [f"{'condition':9} {'kind':16} {'map':11} {'n':>5}" + "".join(f" {name:>20}" for name in METRICS)]
    for condition, part in report["conditions"].items():
        for kind, figures in part["kinds"].items():
            methods = ("anomaly_map", "grad_cam", "centre", "chance") if figures["n"] else ()
            for method in methods:
                shown = "".join(f" {_cell(figures[method][key]):>20}" for key in METRICS)
                lines.append(f"{condition:9} {kind:16} {method:11} {figures['n']:>5}{shown}")
            lit = f"map's maximum {_lit(figures['fakes'])}; " if figures["n"] else ""
            lines.append(f"{condition:9} {kind:16} {lit}{figures['left_out']} left out: no mask that can be trusted")
        lines.append(f"{condition:9} {'REALS':16} map's maximum {_lit(part['reals'])}")
    return "\n".join(lines)


def _lit(peaks: dict[str, float]) -> str:
    return f"{peaks['peak_mean']:.3f}, 95 % quantile {peaks['peak_q95']:.3f}, >= 0.5 on {peaks['share_lit']:.1%}"


def _cell(value: dict | float) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value['mean']:.3f} [{value['interval'][0]:.3f},{value['interval'][1]:.3f}]"
