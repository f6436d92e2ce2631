"""The network that a training run starts from, and a look at it before any crop is read."""

from pathlib import Path
from typing import TYPE_CHECKING

from python_trainer.config import Recipe
from python_trainer.errors import UserError

if TYPE_CHECKING:
    import keras


def build_start(recipe: Recipe, size: int, weights: str, init: Path | None) -> "keras.Model":
    """The recipe's network for images of `size`, as a run starts it.

    weights: a file for `MobileNetV2(include_top=False)`, "imagenet" or "none"; init: a checkpoint that is taken instead.

    Raises:
        UserError: a file is missing, or is of another network.
    """
    from python_trainer.models import build_model, copy_weights

    if init or weights == "none":
        model = build_model(recipe, size)
        if init:
            copy_weights(init, model)
        return model
    if weights != "imagenet" and not Path(weights).is_file():
        raise UserError(f"--weights {weights}: no such file; give one, `imagenet` or `none`")
    try:
        return build_model(recipe, size, weights)
    except (ValueError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"--weights {weights} does not hold MobileNetV2's weights without its top: {reason}") from error


def check_start(recipe: Recipe, weights: str, init: Path | None) -> None:
    """Build what the run starts with, and forget it: what cannot be built shows now.

    Raises:
        UserError: as `build_start`, or the recipe names layers that are not there or cannot be compared.
    """
    _, size, _ = recipe.stages[0]
    if recipe.architecture != "mtcnn_classifier":  # which compares no layers
        _check_layers(recipe, size)
    build_start(recipe, size, weights, init)


def _check_layers(recipe: Recipe, size: int) -> None:
    from python_trainer.models.mobilenet import build_mobilenet

    shapes = {layer.name: layer.output.shape for layer in build_mobilenet(size).layers}
    for name in (*recipe.difference_taps, recipe.pair_tap):
        if name not in shapes:
            usual = ", ".join(known for known in shapes if known.endswith(("_add", "_project_BN")))
            raise UserError(f"MobileNetV2 has no layer {name!r}; those that are compared are {usual}")
    first, second = (shapes[name] for name in recipe.difference_taps)
    taps = f"--difference-taps {' '.join(recipe.difference_taps)}"
    if recipe.architecture == "ifmd" and first != second:
        raise UserError(f"{taps}: their shapes must be the same, and are {first[1:]} and {second[1:]}")
    if recipe.architecture == "evidence" and first[1] > second[1]:
        raise UserError(f"{taps}: the first must not be larger than the second; they are {first[1:]} and {second[1:]}")
