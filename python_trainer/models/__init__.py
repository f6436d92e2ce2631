"""The thesis's three networks and the one that ships, and how a checkpoint on disk becomes one of them again."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from python_trainer.config import Recipe, recipe_from_dict
from python_trainer.errors import UserError

if TYPE_CHECKING:
    import keras


def build_model(recipe: Recipe, size: int | None = None, weights: str | None = None) -> "keras.Model":
    """The recipe's network for images of `size` (default: the recipe's own).

    All take RGB float32 [n, size, size, 3] in [0, 255] and answer a dict with `logit` [n, 1], positive for fake.
    `weights` is None (random), "imagenet" (Keras's download) or a file for `MobileNetV2(include_top=False)`.
    """
    size = size or recipe.input_size
    if recipe.architecture == "mtcnn_classifier":
        from python_trainer.models.mtcnn_classifier import build_mtcnn_classifier

        return build_mtcnn_classifier(size)
    if recipe.architecture == "mobilenet":
        from python_trainer.models.mobilenet import build_mobilenet

        return build_mobilenet(size, weights)
    if recipe.architecture == "ifmd":
        from python_trainer.models.ifmd import build_ifmd

        return build_ifmd(size, weights, recipe.difference_taps)
    if recipe.architecture == "evidence":
        from python_trainer.models.evidence import build_evidence

        return build_evidence(size, weights, recipe.difference_taps, recipe.difference, bool(recipe.texture))
    raise UserError(f"unknown architecture {recipe.architecture!r}")


def load_checkpoint(path: str | Path) -> tuple["keras.Model", Recipe]:
    """A trained network and its recipe, from `NAME.weights.h5` and the `recipe.json` beside it.

    Raises:
        UserError: either is missing, or the weights are of another network.
    """
    path = Path(path)
    recipe_path = path.with_name("recipe.json")
    for needed in (path, recipe_path):
        if not needed.exists():
            raise UserError(f"{needed} is missing; a checkpoint is a .weights.h5 file with its recipe.json beside it")
    recipe = recipe_from_dict(json.loads(recipe_path.read_text(encoding="utf-8")))
    model = build_model(recipe)
    load_weights(model, path, recipe.architecture)
    return model, recipe


def load_weights(model: "keras.Model", path: Path, network: str) -> None:
    """Give a model the weights of a file that is there; raises UserError where they are not those of `network`."""
    try:
        model.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        raise UserError(f"{path} does not hold the weights of {network}: {error}") from error


def save_weights(model: "keras.Model", path: Path) -> None:
    """Write `NAME.weights.h5` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"new-{path.name}")
    model.save_weights(temporary)
    temporary.replace(path)


def save_checkpoint(model: "keras.Model", path: Path, like: Path) -> None:
    """Write a network made of the checkpoint `like`: weights, and the same recipe.json beside them.

    Raises:
        UserError: another recipe is there, which its own run and checkpoints still need.
    """
    source, target = like.with_name("recipe.json"), path.with_name("recipe.json")
    if target.exists() and target.read_bytes() != source.read_bytes():
        raise UserError(f"{target} is of another recipe than {like}; give --out a folder of its own")
    save_weights(model, path)
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)


def check_checkpoint_name(path: Path) -> None:
    """Raises UserError where `path` does not end as Keras wants weights to."""
    if not path.name.endswith(".weights.h5"):
        raise UserError(f"--out {path}: its name must end in .weights.h5")


def copy_weights(path: Path, model: "keras.Model") -> int:
    """Start a network from another's checkpoint: layers of the same name and shapes take its weights; their number.

    Raises:
        UserError: as `load_checkpoint`, or not one layer fits.
    """
    trained, _ = load_checkpoint(path)
    known = {layer.name: layer.get_weights() for layer in trained.layers}
    copied = 0
    for layer in model.layers:
        values = known.get(layer.name)
        if values and [v.shape for v in values] == [tuple(w.shape) for w in layer.weights]:
            layer.set_weights(values)
            copied += 1
    if not copied:
        raise UserError(f"{path} has no layer in common with {model.name}")
    return copied
