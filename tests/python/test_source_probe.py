"""The probe finds a planted leak, finds nothing where there is none, and never trains on a group it is tested on."""

import json

import numpy as np
import pytest
from PIL import Image, ImageFilter

from python_trainer.__main__ import main
from python_trainer.config import get_recipe
from python_trainer.errors import UserError
from python_trainer.manifest import write_prepared
from python_trainer.probe import describe_draw, probe
from python_trainer.source_probe import (
    FILE_FEATURES,
    IMAGE_FEATURES,
    file_features,
    image_features,
    probe_labels,
    probe_sources,
)
from tests.python.test_train import crop_row

PER_CLASS = 60
RECIPE = get_recipe("evidence", input_size=48)


def texture(rng: np.random.Generator, size: int) -> Image.Image:
    noise = Image.fromarray(rng.integers(0, 256, (size // 4, size // 4, 3)).astype(np.uint8))
    return noise.resize((size, size), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """`fair`: classes alike. `saved`: fakes were saved at another quality. `soft`: crops of fakes are a bit blurred."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "crops").mkdir()
    rng, rows = np.random.default_rng(0), []
    for source in ("fair", "saved", "soft", "photos"):
        for index in range(PER_CLASS * (1 if source == "photos" else 2)):
            label = 0 if source == "photos" else index % 2
            image, name = texture(rng, 64), len(rows)
            quality = (95, 60)[label] if source == "saved" else int(rng.integers(60, 96))
            image.save(folder / f"{name}.jpg", quality=quality)
            crop = image.resize((48, 48))
            if source == "soft" and label:
                crop = crop.filter(ImageFilter.GaussianBlur(0.45))
            crop.save(folder / "crops" / f"{name}.png")
            row = crop_row(name, label, "train", source=source)
            rows.append(row.__class__(**vars(row) | {"image": str(folder / f"{name}.jpg")}))
    rows.append(rows[0].__class__(**vars(rows[0]) | {"split": "test", "crop": "crops/not_there.png"}))
    write_prepared(folder, rows)
    return folder


@pytest.fixture(scope="module")
def report(data):
    return probe(data, RECIPE, 200, 0)


def test_a_planted_leak_is_found_and_only_where_it_was_planted(report):
    auc = {s: {name: found["auc"] for name, found in sets.items()} for s, sets in report["real_or_fake"].items()}
    assert auc["saved"]["file"] > 0.97
    assert 0.3 < auc["fair"]["file"] < 0.7 and 0.3 < auc["soft"]["file"] < 0.7
    assert auc["soft"]["image"] > 0.95
    assert 0.3 < auc["fair"]["image"] < 0.7 and 0.3 < auc["saved"]["image"] < 0.7
    interval = report["real_or_fake"]["fair"]["file"]["interval"]
    assert interval[0] < auc["fair"]["file"] < interval[1] and interval[0] < 0.55


def test_augmentation_hides_what_it_is_meant_to_hide(report):
    soft = report["real_or_fake"]["soft"]
    assert soft["augmented"]["auc"] < soft["image"]["auc"] - 0.1


def test_only_sources_of_both_classes_are_probed_alone(report):
    assert list(report["real_or_fake"]) == ["fair", "saved", "soft", "ALL"]
    assert report["real_or_fake"]["ALL"]["image"] | {"auc": 0, "interval": 0} == {
        "auc": 0, "interval": 0, "n_real": 4 * PER_CLASS, "n_fake": 3 * PER_CLASS, "groups": 7 * PER_CLASS,
    }  # fmt: skip
    assert report["source_of_reals"]["file"]["chance"] == 0.25
    assert report["source_of_reals"]["file"]["balanced_accuracy"] > 0.35  # `saved` stands out
    assert report["source_of_reals"]["image"]["balanced_accuracy"] < 0.4


def test_the_draw_says_where_the_source_gives_the_label_away(report):
    sources = report["draw"]["sources"]
    places = RECIPE.samples_per_epoch // RECIPE.batch_size * (RECIPE.batch_size // 2)
    assert sources["photos"]["fake"] == 0 and sources["photos"]["share_of_fakes"] == 0
    blended = RECIPE.self_blended + RECIPE.cross_blended
    assert sources["photos"]["share_of_fakes_with_blended"] == pytest.approx(blended / (1 + blended))
    assert all(sources[name]["share_of_fakes"] > 0.5 for name in ("fair", "saved", "soft"))
    assert sum(one["real"] for one in sources.values()) == sum(one["fake"] for one in sources.values()) == places
    assert 0.5 < report["draw"]["auc_of_source_with_blended"] < report["draw"]["auc_of_source"]
    rows = [crop_row(i, i % 2, "train", source="abc"[i % 3]) for i in range(60)]
    balanced = describe_draw([row for row in rows if row.source == "a"], RECIPE, 0)
    assert balanced["auc_of_source"] == balanced["auc_of_source_with_blended"] == 0.5
    split = describe_draw([row for row in rows if (row.source == "a") == (row.label == 1)], RECIPE, 0)
    assert split["auc_of_source"] == 1 and split["sources"]["a"]["share_of_fakes"] == 1


def test_groups_never_straddle_a_fold():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 4)
    labels = rng.permutation(40)[groups] % 2
    code = rng.normal(size=(40, 60))[groups]  # says which group, and nothing of the label
    assert probe_labels(code, labels, groups, 0)["auc"] < 0.7
    assert probe_labels(code, labels, np.arange(160), 0)["auc"] > 0.95
    assert probe_labels(code, labels, np.zeros(160), 0) is None
    assert probe_sources(code, np.full(160, "one"), groups, 0) is None


def test_file_features_are_those_of_the_file(tmp_path):
    image = texture(np.random.default_rng(0), 64).crop((0, 0, 64, 32))
    image.save(tmp_path / "a.jpg", quality=90, subsampling=0)
    image.save(tmp_path / "b.jpg", quality=40, subsampling=2)
    image.save(tmp_path / "c.png")
    good, poor, png = (dict(zip(FILE_FEATURES, file_features(str(tmp_path / name)), strict=True)) for name in ("a.jpg", "b.jpg", "c.png"))  # fmt: skip
    assert np.exp(good["log_bytes"]) == pytest.approx((tmp_path / "a.jpg").stat().st_size)
    assert (np.exp(good["log_width"]), np.exp(good["log_height"])) == pytest.approx((64, 32))
    assert poor["log_quantisation"] > good["log_quantisation"] > png["log_quantisation"] == 0
    assert [(f["jpeg"], f["subsampled_across"], f["subsampled_down"]) for f in (good, poor, png)] == [(1, 0, 0), (1, 1, 1), (0, 0, 0)]  # fmt: skip
    (tmp_path / "d.jpg").write_bytes(b"no image")
    assert file_features(str(tmp_path / "d.jpg")) is None and file_features(str(tmp_path / "gone.jpg")) is None


def test_image_features_move_with_what_they_name():
    def named(image: Image.Image) -> dict[str, float]:
        return dict(zip(IMAGE_FEATURES, image_features(np.asarray(image)), strict=True))

    picture = texture(np.random.default_rng(0), 64)
    plain, blurred, grey = named(picture), named(picture.filter(ImageFilter.GaussianBlur(2))), named(picture.convert("L").convert("RGB"))  # fmt: skip
    assert blurred["log_laplacian_variance"] < plain["log_laplacian_variance"] - 1
    assert blurred["log_high_frequencies"] < plain["log_high_frequencies"] - 1
    assert grey["saturation"] == 0 < plain["saturation"]
    blocks = Image.fromarray(np.asarray(picture.resize((8, 8))).repeat(8, axis=0).repeat(8, axis=1))
    assert named(blocks)["blockiness"] > 1 > abs(plain["blockiness"])
    flat = named(Image.new("RGB", (64, 64), (10, 20, 30)))
    assert (flat["mean_red"], flat["mean_blue"], flat["deviation_red"]) == pytest.approx((10, 30, 0))
    assert np.isfinite(list(flat.values())).all()


def test_the_verb_writes_and_prints_and_does_without_the_files(data, tmp_path, capsys):
    rows = [crop_row(i, i % 2, "train", source="fair") for i in range(20)]  # crops are there, files are not
    folder = tmp_path / "prepared"
    folder.mkdir()
    (folder / "crops").symlink_to(data / "crops")
    write_prepared(folder, rows)
    assert main(["probe", "--data", str(folder), "--out", str(tmp_path / "out")]) == 0
    report = json.loads((tmp_path / "out" / "probe.json").read_text())
    assert report["files_missing"] == 20 and list(report["real_or_fake"]["fair"]) == ["image", "augmented"]
    assert "20 source files could not be read" in capsys.readouterr().out
    write_prepared(folder, rows[::2])
    with pytest.raises(UserError, match="real and fake"):
        probe(folder, RECIPE, 5, 0)
