"""What a check answers where a person marks the face that no detector finds: `python -m benchmarks.marked_faces --data FOLDER`.

FOLDER holds the photos named in marked_faces.csv: the test images of openforensics in which `evaluate` found no face to
judge, each with the place where a person sees one (or, in two that show nothing but noise, where its faces usually are),
drawn on pictures of 280 px without knowing any score. Writes marked.json, which `report` shows.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.files import ROOT, write_atomically
from python_trainer.images import ImageError, decode_image
from python_trainer.manifest import sha256_of
from python_trainer.metrics import roc_auc
from python_trainer.predict import SHIPPED_CHECKPOINT, Predictor
from python_trainer.preprocessing import crop_face

SOURCE = "openforensics"
MARKED = Path(__file__).with_suffix(".csv")
EVALUATION = ROOT / "converted_models" / "evaluation" / "evidence"
CLASSES = ("real", "fake")  # by label


def read_unfound(evaluation: Path) -> tuple[list[dict], set[str]]:
    """Scored test images of SOURCE (label, score), and the names of those without a face to judge."""
    with (evaluation / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == SOURCE and row["split"] == "test"]
    scored = [{"label": int(row["label"]), "score": float(row["score"])} for row in rows if row["score"]]
    return scored, {row["image"] for row in rows if not row["score"]}


def judge_marked(predictor: Predictor, data: Path, places: dict[str, list[float]]) -> list[dict]:
    """Label, calibrated score and band of each photo's marked face; cut as it is by the extension, not turned.

    places: image -> left, top, right, bottom, in parts of its width and height.
    """
    crops = []
    for image, place in places.items():
        photo = decode_image(data / image).rgb
        box = np.asarray(place) * np.tile(photo.shape[1::-1], 2)
        crops.append(crop_face(photo, box, None, predictor.recipe.crop))
    scores = [predictor.manifest.fake_score(float(logit)) for logit in predictor.logits(np.stack(crops))]
    return [
        {"label": CLASSES.index(Path(image).parent.name), "score": score, "band": predictor.manifest.band(score, 1)}
        for image, score in zip(places, scores, strict=True)
    ]


def summarize(scored: list[dict], marked: list[dict], threshold: float) -> dict:
    """Bands of the marked faces by class, and accuracy and AUC of all images, none left out."""
    bands = {
        name: {
            band: sum(one["label"] == label and one["band"] == band for one in marked)
            for band in ("no_traces", "inconclusive", "likely_fake")
        }
        for label, name in enumerate(CLASSES)
    }
    labels = np.asarray([one["label"] for one in scored + marked])
    scores = np.asarray([one["score"] for one in scored + marked])
    accuracy = float(((scores >= threshold) == labels).mean())
    return {"bands": bands, "n": len(labels), "accuracy": accuracy, "auc": roc_auc(labels, scores)}


def main() -> int:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="where the photos are")
    parser.add_argument("--evaluation", type=Path, default=EVALUATION, metavar="DIR", help="scores.csv, metrics.json")
    parser.add_argument("--out", type=Path, default=EVALUATION / "marked.json", help="the JSON to write")
    args = parser.parse_args()
    try:
        scored, unfound = read_unfound(args.evaluation)
        with MARKED.open(newline="", encoding="utf-8") as file:
            places = {
                row["image"]: [float(row[side]) for side in ("x1", "y1", "x2", "y2")] for row in csv.DictReader(file)
            }
        if missing := unfound - set(places):
            raise UserError(f"{MARKED} has no place for {', '.join(sorted(missing))}; mark them by hand")
        predictor = Predictor()
        metrics = json.loads((args.evaluation / "metrics.json").read_text(encoding="utf-8"))
        if metrics["checkpoint_sha256"] != sha256_of(SHIPPED_CHECKPOINT):
            raise UserError(f"{args.evaluation} is of other weights than {SHIPPED_CHECKPOINT}; evaluate these first")
        marked = judge_marked(predictor, args.data, {image: places[image] for image in sorted(unfound)})
    except (UserError, ImageError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    report = {
        "checkpoint_sha256": metrics["checkpoint_sha256"],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": SOURCE,
        **summarize(scored, marked, metrics["threshold"]),
    }
    with write_atomically(args.out) as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
