"""The verb `predict`: judges image and video files with the shipped model, one JSON object a line."""

import argparse
import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from python_trainer.engines import DEATH, WORKER_DIED, Engine, add_engine_arguments, get_engine
from python_trainer.errors import UserError
from python_trainer.faces import detect_faces, look_twice
from python_trainer.files import ROOT, write_atomically
from python_trainer.images import IMAGE_SUFFIXES, ImageError, decode_bytes, read_bytes
from python_trainer.inputs import Part, has_suffix, into_parts, list_items, read_part
from python_trainer.manifest import sha256_of
from python_trainer.model_manifest import ModelManifest, read_model_manifest
from python_trainer.models import load_checkpoint
from python_trainer.part_results import check_same_settings, make_results
from python_trainer.predict_clip import judge_clip, judge_frames, timeline_text
from python_trainer.preprocessing import crop_face
from python_trainer.video import VIDEO_SUFFIXES, sample_animation

SHIPPED_CHECKPOINT = ROOT / "python_trainer" / "checkpoints" / "evidence" / "evidence.weights.h5"
BAND_WORDS = {"no_traces": "no traces found", "inconclusive": "inconclusive", "likely_fake": "likely fake"}
SHIPPED_MANIFEST = ROOT / "converted_models" / "ifmd" / "manifest.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `predict`."""
    parser.add_argument(
        "images",
        nargs="+",
        metavar="FILE",
        help="image and video files, folders of them, lists (.txt, one a line), WebDataset and TFRecord shards; each also as an "
        "address (https://, s3:// …; of a folder with / at its end)",
    )
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
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write JSON lines to files there instead; the same command again goes on where it stopped",
    )
    add_engine_arguments(parser)
    parser.add_argument(
        "--retry-failed", action="store_true", help="with --out: try again what failed in an earlier run"
    )


def run(args: argparse.Namespace) -> int:
    """Judge every image; 0 if all could be read, 1 if any failed."""
    engine = get_engine(args)
    parts = into_parts(list_items(args.images, IMAGE_SUFFIXES | VIDEO_SUFFIXES))
    work = partial(PredictWork, args.checkpoint, args.manifest, args.mode)
    if args.out:
        return _write(args, engine, work, parts)
    failed = False
    for result in _in_order(engine, work, parts):
        failed |= result["status"] == "failed"
        print(json.dumps(result) if args.json else _as_text(result), flush=True)
    return int(failed)


def _write(args: argparse.Namespace, engine: Engine, work: partial, parts: list[Part]) -> int:
    for file in (args.checkpoint, args.manifest):
        if not file.exists():
            raise UserError(f"{file} is missing; python -m python_trainer export writes the manifest")
    models = {name: sha256_of(getattr(args, name)) for name in ("checkpoint", "manifest")}
    check_same_settings(args.out, {**models, "mode": args.mode})
    if {path.stem for path in args.out.glob("*.jsonl")} - {part.name for part in parts}:
        raise UserError(f"{args.out} holds results of other images; choose another --out")
    tally = make_results(engine, work, parts, args.out, "predict", args.retry_failed)
    report = {"images": tally.status.total(), "status": dict(tally.status), "failed": tally.failed}
    with write_atomically(args.out / "report.json") as file:
        json.dump(report, file, indent=2)
    tally.check_some_are_good()
    lines = [f"{report['images']} images in {args.out}"]
    lines += [f"  {status.replace('_', ' ')}: {count}" for status, count in sorted(tally.status.items())]
    lines += [f"  failed: {key}: {reason}" for key, reason in tally.failed.items()]
    print(json.dumps(report) if args.json else "\n".join(lines))
    return int(bool(tally.failed))


def _in_order(engine: Engine, work: partial, parts: list[Part]) -> Iterator[dict]:
    """Results in the order of the images, as soon as all before them are there."""
    answered, places = {}, iter(parts)
    place = next(places)
    for part, answer in engine.map(partial(_ListWork, work), parts):
        dead = [_unjudged(item.location) | {"reason": DEATH} for item in part.items]
        answered[part.name] = dead if answer is WORKER_DIED else answer
        while place and place.name in answered:
            yield from answered.pop(place.name)
            place = next(places, None)


class PredictWork:
    """Judges the images of a part."""

    def __init__(self, checkpoint: Path, manifest: Path, mode: str):
        """Loads the network."""
        self._predictor, self._mode = Predictor(checkpoint, manifest), mode

    def __call__(self, part: Part) -> Iterator[dict]:
        """As `Predictor.judge`, for each image."""
        for sample in read_part(part, unread=tuple(VIDEO_SUFFIXES)):
            if sample.data is None and not sample.reason:
                yield self._predictor.judge(Path(sample.key), self._mode)
            elif sample.data is None:
                yield _unjudged(sample.key) | {"reason": sample.reason}
            else:
                yield self._predictor.judge_bytes(sample.key, sample.data, self._mode)


