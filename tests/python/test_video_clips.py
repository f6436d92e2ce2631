"""The benchmark of clips: crops grouped by clip, bands counted per class, and names that tell no clip refused."""

import dataclasses
import json

import pytest

from benchmarks.video_clips import clip_name, measure
from python_trainer.errors import UserError
from python_trainer.manifest import CropRow
from python_trainer.model_manifest import ModelManifest
from python_trainer.report_tables import clips_section

ROW = CropRow(**{f.name: f.type() for f in dataclasses.fields(CropRow)})


def row(clip: str, frame: int, label: int, left: float = 0.0, face: int = 0) -> CropRow:
    image = f"{clip}_{frame:04}.jpg"
    box = json.dumps([left, 0, left + 100, 100])
    return dataclasses.replace(ROW, image=image, crop=f"{image}/{face}", label=label, identity=clip[:3], box_xyxy=box)


@pytest.fixture
def manifest() -> ModelManifest:
    points = {"no_traces": [0.3], "likely_fake": [0.8, 0.9]}
    return ModelManifest("m", "1", None, None, 1.0, 0.0, {"check": points, "automatic": points}, "")


def test_clips_are_judged_as_wholes_and_frames_beside_them(manifest):
    rows = [row("033", n, 0) for n in (12, 72)] + [row("deepfakes_033_097", n, 1) for n in (12, 72)]
    scores = dict(zip((r.crop for r in rows), (0.1, 0.85, 0.95, 0.7), strict=True))
    found = measure(rows, scores, manifest)
    assert found["frames_per_clip"] == [2, 2]
    assert {b: found["clips"]["real"][b]["count"] for b in ("no_traces", "inconclusive", "likely_fake")} == {
        "no_traces": 0, "inconclusive": 1, "likely_fake": 0,
    }  # fmt: skip
    assert found["clips"]["fake"]["likely_fake"]["count"] == 1
    assert found["frames"]["real"]["likely_fake"]["count"] == 1
    assert (found["clips"]["auc"], found["frames"]["auc"]) == (1.0, 0.75)


def test_a_clip_with_one_usable_frame_has_no_verdict(manifest):
    rows = [row("033", 12, 0), dataclasses.replace(row("033", 72, 0), crop=""), row("034", 12, 1), row("034", 72, 1)]
    found = measure(rows, {r.crop: 0.5 for r in rows}, manifest)
    assert (found["clips"]["real"]["no_verdict"]["count"], found["frames"]["real"]["no_verdict"]["count"]) == (1, 1)


def test_a_name_without_a_frame_is_refused():
    assert clip_name("a/deepfakes_033_097_0012.jpg") == ("deepfakes_033_097", 12)
    with pytest.raises(UserError, match="not named CLIP_FRAME"):
        clip_name("portrait.jpg")


def test_the_card_says_so_where_clips_were_not_measured():
    assert "Not measured" in clips_section(None)
