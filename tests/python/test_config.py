"""Settings out of their range are refused where they are made, with what is wrong and what is right."""

import pytest

from python_trainer.__main__ import main
from python_trainer.config import FaceCropSettings, get_recipe, recipe_from_dict, recipe_to_dict
from python_trainer.errors import UserError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ((0, 64, False),)}, "stage 0:64: .*1 epoch or more"),
        ({"stages": ((1, 64, False), (1, 100, False))}, "stage 1:100: .*multiple of 32"),
        ({"batch_size": 1}, "batch size 1: .*even"),
        ({"batch_size": 0}, "batch size 0: .*2 or more"),
        ({"batch_size": 7}, "batch size 7: .*even"),
        ({"learning_rate": 0.0}, "learning rate 0.0: .*above 0"),
        ({"learning_rate": float("nan")}, "learning rate nan: .*above 0"),
        ({"patience": 0}, "patience 0: .*1 or more"),
        ({"samples_per_epoch": -1}, "samples per epoch -1: .*0 or more"),
        ({"seed": -1}, "seed -1"),
        ({"texture": 2}, "texture 2: .*0 or 1"),
        ({"erase": 1.5}, "erase 1.5: .*from 0 to 1"),
        ({"degrade": float("nan")}, "degrade nan: .*from 0 to 1"),
        ({"pair_weight": -0.1}, "pair weight -0.1: .*0 or more"),
        ({"self_blended": 0.6, "reconstructed": 0.6}, "at most 1 together"),
    ],
)
def test_numbers_out_of_their_range_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        get_recipe("ifmd", **changes)
    with pytest.raises(UserError, match=message):
        recipe_from_dict(recipe_to_dict(get_recipe("ifmd")) | changes)


@pytest.mark.parametrize("margin", ["-3", "-1", "nan", "inf"])
def test_a_margin_that_leaves_no_crop_is_refused(tmp_path, capsys, margin):
    with pytest.raises(UserError, match=f"margin {float(margin)}: it must be a number above -1"):
        FaceCropSettings(margin=float(margin))
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--margin", margin]) == 2
    assert "above -1" in capsys.readouterr().err and not (tmp_path / "out").exists()
