"""The verb `reconstruct`: passes real photos through autoencoders and upscalers; the copies carry a network's texture and nothing else."""

import argparse
import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from python_trainer.adversarial_autoencoder import (
    ADVERSARIAL_KINDS,
    TRAINED,
    load_adversarial_autoencoder,
    train_adversarial_autoencoder,
    weights_of,
)
from python_trainer.conditions import View, cut
from python_trainer.config import FaceCropSettings
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import ImageError, decode_image, recompress
from python_trainer.manifest import CropRow, read_prepared, read_trainable, write_prepared
from python_trainer.preprocessing import resize_antialiased, round_half_up
from python_trainer.reconstruction import KINDS, Decoder, load_tiny_autoencoder, train_small_autoencoder
from python_trainer.upscaling import load_upscaler

SOURCE = "reconstruction"
ENLARGED = 0.5  # share of the pairs that were a larger picture when the decoder made it
LARGEST_SCALE = 1.6
COMPRESSED, JPEG_QUALITIES = 0.75, (70, 97)
GRID = 8  # pixels: of the decoders, and of JPEG
MOST_PIXELS = 512  # a side; a larger face shrinks so much in its crop that nothing of a decoder's texture is left


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `reconstruct`."""
    parser.add_argument("--data", type=Path, required=True, metavar="PREPARED", help="a folder that `prepare` wrote")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a prepared folder of reals and their copies"
    )
    parser.add_argument(
        "--autoencoder",
        type=Path,
        metavar="DIR",
        help="a tiny autoencoder of a diffusion family: one *encoder.npz and one *decoder.npz",
    )
    parser.add_argument(
        "--small",
        nargs="*",
        choices=KINDS,
        default=list(KINDS),
        help="small autoencoders to train on the training reals first, by how they enlarge (default: all)",
    )
    parser.add_argument(
        "--adversarial",
        nargs="*",
        choices=list(ADVERSARIAL_KINDS),
        default=list(ADVERSARIAL_KINDS),
        help="autoencoders trained against an adversary (default: all)",
    )
    parser.add_argument(
        "--upscaler",
        nargs="*",
        default=[],
        metavar="NETWORK",
        help="networks of super-resolution that enlarge photos made small first: NAME.param of ncnn with its NAME.bin "
        "(the extra `upscale`), or folders with the model.json of a TensorFlow.js layers model",
    )
    parser.add_argument(
        "--decoders",
        type=Path,
        default=TRAINED,
        metavar="DIR",
        help="where --adversarial's weights are; what is missing there is first trained on the training reals, and kept",
    )
    parser.add_argument(
        "--weights", default="imagenet", metavar="FILE", help="as for train; for what --adversarial trains"
    )
    parser.add_argument(
        "--only-val",
        nargs="*",
        default=[],
        metavar="DECODER",
        help="what makes validation fakes and no training ones: names as above, upscalers as they were given",
    )
    parser.add_argument("--count", type=int, default=1200, help="training reals for each decoder (default: 1200)")
    parser.add_argument("--val-count", type=int, default=100, help="validation reals for each decoder (default: 100)")
    parser.add_argument("--steps", type=int, default=1500, help="training steps of an autoencoder")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Make the fakes; returns 0. Test crops are never touched.

    Raises:
        UserError: --out holds what is not this verb's, there are no real training crops, or a photo or decoder is missing.
    """
    _check_out(args.out, args.data)
    rows = [row for row in read_trainable(args.data) if row.label == 0]
    reals = {split: [row for row in rows if row.split == split] for split in ("train", "val")}
    if not reals["train"]:
        raise UserError(f"{args.data} has no real training crops to reconstruct")
    rng = np.random.default_rng(args.seed)
    kinds = ([] if args.autoencoder is None else ["tiny"]) + args.small + args.adversarial + args.upscaler
    unknown = set(args.only_val) - set(kinds)
    if unknown:
        raise UserError(f"--only-val names {', '.join(sorted(unknown))}; copies are made by {', '.join(kinds)}")
    crops = args.out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    made: list[CropRow] = []
    for kind in kinds:
        name, decoder = _decoder(kind, reals["train"], args)
        wanted = {"train": 0 if kind in args.only_val else args.count, "val": args.val_count}
        for split, count in wanted.items():
            chosen = _balanced(reals[split], count, rng)
            made += _reconstruct(args.data, args.out, chosen, name, decoder, rng)
        write_prepared(args.out, made)
    settings = (args.data / "settings.json").read_text(encoding="utf-8")
    with write_atomically(args.out / "settings.json") as file:
        file.write(settings)
    counts = Counter((row.generator, row.split) for row in made if row.label == 1)
    print("\n".join(f"{generator} {split}: {count} pairs" for (generator, split), count in sorted(counts.items())))
    return 0


def _check_out(out: Path, data: Path) -> None:
    """Only earlier copies may be replaced: a prepared folder whose manifest goes is lost."""
    if out.resolve() == data.resolve():
        raise UserError(f"--out is --data ({out}), which the copies would replace; choose another --out")
    try:
        # This verb writes its settings last: without a manifest they are of a verb that has not finished.
        is_begun = (out / "manifest.csv").exists() or (out / "settings.json").exists()
        is_own = not is_begun or all(row.source == SOURCE for row in read_prepared(out))
    except UserError:  # no table of crops
        is_own = False
    if not is_own:
        raise UserError(f"{out} holds what `reconstruct` has not made, and would replace; choose another --out")


