"""Draws sample faces with their anomaly maps and verdicts, for the model card; give it pictures that may be published."""

from pathlib import Path

import numpy as np

from python_trainer.faces import look_twice
from python_trainer.figures import plot_maps
from python_trainer.images import decode_image
from python_trainer.inputs import list_images
from python_trainer.predict import Predictor
from python_trainer.preprocessing import crop_face, resize_antialiased

WORDS = {"no_traces": "no traces found", "inconclusive": "inconclusive", "likely_fake": "likely fake"}


def draw_sample_maps(predictor: Predictor, folders: list[Path], out_png: Path) -> None:
    """The largest face of each picture below `folders`, captioned with its file's name, score and verdict.

    Raises:
        ImageError: a picture cannot be read.
    """
    settings, samples = predictor.manifest.face_crop, []
    for path in list_images(folders):
        image = decode_image(path)
        faces, _ = look_twice(image.rgb, predictor.manifest.detector)
        if not faces:
            continue
        face = max(faces, key=lambda f: f.size)
        crop = resize_antialiased(
            crop_face(image.rgb, face.box_xyxy, face.keypoints, settings), settings.size, settings.size
        )
        outputs = predictor.model.predict_on_batch(crop[None].astype(np.float32))
        score = predictor.manifest.fake_score(float(np.asarray(outputs["logit"])[0, 0]))
        name = path.stem.replace("_", " ")
        caption = f"{name[:24]}\n{score:.2f}, {WORDS[predictor.manifest.band(score, 1, 'check')]}"
        samples.append({"image": crop, "map": np.asarray(outputs["anomaly_map"])[0], "caption": caption})
    plot_maps(samples, out_png)
