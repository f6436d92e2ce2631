"""The only place that knows the package `mtcnn`: image in, face boxes and keypoints out."""

import os
from dataclasses import dataclass
from functools import cache

import numpy as np

from python_trainer.blazeface import find_large_faces
from python_trainer.config import DetectorSettings
from python_trainer.preprocessing import detection_image

NETWORK_INPUT_SIDE = 12  # P-Net's, pixels: the face that it finds at scale s is 12 / s pixels


@dataclass(frozen=True)
class FaceDetection:
    """One face.

    box_xyxy: float32 [4], pixels of the whole image. score: detector's confidence in [0, 1].
    keypoints: float32 [5, 2] (x, y): eye at the image's left (the subject's right), the other eye, nose,
    mouth corner at the image's left, the other corner (BlazeFace: the mouth's middle for both).
    """

    box_xyxy: np.ndarray
    score: float
    keypoints: np.ndarray

    @property
    def size(self) -> float:
        """The box's longer side, pixels."""
        return float(max(self.box_xyxy[2] - self.box_xyxy[0], self.box_xyxy[3] - self.box_xyxy[1]))


def detect_faces(
    image: np.ndarray, settings: DetectorSettings | None = None, second_look: bool = False
) -> list[FaceDetection]:
    """Find faces, best first: with MTCNN (Zhang et al. 2016, arXiv:1604.02878), BlazeFace in a second look.

    Args:
        image: uint8 [h, w, 3] RGB.
        second_look: for an image in which MTCNN finds no face: ask BlazeFace.

    Returns:
        Faces in descending order of score; none for an image whose shorter side is under `min_short_side`.

    Raises:
        ValueError: not a uint8 RGB array. TensorFlow's errors pass through: an error is not "no face".
    """
    settings = settings or DetectorSettings()
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected uint8 [h, w, 3], got {image.dtype} {image.shape}")
    if min(image.shape[:2]) < settings.min_short_side:
        return []
    reduced = detection_image(image, settings)
    if second_look:
        rows = find_large_faces(reduced, settings.blazeface)
    else:
        reduction = min(reduced.shape[:2]) / min(image.shape[:2])
        scales = _pyramid_scales(reduced.shape, settings, settings.min_face_size * reduction)
        rows = _run_stages(reduced, scales, settings)
    scale = np.asarray([image.shape[1] / reduced.shape[1], image.shape[0] / reduced.shape[0]], np.float32)
    faces = [
        FaceDetection(
            box_xyxy=(row[:4].reshape(2, 2) * scale).reshape(4).astype(np.float32),
            score=float(row[4]),
            keypoints=(row[5:].reshape(2, 5).T * scale).astype(np.float32),
        )
        for row in rows
    ]
    return sorted(faces, key=lambda face: -face.score)


def look_twice(image: np.ndarray, settings: DetectorSettings | None = None) -> tuple[list[FaceDetection], bool]:
    """What a check that was asked for finds: faces as `detect_faces`, and whether only its second look found them."""
    faces = detect_faces(image, settings)
    if faces:
        return faces, False
    found = detect_faces(image, settings, second_look=True)
    return found, bool(found)


def _pyramid_scales(shape: tuple[int, ...], settings: DetectorSettings, min_face_size: float) -> np.ndarray:
    """Scales at which P-Net looks at an image, largest first; float [n].

    The largest is the one that shows it faces of at most `min_face_size` pixels as large as it wants them; the grid of
    scales does not depend on that size.
    """
    from mtcnn.utils.images import build_scale_pyramid

    scales = build_scale_pyramid(shape[1], shape[0], settings.first_face_size, settings.scale_factor)
    return scales[NETWORK_INPUT_SIDE / (scales * settings.scale_factor) > min_face_size]


def _run_stages(image: np.ndarray, scales: np.ndarray, settings: DetectorSettings) -> np.ndarray:
    """MTCNN's three stages, called one by one; float [n, 15] rows of x1, y1, x2, y2, score, 5 x, 5 y.

    The package's own `detect_faces` answers any InvalidArgumentError of TensorFlow with "no faces"; here only an
    empty set of proposals ends the cascade early, and every error is an error.
    """
    import tensorflow as tf
    from mtcnn.utils.bboxes import fix_bboxes_offsets, limit_bboxes
    from mtcnn.utils.images import standarize_batch

    _, rnet, onet = _detector().stages
    normalized, shapes, padding = standarize_batch([image], normalize=True)
    normalized = tf.constant(normalized)  # once, and not again for each size of the pyramid
    _, p2, p3 = settings.thresholds
    boxes = _propose(normalized, scales, settings)
    if len(boxes):
        boxes = rnet(images_normalized=normalized, bboxes_batch=boxes, threshold_rnet=p2, nms_rnet=settings.nms_rnet)
    if len(boxes):
        boxes = onet(images_normalized=normalized, bboxes_batch=boxes, threshold_onet=p3, nms_onet=settings.nms_onet)
    if not len(boxes):
        return np.empty((0, 15))
    found = fix_bboxes_offsets(np.asarray(boxes), padding)
    return limit_bboxes(found, images_shapes=shapes, limit_landmarks=False)[:, 1:]  # without the image's number


def _propose(normalized, scales: np.ndarray, settings: DetectorSettings) -> np.ndarray:
    """The package's first stage with scales of our own: its counts them as if every search began at 12 pixels.

    Args:
        normalized: float32 [1, h, w, 3], as `standarize_batch` gives it.

    Returns:
        float [n, 6] rows of image id, x1, y1, x2, y2, score: square boxes.
    """
    from mtcnn.utils.bboxes import generate_bounding_box, resize_to_square, smart_nms_from_bboxes, upscale_bboxes
    from mtcnn.utils.images import apply_scales

    if not len(scales):
        return np.empty((0, 6))
    proposals = []
    for level, scale in zip(*apply_scales(normalized, [scales]), strict=True):
        offsets, scores = _detector().stages[0].model(level)
        found = upscale_bboxes(generate_bounding_box(offsets, scores, settings.thresholds[0]), np.asarray([scale]))
        proposals.append(
            smart_nms_from_bboxes(found, threshold=settings.nms_pnet_scale, method="union", initial_sort=False)
        )
    boxes = smart_nms_from_bboxes(
        np.concatenate(proposals), threshold=settings.nms_pnet, method="union", initial_sort=True
    )
    return resize_to_square(boxes)


@cache
def _detector():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf
    from mtcnn import MTCNN

    detector = MTCNN()
    for stage in detector.stages:
        # Called eagerly, Keras spends more time between the operations than in them; traced, their results are the same.
        signature = [tf.TensorSpec([None, None, None, 3], tf.float32)]
        stage._model = tf.function(stage._model, input_signature=signature, autograph=False)
    return detector
