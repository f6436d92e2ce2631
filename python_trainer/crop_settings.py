"""How a prepared folder's crops were cut, and whether that is what a network looks at."""

import json
from dataclasses import asdict
from pathlib import Path

from python_trainer.conditions import View
from python_trainer.config import Recipe, recipe_from_dict, recipe_to_dict
from python_trainer.errors import UserError


def view_of(recipe: Recipe) -> View:
    """What the recipe's network looks at."""
    return View(recipe.input_size, recipe.crop, recipe.whole_image)


def check_crop_settings(prepared: Path, view: View) -> None:
    """Refuse a folder whose crops were cut otherwise than `view` cuts them.

    A folder without settings.json was made by hand, and is taken as it is.

    Raises:
        UserError: settings.json of the folder says so.
    """
    _check(prepared, view, "the network's recipe says")


def with_crops_of(folders: list[Path], recipe: Recipe) -> Recipe:
    """The recipe with the crop settings that the folders were prepared by: what it trains is used on such crops.

    Raises:
        UserError: a folder was prepared for whole images and the recipe is for faces, or the reverse; its size is
            another; or two folders were prepared differently.
    """
    known = {folder: settings for folder in folders if (settings := _read(folder))}
    if not known:
        return recipe
    first = next(iter(known))
    if not recipe.whole_image:
        values = recipe_to_dict(recipe)
        recipe = recipe_from_dict(values | {"crop": values["crop"] | known[first]["crop"]})
    check_crop_settings(first, view_of(recipe))
    for folder in known:
        _check(folder, view_of(recipe), f"{first} has it")
    return recipe


def _read(prepared: Path) -> dict:
    path = prepared / "settings.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _check(prepared: Path, view: View, why: str) -> None:
    settings = _read(prepared)
    found = settings | settings.get("crop", {})
    wanted = {"whole_image": view.whole_image, "input_size": view.size}
    if not view.whole_image:
        wanted |= asdict(view.crop)
    wrong = [key for key, value in wanted.items() if found.get(key, value) != value]
    if wrong:
        differences = ", ".join(f"{key} {found[key]} instead of {wanted[key]}" for key in wrong)
        raise UserError(f"{prepared} was prepared with {differences}, as {why}; prepare it again")
