"""What an epoch is judged by: a bounded draw, clean and recompressed."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from python_trainer import validation
from python_trainer.config import get_recipe
from python_trainer.validation import Validation
from tests.python.test_train import crop_row


@pytest.fixture
def folder(tmp_path):
    """Smooth reals, and fakes under a fine chequered pattern that JPEG removes."""
    (tmp_path / "crops").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for index in range(60):
        label = index % 2
        base = np.asarray(Image.fromarray(rng.integers(90, 160, (4, 4, 3)).astype(np.uint8)).resize((224, 224)), int)
        pattern = 1 - 2 * (np.indices((224, 224)).sum(axis=0) % 2)
        pixels = base + label * pattern[..., None]
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "crops" / f"{index}.png")
        rows.append(crop_row(index, label, "val", source="films" if index < 40 else "portraits"))
    return tmp_path, rows


def test_every_source_and_class_is_bounded_and_the_draw_is_the_same_again(folder, monkeypatch):
    path, rows = folder
    monkeypatch.setattr(validation, "MOST", 7)
    first, again = (Validation([path], [rows], get_recipe("ifmd")) for _ in range(2))
    counts = Counter(zip(first.groups.tolist(), first.labels.tolist(), strict=True))
    assert counts == {("films", 0): 7, ("films", 1): 7, ("portraits", 0): 7, ("portraits", 1): 7}
    assert np.array_equal(first.crops, again.crops)


def test_traces_that_jpeg_removes_count_clean_and_not_recompressed(folder, monkeypatch):
    path, rows = folder

    def texture(_, crops, size):
        assert size == 224
        return np.abs(np.diff(crops.astype(float), axis=2)).mean(axis=(1, 2, 3)) - 1

    monkeypatch.setattr("python_trainer.dataset.predict_logits", texture)
    validation = Validation([path], [rows], get_recipe("ifmd"))
    found = validation.measure(None, 224)
    assert found["val_macro_auc"] == 1 and found["by_source"] == {"films": 1, "portraits": 1}
    assert found["val_web_macro_auc"] < 0.8
    monkeypatch.setattr("python_trainer.dataset.predict_logits", lambda *_: np.full(60, np.nan))
    lost = validation.measure(None, 224)
    assert list(lost) == ["val_loss"] and np.isnan(lost["val_loss"])
