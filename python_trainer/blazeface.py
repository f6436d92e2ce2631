"""BlazeFace, the detector of a second look: a face that fills much of the photo, also under blots or in odd colours.

Bazarevsky et al. 2019, arXiv:1907.05047. The network is MediaPipe's "short range" (Apache-2.0). Its published weights are
converted without loss from face_detection_short_range.tflite of the PyPI package mediapipe 0.10.14 (sha256
bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8); those that are used here were trained from them to see
through what spoils photos (the verb `harden`). The browser mirrors this file: inference/blazeface.js.
"""

import math
from functools import cache

import numpy as np

from python_trainer.config import BlazeFaceSettings
from python_trainer.files import ROOT
from python_trainer.preprocessing import face_angle, resize_antialiased, round_half_up

_CHECKPOINTS = ROOT / "python_trainer" / "checkpoints" / "blazeface"
PUBLISHED = _CHECKPOINTS / "blazeface.weights.h5"  # MediaPipe's
WEIGHTS = _CHECKPOINTS / "hardened.weights.h5"
SIDE = 128  # of the network's input, pixels
# Channels and stride of its blocks. Cells of 8 pixels are read after the last block of stride 1 that still has such cells,
# cells of 16 pixels at the end.
_BLOCKS = (
    (24, 1), (28, 1), (32, 2), (36, 1), (42, 1), (48, 2), (56, 1), (64, 1), (72, 1), (80, 1), (88, 1),
    (96, 2), (96, 1), (96, 1), (96, 1), (96, 1),
)  # fmt: skip
_FINE_BLOCK = 10
CELLS = ((16, 2), (8, 6))  # a side, and anchors in each
_VALUES = 16  # of an anchor: x and y of the middle, width, height, and x and y of six keypoints
_KEYPOINTS = (0, 1, 2, 3, 3)  # the eyes, nose, and the mouth's middle for both of its corners
_MIRRORED = (1, 0, 2, 4, 3)  # which of those five each is in a mirror image
# Whether mirrored, and how many times as wide a frame the photo lies in.
_VIEWS = ((False, 1.0), (True, 1.0), (False, 1.2))


def find_large_faces(image: np.ndarray, settings: BlazeFaceSettings) -> np.ndarray:
    """Faces of at least an eighth of the longer side of an image, uint8 [h, w, 3] RGB, best first.

    A photo is looked at as it is, then in the mirror, then from a little farther off, until a face is seen: a face that is hardly
    there under what spoils the photo is often seen from one side and not from the other.

    Returns:
        float64 [n, 15] rows of x1, y1, x2, y2, as MTCNN would draw the box; score in (0, 1); 5 x, 5 y of MTCNN's keypoints, with
        the mouth's middle for both of its corners. Pixels.
    """
    views = (_faces_in_view(image, mirrored, frame, settings) for mirrored, frame in _VIEWS)
    return next((faces for faces in views if len(faces)), np.empty((0, 15)))


