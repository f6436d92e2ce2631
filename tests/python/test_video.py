"""Videos and animated images: frames at the right times, one verdict with its timeline, and failures that say why."""

import json

import numpy as np
import pytest

from python_trainer.__main__ import main
from python_trainer.config import ClipRule
from python_trainer.files import ROOT
from python_trainer.images import ImageError
from python_trainer.predict import Predictor
from python_trainer.video import animation_indices, sample_animation, sample_video

CLIPS = ROOT / "tests" / "fixtures" / "clips"
RULE = ClipRule()


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor()


@pytest.mark.parametrize("name", ["face.mp4", "face.webm"])
def test_frames_lie_in_the_middle_of_equal_parts(name):
    frames = list(sample_video(CLIPS / name, RULE))
    assert [frame.time for frame in frames] == pytest.approx([3 * (i + 0.5) / 12 for i in range(12)], abs=0.1)
    assert {frame.rgb.shape for frame in frames} == {(240, 320, 3)}


def test_each_time_shows_the_picture_that_a_player_would_show(tmp_path):
    import av

    path = tmp_path / "grey.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=4)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "bgr0"
        for level in range(0, 240, 10):  # 24 frames, 6 seconds: frame i is of grey 10 i
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    levels = [int(frame.rgb.mean().round()) for frame in sample_video(path, RULE)]
    assert levels == [10 * int((0.25 + 0.5 * index) * 4) for index in range(12)]


def test_a_turned_video_is_seen_upright(tmp_path):
    import av

    path = tmp_path / "turned.mp4"
    with av.open(str(CLIPS / "face.mp4")) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    turned, straight = (next(iter(sample_video(file, RULE))).rgb for file in (path, CLIPS / "face.mp4"))
    assert np.array_equal(turned, np.rot90(straight)), "by 90 degrees against the clock"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty.mp4", "empty"),
        ("broken.mp4", "damaged"),
        ("sound_only.webm", "only sound"),
        ("none.mp4", "no such file"),
    ],
)
def test_what_cannot_be_judged_says_why_and_exits_with_one(name, reason, capsys):
    with pytest.raises(ImageError, match=reason):
        list(sample_video(CLIPS / name, RULE))
    assert main(["predict", str(CLIPS / name), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["status"], result["band"], result["fake_score"], result["tracks"]) == ("failed", None, None, [])
    assert reason in result["reason"]


def test_a_codec_that_nobody_knows_is_said_and_stops_nothing(tmp_path):
    data = (CLIPS / "two_faces.webm").read_bytes()
    odd = data.replace(b"V_VP9", b"V_VX9").replace(b"V_VP8", b"V_VX8")
    assert odd != data
    (tmp_path / "odd.webm").write_bytes(odd)
    with pytest.raises(ImageError, match="cannot be decoded"):
        list(sample_video(tmp_path / "odd.webm", RULE))


def test_a_clip_gets_one_verdict_with_its_timeline(capsys):
    assert main(["predict", str(CLIPS / "two_faces.webm"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["status"], result["frames"], result["frames_with_face"]) == ("scored", 12, 12)
    assert [len(track["timeline"]) for track in result["tracks"]] == [12, 12]
    for track in result["tracks"]:
        assert track["fake_score"] == pytest.approx(
            np.mean([seen["fake_score"] for seen in track["timeline"]]), abs=1e-6
        )
        centres = [seen["box_xyxy"][0] + seen["box_xyxy"][2] for seen in track["timeline"]]
        assert max(centres) - min(centres) < 100, "a track stays with its face"
    assert result["fake_score"] == pytest.approx(max(track["fake_score"] for track in result["tracks"]), abs=1e-6)


def test_text_shows_every_frame_of_the_timeline(capsys):
    assert main(["predict", str(CLIPS / "face.mp4")]) == 0
    first, face, *timeline = capsys.readouterr().out.splitlines()
    assert "a face in 12 of 12 frames" in first
    assert "face 1" in face
    assert len(timeline) == 12
    assert all(" s  " in line for line in timeline)


def test_a_clip_without_faces_is_no_verdict(predictor):
    result = predictor.judge(CLIPS / "no_face.webm")
    assert (result["status"], result["band"], result["frames_with_face"]) == ("no_face", None, 0)


def test_animated_images_are_judged_by_several_frames(predictor):
    result = predictor.judge(CLIPS / "late_face.webp")
    assert (result["status"], result["frames"], result["frames_with_face"]) == ("scored", 6, 5)
    assert result["reason"] == "animated: 6 of 6 frames"
    assert predictor.judge(CLIPS / "face.gif")["frames"] == 2


def test_the_first_frame_is_always_looked_at():
    assert animation_indices(100, 6) == [0, 16, 33, 50, 66, 83]
    assert animation_indices(2, 6) == [0, 1]
    frames = sample_animation((CLIPS / "face.apng").read_bytes(), RULE)
    assert [frame.time for frame in frames] == [0, 0.25]
    assert not np.array_equal(frames[0].rgb, frames[1].rgb)


def test_a_folder_of_videos_is_judged_in_parts_with_a_report(tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in ("no_face.webm", "broken.mp4"):
        (videos / name).write_bytes((CLIPS / name).read_bytes())
    assert main(["predict", str(videos), "--out", str(tmp_path / "out")]) == 1
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["status"] == {"failed": 1, "no_face": 1}
    assert "damaged" in report["failed"][str(videos / "broken.mp4")]


def test_an_animation_that_breaks_off_is_judged_by_its_first_frame(predictor):
    data = (CLIPS / "face.gif").read_bytes()[:-3000]
    with pytest.raises(ImageError, match="damaged"):
        sample_animation(data, RULE)
    result = predictor.judge_bytes("face.gif", data)
    assert result["status"] == "scored" and len(result["faces"]) == 1 and "tracks" not in result
