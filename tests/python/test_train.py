"""A whole tiny run: it learns, it writes, it resumes to the same place, it refuses nonsense."""

import csv
import dataclasses
import json

import keras
import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.config import RECIPES, get_recipe, recipe_from_dict, recipe_to_dict
from python_trainer.dataset import BalancedBatches, aligned_partners, draw_pairs
from python_trainer.errors import UserError
from python_trainer.losses import pair_loss
from python_trainer.manifest import CropRow, read_prepared, read_training_rows, write_prepared
from python_trainer.models import load_checkpoint
from python_trainer.prefetch import Prefetched
from python_trainer.train import parse_stages

SMALL = ["--weights", "none", "--batch-size", "8", "--samples-per-epoch", "16", "--seed", "3"]


def crop_row(index: int, label: int, split: str, pair: str = "", source: str = "noise") -> CropRow:
    return CropRow(
        crop=f"crops/{index}.png", image=f"{index}.png", label=label, source=source, generator="", split=split,
        identity="", pair_id=pair, demographic="", face_index=0, faces_in_image=1, status="ok", reason="",
        box_xyxy="[]", keypoints="[]", detection_score=1.0, sha256=str(index), phash="", second_look=0, generated=0,
        train_use=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Noise; the fakes are brighter."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "crops").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for index in range(32):
        label, split = index % 2, "val" if index >= 24 else "train"
        pixels = rng.integers(0, 100, (224, 224, 3)) + 120 * label
        Image.fromarray(pixels.astype(np.uint8)).save(folder / "crops" / f"{index}.png")
        rows.append(crop_row(index, label, split, pair=f"p{index // 2}"))
    write_prepared(folder, rows)
    return folder


def log_of(out) -> list[dict]:
    with (out / "log.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_run_trains_writes_and_resumes(data, tmp_path, capsys):
    out = tmp_path / "run"
    arguments = ["train", "--recipe", "ifmd", "--data", str(data), "--out", str(out), *SMALL]
    assert main([*arguments, "--stages", "1:32:frozen,9:32", "--epochs", "2", "--optimizer", "sgd", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [int(r["epoch"]) for r in log_of(out)] == [1, 2, 3]
    assert result["best_epoch"] in (1, 2, 3)
    for name in ("best.weights.h5", "last.weights.h5", "curves.png", "recipe.json", "state.json"):
        assert (out / name).stat().st_size > 0
    assert list((out / "tensorboard").iterdir())
    model, recipe = load_checkpoint(out / "best.weights.h5")
    assert recipe.stages == ((1, 32, True), (2, 32, False))
    assert model(np.zeros((1, 224, 224, 3), np.float32))["anomaly_map"].shape == (1, 14, 14)

    assert main(arguments) == 2
    assert "--resume" in capsys.readouterr().err


def test_an_interrupted_run_goes_on_where_it_stopped(data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    arguments = ["train", "--recipe", "mobilenet", "--data", str(data), "--out", str(out), *SMALL, "--stages", "3:32"]
    draw = BalancedBatches.__init__

    def interrupt_at_second_epoch(self, *args, **kwargs):
        if args[4] == 1:
            raise KeyboardInterrupt
        draw(self, *args, **kwargs)

    monkeypatch.setattr(BalancedBatches, "__init__", interrupt_at_second_epoch)
    assert main(arguments) == 130
    assert "--resume" in capsys.readouterr().out
    assert [r["epoch"] for r in log_of(out)] == ["1"]
    assert load_checkpoint(out / "interrupted.weights.h5")[1].name == "mobilenet"
    monkeypatch.setattr(BalancedBatches, "__init__", draw)
    assert main([*arguments, "--resume"]) == 0
    assert [r["epoch"] for r in log_of(out)] == ["1", "2", "3"]


def test_early_stopping_ends_a_stage_and_keeps_the_best_weights(data, tmp_path, monkeypatch, capsys):
    out, losses = tmp_path / "run", iter([0.5, 0.6, 0.4])
    worsening = lambda *_: {"val_loss": next(losses), "val_accuracy": 0.5, "val_auc": 0.5}  # noqa: E731
    monkeypatch.setattr("python_trainer.training_run.TrainingRun._validate", worsening)
    arguments = ["train", "--recipe", "mobilenet", "--data", str(data), "--out", str(out), *SMALL]
    assert main([*arguments, "--patience", "1", "--stages", "5:32,1:32", "--json"]) == 0
    assert [int(r["epoch"]) for r in log_of(out)] == [1, 2, 6]
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["best_epoch"], result["best_val_loss"]) == (6, 0.4)


def test_the_best_epoch_may_be_that_of_the_best_mean_over_sources(data, tmp_path, monkeypatch, capsys):
    # Clean, recompressed: the second epoch has the highest mean, another the highest of each and the lowest loss.
    found = iter([(0.9, 0.5, 0.1), (0.8, 0.8, 0.3), (0.6, 0.9, 0.2)])

    def validate(*_):
        clean, web, loss = next(found)
        return {"val_loss": loss, "val_accuracy": 0.5, "val_auc": 0.5, "val_macro_auc": clean, "val_web_macro_auc": web}

    monkeypatch.setattr("python_trainer.training_run.TrainingRun._validate", validate)
    arguments = ["train", "--recipe", "mobilenet", "--data", str(data), "--out", str(tmp_path / "run"), *SMALL]
    by_mean = dataclasses.replace(RECIPES["mobilenet"], select="macro_auc")
    monkeypatch.setitem(RECIPES, "mobilenet", by_mean)
    assert main([*arguments, "--stages", "3:32", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["best_epoch"], result["best_val_loss"]) == (2, 0.3)


def test_batches_hold_a_real_beside_its_own_fake():
    rows = [crop_row(i, i % 2, "train", pair=f"p{i // 2}") for i in range(20)]
    crops = np.stack([np.full((32, 32, 3), 10 * (i // 2) + (i % 2), np.uint8) for i in range(20)])
    still = {"rotation": 0.0, "zoom": 0.0, "color": 0.0, "batch_size": 8}
    batches = BalancedBatches(crops, rows, get_recipe("ifmd", **still), 32, 0, ("logit", "pair_features"))
    for index in range(len(batches)):
        images, targets = batches[index]
        assert targets["logit"][:, 0].tolist() == [0] * 4 + [1] * 4
        values = images[:, 0, 0, 0]
        np.testing.assert_array_equal(values[4:] - values[:4], 1)  # the fake is its own partner plus one
        assert (targets["pair_features"][..., 1] == 1).all()


def test_pairs_that_two_sources_number_alike_are_not_taken_for_one():
    rows = [crop_row(0, 0, "train", "1", "a"), crop_row(1, 1, "train", "1", "b"), crop_row(2, 1, "train", "1", "a")]
    assert aligned_partners(rows) == {0: [2]}
    assert aligned_partners([*rows, crop_row(3, 0, "train", "1", "b")]) == {0: [2], 3: [1]}


def test_a_generator_that_made_many_fakes_leaves_room_for_those_that_made_few():
    reals = [crop_row(i, 0, "train") for i in range(4)]
    made = ["many"] * 100 + ["few"] * 4
    fakes = [dataclasses.replace(crop_row(10 + i, 1, "train"), generator=name) for i, name in enumerate(made)]
    rows = [*reals, *fakes]
    drawn = [rows[fake].generator for _, fake, _ in draw_pairs(rows, 3000, np.random.default_rng(0))]
    assert drawn.count("few") / 3000 == pytest.approx(2 / 12, abs=0.02), "the root of 4 beside the root of 100"


def test_an_epoch_is_the_same_again_and_another_is_not():
    rows = [crop_row(i, i % 2, "train") for i in range(40)]
    crops = np.random.default_rng(0).integers(0, 255, (40, 32, 32, 3), dtype=np.uint8)
    epochs = [
        BalancedBatches(crops, rows, get_recipe("ifmd", batch_size=8), 32, e, ("logit",))[0][0] for e in (0, 0, 1)
    ]
    np.testing.assert_array_equal(epochs[0], epochs[1])
    assert np.abs(epochs[0] - epochs[2]).max() > 1


def test_training_sees_every_batch_of_an_epoch_once_and_in_order():
    class Numbered(keras.utils.PyDataset):
        def __len__(self):
            return 30

        def __getitem__(self, index):
            return np.full((2, 1), index, np.float32), np.zeros((2, 1), np.float32)

    class Seen(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            sums.append(logs["loss"] * (batch + 1))  # Keras tells the mean of the losses so far

    sums = [0.0]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.0), lambda _, number: keras.ops.mean(number))
    model.fit(Prefetched(Numbered()), shuffle=False, verbose=0, callbacks=[Seen()])
    np.testing.assert_allclose(np.diff(sums), range(30), atol=1e-3)


def test_pair_loss_is_low_where_features_differ_inside_the_changed_region_only():
    changed = np.zeros((2, 16, 16, 2), np.float32)
    changed[:, :8, :, 0] = 1
    changed[..., 1] = 1
    real = np.random.default_rng(0).normal(size=(1, 4, 4, 8)).astype(np.float32)
    pattern = np.random.default_rng(1).normal(size=(2, 4, 8)).astype(np.float32) * 3
    inside, outside = real.copy(), real.copy()
    inside[0, :2] += pattern
    outside[0, 2:] += pattern
    losses = [float(pair_loss(changed, np.concatenate([real, fake]))) for fake in (inside, outside)]
    assert losses[0] < 0.25 < losses[1]
    changed[..., 1] = 0
    assert float(pair_loss(changed, np.concatenate([real, outside]))) == 0


def test_recipes_round_trip_and_refuse_unknown_keys():
    recipe = get_recipe("ifmd", rotation=0.05, stages=((1, 128, True),))
    assert recipe_from_dict(json.loads(json.dumps(recipe_to_dict(recipe)))) == recipe
    with pytest.raises(UserError, match="rotaton"):
        get_recipe("ifmd", rotaton=0.1)
    with pytest.raises(UserError, match="rotaton"):
        recipe_from_dict(recipe_to_dict(recipe) | {"rotaton": 1})
    with pytest.raises(UserError, match="unknown recipe"):
        get_recipe("resnet")


def test_thesis_recipes_are_the_thesis_s():
    assert [(r.epochs, r.batch_size, r.learning_rate, r.patience) for r in map(get_recipe, ("mtcnn", "mobilenet", "ifmd"))] == [
        (100, 32, 1e-3, 5), (80, 32, 1e-3, 5), (2, 32, 1e-3, 5),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "3", "a:128", "3:128:melted", "3:128,"])
def test_bad_stages_are_refused(text):
    with pytest.raises(UserError, match="EPOCHS:SIZE"):
        parse_stages(text)


def test_a_dataset_without_fakes_cannot_train(tmp_path, capsys):
    write_prepared(tmp_path, [crop_row(0, 0, "train"), crop_row(1, 0, "val")])
    assert main(["train", "--recipe", "mobilenet", "--data", str(tmp_path), "--out", str(tmp_path / "o"), *SMALL]) == 2
    assert "no real and fake" in capsys.readouterr().err


def test_copies_of_what_is_now_validation_are_refused(data, tmp_path, capsys):
    rows = [dataclasses.replace(row, split="val") for row in read_prepared(data) if row.split == "train"]
    write_prepared(tmp_path, rows)
    arguments = ["train", "--recipe", "ifmd", "--data", str(data), str(tmp_path), "--out", str(tmp_path / "run")]
    assert main([*arguments, *SMALL]) == 2
    assert "is in val in" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_copy_of_what_is_now_validation_is_refused_too(tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder, split in zip(folders, ("train", "val"), strict=True):
        write_prepared(folder, [dataclasses.replace(crop_row(0, 0, split), image=f"{folder}.png")])
    with pytest.raises(UserError, match=r"b\.png is in val in .*b, but in train in another --data \(as .*a\.png\)"):
        read_training_rows(folders)
    for folder, split in zip(folders, ("train", "val"), strict=True):  # not hashed: nothing is known of it
        write_prepared(folder, [dataclasses.replace(crop_row(0, 0, split), image=f"{folder}.png", sha256="")])
    assert [len(rows) for rows in read_training_rows(folders)] == [1, 1]


@pytest.mark.slow
def test_the_large_classifier_trains_too(data, tmp_path):
    """78 million parameters: over a gigabyte of checkpoints, so not part of the suite."""
    out = tmp_path / "run"
    arguments = ["--batch-size", "4", "--samples-per-epoch", "4", "--stages", "1:256"]
    assert main(["train", "--recipe", "mtcnn", "--data", str(data), "--out", str(out), *arguments]) == 0
    assert (out / "best.weights.h5").stat().st_size > 300e6
