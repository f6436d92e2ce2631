"""Frames of videos and animated images, sampled over their length: the only place that knows the package `av`."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageSequence

from python_trainer.clips import sample_times
from python_trainer.config import ClipRule
from python_trainer.images import MAX_PIXELS, ImageError, to_srgb, why_unreadable

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".3gp", ".ogv"})


@dataclass(frozen=True)
class Frame:
    """One picture of a clip. time: seconds from its start. rgb: uint8 [height, width, 3], sRGB, upright."""

    time: float
    rgb: np.ndarray


def sample_video(source: Path | IO[bytes], rule: ClipRule) -> Iterator[Frame]:
    """`rule.frames` pictures spread over a video, in a file or in memory: at each time the one that a player would show.

    Raises:
        ImageError: missing, empty, damaged, too large, encrypted, or without pictures; nothing was yielded then, unless
            the damage lies further on.
    """
    import av

    if isinstance(source, Path):
        if not source.is_file():
            raise ImageError("cannot be read: no such file")
        if source.stat().st_size == 0:
            raise ImageError("the file is empty (0 bytes)")
    try:
        # Titles and the like may be in any encoding, and are not read.
        with av.open(source, metadata_errors="ignore") as container:
            streams = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
            if not streams:
                raise ImageError("has no pictures: only sound, or something else")
            stream = streams[0]
            if stream.width * stream.height > MAX_PIXELS:
                raise ImageError(f"too large: {stream.width}×{stream.height} is over {MAX_PIXELS / 1e6:.0f} megapixels")
            stream.thread_type = "AUTO"
            start, duration = _extent(container, stream)
            for time in sample_times(duration, rule.frames):
                yield Frame(time, _frame_at(container, stream, start + time))
    except ImageError:
        raise
    except av.error.FFmpegError as error:
        raise ImageError(f"not a video, or damaged: {error.strerror}") from error
    except Exception as error:  # a codec that FFmpeg does not know, say, has no width, and the package stumbles over it
        raise ImageError(f"cannot be decoded: {why_unreadable(error)}") from error


def sample_animation(data: bytes, rule: ClipRule) -> list[Frame]:
    """The first and further frames of an animated image, `rule.animation_frames` in all or as many as it has.

    data: the file's bytes. Times are those at which the frames begin.

    Raises:
        ImageError: a frame is damaged.
    """
    frames, time = [], 0.0
    try:
        with Image.open(io.BytesIO(data)) as image:
            wanted = set(animation_indices(getattr(image, "n_frames", 1), rule.animation_frames))
            for index, frame in enumerate(ImageSequence.Iterator(image)):
                frame.load()
                if index in wanted:
                    frames.append(Frame(round(time, 3), np.asarray(to_srgb(frame.copy()))))
                time += frame.info.get("duration", 0) / 1000
    except Exception as error:  # each format's reader raises its own
        raise ImageError(f"frame {len(frames) + 1} of those looked at is damaged: {why_unreadable(error)}") from error
    return frames


def animation_indices(frames: int, count: int) -> list[int]:
    """Which of `frames` frames to look at: the first, and others spread evenly."""
    return sorted({index * frames // count for index in range(count)})


def _extent(container, stream) -> tuple[float, float]:
    """Start and duration in seconds, from the header or, where that does not say, from the packets."""
    if stream.duration:
        return float((stream.start_time or 0) * stream.time_base), float(stream.duration * stream.time_base)
    if container.duration:
        return (container.start_time or 0) / 1e6, container.duration / 1e6
    times = [(p.pts, p.pts + (p.duration or 0)) for p in container.demux(stream) if p.pts is not None]
    if not times:
        raise ImageError("has no pictures that can be decoded")
    first, last = min(t[0] for t in times), max(t[1] for t in times)
    return float(first * stream.time_base), float((last - first) * stream.time_base)


def _frame_at(container, stream, time: float) -> np.ndarray:
    """The last picture that begins at or before `time`, or the first one after it where there is none."""
    container.seek(int(time / stream.time_base), stream=stream, backward=True)
    shown = None
    for frame in container.decode(stream):
        if frame.time is not None and frame.time > time and shown is not None:
            break
        shown = frame
        if frame.time is not None and frame.time > time:
            break
    if shown is None:
        raise ImageError(f"has no picture at {time:.1f} s: damaged, or shorter than it says")
    upright = np.rot90(shown.to_ndarray(format="rgb24"), shown.rotation // 90)
    return np.ascontiguousarray(upright)
