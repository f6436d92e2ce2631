"""A network is trained, weighed and measured on crops that are cut as its recipe says, and on no others."""

import json
import shutil

import pytest

from python_trainer.__main__ import main
from python_trainer.config import FaceCropSettings, get_recipe, recipe_to_dict
from python_trainer.crop_settings import check_crop_settings, view_of, with_crops_of
from python_trainer.errors import UserError
from python_trainer.models import load_checkpoint
from tests.python.test_balance import folder as folder
from tests.python.test_train import SMALL
from tests.python.test_train import data as data


def write_settings(path, recipe: str = "ifmd", **crop) -> None:
    """As `prepare` writes settings.json for the recipe, with such flags."""
    values = recipe_to_dict(get_recipe(recipe))
    kept = {key: values[key] for key in ("input_size", "whole_image", "crop")}
    kept["crop"] |= {"size": values["input_size"], **crop}
    path.mkdir(exist_ok=True)
    (path / "settings.json").write_text(json.dumps(kept))


def test_the_recipe_takes_the_crops_that_were_cut(tmp_path):
    write_settings(tmp_path / "a", margin=0.7, alignment="none")
    recipe = with_crops_of([tmp_path / "a", tmp_path], get_recipe("ifmd"))  # of the second nothing is known
    assert recipe == get_recipe("ifmd", crop=FaceCropSettings(margin=0.7, alignment="none"))
    assert with_crops_of([tmp_path], get_recipe("ifmd")) == get_recipe("ifmd")
    write_settings(tmp_path / "b", margin=0.3)
    with pytest.raises(UserError, match=r"b was prepared with margin 0.3 instead of 0.7, alignment .*/a has it"):
        with_crops_of([tmp_path / "a", tmp_path / "b"], get_recipe("ifmd"))


@pytest.mark.parametrize(
    ("prepared_for", "recipe", "message"),
    [("ifmd", "mtcnn", "whole_image False instead of True"), ("mtcnn", "ifmd", "whole_image True instead of False"),
     ("mtcnn", "plain", "input_size 256 instead of 224")],
)  # fmt: skip
def test_a_folder_for_another_network_is_refused(tmp_path, prepared_for, recipe, message):
    write_settings(tmp_path, prepared_for)
    with pytest.raises(UserError, match=f"{message}.*prepare it again"):
        with_crops_of([tmp_path], get_recipe(recipe))
    with pytest.raises(UserError, match=message):
        check_crop_settings(tmp_path, view_of(get_recipe(recipe)))
    own = get_recipe(prepared_for)
    assert with_crops_of([tmp_path], own) == own


def test_a_run_has_its_crops_margin_and_goes_on_with_no_others(data, tmp_path, capsys):
    prepared = tmp_path / "prepared"
    shutil.copytree(data, prepared)
    write_settings(prepared, margin=0.7)
    arguments = ["train", "--recipe", "mobilenet", "--data", str(prepared), "--out", str(tmp_path / "run"), *SMALL]
    assert main([*arguments, "--stages", "1:32"]) == 0
    assert load_checkpoint(tmp_path / "run" / "best.weights.h5")[1].crop.margin == 0.7
    write_settings(prepared, margin=0.3)
    assert main([*arguments, "--resume"]) == 2
    assert "margin 0.3 instead of 0.7" in capsys.readouterr().err


def test_other_crops_are_not_weighed_measured_or_compared(folder, tmp_path, capsys):
    prepared = tmp_path / "prepared"
    shutil.copytree(folder, prepared)
    write_settings(prepared, margin=0.9)
    shared = ["--data", str(prepared), "--out", str(tmp_path / "new.weights.h5")]
    checkpoint = ["--checkpoint", str(folder / "evidence" / "best.weights.h5")]
    verbs = [[verb, *checkpoint] for verb in ("balance", "measure_map", "evaluate")]
    for arguments in (*verbs, ["ablate", "--weights", "none"]):
        assert main([*arguments, *shared]) == 2
        assert "margin 0.9 instead of 0.3" in capsys.readouterr().err, arguments
    assert not (tmp_path / "new.weights.h5").exists()