def _decoder(kind: str, rows: list[CropRow], args: argparse.Namespace) -> tuple[str, Decoder]:
    """Its name in the manifest, and image -> copy; trained on `rows` first where it is not there yet."""
    if kind == "tiny":
        return load_tiny_autoencoder(args.autoencoder)
    if kind in args.upscaler:
        return load_upscaler(kind, args.seed)
    if kind in KINDS:
        return f"small_{kind}", train_small_autoencoder(_loader(args.data, rows), kind, args.steps, args.seed)
    if not weights_of(kind, args.decoders).exists():
        train_adversarial_autoencoder(
            _loader(args.data, rows), kind, args.steps, args.seed, args.weights, args.decoders
        )
    return kind, load_adversarial_autoencoder(kind, args.decoders)


def _loader(data: Path, rows: list[CropRow]) -> tuple[int, Callable[[int], np.ndarray]]:
    def load(index: int) -> np.ndarray:
        with Image.open(data / rows[index].crop) as image:
            return np.asarray(image.convert("RGB"))

    return len(rows), load


def _balanced(rows: list[CropRow], count: int, rng: np.random.Generator) -> list[CropRow]:
    """`count` rows without replacement, sources drawn in proportion to the root of their sizes."""
    sizes = Counter(row.source for row in rows)
    weights = np.array([sizes[row.source] ** -0.5 for row in rows])
    count = min(count, len(rows))
    return [rows[i] for i in rng.choice(len(rows), count, replace=False, p=weights / weights.sum())] if count else []


def _reconstruct(
    data: Path, out: Path, rows: list[CropRow], name: str, decoder: Decoder, rng: np.random.Generator
) -> list[CropRow]:
    """A real and its copy of each row, both labelled with the decoder's name; they share a `pair_id`, the row's crop."""
    settings = json.loads((data / "settings.json").read_text(encoding="utf-8"))
    view = View(settings["input_size"], FaceCropSettings(**settings["crop"]), settings["whole_image"])
    made = []
    for row in rows:
        try:
            photo = decode_image(row.image).rgb
        except ImageError as error:
            raise UserError(f"{row.image}: {error}; copies are made in the photos that prepare read: keep them there") from error  # fmt: skip
        for label, pixels in enumerate(photo_pair(photo, np.array(json.loads(row.box_xyxy)), view.crop, decoder, rng)):
            path = f"crops/{Path(row.crop).stem}_{name}_{label}.png"
            with write_atomically(out / path, "wb") as file:
                Image.fromarray(cut(pixels, row, photo.shape[:2], view)).save(file, "PNG", compress_level=1)
            values = {"crop": path, "label": label, "source": SOURCE, "generator": name, "pair_id": row.crop}
            made.append(dataclasses.replace(row, **values, sha256="", phash=""))
    return made


def photo_pair(
    photo: np.ndarray, box_xyxy: np.ndarray, settings: FaceCropSettings, decoder: Decoder, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A photo, and the same with its face's surroundings passed through a decoder, resampled and compressed alike.

    The copy is made in the photo, before the crop is cut, turned and resized, as a generator's texture is. Half of
    the pairs are first enlarged by up to LARGEST_SCALE and reduced again afterwards: a generated picture is mostly
    seen smaller than it was made. The same JPEG then falls on both: "never compressed" would give a copy away (DDA,
    arXiv:2505.14359).

    Args:
        photo: uint8 [h, w, 3].
        box_xyxy: float [4], the face, pixels of the photo.

    Returns:
        real and copy, uint8 [h, w, 3].
    """
    left, top, right, bottom = _surroundings(photo.shape[:2], box_xyxy, settings.margin)
    patch = photo[top:bottom, left:right]
    scale = rng.uniform(1, LARGEST_SCALE) if rng.uniform() < ENLARGED else 1.0
    if max(patch.shape[:2]) * scale > MOST_PIXELS:
        scale = 1.0
    large = resize_antialiased(patch, *(round_half_up(side * scale) for side in patch.shape[:2]))
    pair = []
    for version in (large, _decoded(large, decoder)):
        pixels = photo.copy()
        pixels[top:bottom, left:right] = resize_antialiased(version, *patch.shape[:2])
        pair.append(pixels)
    if rng.uniform() < COMPRESSED:
        quality = int(rng.integers(*JPEG_QUALITIES))
        pair = [np.asarray(recompress(Image.fromarray(pixels), "JPEG", quality=quality)) for pixels in pair]
    return pair[0], pair[1]


def _surroundings(shape: tuple[int, int], box_xyxy: np.ndarray, margin: float) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what a turned crop of the box can show, on the grid, inside the photo."""
    x1, y1, x2, y2 = box_xyxy
    reach = max(x2 - x1, y2 - y1) * (1 + margin) * 0.6
    low = np.floor(np.array([(x1 + x2) / 2 - reach, (y1 + y2) / 2 - reach]) / GRID) * GRID
    high = np.ceil(np.array([(x1 + x2) / 2 + reach, (y1 + y2) / 2 + reach]))
    left, top = (int(v) for v in np.maximum(low, 0))
    right, bottom = (int(v) for v in np.minimum(high, shape[::-1]))
    return left, top, right, bottom


def _decoded(image: np.ndarray, decoder: Decoder) -> np.ndarray:
    """Through the decoder, whose sides must be multiples of its grid: edges are repeated and cut off again."""
    height, width = image.shape[:2]
    padded = np.pad(image, ((0, -height % GRID), (0, -width % GRID), (0, 0)), mode="edge")
    return decoder(padded[None])[0, :height, :width]
