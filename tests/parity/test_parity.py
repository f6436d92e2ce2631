"""The browser finds what the trainer's pipeline found: same faces, crops, logits and bands, image by image."""

import numpy as np
import pytest

from python_trainer.images import decode_image
from python_trainer.manifest import sha256_of
from python_trainer.model_manifest import MODES, read_model_manifest
from python_trainer.preprocessing import crop_face
from tests.parity.browser_pipeline import browser_pipeline
from tests.parity.goldens import FIXTURES, golden_crops, manifest_sha256, read_goldens

# Pixels and crops agree to the bit. What remains is rounding inside the networks (TensorFlow against TF.js, 1e-6), which
# moves boxes by about 1e-4 px, and by 0.02 px where a patch's samples lie on the image's very edge: inside they take
# its colour, outside they are zero.
BOX_TOLERANCE_PX = 0.5
CROP_TOLERANCE = 1 / 255  # mean absolute difference, of values in [0, 1]
SAME_CROP_LOGIT_TOLERANCE = 1e-3
END_TO_END_LOGIT_TOLERANCE = 0.05
LEAST_IMAGES = 30
REFRESH = "run `python -m tests.parity.goldens`"

GOLDENS = read_goldens()
EVERY_IMAGE = pytest.mark.parametrize("golden", GOLDENS["images"], ids=lambda golden: golden["image"])
SCORED = [golden for golden in GOLDENS["images"] if golden["status"] == "scored"]
EVERY_SCORED_IMAGE = pytest.mark.parametrize("golden", SCORED, ids=lambda golden: golden["image"])


@pytest.fixture(scope="module")
def manifest(models_dir):
    if manifest_sha256(models_dir) != GOLDENS["manifest_sha256"]:
        pytest.fail(f"the golden files belong to another model: {REFRESH}", pytrace=False)
    return read_model_manifest(models_dir / "ifmd" / "manifest.json")


@pytest.fixture(scope="module")
def browser(models_dir, manifest, tmp_path_factory):
    with browser_pipeline(models_dir, tmp_path_factory.mktemp("parity")) as pipeline:
        yield pipeline


def test_there_are_enough_images_of_many_kinds():
    names = [golden["image"] for golden in GOLDENS["images"]]
    assert len(names) >= LEAST_IMAGES
    for kind in (".jpg", ".png", ".webp", "exif_orientation", "grey", "alpha"):
        assert any(kind in name for name in names), f"no {kind} among the golden images: {REFRESH}"


@EVERY_IMAGE
def test_the_golden_files_belong_to_the_fixtures(golden):
    assert sha256_of(FIXTURES / golden["image"]) == golden["sha256"], f"the image has changed: {REFRESH}"


@EVERY_IMAGE
def test_faces_scores_and_bands_end_to_end(browser, manifest, golden):
    results = browser.judge(golden["image"])
    check = results["check"]
    assert [check["imageSize"]["width"], check["imageSize"]["height"]] == golden["size"]
    assert check["status"] == golden["status"]
    found = check.get("faces", [])
    expected = golden["faces"] if golden["status"] == "scored" else []
    assert [face["status"] for face in found] == [face["status"] for face in expected]
    for face, wanted in zip(found, expected, strict=True):
        assert np.abs(np.subtract(face["boxXyxy"], wanted["box_xyxy"])).max() <= BOX_TOLERANCE_PX
        if wanted["status"] == "scored":
            assert face["logit"] == pytest.approx(wanted["logit"], abs=END_TO_END_LOGIT_TOLERANCE)
    assert {mode: results[mode].get("band") for mode in MODES} == golden["bands"]


@EVERY_SCORED_IMAGE
def test_same_box_gives_the_same_crop(browser, manifest, golden):
    faces = [face for face in golden["faces"] if face["status"] == "scored"]
    for face, expected in zip(faces, _crops(golden, manifest), strict=True):
        crop = browser.crop(golden["image"], face, manifest.face_crop.size)
        difference = np.abs(crop.astype(int) - expected.astype(int)).mean() / 255
        assert difference <= CROP_TOLERANCE


@EVERY_SCORED_IMAGE
def test_a_box_without_keypoints_gives_the_same_crop_not_turned(browser, manifest, golden):
    face = {**next(face for face in golden["faces"] if face["status"] == "scored"), "keypoints": None}
    image = decode_image(FIXTURES / golden["image"]).rgb
    expected = crop_face(image, np.asarray(face["box_xyxy"]), None, manifest.face_crop)
    crop = browser.crop(golden["image"], face, manifest.face_crop.size)
    assert np.abs(crop.astype(int) - expected.astype(int)).mean() / 255 <= CROP_TOLERANCE


@EVERY_SCORED_IMAGE
def test_same_crop_gives_the_same_logit(browser, manifest, golden):
    faces = [face for face in golden["faces"] if face["status"] == "scored"]
    for face, crop in zip(faces, _crops(golden, manifest), strict=True):
        assert browser.logit(crop) == pytest.approx(face["logit"], abs=SAME_CROP_LOGIT_TOLERANCE)


def _crops(golden, manifest):
    return golden_crops(decode_image(FIXTURES / golden["image"]).rgb, golden["faces"], manifest)
