"""Thresholds of the two kinds of traces come from validation's reals; what reaches them is counted by what is known of each fake."""

import numpy as np
import pytest
from PIL import Image

from python_trainer.config import get_recipe
from python_trainer.crop_scores import EngineScores
from python_trainer.dataset import load_crops, predict_outputs
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.images import recompress_for_web
from python_trainer.manifest import CropRow, read_prepared, write_prepared
from python_trainer.traces import KINDS, trace_figures, trace_shares, trace_thresholds
from tests.python.test_evaluate import crop_row


class Brightness:
    """Its seam is how bright a crop is, its synthesis how dark; it counts the crops that it has seen."""

    seen = 0

    def predict_on_batch(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        self.seen += len(crops)
        means = crops.mean(axis=(1, 2, 3))
        return {"logit": means - 125, "seam": means, "synthetic": -means}


@pytest.fixture
def prepared(tmp_path):
    """Of each split reals from 100 to 139, two bright swaps and a darker one, a dark face by StyleGAN, one of nobody
    knows what, and one of several in a forged photo, which may be real.
    """
    rows, levels = [], []
    for split in ("val", "test"):
        fakes = [("faceswap", 200), ("faceswap", 200), ("faceswap", 120), ("stylegan", 20), ("", 250)]
        known = [(0, "", 100 + n) for n in range(40)] + [(1, generator, level) for generator, level in fakes]
        rows += [crop_row(f"{split}_{i}", label, split, generator=g) for i, (label, g, _) in enumerate(known)]
        rows.append(crop_row(f"{split}_unsure", 1, split, generator="faceswap", train_use=0))
        levels += [level for _, _, level in known] + [10]
    rows.append(crop_row("unseen", 0, "val", "unseen_x"))  # has no say in a threshold
    levels.append(255)
    (tmp_path / "crops").mkdir()
    for row, level in zip(rows, levels, strict=True):
        Image.fromarray(np.full((32, 32, 3), level, np.uint8)).save(tmp_path / row.crop)
    rows.append(crop_row("no_face", 1, "test", crop="", status="no_face", faces_in_image=0, train_use=0))
    write_prepared(tmp_path, rows)
    return tmp_path


@pytest.fixture
def rows(prepared):
    return read_prepared(prepared)


@pytest.fixture
def outputs(prepared):
    """By one network, in this process, whatever it has seen before."""

    def outputs(rows: list[CropRow], condition: str) -> dict[str, np.ndarray]:
        crops = load_crops(prepared, rows, 32)
        return predict_outputs(Brightness(), recompress_for_web(crops) if condition == "web" else crops, 32, KINDS)

    return outputs


def test_thresholds_are_of_validations_reals_and_shares_of_known_fakes(outputs, rows):
    found = trace_thresholds(outputs, rows)
    assert 138 < found["seam"]["threshold"] < 139 and -101 < found["synthetic"]["threshold"] < -100
    assert (found["seam"]["found"], found["seam"]["n_with"]) == (pytest.approx(2 / 3), 3)
    assert (found["seam"]["wrong"], found["seam"]["n_without"]) == (0, 1)
    assert (found["synthetic"]["found"], found["synthetic"]["wrong"]) == (1, 0)
    assert (found["seam"]["real"], found["seam"]["n_real"]) == (pytest.approx(1 / 40), 40)


def test_shares_of_another_split_are_counted_clean_and_recompressed(outputs, rows):
    def dark_when_recompressed(rows: list[CropRow], condition: str) -> dict[str, np.ndarray]:
        return {kind: found * (condition == "clean") for kind, found in outputs(rows, condition).items()}

    thresholds = {"seam": {"threshold": 110.0}, "synthetic": {"threshold": -50.0}}
    found = trace_shares(dark_when_recompressed, rows, "test", thresholds)
    assert list(found) == ["clean", "web"]
    assert (found["clean"]["seam"]["found"], found["clean"]["seam"]["real"]) == (1, 30 / 40)
    assert (found["clean"]["synthetic"]["found"], found["clean"]["synthetic"]["n_with"]) == (1, 1)
    assert (found["web"]["seam"]["found"], found["web"]["synthetic"]["real"]) == (0, 1)


def test_nothing_is_told_of_a_split_without_faces(outputs, rows):
    assert trace_shares(outputs, rows, "train", {"seam": {"threshold": 0.0}}) == {}


def test_without_reals_there_is_no_threshold(outputs, rows):
    with pytest.raises(UserError, match="no real faces"):
        trace_thresholds(outputs, [row for row in rows if row.label])


def test_the_run_of_the_network_that_gives_the_verdict_gives_the_traces_and_an_older_runs_records_are_left_alone(
    prepared, rows, outputs, tmp_path, monkeypatch
):
    network = Brightness()
    recipe = get_recipe("evidence", input_size=32)
    monkeypatch.setattr("python_trainer.models.load_checkpoint", lambda _: (network, recipe))
    settings = (LocalEngine(1), prepared / "manifest.csv", prepared, tmp_path / "out")
    logits = EngineScores(*settings)(rows, "clean")  # keeps records of this output alone
    network.seen = 0
    scores = EngineScores(*settings, ("logit", *KINDS))
    np.testing.assert_array_equal(scores(rows, "clean"), logits)
    with_crop = 2 * 46 + 1
    assert network.seen == np.isfinite(logits).sum() == with_crop
    assert trace_figures(scores.outputs, rows, "test") == trace_figures(outputs, rows, "test")
    assert network.seen == with_crop + 45  # those of the split whose label is certain, recompressed
    scores(rows, "web")
    assert network.seen == 2 * with_crop
