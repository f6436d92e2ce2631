"""The verb `harden`: teaches BlazeFace to find in spoilt photos what MediaPipe's weights find in them unspoilt."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tqdm import tqdm

from python_trainer import run_state
from python_trainer.blazeface import CELLS, PUBLISHED, build_blazeface
from python_trainer.errors import UserError
from python_trainer.images import ImageError, decode_image
from python_trainer.inputs import list_images
from python_trainer.manifest import read_prepared
from python_trainer.models import load_weights, save_weights

if TYPE_CHECKING:
    import keras

    from python_trainer.hardening_views import KnownFace

WARM_UP = 200  # steps
AVERAGE = 0.998  # of the weights over the steps, exponential
SEEN = 0.6  # a face that scores less unspoilt says nothing about the spoilt photo
PLACED = 0.3  # anchors that score less there say nothing about where the face is
REGRESSION_SCALE, REGRESSION_WEIGHT = 4.0, 2.0  # pixels of the input; beside the scores
STEPS_KEPT = 500  # a stopped run goes on from the last multiple


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `harden`."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a folder that `prepare` wrote")
    parser.add_argument(
        "--without-faces",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="pictures that show nobody: textures, landscapes, animals, drawings of things",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="gets hardened.weights.h5")
    parser.add_argument(
        "--init", type=Path, default=PUBLISHED, metavar="FILE", help="weights of BlazeFace to begin with"
    )
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Train, or go on where a run in `--out` stopped, and write the weights. Returns 0.

    Raises:
        UserError: no steps, no training photo with a face, or no picture without one.
    """
    if args.steps < 1:
        raise UserError(f"--steps {args.steps}: it must be 1 or more")
    faces = _known_faces(args.data)
    pictures = sorted(map(str, list_images(args.without_faces)))
    read = map(_read, tqdm(pictures, desc="pictures without faces", unit="picture"))
    without_faces = [picture[0] for picture in read if picture is not None]
    if not without_faces:
        raise UserError("no picture in --without-faces can be read; give folders of pictures that show nobody")
    network = harden(faces, without_faces, args.out, args.init, args.steps, args.learning_rate, args.seed)
    target = args.out / "hardened.weights.h5"
    save_weights(network, target)
    print(f"wrote {target}")
    return 0


def harden(
    faces: "dict[str, list[KnownFace]]",
    without_faces: list[np.ndarray],
    out: Path,
    init: Path,
    steps: int,
    learning_rate: float,
    seed: int,
) -> "keras.Model":
    """BlazeFace trained from the weights `init`, taught by MediaPipe's; each weight a float16 as theirs are.

    Args:
        faces, without_faces: as hardening_views.HardeningViews takes them.
        out: the run's state is kept there; a run that is found there is gone on with.
    """
    import keras

    from python_trainer.hardening_views import HardeningViews
    from python_trainer.prefetch import Prefetched

    network, teacher = (build_blazeface(batch_size=None) for _ in range(2))
    for each, weights in ((network, init), (teacher, PUBLISHED)):
        load_weights(each, weights, "BlazeFace")
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate * 1e-2, steps, warmup_target=learning_rate, warmup_steps=min(WARM_UP, steps), alpha=0.02
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=1e-4, use_ema=True, ema_momentum=AVERAGE)
    pupil = _pupil(network, teacher)
    pupil.compile(optimizer, jit_compile=keras.backend.backend() == "jax")
    run_state.finish_saving(out)
    done = 0
    if run_state.is_begun(out):
        done = run_state.read_state(out)["epoch"]
        network.load_weights(out / "last.weights.h5")
        run_state.load_optimizer(out, optimizer, network.trainable_variables)
    with Prefetched(HardeningViews(faces, without_faces, steps, seed)) as views:
        losses = []
        for step in range(done, steps):
            losses.append(float(pupil.train_on_batch(views[step])))
            if (step + 1) % STEPS_KEPT == 0:
                print(f"step {step + 1} of {steps}: loss {np.mean(losses):.3f}", flush=True)
                losses = []
                run_state.save_epoch(out, network, optimizer, {"epoch": step + 1})
    optimizer.finalize_variable_values(network.trainable_variables)
    network.set_weights([weights.astype(np.float16).astype(np.float32) for weights in network.get_weights()])
    if not all(np.isfinite(weights).all() for weights in network.get_weights()):
        raise UserError("the training did not stay finite; train with a lower --learning-rate")
    return network


