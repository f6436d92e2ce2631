"""Thresholds of the two kinds of traces come from validation's reals; what reaches them is counted by what is known of each fake."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from python_trainer import traces
from python_trainer.errors import UserError
from python_trainer.manifest import write_prepared
from python_trainer.traces import trace_shares, trace_thresholds
from tests.python.test_evaluate import crop_row

RECIPE = SimpleNamespace(input_size=32)


class Brightness:
    """Its seam is how bright a crop is, its synthesis how dark."""

    output = ("logit", "seam", "synthetic")  # the names are all that is asked for

    def predict_on_batch(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        means = crops.mean(axis=(1, 2, 3))
        return {"seam": means, "synthetic": -means}


@pytest.fixture
def prepared(tmp_path):
    """Of each split reals from 100 to 139, two bright swaps and a darker one, a dark face by StyleGAN, one of nobody knows what."""
    rows, levels = [], []
    for split in ("val", "test"):
        fakes = [("faceswap", 200), ("faceswap", 200), ("faceswap", 120), ("stylegan", 20), ("", 250)]
        known = [(0, "", 100 + n) for n in range(40)] + [(1, generator, level) for generator, level in fakes]
        rows += [crop_row(f"{split}_{i}", label, split, generator=g) for i, (label, g, _) in enumerate(known)]
        levels += [level for _, _, level in known]
    rows.append(crop_row("unseen", 0, "val", "unseen_x"))  # has no say in a threshold
    levels.append(255)
    (tmp_path / "crops").mkdir()
    for row, level in zip(rows, levels, strict=True):
        Image.fromarray(np.full((32, 32, 3), level, np.uint8)).save(tmp_path / row.crop)
    write_prepared(tmp_path, rows)
    return tmp_path


def test_thresholds_are_of_validations_reals_and_shares_of_known_fakes(prepared):
    found = trace_thresholds(Brightness(), prepared, RECIPE)
    assert 138 < found["seam"]["threshold"] < 139 and -101 < found["synthetic"]["threshold"] < -100
    assert (found["seam"]["found"], found["seam"]["n_with"]) == (pytest.approx(2 / 3), 3)
    assert (found["seam"]["wrong"], found["seam"]["n_without"]) == (0, 1)
    assert (found["synthetic"]["found"], found["synthetic"]["wrong"]) == (1, 0)
    assert (found["seam"]["real"], found["seam"]["n_real"]) == (pytest.approx(1 / 40), 40)


def test_shares_of_another_split_are_counted_clean_and_recompressed(prepared, monkeypatch):
    monkeypatch.setattr(traces, "recompress_for_web", np.zeros_like)
    thresholds = {"seam": {"threshold": 110.0}, "synthetic": {"threshold": -50.0}}
    found = trace_shares(Brightness(), prepared, RECIPE, "test", thresholds)
    assert list(found) == ["clean", "web"]
    assert (found["clean"]["seam"]["found"], found["clean"]["seam"]["real"]) == (1, 30 / 40)
    assert (found["clean"]["synthetic"]["found"], found["clean"]["synthetic"]["n_with"]) == (1, 1)
    assert (found["web"]["seam"]["found"], found["web"]["synthetic"]["real"]) == (0, 1)


def test_nothing_is_told_of_a_network_without_them_or_of_a_split_without_faces(prepared):
    assert trace_thresholds(SimpleNamespace(output=("logit",)), prepared, RECIPE) == {}
    assert trace_shares(Brightness(), prepared, RECIPE, "test", {}) == {}
    assert trace_shares(Brightness(), prepared, RECIPE, "train", {"seam": {"threshold": 0.0}}) == {}


def test_without_reals_there_is_no_threshold(prepared):
    rows = [crop_row("val_40", 1, "val", generator="faceswap")]
    write_prepared(prepared, rows)
    with pytest.raises(UserError, match="no real faces"):
        trace_thresholds(Brightness(), prepared, RECIPE)
