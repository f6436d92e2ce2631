"""The verb `generate`: faces that a published generator makes, each as small and as compressed as a real portrait."""

import argparse
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, JpegImagePlugin
from tqdm import tqdm

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import ImageError, read_bytes
from python_trainer.manifest import SPLITS, CropRow, read_trainable

if TYPE_CHECKING:
    import openvino

NETWORKS = ("MappingNetwork", "SynthesisNetwork")  # as PyPI's random_face names MobileStyleGAN's
MEAN_STYLES = 1000  # draws whose mean style is the average face
TRUNCATION = (0.5, 1.0)  # how far a face's style may lie from it: 1 as drawn, less is more usual and more flawless
FACE_SHARE = 0.5  # of a generated picture's side: MTCNN's box on faces aligned as FFHQ's are
SMALLEST_SIDE = 128  # pixels
JPEG_QUALITY = 86  # where the portrait is no JPEG


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `generate`."""
    parser.add_argument(
        "--networks",
        type=Path,
        required=True,
        metavar="DIR",
        help="a style-based generator of faces in OpenVINO's format (the extra `generate`): MappingNetwork and "
        "SynthesisNetwork, .xml and .bin, as MobileStyleGAN's in PyPI's package random_face",
    )
    parser.add_argument("--name", default="mobilestylegan", help="the generator's, in the manifest")
    parser.add_argument(
        "--like",
        type=Path,
        required=True,
        metavar="PREPARED",
        help="a folder that `prepare` wrote, with real portraits",
    )
    parser.add_argument("--source", default="web_portraits", help="whose portraits they are made like, and put beside")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that `prepare` reads")
    parser.add_argument("--count", type=int, nargs=3, default=[600, 150, 150], metavar=("TRAIN", "VAL", "TEST"))
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Make the faces and their manifest.csv; faces that are there already are kept. Returns 0.

    Raises:
        UserError: no such networks, no openvino, or no real portraits of the source in a split.
    """
    portraits = {split: _portraits(args.like, args.source, split) for split in SPLITS}
    wanted = [(split, index) for split, count in zip(SPLITS, args.count, strict=True) for index in range(count)]
    for split in sorted({split for split, _ in wanted if not portraits[split]}):
        raise UserError(f"{args.like} has no real {split} portraits of {args.source} whose like could be made")
    generate = load_generator(args.networks, args.seed)
    rows = []
    for split, index in tqdm(wanted, desc="generate", unit="face"):
        rng = np.random.default_rng((args.seed, SPLITS.index(split), index))
        model = portraits[split][rng.integers(len(portraits[split]))]
        path = f"{args.source}/{split}/fake/{args.name}_{index:05d}.jpg"
        if not (args.out / path).exists():
            with write_atomically(args.out / path, "wb") as file:
                file.write(as_portrait(generate(rng), model))
        rows.append({"path": path, "label": 1, "source": args.source, "generator": args.name, "split": split})
    with write_atomically(args.out / "manifest.csv", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} faces in {args.out}")
    return 0


def load_generator(folder: Path, seed: int) -> Callable[[np.random.Generator], np.ndarray]:
    """A function from a source of chance to a face, uint8 [s, s, 3], of the two networks in `folder`.

    Styles are drawn towards the mean style, as pictures that people publish mostly are (truncation, Karras et al. 2019).
    MobileStyleGAN: Belousov 2021, arXiv:2104.04767.

    Raises:
        UserError: openvino is not installed, or the networks cannot be read.
    """
    try:
        import openvino
    except ImportError as error:
        raise UserError(f"{folder} needs openvino: install the extra `generate`") from error
    mapping, synthesis = (_load(openvino.Core(), folder / f"{name}.xml") for name in NETWORKS)
    size = mapping.input(0).shape[1]

    def style(rng: np.random.Generator) -> np.ndarray:
        return mapping([rng.normal(size=(1, size)).astype(np.float32)])[0]

    chance = np.random.default_rng(seed)
    mean = np.mean([style(chance) for _ in range(MEAN_STYLES)], axis=0)

    def generate(rng: np.random.Generator) -> np.ndarray:
        truncated = mean + rng.uniform(*TRUNCATION) * (style(rng) - mean)
        image = synthesis([truncated.astype(np.float32)])[0][0]  # [3, s, s] in [-1, 1] and a little beyond
        return np.floor((np.clip(image, -1, 1).transpose(1, 2, 0) + 1) * 127.5 + 0.5).astype(np.uint8)

    return generate


def as_portrait(face: np.ndarray, portrait: CropRow) -> bytes:
    """A JPEG of a generated face, reduced until it is as large as the portrait's, with the portrait's own tables.

    Else size and compression would tell the generated from the real (DDA, arXiv:2505.14359).
    """
    left, top, right, bottom = json.loads(portrait.box_xyxy)
    side = round(np.clip(max(right - left, bottom - top) / FACE_SHARE, SMALLEST_SIDE, len(face)))
    image = Image.fromarray(face).resize((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
    try:
        source = Image.open(io.BytesIO(read_bytes(portrait.image)))
    except (ImageError, OSError) as error:
        raise UserError(f"{portrait.image}: {error}; keep the portraits where `prepare` read them") from error
    tables = {"quality": JPEG_QUALITY}
    if isinstance(source, JpegImagePlugin.JpegImageFile) and source.mode == "RGB":
        tables = {"qtables": source.quantization, "subsampling": JpegImagePlugin.get_sampling(source)}
    packed = io.BytesIO()
    image.save(packed, "JPEG", **tables)
    return packed.getvalue()


def _portraits(folder: Path, source: str, split: str) -> list[CropRow]:
    """Reals of the source, one face each."""
    rows = read_trainable(folder)
    return [row for row in rows if (row.source, row.split, row.label, row.faces_in_image) == (source, split, 0, 1)]


def _load(core: "openvino.Core", path: Path) -> "openvino.CompiledModel":
    try:
        return core.compile_model(core.read_model(path), "CPU")
    except RuntimeError as error:
        raise UserError(f"{path} is no network of OpenVINO: {str(error).splitlines()[-1]}") from error
