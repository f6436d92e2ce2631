"""`converted_models/<name>/manifest.json`: what the trainer decided, for everyone who judges a face by it."""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

from python_trainer.config import BlazeFaceSettings, ClipRule, DetectorSettings, FaceCropSettings
from python_trainer.errors import UserError

SCHEMA_VERSION = 1
BANDS = ("no_traces", "inconclusive", "likely_fake")
MODES = ("check", "automatic")  # a check that the user asked for; badges that appear by themselves


@dataclass(frozen=True)
class ModelManifest:
    """The parts of a manifest that turn a logit into a verdict.

    temperature, bias: fake_score = sigmoid(logit / temperature + bias). operating_points[mode][band] is a list of
    thresholds on the score, indexed by the number of judged faces (the last entry serves all larger numbers).
    """

    name: str
    version: str
    detector: DetectorSettings
    face_crop: FaceCropSettings
    temperature: float
    bias: float
    operating_points: dict[str, dict]
    checkpoint_sha256: str  # of the weights that it was measured with
    clip: ClipRule = field(default_factory=ClipRule)

    def fake_score(self, logit: float) -> float:
        """Calibrated probability of fake, in [0, 1]."""
        value = logit / self.temperature + self.bias
        return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))

    def band(self, score: float, faces: int, mode: str = "check") -> str:
        """The band of one face's score in an image with `faces` judged faces (at least 1)."""
        points = self.operating_points[mode]
        if score >= threshold_for(points["likely_fake"], faces):
            return "likely_fake"
        return "no_traces" if score < threshold_for(points["no_traces"], faces) else "inconclusive"


def threshold_for(thresholds: list[float], faces: int) -> float:
    """Of a band's thresholds the one for an image with `faces` judged faces (at least 1)."""
    return thresholds[min(faces, len(thresholds)) - 1]


def read_model_manifest(path: Path) -> ModelManifest:
    """Read and check a manifest.

    Raises:
        UserError: missing, of another schema, or incomplete.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; `python -m python_trainer export` writes it") from error
    except json.JSONDecodeError as error:
        raise UserError(f"{path} is not JSON: {error}") from error
    if values.get("schema_version") != SCHEMA_VERSION:
        raise UserError(
            f"{path} has schema version {values.get('schema_version')}, this program reads {SCHEMA_VERSION}"
        )
    try:
        return ModelManifest(
            name=values["name"],
            version=values["version"],
            detector=detector_from_dict(values["detector"]),
            face_crop=FaceCropSettings(size=values["input"]["size"], **values["face_crop"]),
            temperature=float(values["calibration"]["temperature"]),
            bias=float(values["calibration"]["bias"]),
            operating_points={mode: values["operating_points"][mode] for mode in MODES},
            checkpoint_sha256=values["checkpoint_sha256"],
            clip=ClipRule(**values["clip"]),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} is incomplete: {error}; export the model again") from error


def detector_to_dict(settings: DetectorSettings) -> dict:
    """The manifest's form of the detector's settings."""
    return {
        "name": "mtcnn",
        "max_short_side": settings.max_short_side,
        "min_short_side": settings.min_short_side,
        "min_face_size": settings.min_face_size,
        "first_face_size": settings.first_face_size,
        "scale_factor": settings.scale_factor,
        "thresholds": list(settings.thresholds),
        "nms": {
            "pnet_scale": settings.nms_pnet_scale,
            "pnet": settings.nms_pnet,
            "rnet": settings.nms_rnet,
            "onet": settings.nms_onet,
        },
        "blazeface": asdict(settings.blazeface),
        "files": {
            **{net: f"../mtcnn/{net}/model.json" for net in ("pnet", "rnet", "onet")},
            "blazeface": "../blazeface/model.json",
        },
    }


def detector_from_dict(values: dict) -> DetectorSettings:
    """The inverse of `detector_to_dict`."""
    plain = {
        key: values[key]
        for key in (
            "max_short_side",
            "min_short_side",
            "min_face_size",
            "first_face_size",
            "scale_factor",
        )
    }
    nms = {f"nms_{name}": value for name, value in values["nms"].items()}
    blazeface = BlazeFaceSettings(**values["blazeface"])
    return DetectorSettings(thresholds=tuple(values["thresholds"]), blazeface=blazeface, **plain, **nms)
