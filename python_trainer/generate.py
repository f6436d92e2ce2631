"""The verb `generate`: faces by a published generator beside real portraits of the same framing, size and compression."""

import argparse
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, JpegImagePlugin
from tqdm import tqdm

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import ImageError, decode_bytes, encode, read_bytes, recompress
from python_trainer.manifest import SPLITS, read_trainable, write_manifest

if TYPE_CHECKING:
    import openvino

NETWORKS = ("MappingNetwork", "SynthesisNetwork")  # as PyPI's random_face names MobileStyleGAN's
MEAN_STYLES = 1000  # draws whose mean style is the average face
TRUNCATION = (0.5, 1.0)  # how far a face's style may lie from it: 1 as drawn, less is more usual and more flawless
# MTCNN's box in a generated picture, as in all aligned as FFHQ is: centre (x, y) and longer side, as fractions of the
# picture's side; means and deviations of 897.
BOX_MEAN, BOX_DEVIATION = np.array([0.498, 0.547, 0.737]), np.array([0.039, 0.014, 0.042])
LARGEST_SIDE = 1024  # pixels: of a generated picture
GRID = 8  # pixels: of JPEG
JPEG_QUALITY = 86  # where a portrait's own tables cannot be used


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
    parser.add_argument("--portraits", default="web_portraits", metavar="SOURCE", help="the portraits' source there")
    parser.add_argument("--source", default="framed_portraits", help="what reals and fakes are called here")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that `prepare` reads; new")
    parser.add_argument("--count", type=int, nargs=3, default=[600, 100, 150], metavar=("TRAIN", "VAL", "TEST"))
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Make the faces, cut the portraits, write their manifest.csv. Returns 0.

    Raises:
        UserError: no such networks, no openvino, a folder that is there already, or no portraits in a split.
    """
    if args.out.exists():
        raise UserError(f"{args.out} is there already: give a new folder, or remove it")
    frames = _frames(args.like, args.portraits, args.seed)
    wanted = dict(zip(SPLITS, args.count, strict=True))
    if min(args.count) < 0 or not any(args.count):
        raise UserError("--count wants how many faces each split gets: three numbers, not all of them 0")
    if empty := [split for split in SPLITS if wanted[split] and not frames[split]]:
        raise UserError(f"{args.like} has no real {empty[0]} portraits of {args.portraits} with room around one face")
    generate = load_generator(args.networks, args.seed)
    rows = []

    def keep(picture: bytes, split: str, label: int, name: str) -> None:
        path = f"{args.source}/{split}/{('real', 'fake')[label]}/{name}.jpg"
        with write_atomically(args.out / path, "wb") as file:
            file.write(picture)
        generator = args.name if label else ""
        known = {"label": label, "source": args.source, "generator": generator, "generated": label}
        rows.append({"path": path, **known, "split": split})

    for split in (split for split in SPLITS if wanted[split]):
        for index, frame in enumerate(frames[split]):
            keep(frame.cut(), split, 0, f"portrait_{index:05d}")
        for index in tqdm(range(wanted[split]), desc=f"generate {split}", unit="face"):
            rng = np.random.default_rng((args.seed, SPLITS.index(split), index))
            frame = frames[split][rng.integers(len(frames[split]))]
            keep(frame.filled(generate(rng), rng), split, 1, f"{args.name}_{index:05d}")
    write_manifest(args.out, rows[0], rows)
    print(f"{len(rows)} pictures in {args.out}, {sum(args.count)} of them generated")
    return 0


@dataclass(frozen=True)
class Frame:
    """The square of a real portrait that shows its face as the generator would have framed it."""

    photo: str
    left: int
    top: int
    side: int
    tables: dict  # of Pillow's JPEG encoder: the photo's own

    def cut(self) -> bytes:
        """That part of the photo, saved again with the photo's own tables."""
        return self._saved(_read(self.photo)[0], self.left, self.top)

    def filled(self, face: np.ndarray, rng: np.random.Generator) -> bytes:
        """A generated face, uint8 [s, s, 3], as large, and saved twice with these tables as the portrait was, the
        second time off the first one's grid: else size and compression would tell it from the real (DDA, arXiv:2505.14359).
        """
        large = self.side + GRID
        image = Image.fromarray(face).resize((large, large), Image.Resampling.LANCZOS, reducing_gap=None)
        return self._saved(recompress(image, "JPEG", **self.tables), *rng.integers(GRID, size=2))

    def _saved(self, image: Image.Image, left: int, top: int) -> bytes:
        return encode(image.crop((left, top, left + self.side, top + self.side)), "JPEG", **self.tables)


def _frames(folder: Path, source: str, seed: int) -> dict[str, list[Frame]]:
    """By split, of each real portrait with one face and room around it."""
    frames: dict[str, list[Frame]] = {split: [] for split in SPLITS}
    rng = np.random.default_rng((seed, len(SPLITS)))
    for row in read_trainable(folder):
        if row.source != source or row.label or row.faces_in_image != 1:
            continue
        left, top, right, bottom = json.loads(row.box_xyxy)
        x, y, share = rng.normal(BOX_MEAN, BOX_DEVIATION)
        side = round(max(right - left, bottom - top) / share)
        image, tables = _read(row.image)
        corner = round((left + right) / 2 - x * side), round((top + bottom) / 2 - y * side)
        frame = Frame(row.image, *corner, side, tables)
        room = min(frame.left, frame.top, image.width - frame.left - side, image.height - frame.top - side)
        if room >= 0 and side <= LARGEST_SIDE - GRID:
            frames[row.split].append(frame)
    return frames


def _read(photo: str) -> tuple[Image.Image, dict]:
    """A portrait as `prepare` read it, and what to save with so that the same tables are used."""
    try:
        data = read_bytes(photo)
        image = Image.fromarray(decode_bytes(data).rgb)
        with Image.open(io.BytesIO(data)) as source:
            if isinstance(source, JpegImagePlugin.JpegImageFile) and source.mode == "RGB":
                return image, {"qtables": source.quantization, "subsampling": JpegImagePlugin.get_sampling(source)}
    except (ImageError, OSError) as error:
        raise UserError(f"{photo}: {error}; keep the portraits where `prepare` read them") from error
    return image, {"quality": JPEG_QUALITY}


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


def _load(core: "openvino.Core", path: Path) -> "openvino.CompiledModel":
    try:
        return core.compile_model(core.read_model(path), "CPU")
    except RuntimeError as error:
        raise UserError(f"{path} is no network of OpenVINO: {str(error).splitlines()[-1]}") from error
