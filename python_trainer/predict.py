"""The verb `predict`: judges image files with the shipped model, one JSON object a line."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.faces import detect_faces
from python_trainer.files import ROOT
from python_trainer.images import IMAGE_SUFFIXES, ImageError, decode_image
from python_trainer.model_manifest import ModelManifest, read_model_manifest
from python_trainer.models import load_checkpoint
from python_trainer.preprocessing import crop_face

SHIPPED_CHECKPOINT = ROOT / "python_trainer" / "checkpoints" / "evidence" / "evidence.weights.h5"
SHIPPED_MANIFEST = ROOT / "converted_models" / "ifmd" / "manifest.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `predict`."""
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="image files, or folders of them")
    parser.add_argument(
        "--checkpoint", type=Path, default=SHIPPED_CHECKPOINT, help="weights, with recipe.json beside them"
    )
    parser.add_argument("--manifest", type=Path, default=SHIPPED_MANIFEST, help="calibration and thresholds")
    parser.add_argument(
        "--mode",
        choices=["check", "automatic"],
        default="check",
        help="which operating point decides the band",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line; otherwise a line of text each")


def run(args: argparse.Namespace) -> int:
    """Judge every image; 0 if all could be read, 1 if any failed."""
    predictor = Predictor(args.checkpoint, args.manifest)
    failed = False
    for path in list_images(args.images):
        result = predictor.judge(path, args.mode)
        failed |= result["status"] == "failed"
        print(json.dumps(result) if args.json else _as_text(result), flush=True)
    return int(failed)


class Predictor:
    """The shipped pipeline in Python: detector, crop, network, calibration, bands."""

    def __init__(self, checkpoint: Path = SHIPPED_CHECKPOINT, manifest: Path = SHIPPED_MANIFEST):
        """Loads the network; raises UserError when a file is missing or does not fit."""
        self.manifest: ModelManifest = read_model_manifest(manifest)
        self.model, self.recipe = load_checkpoint(checkpoint)
        if self.recipe.whole_image:
            raise UserError(f"{checkpoint} judges whole images; predict needs a face model (mobilenet or ifmd)")

    def judge(self, path: Path, mode: str = "check") -> dict:
        """The result for one image; an unreadable one gets status "failed" with its reason, never a score."""
        result = {
            "image": str(path),
            "status": "failed",
            "reason": "",
            "fake_score": None,
            "band": None,
            "faces": [],
        }
        try:
            image = decode_image(path)
        except ImageError as error:
            return result | {"reason": str(error)}
        found = detect_faces(image.rgb, self.manifest.detector)
        large = [face for face in found if face.size >= self.manifest.face_crop.min_face_size]
        if not large:
            smallest = f"every face is under {self.manifest.face_crop.min_face_size} px"
            return result | {
                "status": "face_too_small" if found else "no_face",
                "reason": smallest if found else image.note,
            }
        crops = np.stack(
            [crop_face(image.rgb, face.box_xyxy, face.keypoints, self.manifest.face_crop) for face in large]
        )
        scores = [self.manifest.fake_score(float(logit)) for logit in self.logits(crops)]
        faces = [
            {
                "box_xyxy": [round(float(v), 2) for v in face.box_xyxy],
                "detection_score": round(face.score, 4),
                "fake_score": round(score, 6),
                "band": self.manifest.band(score, len(large), mode),
            }
            for face, score in zip(large, scores, strict=True)
        ]
        worst = max(faces, key=lambda face: face["fake_score"])
        return result | {
            "status": "scored",
            "reason": image.note,
            "fake_score": worst["fake_score"],
            "band": worst["band"],
            "faces": faces,
        }

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """Logits of fake, float [n], of uint8 crops [n, size, size, 3]."""
        return np.asarray(self.model.predict_on_batch(crops.astype(np.float32))["logit"]).reshape(-1)


def list_images(paths: list[Path]) -> Iterator[Path]:
    """Files as given, folders as the images below them, in order."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES and p.is_file())
            if not inside:
                print(f"note: no images in {path}", file=sys.stderr)
            yield from inside
        else:
            yield path


def _as_text(result: dict) -> str:
    if result["status"] != "scored":
        return f"{result['image']}: {result['status'].replace('_', ' ')}{': ' + result['reason'] if result['reason'] else ''}"
    words = {"no_traces": "no traces found", "inconclusive": "inconclusive", "likely_fake": "likely fake"}[
        result["band"]
    ]
    return f"{result['image']}: {words} (score {result['fake_score']:.3f}, {len(result['faces'])} face(s))"
