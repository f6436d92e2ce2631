"""The verb `export`: the shipped checkpoint becomes a TensorFlow.js model, or nothing is written."""

import argparse
import json
import shutil
import subprocess
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from python_trainer.config import ClipRule, DetectorSettings, Recipe, recipe_to_dict
from python_trainer.errors import UserError
from python_trainer.files import ROOT, write_atomically
from python_trainer.inputs import list_images
from python_trainer.manifest import sha256_of
from python_trainer.model_manifest import SCHEMA_VERSION, detector_to_dict, read_model_manifest
from python_trainer.models import load_checkpoint
from python_trainer.predict import SHIPPED_CHECKPOINT
from python_trainer.shipped_graph import ShippedGraph
from python_trainer.tfjs_conversion import convert_saved_model, export_blazeface, export_detector
from python_trainer.tfjs_runner import run_graph_model

MODEL_VERSION = "2.8.0"
ARCHITECTURES = {"ifmd": "mobilenetv2+ifmd", "evidence": "mobilenetv2+ifmd+evidence"}
# |Δlogit|: TF.js against Keras with float32 weights (the conversion is right), and TF.js against TensorFlow with the
# shipped, dequantised weights (the engine is right).
CONVERSION_TOLERANCE = 1e-3
QUANTISATION_TOLERANCE = 0.05  # |Δlogit|, shipped weights against float32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `export`; the defaults rebuild what the repository ships."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=SHIPPED_CHECKPOINT,
        help="weights, with recipe.json and evaluation.json beside them",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "converted_models", metavar="DIR", help="gets ifmd/, mtcnn/ and blazeface/"
    )
    parser.add_argument(
        "--weights", choices=["float32", "uint16"], default="uint16", help="precision of the classifier's weights"
    )
    parser.add_argument(
        "--parity-images",
        type=Path,
        default=ROOT / "tests" / "fixtures" / "images",
        metavar="DIR",
        help="photos whose verdicts must not change",
    )
    parser.add_argument("--model-version", default=MODEL_VERSION, help="written into the manifest")
    parser.add_argument("--build", action="store_true", help="also rebuild the extension, and say how to reload it")
    parser.add_argument("--json", action="store_true", help="print the parity report as JSON")


def run(args: argparse.Namespace) -> int:
    """Convert, compare, and only then replace `--out`; returns 0."""
    model, recipe = load_checkpoint(args.checkpoint)
    evaluation = _read_evaluation(args.checkpoint)
    if recipe.architecture not in ARCHITECTURES:
        raise UserError(f"the extension runs an ifmd or evidence model; {args.checkpoint} is {recipe.architecture}")
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.out.parent, prefix=".export-") as scratch:
        staging = Path(scratch)
        _convert(model, staging, args.weights)
        _write_manifest(staging, recipe, evaluation, args)
        report = _compare(model, staging, args)
        manifest_path = staging / "ifmd" / "manifest.json"
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        manifest["self_test"]["logit"] = report["self_test_logit"]
        manifest["parity"] = {key: value for key, value in report.items() if key != "self_test_logit"}
        with write_atomically(manifest_path) as file:
            json.dump(manifest, file, indent=2, ensure_ascii=False)
        read_model_manifest(manifest_path)
        for name in ("mtcnn", "blazeface", "ifmd"):
            _replace_folder(staging / name, args.out / name, staging / f"previous-{name}")
    print(json.dumps(report) if args.json else _describe(report, args.out))
    if args.build:
        _build_extension(args.out)
    return 0


def _convert(model, staging: Path, weights: str) -> None:
    from python_trainer.folded_normalisation import fold_normalisation

    saved = staging / "saved_model"
    fold_normalisation(model).export(saved, verbose=False)
    convert_saved_model(saved, staging / "ifmd", weights)
    convert_saved_model(saved, staging / "float32", "float32")
    export_detector(staging / "mtcnn")
    export_blazeface(staging / "blazeface")


def _compare(model, staging: Path, args: argparse.Namespace) -> dict:
    """Run both conversions in TF.js on the same crops as Keras.

    Raises:
        UserError: they disagree; nothing has been written then.
    """
    manifest = read_model_manifest(staging / "ifmd" / "manifest.json")
    crops = np.concatenate([self_test_input(manifest.face_crop.size), _parity_crops(args.parity_images, manifest)])
    keras_logits = np.concatenate(
        [np.asarray(model.predict_on_batch(crops[i : i + 16])["logit"])[:, 0] for i in range(0, len(crops), 16)]
    )
    exact = run_graph_model(staging / "float32" / "model.json", crops)["logit"][:, 0]
    shipped = run_graph_model(staging / "ifmd" / "model.json", crops)["logit"][:, 0]
    conversion = float(np.abs(exact - keras_logits).max())
    same_weights = ShippedGraph(staging / "ifmd" / "model.json").predict(crops)["logit"][:, 0]
    engine = float(np.abs(shipped - same_weights).max())
    drift = float(np.abs(shipped - keras_logits).max())
    bands = [[manifest.band(manifest.fake_score(float(v)), 1) for v in logits] for logits in (keras_logits, shipped)]
    flipped = sum(a != b for a, b in zip(*bands, strict=True))
    if max(conversion, engine) > CONVERSION_TOLERANCE:
        raise UserError(
            f"TF.js and Keras disagree by {max(conversion, engine):.2g} in the logit (allowed {CONVERSION_TOLERANCE}); nothing was written"
        )
    if drift > QUANTISATION_TOLERANCE:
        raise UserError(
            f"{args.weights} weights move a logit by {drift:.2g} (allowed {QUANTISATION_TOLERANCE}); export with --weights float32. Nothing was written"
        )
    if flipped:
        raise UserError(
            f"{flipped} verdicts on the parity images change with {args.weights} weights; nothing was written"
        )
    return {
        "crops_compared": len(crops), "weights": args.weights, "largest_logit_difference_float32": conversion,
        "largest_logit_difference_same_weights": engine, "largest_logit_difference_shipped": drift, "verdicts_flipped": flipped, "self_test_logit": float(shipped[0]),
    }  # fmt: skip


