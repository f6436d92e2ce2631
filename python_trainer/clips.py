"""From the faces of a clip's sampled frames to tracks and one verdict; the browser's face-tracks.js and clip-verdict.js do the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from python_trainer.config import ClipRule
from python_trainer.model_manifest import ModelManifest


@dataclass(frozen=True)
class Sighting:
    """One face in one sampled frame.

    time: seconds from the clip's start. box_xyxy: pixels of the frame. fake_score in [0, 1] and band are None for a
    face that is too small to be judged.
    """

    time: float
    box_xyxy: Sequence[float]
    fake_score: float | None
    band: str | None


@dataclass
class Track:
    """One face through the clip, in order of time; fake_score and band are None where too few frames show it large enough."""

    sightings: list[Sighting] = field(default_factory=list)
    fake_score: float | None = None
    band: str | None = None


def sample_times(duration: float, count: int) -> list[float]:
    """The middles of `count` equal parts of a clip of `duration` seconds: never its very first or last frame."""
    return [duration * (index + 0.5) / count for index in range(count)]


def track_faces(frames: Sequence[Sequence[Sighting]], rule: ClipRule) -> list[Track]:
    """Joins the faces of successive frames, each frame a list of sightings.

    Greedy: of all pairs of a track's last box and a new box the largest overlap first, then, without enough overlap,
    the nearest centres. A face without a track starts one; a track may miss frames.
    """
    tracks: list[Track] = []
    for faces in frames:
        pairs = [
            (*rank, index, number)
            for index, track in enumerate(tracks)
            for number, face in enumerate(faces)
            if (rank := _rank(track.sightings[-1].box_xyxy, face.box_xyxy, rule)) is not None
        ]
        taken_tracks, taken_faces = set(), set()
        for *_, index, number in sorted(pairs):
            if index not in taken_tracks and number not in taken_faces:
                taken_tracks.add(index)
                taken_faces.add(number)
                tracks[index].sightings.append(faces[number])
        tracks += [Track([face]) for number, face in enumerate(faces) if number not in taken_faces]
    return tracks


def judge_tracks(tracks: list[Track], manifest: ModelManifest, mode: str = "check") -> dict:
    """The clip's verdict: the worst track's mean score decides, with the thresholds for that many tracks.

    A track counts once `min_frames` frames show its face large enough; its score and band are set.
    Returns status ("scored", "no_face", "face_too_small", or "failed" when no track counts), reason, fake_score, band.
    """
    rule = manifest.clip
    counted = {
        index: fmean(scores)
        for index, track in enumerate(tracks)
        if len(scores := [s.fake_score for s in track.sightings if s.fake_score is not None]) >= rule.min_frames
    }
    for index, score in counted.items():
        tracks[index].fake_score = score
        tracks[index].band = manifest.band(score, len(counted), mode)
    if counted:
        worst = max(counted.values())
        return {
            "status": "scored",
            "reason": "",
            "fake_score": worst,
            "band": manifest.band(worst, len(counted), mode),
        }
    unscored = {"fake_score": None, "band": None}
    if not tracks:
        return {"status": "no_face", "reason": "no face in any of the sampled frames", **unscored}
    if all(s.fake_score is None for track in tracks for s in track.sightings):
        return {
            "status": "face_too_small",
            "reason": f"every face is under {manifest.face_crop.min_face_size} px",
            **unscored,
        }
    return {
        "status": "failed",
        "reason": f"no face was seen in {rule.min_frames} sampled frames; a verdict on a clip needs that",
        **unscored,
    }


def _rank(last: Sequence[float], box: Sequence[float], rule: ClipRule) -> tuple[int, float] | None:
    """Lower is better; None when the boxes are too far apart to be one face."""
    overlap = _iou(last, box)
    if overlap >= rule.min_iou:
        return 0, -overlap
    across = (last[0] + last[2] - box[0] - box[2]) / 2
    down = (last[1] + last[3] - box[1] - box[3]) / 2
    distance = (across * across + down * down) ** 0.5 / min(_side(last), _side(box))
    return (1, distance) if distance <= rule.max_centre_distance else None


def _side(box: Sequence[float]) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _iou(a: Sequence[float], b: Sequence[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
