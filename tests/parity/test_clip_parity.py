"""The browser's tracks and clip verdicts are the trainer's, on random clips and on those made to be hard."""

import json
import random
import subprocess

from extension.demo.extension_build import find_node
from python_trainer.clips import Sighting, judge_tracks, sample_times, track_faces
from python_trainer.files import ROOT
from python_trainer.model_manifest import MODES, read_model_manifest
from python_trainer.predict import SHIPPED_MANIFEST
from python_trainer.video import animation_indices

CLIPS = 200
BROWSER = """
import { readFileSync } from "node:fs";
import { animationIndices, sampleTimes } from "./extension/src/inference/clip-rule.js";
import { judgeClip } from "./extension/src/inference/clip-verdict.js";
import { parseModelManifest } from "./extension/src/inference/model-manifest.js";
const { manifest: path, clips, modes } = JSON.parse(readFileSync(0, "utf8"));
const manifest = parseModelManifest(JSON.parse(readFileSync(path, "utf8")));
const judged = clips.map((frames) => modes.map((mode) => judgeClip(frames, manifest, mode)));
const samples = [sampleTimes(7.3, 12), animationIndices(100, 6), animationIndices(3, 6)];
console.log(JSON.stringify({ judged, samples }));
"""


def random_clip(seed: int) -> list[list[dict]]:
    """Faces that drift, cross, vanish and come back in any order; at times too small to be judged."""
    rng = random.Random(seed)
    faces = [[rng.uniform(0, 400), rng.uniform(0, 200), rng.uniform(50, 120)] for _ in range(rng.randint(0, 4))]
    frames = []
    for _ in range(12):
        seen = []
        for face in faces:
            face[0] += rng.gauss(0, 40)
            face[1] += rng.gauss(0, 20)
            if rng.random() < 0.25:
                continue
            x, y, side = face
            score = None if rng.random() < 0.2 else rng.random()
            seen.append({"boxXyxy": [x, y, x + side, y + 1.2 * side], "fakeScore": score})
        rng.shuffle(seen)
        frames.append(seen)
    return frames


def as_browser(frames: list[list[dict]]) -> list[dict]:
    """As the extension's results of single frames are."""
    clip = []
    for index, seen in enumerate(frames):
        faces = [{k: v for k, v in face.items() if v is not None} for face in seen]
        status = "scored" if any("fakeScore" in face for face in faces) else "face_too_small" if faces else "no_face"
        clip.append({"time": float(index), "result": {"status": status, "faces": faces}})
    return clip


def as_trainer(frames: list[list[dict]]) -> list[list[Sighting]]:
    """As `predict` has them."""
    return [[Sighting(float(i), f["boxXyxy"], f["fakeScore"], None) for f in seen] for i, seen in enumerate(frames)]


def test_tracks_and_verdicts_are_the_same():
    manifest = read_model_manifest(SHIPPED_MANIFEST)
    clips = [random_clip(seed) for seed in range(CLIPS)]
    given = {"manifest": str(SHIPPED_MANIFEST), "clips": [as_browser(clip) for clip in clips], "modes": MODES}
    answer = subprocess.run(
        [find_node(), "--input-type=module", "-e", BROWSER],
        input=json.dumps(given), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    found = json.loads(answer.stdout)
    statuses = set()
    for clip, per_mode in zip(clips, found["judged"], strict=True):
        for mode, browser in zip(MODES, per_mode, strict=True):
            tracks = track_faces(as_trainer(clip), manifest.clip)
            verdict = judge_tracks(tracks, manifest, mode)
            statuses.add(verdict["status"])
            assert (browser["status"], browser.get("band")) == (verdict["status"], verdict["band"])
            assert (
                browser.get("fakeScore") == verdict["fake_score"]
                or abs(browser["fakeScore"] - verdict["fake_score"]) < 1e-12
            )
            assert [[(s["frame"], s["boxXyxy"]) for s in t["sightings"]] for t in browser["clip"]["tracks"]] == [
                [(s.time, s.box_xyxy) for s in t.sightings] for t in tracks
            ]
            assert [t.get("band") for t in browser["clip"]["tracks"]] == [t.band for t in tracks]
    assert statuses >= {"scored", "no_face"}
    assert found["samples"] == [sample_times(7.3, 12), animation_indices(100, 6), animation_indices(3, 6)]