def self_test_input(size: int) -> np.ndarray:
    """The pattern with which the browser checks a backend before it trusts it: float32 [1, size, size, 3]."""
    i, j, c = np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    return ((i * 3 + j * 5 + c * 7) % 256).astype(np.float32)[None]


def _parity_crops(folder: Path, manifest) -> np.ndarray:
    from python_trainer.faces import detect_faces
    from python_trainer.images import ImageError, decode_image
    from python_trainer.preprocessing import crop_face

    if not folder.is_dir():
        raise UserError(f"{folder} is missing; give --parity-images a folder with photos of faces")
    crops = []
    for path in list_images([folder]):
        try:
            rgb = decode_image(path).rgb
        except ImageError:
            continue  # the fixtures hold broken files on purpose
        faces = [f for f in detect_faces(rgb, manifest.detector) if f.size >= manifest.face_crop.min_face_size]
        crops += [crop_face(rgb, f.box_xyxy, f.keypoints, manifest.face_crop) for f in faces]
    if not crops:
        raise UserError(f"no faces in the images of {folder}; give --parity-images a folder with photos of faces")
    return np.stack(crops).astype(np.float32)


def _write_manifest(staging: Path, recipe: Recipe, evaluation: dict, args: argparse.Namespace) -> None:
    networks = ("ifmd", "mtcnn/pnet", "mtcnn/rnet", "mtcnn/onet", "blazeface")
    files = [path for net in networks for path in sorted((staging / net).iterdir())] + [staging / "mtcnn" / "LICENSE"]
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "name": recipe.name,
        "version": args.model_version,
        "architecture": ARCHITECTURES[recipe.architecture],
        "input": {"size": recipe.input_size, "channel_order": "RGB", "range": [0, 255], "mean": [0, 0, 0], "std": [1, 1, 1]},
        "detector": detector_to_dict(DetectorSettings()),
        "face_crop": {
            "min_face_size": recipe.crop.min_face_size, "margin": recipe.crop.margin,
            "alignment": recipe.crop.alignment, "max_patch": recipe.crop.max_patch,
        },
        "graph": "model.json",
        "outputs": {name: name for name in ("logit", "anomaly_map", *evaluation.get("traces", {}))},
        "self_test": {"input": "value(i,j,c) = (i*3 + j*5 + c*7) % 256", "logit": 0.0, "tolerance": 0.05},
        "calibration": evaluation["calibration"],
        "operating_points": evaluation["operating_points"],
        "score_table": evaluation["score_table"],
        "clip": asdict(ClipRule()),
        **{key: evaluation[key] for key in ("traces",) if key in evaluation},
        "metrics": {key: evaluation.get(key) for key in ("summary", "dataset", "date")},
        "recipe": recipe_to_dict(recipe),
        "seed": recipe.seed,
        "code_version": evaluation.get("code_version", ""),
        "checkpoint_sha256": evaluation["checkpoint_sha256"],
        "exported": datetime.now(UTC).date().isoformat(),
        "files": [
            {"path": _relative(path, staging), "sha256": sha256_of(path), "bytes": path.stat().st_size} for path in files
        ],
    }  # fmt: skip
    with write_atomically(staging / "ifmd" / "manifest.json") as file:
        json.dump(manifest, file, indent=2, ensure_ascii=False)


def _relative(path: Path, staging: Path) -> str:
    """As seen from the folder of the manifest."""
    inside = path.relative_to(staging)
    return inside.name if inside.parts[0] == "ifmd" else f"../{inside.as_posix()}"


def _read_evaluation(checkpoint: Path) -> dict:
    path = checkpoint.with_name("evaluation.json")
    if not path.exists():
        raise UserError(
            f"{path} is missing; `evaluate --checkpoint … --out …` writes it as evaluation.json: calibration and thresholds come from there"
        )
    evaluation = json.loads(path.read_text(encoding="utf-8"))
    if missing := {"calibration", "operating_points", "score_table"} - set(evaluation):
        raise UserError(f"{path} lacks {', '.join(sorted(missing))}; evaluate the checkpoint again")
    if evaluation.get("checkpoint_sha256") != sha256_of(checkpoint):
        raise UserError(f"{path} is of other weights than {checkpoint}; evaluate it, with --out {path.parent}")
    if evaluation["summary"]["split"] != "test":
        raise UserError(
            f"{path} was measured on {evaluation['summary']['split']}, whose faces chose the thresholds; evaluate the test split"
        )
    return evaluation


def _replace_folder(new: Path, old: Path, aside: Path) -> None:
    if old.exists():
        old.rename(aside)
    shutil.move(new, old)


def _build_extension(models: Path) -> None:
    from python_trainer.tfjs_runner import find_node

    subprocess.run([find_node(), str(ROOT / "extension" / "build.mjs"), "--models", str(models.resolve())], check=True)
    print(
        "built extension/dist. Chrome: open chrome://extensions and press reload on the extension. Firefox: about:debugging, Reload."
    )


def _describe(report: dict, out: Path) -> str:
    return (
        f"wrote {out}/ifmd, {out}/mtcnn and {out}/blazeface ({report['weights']} weights)\n"
        f"{report['crops_compared']} crops compared in TF.js: conversion within {report['largest_logit_difference_float32']:.2g}, "
        f"shipped weights within {report['largest_logit_difference_shipped']:.2g} of Keras in the logit, no verdict flipped"
    )
