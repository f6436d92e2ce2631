"""The verb `reconstruct`: passes real crops through autoencoders; the copies carry a decoder's texture and nothing else."""

import argparse
import dataclasses
import io
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from python_trainer.errors import UserError
from python_trainer.manifest import CropRow, read_prepared, write_prepared
from python_trainer.reconstruction import KINDS, load_tiny_autoencoder, train_small_autoencoder

SOURCE = "reconstruction"
BATCH = 8
JPEG_QUALITIES = (70, 96)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `reconstruct`."""
    parser.add_argument("--data", type=Path, required=True, metavar="PREPARED", help="a folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a prepared folder of fakes alone")
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
        "--only-val",
        nargs="*",
        choices=KINDS,
        default=[],
        help="decoders that make validation fakes and no training ones",
    )
    parser.add_argument("--count", type=int, default=1200, help="training reals for each decoder (default: 1200)")
    parser.add_argument("--val-count", type=int, default=100, help="validation reals for each decoder (default: 100)")
    parser.add_argument("--steps", type=int, default=1500, help="training steps of a small autoencoder")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Make the fakes; returns 0. Test crops are never touched."""
    rows = [row for row in read_prepared(args.data) if row.crop and row.label == 0 and row.train_use]
    reals = {split: [row for row in rows if row.split == split] for split in ("train", "val")}
    if not reals["train"]:
        raise UserError(f"{args.data} has no real training crops to reconstruct")
    rng = np.random.default_rng(args.seed)
    crops = args.out / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    made: list[CropRow] = []
    for kind in ([] if args.autoencoder is None else ["tiny"]) + args.small:
        if kind == "tiny":
            name, decoder = load_tiny_autoencoder(args.autoencoder)
        else:
            name, decoder = f"small_{kind}", train_small_autoencoder(_loader(args.data, reals["train"]), kind, args.steps, args.seed)  # fmt: skip
        wanted = {"train": 0 if kind in args.only_val else args.count, "val": args.val_count}
        for split, count in wanted.items():
            chosen = _balanced(reals[split], count, rng)
            made += _reconstruct(args.data, args.out, chosen, name, decoder, rng)
        write_prepared(args.out, made)
    settings = (args.data / "settings.json").read_text(encoding="utf-8")
    (args.out / "settings.json").write_text(settings, encoding="utf-8")
    counts = Counter((row.generator, row.split) for row in made)
    print("\n".join(f"{generator} {split}: {count} fakes" for (generator, split), count in sorted(counts.items())))
    return 0


def _loader(data: Path, rows: list[CropRow]):
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


def _reconstruct(data: Path, out: Path, rows: list[CropRow], name: str, decoder, rng) -> list[CropRow]:
    """Copies of `rows`; `pair_id` of a copy is the crop that it was made from."""
    made = []
    size, load = _loader(data, rows)
    for start in range(0, size, BATCH):
        part = np.stack([load(i) for i in range(start, min(size, start + BATCH))])
        for row, copy in zip(rows[start : start + BATCH], decoder(part), strict=True):
            path = f"crops/{Path(row.crop).stem}_{name}.png"
            _recompressed_half_of_the_time(copy, rng).save(out / path)
            made.append(
                dataclasses.replace(row, crop=path, label=1, source=SOURCE, generator=name, pair_id=row.crop, sha256="", phash="")
            )  # fmt: skip
    return made


def _recompressed_half_of_the_time(copy: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """As JPEG, like the real that it was made from: else "never compressed" gives a fake away (DDA, 2505.14359)."""
    image = Image.fromarray(copy)
    if rng.uniform() < 0.5:
        return image
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(rng.integers(*JPEG_QUALITIES)))
    return Image.open(buffer)
