"""Folders, lists, addresses and shards as streams of images, and parts that stay what they are."""

import http.server
import io
import json
import os
import tarfile
import threading
from functools import partial
from unittest import mock

import pytest

from python_trainer.__main__ import main
from python_trainer.errors import UserError
from python_trainer.images import ImageError, read_bytes
from python_trainer.inputs import PART_SIZE, Item, has_suffix, into_parts, list_items, list_shards, read_part
from python_trainer.manifest import read_prepared, read_sources, source_image
from tests.python.faces import save_astronaut


def samples(*locations: str):
    return [sample for part in into_parts(list_items(locations)) for sample in read_part(part)]


def write_tar(path, files: dict[str, bytes]):
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def face(tmp_path):
    return save_astronaut(tmp_path / "portrait.jpg", size=128, quality=95).read_bytes()


@pytest.fixture
def server(tmp_path):
    """A web server of `tmp_path`, its address with / at its end."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_file_given_twice_is_read_once(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    (tmp_path / "list.txt").write_text(f"{tmp_path / 'b.png'}\n\n{tmp_path / 'a.png'}\n")
    found = samples(str(tmp_path / "b.png"), str(tmp_path / "list.txt"), str(tmp_path))
    assert [sample.data for sample in found] == [b"b", b"a"]


def test_nothing_at_all_is_an_error(tmp_path):
    with pytest.raises(UserError, match="empty"):
        list_items([str(tmp_path)])


def test_a_list_that_names_itself_is_an_error_and_one_that_is_named_twice_is_not(tmp_path):
    first, second, once = (str(tmp_path / f"{name}.txt") for name in ("first", "second", "once"))
    for path, lines in ((first, [second]), (second, [once, first]), (once, ["a.png"])):
        (tmp_path / path).write_text("\n".join(lines))
    with pytest.raises(UserError, match=f"the list {first} names itself through {second}"):
        list_items([first])
    assert [item.location for item in list_items([once, once])] == ["a.png", "a.png"]


def test_a_line_without_a_path_is_named(tmp_path):
    table = tmp_path / "table.csv"
    for line in (",0", "  ,0"):
        table.write_text(f"path,label\na.jpg,1\n{line}\n")
        with pytest.raises(UserError, match=r"table\.csv line 3 has no path"):
            read_sources([table])


def test_parts_follow_from_their_items_and_change_only_around_a_new_one():
    items = [Item(f"/photos/{index:05d}.jpg") for index in range(3000)]
    before = into_parts(items)
    assert [item for part in before for item in part.items] == items
    assert [part.name for part in into_parts(items)] == [part.name for part in before]
    assert 3000 / PART_SIZE / 2 < len(before) < 3000 / PART_SIZE * 2
    grown = into_parts([*items[:1500], Item("/photos/01499a.jpg"), *items[1500:]])
    assert len({part.name for part in grown} - {part.name for part in before}) <= 2


def test_another_file_under_the_same_name_is_another_part(tmp_path):
    (tmp_path / "frame.png").write_bytes(b"one")
    before, again = (into_parts(list_items([str(tmp_path)])) for _ in range(2))
    (tmp_path / "frame.png").write_bytes(b"another")
    after = into_parts(list_items([str(tmp_path)]))
    assert before == again and before[0].name != after[0].name


def test_folders_behind_links_are_read_and_each_once(tmp_path, face):
    for label in ("real", "fake"):
        (tmp_path / "elsewhere" / label).mkdir(parents=True)
        (tmp_path / "elsewhere" / label / "a.jpg").write_bytes(face)
    (tmp_path / "set").mkdir()
    for label in ("real", "fake"):
        (tmp_path / "set" / label).symlink_to(tmp_path / "elsewhere" / label)
    (tmp_path / "set" / "fake" / "round").symlink_to(tmp_path / "set")
    found = read_sources([tmp_path / "set"])
    assert [(image.path, image.label) for image in found] == [
        (str(tmp_path / "set" / label / "a.jpg"), place) for label, place in (("fake", 1), ("real", 0))
    ]


def test_addresses_are_read_and_what_is_missing_is_said(tmp_path, server):
    (tmp_path / "a.png").write_bytes(b"x")
    good, bad, unknown = samples(f"{server}a.png", f"{server}none.png", "nowhere://x.png")
    assert (good.key, good.data) == (f"{server}a.png", b"x")
    assert bad.data is None
    assert "none.png" in bad.reason
    assert "nowhere" in unknown.reason


def test_images_of_a_tar_are_addressed_so_that_they_can_be_read_alone(tmp_path):
    for name in ("s.tar", "s.tar.gz"):
        write_tar(
            tmp_path / name, {"x/1.jpg": b"one", "x/1.cls": b"1", "x/2.b.png": b"two", "x/2.json": b'{"label": 0}'}
        )
    one, two = samples(str(tmp_path / "s.tar"))
    assert (one.data, one.known["label"], two.data, two.known["label"]) == (b"one", 1, b"two", 0)
    assert one.key == f"tar://x/1.jpg::{tmp_path / 's.tar'}"
    assert read_bytes(one.key) == b"one"
    assert [sample.data for sample in samples(str(tmp_path / "s.tar.gz"))] == [b"one", b"two"]


def test_a_damaged_shard_keeps_the_images_before_the_damage(tmp_path):
    whole = write_tar(tmp_path / "whole.tar", {f"{i}.jpg": b"x" * 2000 for i in range(4)}).read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[:4000])
    *good, last = samples(str(tmp_path / "cut.tar"), str(tmp_path / "none.tar"))
    assert [sample.data for sample in good[:1]] == [b"x" * 2000]
    assert "after 1 images" in good[1].reason
    assert "No such file" in last.reason


def test_a_shard_cut_off_between_two_images_is_not_taken_for_a_whole_one(tmp_path):
    whole = write_tar(tmp_path / "whole.tar", {f"{i}.jpg": b"x" * 700 for i in range(4)}).read_bytes()
    for bytes_left in (2 * 1536, 2 * 1536 + 100):
        (tmp_path / "cut.tar").write_bytes(whole[:bytes_left])
        *good, last = samples(str(tmp_path / "cut.tar"))
        assert len(good) == 2 and "after 2 images: cut off" in last.reason
    assert len(samples(str(tmp_path / "whole.tar"))) == 4


def test_an_odd_label_is_of_its_image_alone(tmp_path):
    shard = write_tar(
        tmp_path / "a.tar", {"1.jpg": b"one", "1.cls": b"cat", "2.jpg": b"two", "2.json": b'{"label": 1}'}
    )
    first, second = read_part(into_parts([Item(str(shard))])[0])
    assert first.data == b"one" and first.known["label"] == "unreadable in 1.cls"
    assert second.data == b"two" and second.known["label"] == 1


def test_patterns_in_quotes_and_signed_addresses(tmp_path):
    for name in ("train-000.tar", "train-001.tar"):
        write_tar(tmp_path / name, {"1.jpg": b"one"})
    pattern = str(tmp_path / "train-*.tar")
    found = [str(tmp_path / "train-000.tar"), str(tmp_path / "train-001.tar")]
    assert [item.location for item in list_items([pattern])] == found and list_shards(pattern) == found
    assert has_suffix("https://host/a.MP4?signature=1.jpg", (".mp4",)) and not has_suffix("a.mp4?x", (".mp4",))


def test_a_tfrecord_holds_images_with_labels(tmp_path):
    import tensorflow as tf

    def feature(value):
        if isinstance(value, int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    with tf.io.TFRecordWriter(str(tmp_path / "s.tfrecord")) as writer:
        for values in ({"image/encoded": b"one", "image/class/label": 1, "source": b"web"}, {"image/class/label": 0}):
            features = tf.train.Features(feature={name: feature(value) for name, value in values.items()})
            writer.write(tf.train.Example(features=features).SerializeToString())
    one, none = samples(str(tmp_path / "s.tfrecord"))
    assert (one.key, one.data, one.known) == (f"{tmp_path / 's.tfrecord'}#0", b"one", {"label": 1, "source": "web"})
    assert (none.data, none.reason) == (None, "the record has no image/encoded")


def test_a_tfrecord_elsewhere_is_copied_here_while_it_is_read(tmp_path, monkeypatch):
    import fsspec
    import tensorflow as tf

    image = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"one"]))
    example = tf.train.Example(features=tf.train.Features(feature={"image/encoded": image}))
    with tf.io.TFRecordWriter(str(tmp_path / "s.tfrecord")) as writer:
        writer.write(example.SerializeToString())
    with fsspec.open("memory://records/s.tfrecord", "wb") as file:
        file.write((tmp_path / "s.tfrecord").read_bytes())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "copies"))
    (tmp_path / "copies").mkdir()
    reading = read_part(into_parts(list_items(["memory://records/s.tfrecord"]))[0])
    assert next(reading).data == b"one"
    assert list((tmp_path / "copies").iterdir())
    assert list(reading) == []
    assert list((tmp_path / "copies").iterdir()) == []


def test_shards_are_told_from_folders_of_photos(tmp_path):
    (tmp_path / "a.tar").touch()
    assert list_shards(str(tmp_path)) == [str(tmp_path / "a.tar")]
    (tmp_path / "photos" / "real").mkdir(parents=True)
    (tmp_path / "photos" / "real" / "a.jpg").touch()
    (tmp_path / "photos" / "backup.tar").touch()
    assert list_shards(str(tmp_path / "photos")) == []
    (tmp_path / "manifest.csv").touch()
    assert list_shards(str(tmp_path)) == []


def test_a_folder_of_shards_may_be_an_address():
    import fsspec

    with fsspec.open_files(["memory://bucket/web-0.tar", "memory://bucket/web-1.tar"], "wb") as files:
        for file in files:
            file.write(b"")
    assert list_shards("memory://bucket/") == ["memory:///bucket/web-0.tar", "memory:///bucket/web-1.tar"]
    assert list_shards("memory://bucket/web-1.tar") == ["memory://bucket/web-1.tar"]


def test_prepare_reads_shards_and_keeps_what_they_say(tmp_path, face, capsys):
    files = {
        "real/1.jpg": face, "2.png": face[:200], "2.cls": b"1", "3.jpg": face + b"another file",
        "3.json": json.dumps({"label": 1, "source": "mine", "split": "test", "face_crop": 1}).encode(), "4.jpg": face,
    }  # fmt: skip
    write_tar(tmp_path / "web-000.tar", files)
    out = tmp_path / "out"
    assert main(["prepare", "--data", str(tmp_path / "web-000.tar"), "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == {"ok": 2, "failed": 2}
    no_label, damaged = sorted(report["failed"].values(), reverse=True)
    assert "label ''" in no_label
    assert "damaged" in damaged
    rows = {row.image.split("::")[0]: row for row in read_prepared(out)}
    assert (rows["tar://real/1.jpg"].label, rows["tar://real/1.jpg"].source) == (0, "web")
    assert (rows["tar://3.jpg"].label, rows["tar://3.jpg"].source, rows["tar://3.jpg"].split) == (1, "mine", "test")


def test_prepare_lists_a_folder_that_is_an_address_once(tmp_path, face):
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    with fsspec.open_files([f"memory://photos/{label}/a.jpg" for label in ("real", "fake")], "wb") as files:
        for file, end in zip(files, (b"", b"another file"), strict=True):
            file.write(face + end)
    arguments = ["--data", "memory://photos/", "--out", str(tmp_path / "out"), "--recipe", "mtcnn", "--workers", "1"]
    with mock.patch.object(MemoryFileSystem, "find", autospec=True, side_effect=MemoryFileSystem.find) as find:
        assert main(["prepare", *arguments]) == 0
    find.assert_called_once()
    assert {(row.image, row.label) for row in read_prepared(tmp_path / "out")} == {
        ("memory:///photos/real/a.jpg", 0),
        ("memory:///photos/fake/a.jpg", 1),
    }


def test_prepare_says_why_a_shard_cannot_be_read(tmp_path, face, capsys):
    write_tar(tmp_path / "good-0.tar", {"real/1.jpg": face, "fake/2.jpg": face})
    arguments = ["--data", str(tmp_path / "good-0.tar"), str(tmp_path / "none.tar"), "--out", str(tmp_path / "out")]
    assert main(["prepare", *arguments, "--json"]) == 0
    assert (
        "shard unreadable after 0 images" in json.loads(capsys.readouterr().out)["failed"][str(tmp_path / "none.tar")]
    )


def test_a_name_that_is_not_utf8_goes_through(tmp_path, face):
    (tmp_path / "real").mkdir()
    odd = os.fsdecode(os.fsencode(tmp_path / "real") + b"/caf\xe9.jpg")
    with open(odd, "wb") as file:
        file.write(face)
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert {row.image for row in read_prepared(tmp_path / "out")} == {odd}


def test_a_table_and_a_folder_on_the_web_are_sources(tmp_path, server):
    (tmp_path / "set" / "real").mkdir(parents=True)
    (tmp_path / "set" / "real" / "a.jpg").write_bytes(b"x")
    (tmp_path / "table.csv").write_text("path,label,source\nset/real/a.jpg,1,\nhttps://example.org/b.jpg,0,far\n")
    relative, absolute = read_sources([f"{server}table.csv"])
    assert (relative.path, relative.label) == (f"{server}set/real/a.jpg", 1)
    assert (absolute.path, absolute.source) == ("https://example.org/b.jpg", "far")
    (found,) = read_sources([f"{server}set/"])
    assert (found.path, found.label, found.source) == (f"{server}set/real/a.jpg", 0, "set")


def test_when_every_image_is_bad_prepare_fails(tmp_path, capsys):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jpg").write_bytes(b"")
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "not one of 1 images" in capsys.readouterr().err


def test_an_address_without_its_library_says_what_to_install():
    with pytest.raises(ImageError, match="s3fs"):
        read_bytes("s3://bucket/a.jpg")


def test_people_and_pairs_may_be_numbered_from_0():
    image = source_image("a.jpg", {"label": 0, "identity": 0, "pair_id": 0, "source": None}, default_source="mine")
    assert (image.identity, image.pair_id, image.source) == ("0", "0", "mine")


def test_a_real_picture_is_not_generated():
    with pytest.raises(ValueError, match="generated"):
        source_image("a.jpg", {"label": 0, "generated": "TRUE"}, default_source="mine")
    assert source_image("a.jpg", {"label": 1, "generated": "TRUE"}, default_source="mine").generated
