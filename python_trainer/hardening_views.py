"""Batches that teach a detector of faces to see through what spoils photos: each view as it is, and spoilt."""

import math
from dataclasses import dataclass

import keras
import numpy as np
from PIL import Image, ImageFilter

from python_trainer.blazeface import SIDE
from python_trainer.spoiling import cover, spoil

PHOTO_SIDE = 256  # pixels: photos are held, turned and spoilt at twice the network's input
BATCH, WITHOUT_FACE = 32, 12
# Of a batch, the views from where to where are shown turned by a quarter, a half, three quarters, against the clock.
QUARTERS = ((1, 14, 16), (2, 16, 18), (3, 18, 20))
SPOILT, DENOISED, COVERED, SCRAMBLED = 0.75, 0.1, 0.3, 0.35  # shares of the views; the last of those without a face
_TURN = 0.5  # radians, of faces: what BlazeFace finds unspoilt


@dataclass(frozen=True)
class KnownFace:
    """A photo, uint8 [h, w, 3], at most PHOTO_SIDE long, and where it shows its face (faces.FaceDetection), if that is known."""

    photo: np.ndarray
    box: np.ndarray | None = None
    keypoints: np.ndarray | None = None


class HardeningViews(keras.utils.PyDataset):
    """By index, the same batch for the same seed.

    Args:
        faces: by source, which has a say by the root of its number.
        without_faces: pictures of nobody, uint8 [h, w, 3], at most PHOTO_SIDE long.
        steps: batches that there are.
    """

    def __init__(
        self, faces: dict[str, list[KnownFace]], without_faces: list[np.ndarray], steps: int, seed: int
    ) -> None:
        super().__init__()
        self._faces = [face for source in faces.values() for face in source]
        shares = np.concatenate([np.full(len(source), len(source) ** -0.5) for source in faces.values()])
        self._shares = shares / shares.sum()
        self._without_faces, self._steps, self._seed = without_faces, steps, seed

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        """`clean` and `spoilt`, some turned (QUARTERS): uint8 [BATCH, SIDE, SIDE, 3]; `without_face`: bool [BATCH]."""
        rng = np.random.default_rng((self._seed, index))
        without_face = np.arange(BATCH) >= BATCH - WITHOUT_FACE
        clean, spoilt = (np.empty((BATCH, SIDE, SIDE, 3), np.uint8) for _ in range(2))
        for place, empty in enumerate(without_face):
            shown, view = self._nobody(rng) if empty else self._face(rng)
            clean[place] = _as_input(shown)
            if rng.uniform() < SPOILT:
                view = Image.fromarray(spoil(np.asarray(view), rng))
            if rng.uniform() < DENOISED:  # of specks and rain there is something left then
                view = view.filter(ImageFilter.MedianFilter(5))
            spoilt[place] = _as_input(view)
        for quarters, start, end in QUARTERS:
            spoilt[start:end] = np.rot90(spoilt[start:end], quarters, axes=(1, 2))
        return {"clean": clean, "spoilt": spoilt, "without_face": without_face}

    def _face(self, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
        """Two views of the same draw, in the second of which something may cover the face."""
        face = self._faces[rng.choice(len(self._faces), p=self._shares)]
        covered = face.photo
        if face.keypoints is not None and rng.uniform() < COVERED:
            covered = cover(face.photo, face.box, face.keypoints, rng)
        draw = rng.bit_generator.state
        clean = _random_view(face.photo, rng, _TURN)
        if covered is face.photo:
            return clean, clean
        rng.bit_generator.state = draw
        return clean, _random_view(covered, rng, _TURN)

    def _nobody(self, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
        """A picture of nobody, or a photo of somebody in tiles that lie in another order: skin and hair, and no face."""
        if rng.uniform() < SCRAMBLED:
            view = _scrambled(self._face(rng)[0], rng)
        else:
            view = _random_view(self._without_faces[rng.integers(len(self._without_faces))], rng, math.pi)
        return view, view


def _random_view(photo: np.ndarray, rng: np.random.Generator, turn: float) -> Image.Image:
    """Mirrored, turned by at most `turn` radians, nearer or farther, moved, on black or a colour; PHOTO_SIDE a side."""
    image = Image.fromarray(photo if rng.uniform() < 0.5 else photo[:, ::-1])
    lengths = np.array(image.size)
    step = lengths.max() / PHOTO_SIDE
    middle = lengths / 2
    if rng.uniform() < 0.7:
        step *= math.exp(rng.uniform(-0.35, 0.5))
        middle += rng.uniform(-0.12, 0.12, 2) * lengths
    angle = rng.uniform(-turn, turn) if rng.uniform() < 0.6 else 0.0
    colour = tuple(int(value) for value in rng.integers(0, 256, 3)) if rng.uniform() < 0.5 else (0, 0, 0)
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    left, top = middle - PHOTO_SIDE / 2 * np.array([cos - sin, sin + cos])
    matrix = (cos, -sin, left, sin, cos, top)
    size = (PHOTO_SIDE, PHOTO_SIDE)
    return image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=colour)


def _scrambled(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    tiles = int(rng.integers(5, 9))  # a side
    side = PHOTO_SIDE // tiles
    pixels = np.asarray(view)[: tiles * side, : tiles * side].reshape(tiles, side, tiles, side, 3).swapaxes(1, 2)
    order = rng.permutation(tiles * tiles)
    moved = pixels.reshape(-1, side, side, 3)[order].reshape(pixels.shape).swapaxes(1, 2)
    return Image.fromarray(moved.reshape(tiles * side, tiles * side, 3)).resize(view.size)


def _as_input(view: Image.Image) -> np.ndarray:
    return np.asarray(view.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
