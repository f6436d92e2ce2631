"""Judges a video or an animated image with the shipped model: sampled frames, tracks, one verdict and its timeline."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_trainer.clips import Sighting, Track, judge_tracks, track_faces
from python_trainer.images import ImageError
from python_trainer.video import Frame, sample_video

if TYPE_CHECKING:
    from python_trainer.predict import Predictor


def judge_clip(predictor: "Predictor", name: str, source: Path | IO[bytes], mode: str = "check") -> dict:
    """The result for a video file, or for one in memory; an unreadable one is "failed" with its reason, never a score."""
    try:
        return {"image": name} | judge_frames(predictor, sample_video(source, predictor.manifest.clip), mode)
    except ImageError as error:
        unjudged = {"fake_score": None, "band": None, "frames": 0, "frames_with_face": 0, "tracks": []}
        return {"image": name, "status": "failed", "reason": str(error)} | unjudged


def judge_frames(predictor: "Predictor", frames: Iterable[Frame], mode: str = "check") -> dict:
    """Status, reason, fake_score and band of a clip (as `judge_tracks`), with its frames and each track's timeline.

    Raises:
        ImageError: of the frames, where they cannot be decoded.
    """
    sightings = [sight_faces(predictor, frame, mode) for frame in frames]
    tracks = track_faces(sightings, predictor.manifest.clip)
    verdict = judge_tracks(tracks, predictor.manifest, mode)
    return verdict | {
        "frames": len(sightings),
        "frames_with_face": sum(bool(faces) for faces in sightings),
        "tracks": [_track_to_dict(track) for track in tracks],
    }


def sight_faces(predictor: "Predictor", frame: Frame, mode: str) -> list[Sighting]:
    """The faces of one frame, those too small to be judged included, best detection first."""
    return [
        Sighting(frame.time, face["box_xyxy"], face.get("fake_score"), face.get("band"))
        for face in predictor.judge_faces(frame.rgb, mode)
    ]


def timeline_text(result: dict, words: dict[str, str]) -> str:
    """Lines below a clip's verdict: each track with what each of its frames showed; words: of bands."""
    lines = []
    for number, track in enumerate(result["tracks"], 1):
        told = "too few frames" if track["band"] is None else f"{words[track['band']]} (mean {track['fake_score']:.3f})"
        lines.append(f"  face {number}: {told}")
        for seen in track["timeline"]:
            judged = "too small" if seen["band"] is None else f"{words[seen['band']]} ({seen['fake_score']:.3f})"
            lines.append(f"    {seen['time']:8.2f} s  {judged}")
    return "\n".join(lines)


def _track_to_dict(track: Track) -> dict:
    return {
        "fake_score": None if track.fake_score is None else round(track.fake_score, 6),
        "band": track.band,
        "timeline": [
            {
                "time": round(seen.time, 3),
                "box_xyxy": seen.box_xyxy,
                "fake_score": seen.fake_score,
                "band": seen.band,
            }
            for seen in track.sightings
        ],
    }
