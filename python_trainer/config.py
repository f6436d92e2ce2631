"""Settings as frozen dataclasses, and one named recipe for each model: the thesis's three, a yardstick and the one that ships."""

import dataclasses
import math
from dataclasses import dataclass, field

from python_trainer.errors import UserError

DIFFERENCES = ("layers", "reference", "none", "unnormalised", "unweighted")  # models.evidence.build_evidence


@dataclass(frozen=True)
class BlazeFaceSettings:
    """BlazeFace's faces, and how MTCNN would draw their boxes: medians of 704 training photos in which both find one."""

    min_score: float = 0.4  # at 0.3, twice as many pictures without people have a "face"
    max_overlap: float = 0.3  # of two faces, intersection over union
    box_scale: float = 1.19  # side of MTCNN's box, in widths of BlazeFace's
    box_shift: float = -0.11  # from its middle to that of MTCNN's, towards the chin, in heights of BlazeFace's


@dataclass(frozen=True)
class DetectorSettings:
    """MTCNN as the package `mtcnn` has it, on an image whose shorter side is reduced to `max_short_side` pixels.

    Its pyramid is the package's, which begins at faces of `first_face_size` pixels of the reduced image, without the
    scales that only smaller faces than `min_face_size` pixels of the whole image need. Where a check that was asked for
    finds no face, BlazeFace searches.
    """

    max_short_side: int = 480
    min_short_side: int = 40
    min_face_size: int = 40  # what can be judged: FaceCropSettings
    first_face_size: int = 20
    scale_factor: float = 0.709
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.8)
    nms_pnet_scale: float = 0.5
    nms_pnet: float = 0.7
    nms_rnet: float = 0.7
    nms_onet: float = 0.7
    blazeface: BlazeFaceSettings = field(default_factory=BlazeFaceSettings)


@dataclass(frozen=True)
class FaceCropSettings:
    """How a face becomes the network's input. Sizes in pixels; `margin` is a fraction of the box's longer side."""

    size: int = 224
    min_face_size: int = 40  # a smaller face carries too few pixels to judge: "face_too_small"
    margin: float = 0.3
    alignment: str = "eyes"  # "eyes": turned until they are level, the mouth below; "none"
    max_patch: int = 1024

    def __post_init__(self) -> None:
        if not -1 < self.margin < math.inf:
            raise UserError(f"margin {self.margin}: it must be a number above -1, 0 for the face's box as it is")


@dataclass(frozen=True)
class ClipRule:
    """How a video or an animated image is judged: which frames, which faces are one, and how many decide.

    A track's score is the mean of its face's calibrated scores; the worst track's is the clip's.
    """

    frames: int = 12  # of a video: the middles of so many equal parts
    animation_frames: int = 6  # of an animated image, the first one included
    live_seconds: float = 6.0  # a stream that cannot be sought is watched for so long
    min_frames: int = 2  # a face counts once so many frames show it large enough
    min_iou: float = 0.2  # two boxes of successive frames that overlap so much are one face
    max_centre_distance: float = 0.75  # or whose centres are so near, in sides of the smaller box


