"""Every kind of file: decoded to upright opaque RGB, or refused with a reason."""

import io

import numpy as np
import pytest
from PIL import Image

from python_trainer import images
from python_trainer.images import ImageError, decode_bytes, decode_image


def encoded(image: Image.Image, format_: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


RED = Image.new("RGB", (20, 10), (200, 30, 40))


@pytest.mark.parametrize(
    ("image", "format_"),
    [
        (RED, "PNG"),
        (RED, "BMP"),
        (RED.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        (RED.convert("RGBA"), "PNG"),
        (RED, "TIFF"),
    ],
)
def test_lossless_files_keep_their_colour(image, format_):
    rgb = decode_bytes(encoded(image, format_)).rgb
    assert rgb.shape == (10, 20, 3)
    assert rgb.dtype == np.uint8
    np.testing.assert_allclose(rgb[5, 5], (200, 30, 40), atol=0)


def test_cmyk_becomes_rgb():
    rgb = decode_bytes(encoded(RED.convert("CMYK"), "JPEG", quality=95)).rgb
    np.testing.assert_allclose(rgb[5, 5], (200, 30, 40), atol=8)


def test_sixteen_bit_grey_is_scaled_not_clipped():
    grey = Image.fromarray(np.full((4, 4), 32768, np.uint16))
    assert decode_bytes(encoded(grey, "PNG")).rgb[0, 0].tolist() == [127, 127, 127] or decode_bytes(
        encoded(grey, "PNG")
    ).rgb[0, 0].tolist() == [128, 128, 128]


def test_alpha_is_laid_over_white():
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert decode_bytes(encoded(clear, "PNG")).rgb.min() == 255


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    assert decode_bytes(encoded(RED, "JPEG", exif=exif)).rgb.shape == (20, 10, 3)


def test_the_first_frame_of_an_animation_is_taken_and_said():
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "lime")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    decoded = decode_bytes(data)
    assert decoded.rgb[0, 0].tolist() == [255, 0, 0]
    assert decoded.note == "animated: first frame of 3"
    third = decode_bytes(data, frame=2)
    assert (third.rgb[0, 0].tolist(), third.note) == ([0, 255, 0], "animated: frame 3 of 3")
    with pytest.raises(ImageError):
        decode_bytes(data, frame=3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html><body>not found</body></html>", "not an image"),
        (encoded(Image.effect_noise((64, 64), 90).convert("RGB"), "JPEG")[:600], "truncated"),
        (encoded(RED, "PNG")[:40], "truncated|not an image"),
    ],
)
def test_bad_bytes_are_refused_with_a_reason(data, reason):
    with pytest.raises(ImageError, match=reason):
        decode_bytes(data)


def test_a_decompression_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 100)
    with pytest.raises(ImageError, match="too large: 20×10"):
        decode_bytes(encoded(RED, "PNG"))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ImageError, match="No such file"):
        decode_image(tmp_path / "nowhere.jpg")