class _ListWork:
    """A worker whose answer is the results themselves."""

    def __init__(self, make_work: partial):
        self._work = make_work()

    def __call__(self, part: Part) -> list[dict]:
        return list(self._work(part))


class Predictor:
    """The shipped pipeline in Python: detector, crop, network, calibration, bands."""

    def __init__(self, checkpoint: Path = SHIPPED_CHECKPOINT, manifest: Path = SHIPPED_MANIFEST):
        """Loads the network; raises UserError when a file is missing or does not fit."""
        self.manifest: ModelManifest = read_model_manifest(manifest)
        self.model, self.recipe = load_checkpoint(checkpoint)
        if sha256_of(checkpoint) != self.manifest.checkpoint_sha256:
            raise UserError(
                f"{manifest} holds the thresholds of other weights than {checkpoint}; give --checkpoint and --manifest that "
                "belong together: `python -m python_trainer export --checkpoint …` writes the manifest of a checkpoint"
            )
        if self.recipe.whole_image:
            raise UserError(f"{checkpoint} judges whole images; predict needs a face model (mobilenet or ifmd)")

    def judge(self, path: Path, mode: str = "check") -> dict:
        """The result for one image or video; an unreadable one gets status "failed" with its reason, never a score.

        A video, or an animated image whose frames allow it, gets a clip's verdict: `judge_frames`.
        """
        if path.suffix.lower() in VIDEO_SUFFIXES:
            return judge_clip(self, str(path), path, mode)
        try:
            return self.judge_bytes(str(path), read_bytes(path), mode)
        except ImageError as error:
            return _unjudged(str(path)) | {"reason": str(error)}

    def judge_bytes(self, name: str, data: bytes, mode: str = "check") -> dict:
        """As `judge`, of the file's bytes."""
        if has_suffix(name, tuple(VIDEO_SUFFIXES)):
            return judge_clip(self, name, io.BytesIO(data), mode)
        result = _unjudged(name)
        try:
            image = decode_bytes(data)
        except ImageError as error:
            return result | {"reason": str(error)}
        if image.frames > 1:
            try:
                clip = judge_frames(self, sample_animation(data, self.manifest.clip), mode)
            except ImageError:
                clip = None  # the first frame is whole, and judged alone
            if clip and clip["status"] == "scored":
                return result | clip | {"reason": f"animated: {clip['frames']} of {image.frames} frames"}
        found = self.judge_faces(image.rgb, mode, second_look=mode == "check")
        faces = [face for face in found if "fake_score" in face]
        if not faces:
            smallest = f"every face is under {self.manifest.face_crop.min_face_size} px"
            return result | {
                "status": "face_too_small" if found else "no_face",
                "reason": smallest if found else image.note,
            }
        worst = max(faces, key=lambda face: face["fake_score"])
        return result | {
            "status": "scored",
            "reason": image.note,
            "fake_score": worst["fake_score"],
            "band": worst["band"],
            "faces": faces,
        }

    def judge_faces(self, rgb: np.ndarray, mode: str = "check", second_look: bool = False) -> list[dict]:
        """The faces of uint8 [h, w, 3], best first: box_xyxy and detection_score; of those large enough fake_score and band.

        `second_look`: where there are none, those that another search finds (faces.look_twice); not for frames of a clip, whose others
        may show the face.
        """
        detector = self.manifest.detector
        found = look_twice(rgb, detector)[0] if second_look else detect_faces(rgb, detector)
        faces = [
            {"box_xyxy": [round(float(v), 2) for v in face.box_xyxy], "detection_score": round(face.score, 4)}
            for face in found
        ]
        large = [index for index, face in enumerate(found) if face.size >= self.manifest.face_crop.min_face_size]
        if large:
            crops = [crop_face(rgb, found[i].box_xyxy, found[i].keypoints, self.manifest.face_crop) for i in large]
            for index, logit in zip(large, self.logits(np.stack(crops)), strict=True):
                score = self.manifest.fake_score(float(logit))
                band = self.manifest.band(score, len(large), mode)
                faces[index] |= {"fake_score": round(score, 6), "band": band}
        return faces

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """Logits of fake, float [n], of uint8 crops [n, size, size, 3]."""
        return np.asarray(self.model.predict_on_batch(crops.astype(np.float32))["logit"]).reshape(-1)


def _unjudged(name: str) -> dict:
    return {"image": name, "status": "failed", "reason": "", "fake_score": None, "band": None, "faces": []}


def _as_text(result: dict) -> str:
    name = result["image"]
    if result["status"] != "scored":
        return f"{name}: {result['status'].replace('_', ' ')}{': ' + result['reason'] if result['reason'] else ''}"
    verdict = f"{name}: {BAND_WORDS[result['band']]} (score {result['fake_score']:.3f}, "
    if "tracks" not in result:
        return f"{verdict}{len(result['faces'])} face(s))"
    seen = f"a face in {result['frames_with_face']} of {result['frames']} frames)"
    return f"{verdict}{seen}\n{timeline_text(result, BAND_WORDS)}"
