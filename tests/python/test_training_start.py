"""What a run cannot start from is refused before a crop is read, and no run is begun."""

import pytest

from python_trainer.__main__ import main
from python_trainer.config import get_recipe
from python_trainer.errors import UserError
from python_trainer.training_start import build_start
from tests.python.test_train import SMALL
from tests.python.test_train import data as data


@pytest.mark.parametrize(
    ("recipe", "flags", "message"),
    [
        (
            "ifmd",
            ["--difference-taps", "foo", "bar"],
            "no layer 'foo'; those that are compared are expanded_conv_project_BN, block_1",
        ),
        ("mobilenet", ["--pair-tap", "foo"], "no layer 'foo'"),
        ("ifmd", ["--difference-taps", "block_12_add", "block_2_add"], "must be the same"),
        ("evidence", ["--difference-taps", "block_2_add", "block_12_add"], "must not be larger"),
        ("mobilenet", ["--weights", "/nonexistent.h5"], "no such file"),
        ("mobilenet", ["--init", "/nonexistent.weights.h5"], "is missing"),
        ("mobilenet", ["--stages", "0:64"], "1 epoch or more"),
        ("mobilenet", ["--batch-size", "1"], "even number"),
        ("mobilenet", ["--epochs", "0"], "1 epoch or more"),
    ],
)
def test_what_cannot_be_built_is_refused(data, tmp_path, monkeypatch, capsys, recipe, flags, message):
    monkeypatch.setattr("python_trainer.dataset.load_crops", None)
    arguments = ["train", "--recipe", recipe, "--data", str(data), "--out", str(tmp_path / "run"), *SMALL]
    assert main([*arguments, "--stages", "1:32", *flags]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_a_file_of_something_else_is_no_weights(tmp_path):
    recipe = get_recipe("mobilenet")
    (tmp_path / "text.h5").write_text("no weights")
    with pytest.raises(UserError, match="does not hold MobileNetV2's weights"):
        build_start(recipe, 32, str(tmp_path / "text.h5"), None)
