"""The fixture images: shipped with their licence, small, and what their names promise."""

import pytest

from python_trainer.images import ImageError, decode_image

MAX_BYTES = 4 * 2**20


def test_the_folder_stays_small(fixtures_dir):
    files = [path for path in fixtures_dir.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES


def test_every_real_photo_has_its_licence_beside_it(fixtures_dir):
    readme = (fixtures_dir / "README.md").read_text(encoding="utf-8")
    photos = list(fixtures_dir.glob("faces/*.jpg"))
    assert photos
    for photo in photos:
        rows = [line for line in readme.splitlines() if line.startswith(f"| {photo.name} ")]
        assert len(rows) == 1, photo.name
        assert "public domain" in rows[0] or "CC BY-SA" in rows[0]


def test_every_altered_picture_says_so_in_its_name(fixtures_dir):
    assert all(path.name.startswith("altered_") for path in fixtures_dir.glob("altered/*"))


def test_there_are_enough_parity_images_and_all_decode(fixtures_dir):
    paths = list(fixtures_dir.glob("images/*"))
    assert len(paths) >= 32
    for path in paths:
        assert decode_image(path).rgb.ndim == 3


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_turned_photos_come_out_upright(fixtures_dir, orientation):
    rgb = decode_image(fixtures_dir / "images" / f"exif_orientation_{orientation}.jpg").rgb
    # Collins is square, Hopper upright, Maher lies wide.
    height, width = rgb.shape[:2]
    assert {3: height == width, 6: height > width, 8: height < width}[orientation]


@pytest.mark.parametrize("name", ["truncated.jpg", "header_only.jpg", "zero_bytes.jpg", "html_named.jpg"])
def test_broken_files_fail_with_a_reason(fixtures_dir, name):
    with pytest.raises(ImageError):
        decode_image(fixtures_dir / "broken" / name)


@pytest.mark.parametrize("name", ["animated.gif", "animated.webp"])
def test_of_an_animation_the_first_frame_counts(fixtures_dir, name):
    assert decode_image(fixtures_dir / "broken" / name).note == "animated: first frame of 3"