_SHARES = (
    "horizontal_flip", "vertical_flip", "rotation", "zoom", "color", "geometry", "erase", "overlay", "spoil", "degrade",
    "label_smoothing", "self_blended", "cross_blended", "reconstructed", "ema",
)  # fmt: skip
_LIMITS = (  # names of a recipe's fields, what fits them, and that in words
    (("batch_size",), lambda n: n >= 2 and n % 2 == 0, "an even number, 2 or more: half of a batch are real faces"),
    (("learning_rate",), lambda rate: 0 < rate < math.inf, "a number above 0"),
    (("patience",), lambda n: n >= 1, "1 or more"),
    (("samples_per_epoch",), lambda n: n >= 0, "0 or more"),
    (("seed",), lambda n: 0 <= n < 2**32, "from 0 to 4294967295"),
    (("window", "texture"), lambda n: n in (0, 1), "0 or 1"),
    (_SHARES, lambda share: 0 <= share <= 1, "a number from 0 to 1"),
    (("clip_norm", "pair_weight", "patch_weight", "trace_weight"), lambda n: 0 <= n < math.inf, "0 or more"),
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run; each field is a flag of `train` (Rutikanga 2024, appendix A).

    `stages` is a tuple of (epochs, image size, backbone frozen): progressive resolution, cheap epochs first.
    `samples_per_epoch` 0 means as many as there are training crops.

    Raises:
        UserError: a number is out of its range.
    """

    name: str
    architecture: str  # "mtcnn_classifier" | "mobilenet" | "ifmd" | "evidence"
    input_size: int
    whole_image: bool  # the MTCNN classifier sees the whole image, the others the face crop
    stages: tuple[tuple[int, int, bool], ...]
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"  # or "cosine": to zero over all stages
    patience: int = 5
    samples_per_epoch: int = 0
    horizontal_flip: float = 0.5
    vertical_flip: float = 0.5
    rotation: float = 0.2  # fraction of a full turn each way, as Keras's RandomRotation: 0.2 is ±72°
    zoom: float = 0.2
    color: float = 0.2
    geometry: float = 1.0  # probability that a crop is turned and zoomed at all
    window: int = 0  # 1: stages smaller than the crop see a piece of it at its own scale, not all of it shrunk
    erase: float = 0.0  # probability that rectangles of a crop are painted over
    overlay: float = 0.0  # probability that another real shows through both of a pair
    spoil: float = 0.0  # probability that filters, weather, blots or noise spoil a crop, or both of an aligned pair
    degrade: float = 0.0  # probability that a pair of images is rescaled and recompressed as the web does
    label_smoothing: float = 0.0
    clip_norm: float = 0.0  # largest gradient norm per variable; 0: no clipping
    pair_weight: float = 0.0  # weight of the pair loss (eq. 15-18)
    difference: str = "layers"  # of the evidence network: one of DIFFERENCES
    difference_taps: tuple[str, str] = ("block_12_add", "block_10_project_BN")
    pair_tap: str = "block_12_add"
    self_blended: float = 0.0  # share of the fakes that are made while training, from a real of the batch
    cross_blended: float = 0.0  # share of the fakes made while training by pasting another real's face on one
    blend_mask: str = ""  # of those: "hull" or "ellipse", self_blending.MASKS; empty: either by chance
    reconstructed: float = 0.0  # share of the fakes that an autoencoder made (`reconstruct`)
    texture: int = 0  # 1: the evidence network's verdict sees statistics of its early layers too
    patch_weight: float = 0.5  # weights of the evidence network's further losses: its map,
    trace_weight: float = 0.3  # and its two kinds of traces
    select: str = "val_loss"  # what the best epoch is best in; "macro_auc": mean AUC over sources, clean and JPEG
    ema: float = 0.0  # momentum of the average of the weights that is kept; 0: the last weights are
    seed: int = 0
    crop: FaceCropSettings = field(default_factory=FaceCropSettings)

    def __post_init__(self) -> None:
        for epochs, size, _ in self.stages:
            if epochs < 1 or size < 32 or size % 32:
                raise UserError(
                    f"stage {epochs}:{size}: it must have 1 epoch or more, and a size that is a multiple of 32"
                )
        for names, fits, words in _LIMITS:
            for name in names:
                if not fits(value := getattr(self, name)):
                    raise UserError(f"{name.replace('_', ' ')} {value}: it must be {words}")
        if self.self_blended + self.cross_blended + self.reconstructed > 1 + 1e-9:
            raise UserError("self blended, cross blended and reconstructed are shares of the fakes: at most 1 together")

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(stage[0] for stage in self.stages)


# Where a recipe is ours and not the thesis's: how it learns, and the views that it sees.
_OWN_TRAINING = {
    "optimizer": "adamw",
    "learning_rate": 4e-4,
    "schedule": "cosine",
    "patience": 100,
    "vertical_flip": 0.0,
    "rotation": 0.03,
    "zoom": 0.15,
    "geometry": 0.5,
    "degrade": 0.65,
    "label_smoothing": 0.02,
    "clip_norm": 1.0,
    "ema": 0.99,
}
RECIPES = {
    "mtcnn": Recipe("mtcnn", "mtcnn_classifier", 256, True, stages=((100, 256, False),)),
    "mobilenet": Recipe("mobilenet", "mobilenet", 224, False, stages=((80, 224, False),)),
    "ifmd": Recipe("ifmd", "ifmd", 224, False, stages=((2, 224, False),), pair_weight=0.1),
    # No thesis's model but the yardstick of all: what MobileNetV2 makes of whole photos, faces not looked for.
    "plain": Recipe(
        "plain",
        "mobilenet",
        224,
        True,
        stages=((6, 224, False),),
        samples_per_epoch=6000,
        **_OWN_TRAINING,
    ),
    "evidence": Recipe(
        "evidence",
        "evidence",
        224,
        False,
        stages=((9, 224, False),),
        samples_per_epoch=10000,
        erase=0.3,
        spoil=0.25,
        self_blended=0.12,
        cross_blended=0.12,
        reconstructed=0.22,
        texture=1,
        select="macro_auc",
        **_OWN_TRAINING,
    ),
}


def get_recipe(name: str, **overrides: object) -> Recipe:
    """A named recipe with some fields replaced.

    Raises:
        UserError: unknown recipe or unknown field.
    """
    if name not in RECIPES:
        raise UserError(f"unknown recipe {name!r}; choose one of {', '.join(RECIPES)}")
    known = {f.name for f in dataclasses.fields(Recipe)}
    if unknown := sorted(set(overrides) - known):
        raise UserError(f"unknown recipe key {', '.join(unknown)}; known keys: {', '.join(sorted(known))}")
    return dataclasses.replace(RECIPES[name], **overrides)


def recipe_to_dict(recipe: Recipe) -> dict:
    """Plain JSON types, for logs and the model's manifest."""
    return dataclasses.asdict(recipe)


def recipe_from_dict(values: dict) -> Recipe:
    """The inverse of `recipe_to_dict`, also after a round trip through JSON.

    Raises:
        UserError: an unknown key, so that a typo is never silently ignored.
    """
    values = dict(values)
    crop_values = dict(values.pop("crop", {}))
    for cls, given in ((Recipe, values), (FaceCropSettings, crop_values)):
        if unknown := sorted(set(given) - {f.name for f in dataclasses.fields(cls)}):
            raise UserError(f"unknown recipe key {', '.join(unknown)}")
    if "difference_taps" in values:
        values["difference_taps"] = tuple(values["difference_taps"])
    if "stages" in values:
        values["stages"] = tuple(tuple(stage) for stage in values["stages"])
    return Recipe(**values, crop=FaceCropSettings(**crop_values))