def _faces_in_view(image: np.ndarray, mirrored: bool, frame: float, settings: BlazeFaceSettings) -> np.ndarray:
    """As `find_large_faces`, in one of _VIEWS."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width) / frame
    rows, columns = (max(1, round_half_up(length * scale)) for length in (height, width))
    top, left = (SIDE - rows) // 2, (SIDE - columns) // 2
    shown = resize_antialiased(image, rows, columns)
    square = np.zeros((SIDE, SIDE, 3), np.float32)
    square[top : top + rows, left : left + columns] = shown[:, ::-1] if mirrored else shown
    found = _suppress(*_anchors_in(square), settings)
    pixels = np.array([width / columns, height / rows])
    faces = np.array([_as_mtcnn_draws(face, np.array([left, top]), pixels, settings) for face in found]).reshape(-1, 15)
    if mirrored:
        faces[:, [0, 2]] = width - faces[:, [2, 0]]
        x, y = faces[:, 5:10][:, _MIRRORED], faces[:, 10:][:, _MIRRORED]
        faces[:, 5:] = np.concatenate([width - x, y], axis=1)
    faces[:, :4] = np.clip(faces[:, :4], 0, (width - 1, height - 1, width - 1, height - 1))
    return faces


def build_blazeface(batch_size: int | None = 1):
    """The network as a keras.Model, without its weights; batch_size: None for any.

    float32 [1, 128, 128, 3] RGB in [-1, 1] -> scores [1, 896, 1], logits; regressions [1, 896, 16], pixels of the input, the
    middle and the keypoints from the anchor's middle.
    """
    import keras
    from keras import layers, ops

    image = keras.Input((SIDE, SIDE, 3), batch_size=batch_size, name="image")
    x = fine = layers.Conv2D(24, 5, strides=2, padding="same", activation="relu")(image)
    for index, (channels, stride) in enumerate(_BLOCKS):
        short = layers.MaxPooling2D()(x) if stride > 1 else x
        if missing := channels - x.shape[-1]:
            short = ops.pad(short, ((0, 0), (0, 0), (0, 0), (0, missing)))
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same")(x)
        x = layers.ReLU()(layers.Add()([short, layers.Conv2D(channels, 1)(x)]))
        fine = x if index == _FINE_BLOCK else fine
    outputs: dict[str, list] = {"scores": [], "regressions": []}
    for features, (cells, anchors) in zip((fine, x), CELLS, strict=True):
        for name, size in (("scores", 1), ("regressions", _VALUES)):
            outputs[name].append(
                layers.Reshape((cells * cells * anchors, size))(layers.Conv2D(anchors * size, 1)(features))
            )
    joined = {name: layers.Concatenate(axis=1)(parts) for name, parts in outputs.items()}
    return keras.Model(image, joined, name="blazeface")


@cache
def load_blazeface():
    """`build_blazeface` with the weights in use; to be called eagerly: traced, oneDNN of TensorFlow 2.21 ends the process."""
    network = build_blazeface()
    network.load_weights(WEIGHTS)
    return network


@cache
def anchor_middles() -> np.ndarray:
    """Middles x, y of all anchors, float64 [896, 2], pixels of the input."""
    middles = []
    for cells, anchors in CELLS:
        steps = (np.arange(cells) + 0.5) * (SIDE / cells)
        y, x = np.meshgrid(steps, steps, indexing="ij")
        middles.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), anchors, axis=0))
    return np.concatenate(middles)


def _anchors_in(square: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the network says of float32 [128, 128, 3] in [0, 255]: scores in (0, 1), float64 [896]; [896, 16], from its corner."""
    outputs = load_blazeface()(square[None] / np.float32(127.5) - np.float32(1))
    scores, rows = (np.array(outputs[name], np.float64)[0] for name in ("scores", "regressions"))
    rows[:, :2] += anchor_middles()
    rows[:, 4:] += np.tile(anchor_middles(), 6)
    return np.exp(-np.logaddexp(0, -scores[:, 0])), rows


def _suppress(scores: np.ndarray, rows: np.ndarray, settings: BlazeFaceSettings) -> list[np.ndarray]:
    """Each face once: the mean of the anchors that say so, weighted by their scores, as MediaPipe does it.

    Returns float64 [17]: the best anchor's score, then what the network gives, from the input's corner.
    """
    some = np.flatnonzero(scores >= settings.min_score)
    order = some[np.argsort(-scores[some], kind="stable")]
    scores, rows, found = scores[order], rows[order], []
    while len(rows):
        same = _overlap(rows[0], rows) > settings.max_overlap
        same[0] = True  # also a box without area
        found.append(np.append(scores[0], scores[same] @ rows[same] / scores[same].sum()))
        scores, rows = scores[~same], rows[~same]
    return found


def _overlap(row: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Intersection over union of a box with boxes, float64 [n], of rows that begin with middle x, y, width and height."""
    low = np.maximum(row[:2] - row[2:4] / 2, rows[:, :2] - rows[:, 2:4] / 2)
    high = np.minimum(row[:2] + row[2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2)
    shared = np.maximum(high - low, 0).prod(axis=1)
    union = row[2] * row[3] + rows[:, 2] * rows[:, 3] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _as_mtcnn_draws(
    face: np.ndarray, corner: np.ndarray, pixels: np.ndarray, settings: BlazeFaceSettings
) -> np.ndarray:
    """From the input's pixels to the image's; MTCNN's boxes reach from the hair to the chin, BlazeFace's from the brows."""
    points = face[5:].reshape(-1, 2)[list(_KEYPOINTS)] - corner
    angle = face_angle(points)
    down = np.array([-math.sin(angle), math.cos(angle)])  # towards the chin
    middle = face[1:3] - corner + face[4] * settings.box_shift * down
    reach = face[3] * settings.box_scale / 2
    box = np.stack([middle - reach, middle + reach]) * pixels
    return np.concatenate([box.reshape(4), face[:1], (points * pixels).T.reshape(10)])