def _pupil(network: "keras.Model", teacher: "keras.Model") -> "keras.Model":
    """`network`, judged by what `teacher` says of the same view unspoilt: distillation (Hinton et al. 2015).

    Scores: the divergence of the teacher's from the network's, summed over the anchors; 0 for all of a view that shows
    nobody. Where the face is: Huber's loss, of anchors where the teacher sees one.
    """
    import keras
    from keras import ops

    from python_trainer.hardening_views import QUARTERS

    def normalised(view):
        return ops.cast(view, "float32") / 127.5 - 1

    class Pupil(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = network

        def call(self, views, training=False):
            return self.network(normalised(views["spoilt"]), training=training)

        def compute_loss(self, x, y=None, y_pred=None, sample_weight=None, training=True):
            taught = _as_shown(teacher(normalised(x["clean"])))
            nobody = ops.cast(x["without_face"], "float32")
            target = ops.sigmoid(taught["scores"]) * (1 - nobody[:, None])
            known = ops.maximum(nobody, ops.cast(ops.max(target, axis=1) > SEEN, "float32"))
            scores = ops.sum(_divergence(target, y_pred["scores"][..., 0]), axis=1)
            off = ops.abs(y_pred["regressions"] - ops.stop_gradient(taught["regressions"])) / REGRESSION_SCALE
            huber = ops.mean(ops.where(off < 1, off**2 / 2, off - 0.5), axis=-1)
            there = ops.where(target > PLACED, target, 0.0) * known[:, None]
            place = ops.sum(huber * there) / (ops.sum(there) + 1e-6)
            return ops.sum(scores * known) / (ops.sum(known) + 1e-6) + REGRESSION_WEIGHT * place

    def _as_shown(outputs):
        """What the network should say of the views that are shown turned: the grids of anchors turn into themselves."""
        scores, regressions = outputs["scores"][..., 0], outputs["regressions"]
        for quarters, start, end in QUARTERS:
            turned = turn_anchors(scores[start:end], regressions[start:end], quarters)
            scores = ops.concatenate([scores[:start], turned[0], scores[end:]])
            regressions = ops.concatenate([regressions[:start], turned[1], regressions[end:]])
        return {"scores": scores, "regressions": regressions}

    def _divergence(target, logits):
        """Of Bernoulli distributions, Kullback and Leibler's; its least is 0, where the sigmoid of the logits is the target."""
        inside = ops.clip(target, 1e-6, 1 - 1e-6)
        least = -inside * ops.log(inside) - (1 - inside) * ops.log(1 - inside)
        return ops.softplus(logits) - inside * logits - least

    return Pupil()


def turn_anchors(scores, regressions, quarters: int):
    """What BlazeFace says of views [n, 896] and [n, 896, 16] -> the same of the views turned by quarters against the clock."""
    from keras import ops

    for _ in range(quarters):
        x, y = regressions[..., 0::2], regressions[..., 1::2]  # of middle, size and keypoints
        signs = np.full(x.shape[-1], -1, np.float32)
        signs[1] = 1  # width and height have none
        regressions = ops.reshape(ops.stack([y, x * signs], axis=-1), (-1, *regressions.shape[1:]))
        parts, start = [], 0
        for cells, anchors in CELLS:
            end = start + cells * cells * anchors
            parts.append([_turn_grid(values[:, start:end], cells, anchors) for values in (scores, regressions)])
            start = end
        scores, regressions = (ops.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    return scores, regressions


def _turn_grid(values, cells: int, anchors: int):
    from keras import ops

    grid = ops.reshape(values, (-1, cells, cells, anchors * int(np.prod(values.shape[2:]))))
    return ops.reshape(ops.flip(ops.transpose(grid, (0, 2, 1, 3)), axis=1), (-1, *values.shape[1:]))


def _known_faces(prepared: Path) -> "dict[str, list[KnownFace]]":
    """The training photos in which MTCNN found a face at first, by source."""
    from python_trainer.hardening_views import KnownFace

    rows = {
        row.image: row
        for row in read_prepared(prepared)
        if row.split == "train" and row.status == "ok" and not row.second_look
    }
    faces: dict[str, list[KnownFace]] = {}
    for image, row in tqdm(sorted(rows.items()), desc="photos with faces", unit="photo"):
        if (photo := _read(image)) is None:
            continue
        pixels, scale = photo
        box, points = (np.array(json.loads(text)) * scale for text in (row.box_xyxy, row.keypoints))
        known = row.faces_in_image == 1 and len(points) == 10
        faces.setdefault(row.source, []).append(
            KnownFace(pixels, box, points.reshape(5, 2)) if known else KnownFace(pixels)
        )
    if not faces:
        raise UserError(f"{prepared} has no training photo with a face; give a folder that `prepare` wrote, with them")
    return faces


def _read(location: str) -> tuple[np.ndarray, float] | None:
    """A picture reduced to what the views need, and by how much; None, and a line about it, where it cannot be read."""
    from python_trainer.hardening_views import PHOTO_SIDE

    try:
        image = Image.fromarray(decode_image(location).rgb)
    except ImageError as error:
        print(f"left out: {location}: {error}")
        return None
    length = max(image.size)
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image), max(image.size) / length
