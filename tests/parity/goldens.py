"""Writes what the trainer's pipeline finds in the fixture images, for the browser to reproduce.

    python -m tests.parity.goldens [--models DIR] [--out FILE]

Run it again whenever the fixtures, the pipeline or the exported model change.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from python_trainer.faces import look_twice
from python_trainer.files import write_atomically
from python_trainer.images import decode_image
from python_trainer.manifest import sha256_of
from python_trainer.model_manifest import MODES, ModelManifest, read_model_manifest
from python_trainer.preprocessing import crop_face
from python_trainer.shipped_graph import ShippedGraph

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
FOLDERS = ("images", "faces", "altered")
GOLDENS = Path(__file__).with_name("goldens.json")


def read_goldens(path: Path = GOLDENS) -> dict:
    """The golden file: {"manifest_sha256": …, "images": [{"image", "sha256", "size", …}, …]}."""
    return json.loads(path.read_text(encoding="utf-8"))


def manifest_sha256(models: Path) -> str:
    """Identifies the model that golden logits belong to."""
    return sha256_of(models / "ifmd" / "manifest.json")


def golden_crops(image: np.ndarray, faces: list[dict], manifest: ModelManifest) -> list[np.ndarray]:
    """Crops of the golden faces that are large enough, each uint8 [size, size, 3], in their order."""
    return [
        crop_face(image, np.asarray(face["box_xyxy"]), np.asarray(face["keypoints"]), manifest.face_crop)
        for face in faces
        if face["status"] == "scored"
    ]


def _golden(path: Path, manifest: ModelManifest, graph: ShippedGraph) -> dict:
    image = decode_image(path).rgb
    found, second_look = look_twice(image, manifest.detector)
    faces = [
        {
            "box_xyxy": [float(value) for value in face.box_xyxy],
            "detection_score": face.score,
            "keypoints": face.keypoints.tolist(),
            "status": "scored" if face.size >= manifest.face_crop.min_face_size else "too_small",
        }
        for face in found
    ]
    crops = golden_crops(image, faces, manifest)
    scored = [face for face in faces if face["status"] == "scored"]
    if crops:
        logits = graph.predict(np.stack(crops))["logit"][:, 0]
        for face, crop, logit in zip(scored, crops, logits, strict=True):
            face["crop_sha256"] = hashlib.sha256(crop.tobytes()).hexdigest()
            face["logit"] = float(logit)
    return {
        "image": path.relative_to(FIXTURES).as_posix(),
        "sha256": sha256_of(path),
        "size": [image.shape[1], image.shape[0]],
        "faces": faces,
        "status": "scored" if scored else "face_too_small" if faces else "no_face",
        "bands": {
            mode: _image_band([] if second_look and mode != "check" else scored, manifest, mode) for mode in MODES
        },
    }


def _image_band(scored: list[dict], manifest: ModelManifest, mode: str) -> str | None:
    if not scored:
        return None
    worst = max(manifest.fake_score(face["logit"]) for face in scored)
    return manifest.band(worst, len(scored), mode)


def main() -> None:
    """Reads every fixture image and replaces the golden file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=ROOT / "converted_models", help="model whose logits to write")
    parser.add_argument("--out", type=Path, default=GOLDENS, help="golden file")
    args = parser.parse_args()
    manifest = read_model_manifest(args.models / "ifmd" / "manifest.json")
    graph = ShippedGraph(args.models / "ifmd" / "model.json")
    paths = [path for folder in FOLDERS for path in sorted((FIXTURES / folder).iterdir())]
    goldens = {
        "manifest_sha256": manifest_sha256(args.models),
        "images": [_golden(path, manifest, graph) for path in paths],
    }
    with write_atomically(args.out) as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")
    faces = sum(len(golden["faces"]) for golden in goldens["images"])
    print(f"wrote {args.out}: {len(goldens['images'])} images, {faces} faces")


if __name__ == "__main__":
    main()
