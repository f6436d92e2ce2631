"""How often a clip's verdict errs, on frames of compressed videos: `python -m benchmarks.video_clips --data PREPARED`.

Groups the faceforensics crops of a prepared folder by clip, scores them with the shipped checkpoint, and judges each clip by
the shipped rule and thresholds; single frames of the same clips are told beside it. Writes clips.json, which `report` shows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from python_trainer.clips import Sighting, judge_tracks, track_faces
from python_trainer.errors import UserError
from python_trainer.files import ROOT, write_atomically
from python_trainer.images import ImageError, decode_image
from python_trainer.manifest import CropRow, read_prepared, sha256_of
from python_trainer.metrics import roc_auc, wilson_interval
from python_trainer.model_manifest import BANDS, ModelManifest
from python_trainer.predict import SHIPPED_CHECKPOINT, Predictor

SOURCE = "faceforensics"
SPLITS = ("val", "test")
OUT = ROOT / "converted_models" / "evaluation" / "evidence" / "clips.json"
CLASSES = ("real", "fake")  # by label
_BATCH = 32


def clip_name(image: str) -> tuple[str, int]:
    """`deepfakes_033_097_0012.jpg` is frame 12 of the clip `deepfakes_033_097`."""
    clip, _, frame = Path(image).stem.rpartition("_")
    if not clip or not frame.isdigit():
        raise UserError(f"{image} is not named CLIP_FRAME, so its clip is not known")
    return clip, int(frame)


def measure(rows: list[CropRow], scores: dict[str, float], manifest: ModelManifest) -> dict:
    """Bands of the clips and of their single frames, per class, with 95 % Wilson intervals that take clips as independent.

    rows: of one split. scores: crop -> calibrated score. Returns n, auc and identities beside the bands.
    """
    clips: dict[tuple[str, int], dict[int, list[CropRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        clip, frame = clip_name(row.image)
        clips[clip, row.label][frame].append(row)
    judged, frames = [], []
    for (_, label), by_frame in clips.items():
        sightings = []
        for number in sorted(by_frame):
            faces = [row for row in by_frame[number] if row.crop]
            bands = {row.crop: manifest.band(scores[row.crop], len(faces)) for row in faces}
            sightings.append(
                [Sighting(number, json.loads(row.box_xyxy), scores[row.crop], bands[row.crop]) for row in faces]
            )
            worst = max((scores[row.crop] for row in faces), default=None)
            band = None if worst is None else manifest.band(worst, len(faces))
            frames.append({"label": label, "fake_score": worst, "band": band})
        judged.append({"label": label, **judge_tracks(track_faces(sightings, manifest.clip), manifest)})
    return {
        "identities": len({row.identity for row in rows}),
        "frames_per_clip": [f(len(by_frame) for by_frame in clips.values()) for f in (min, max)],
        "clips": _bands(judged),
        "frames": _bands(frames),
    }


def _bands(judged: list[dict]) -> dict:
    figures: dict = {}
    for label, name in enumerate(CLASSES):
        bands = [one["band"] for one in judged if one["label"] == label]
        figures[name] = {"n": len(bands)} | {
            band or "no_verdict": {
                "count": bands.count(band),
                "interval": wilson_interval(bands.count(band), len(bands)),
            }
            for band in (*BANDS, None)
        }
    scored = [one for one in judged if one["band"] is not None]
    labels = np.asarray([one["label"] for one in scored])
    return figures | {"auc": roc_auc(labels, np.asarray([one["fake_score"] for one in scored]))}


def score_crops(predictor: Predictor, data: Path, rows: list[CropRow]) -> dict[str, float]:
    """Crop -> calibrated score."""
    crops = [row.crop for row in rows if row.crop]
    scores: dict[str, float] = {}
    for start in range(0, len(crops), _BATCH):
        part = crops[start : start + _BATCH]
        pixels = np.stack([decode_image(data / crop).rgb for crop in part])
        logits = predictor.logits(pixels)
        scores |= {crop: predictor.manifest.fake_score(float(v)) for crop, v in zip(part, logits, strict=True)}
    return scores


def main() -> int:
    """Measure both parts, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="PREPARED", help="a folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, default=OUT, help="the JSON to write")
    args = parser.parse_args()
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # as every verb that measures: the same sums on every machine
    try:
        predictor = Predictor()
        rows = [row for row in read_prepared(args.data) if row.source == SOURCE]
        report = {
            "checkpoint_sha256": sha256_of(SHIPPED_CHECKPOINT),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": SOURCE,
            "rule": asdict(predictor.manifest.clip),
            "splits": {},
        }
        for split in SPLITS:
            part = [row for row in rows if row.split == split]
            if not part:
                raise UserError(f"{args.data} has no {SOURCE} images in its part {split}")
            report["splits"][split] = measure(part, score_crops(predictor, args.data, part), predictor.manifest)
    except (UserError, ImageError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    with write_atomically(args.out) as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    print(json.dumps(report["splits"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
