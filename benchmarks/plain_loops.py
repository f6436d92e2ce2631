"""The loops that one would write with mtcnn and Keras for what the trainer does."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from python_trainer.inputs import Item, Part
from python_trainer.predict import SHIPPED_CHECKPOINT


def _leave_out_scales_below_the_network() -> None:
    """Mends the package in this process.

    It has as many scales for larger faces as for those of 20 pixels; on the last ones the image is smaller than P-Net's
    input, and the package tells of that error as "no faces".
    """
    from mtcnn.stages import stage_pnet

    from python_trainer.faces import NETWORK_INPUT_SIDE

    build = stage_pnet.build_scale_pyramid

    def build_possible(width: int, height: int, **options) -> np.ndarray:
        scales = build(width, height, **options)
        return scales[scales * min(width, height) >= NETWORK_INPUT_SIDE]

    stage_pnet.build_scale_pyramid = build_possible


class PlainPrepare:
    """Photos to crops with the package as its readme shows it; each gives its number of faces."""

    def __init__(self, out: Path, least: int | None = None):
        """`least`: pixels of the smallest face that is looked for; None: the package's own, 20."""
        from mtcnn import MTCNN

        if least:
            _leave_out_scales_below_the_network()
        self._detector, self._out, self._options = MTCNN(), out, {"min_face_size": least} if least else {}

    def crops(self, path: str) -> Iterator:
        """Crops of 224 pixels."""
        from PIL import Image

        image = Image.open(path).convert("RGB")
        for face in self._detector.detect_faces(np.asarray(image), **self._options):
            x, y, width, height = face["box"]
            extra = 0.15 * max(width, height)
            yield image.crop((x - extra, y - extra, x + width + extra, y + height + extra)).resize((224, 224))

    def __call__(self, part: Part) -> Iterator[int]:
        """Faces of each photo, cut and stored."""
        for item in part.items:
            crops = list(self.crops(item.location))
            for index, crop in enumerate(crops):
                crop.save(self._out / f"{Path(item.location).stem}_{index}.png")
            yield len(crops)


class PlainPredict:
    """Photos to scores: the loop above and Keras's `predict`, face by face; each gives its number of faces."""

    def __init__(self, out: Path, least: int | None = None):
        """`least`: as that of `PlainPrepare`."""
        from python_trainer.models import load_checkpoint

        self._crops, (self._model, _) = PlainPrepare(out, least).crops, load_checkpoint(SHIPPED_CHECKPOINT)

    def __call__(self, part: Part) -> Iterator[int]:
        """Faces of each photo, cut and scored one by one."""
        for item in part.items:
            crops = list(self._crops(item.location))
            for crop in crops:
                self._model.predict(np.asarray(crop, np.float32)[None], verbose=0)
            yield len(crops)


class PlainEvaluate:
    """Crops to scores: one array, one call of Keras's `predict`."""

    def __init__(self, prepared: Path):
        from python_trainer.models import load_checkpoint

        self._prepared, (self._model, _) = prepared, load_checkpoint(SHIPPED_CHECKPOINT)

    def __call__(self, part: Part) -> list[float]:
        """Logits of all crops at once."""
        return self._model.predict(_read_crops(self._prepared, part.items), verbose=0)["logit"].reshape(-1).tolist()


def _read_crops(prepared: Path, items: Iterable[Item]) -> np.ndarray:
    import keras

    return np.stack([keras.utils.img_to_array(keras.utils.load_img(prepared / item.location)) for item in items])


class PlainTrain:
    """Keras's example of fine-tuning: MobileNetV2, a dense layer, `fit` on the crops of a folder, no augmentation."""

    def __init__(self, prepared: Path, items: list[Item], batch: int):
        """Reads the crops, as ours does; `batch` of them make a step."""
        import keras

        base = keras.applications.MobileNetV2((224, 224, 3), include_top=False, weights=None, pooling="avg")
        self._model = keras.Sequential([keras.layers.Rescaling(1 / 127.5, -1), base, keras.layers.Dense(1)])
        self._model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        self._batch = batch
        self._crops, self._labels = _read_crops(prepared, items), np.arange(len(items)) % 2

    def __call__(self, part: Part) -> tuple[()]:
        """One epoch."""
        self._model.fit(self._crops, self._labels, batch_size=self._batch, verbose=0)
        return ()
