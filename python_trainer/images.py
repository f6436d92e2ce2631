"""Decodes any image file into the one form that the pipeline knows: RGB, uint8, upright, opaque."""

import io
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

MAX_PIXELS = 100_000_000  # beyond this a file is refused as a decompression bomb; a 12 MP photo is far below
WEB_QUALITY = 60  # of the JPEG recompression that stands for what the web delivers
MOVING_FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})  # the others hold pages, or a preview
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"})

ImageFile.LOAD_TRUNCATED_IMAGES = False


class ImageError(Exception):
    """The file cannot be judged; the message is the reason, fit to show to a user."""


@dataclass(frozen=True)
class DecodedImage:
    """An upright RGB image and what decoding had to note.

    rgb: uint8 [height, width, 3], sRGB, range [0, 255]. note: "" or, say, "animated: first frame of 12".
    frames: of a file that moves; 1 for a still picture, and for the pages and previews that other files hold.
    """

    rgb: np.ndarray
    note: str = ""
    frames: int = 1


def decode_image(path: str | Path) -> DecodedImage:
    """Read a file of any common format.

    EXIF orientation is applied, an embedded ICC profile is converted to sRGB, CMYK and 16-bit become 8-bit RGB,
    alpha is laid over white, and of an animation the first frame is taken.

    Raises:
        ImageError: missing, empty, truncated, not an image, or larger than `MAX_PIXELS`.
    """
    return decode_bytes(read_bytes(path))


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file, or of what an address that fsspec knows leads to; raises ImageError when it cannot be read."""
    try:
        if is_address(str(path)):
            return _fetch(str(path))
        return Path(path).read_bytes()
    except Exception as error:  # each kind of store raises its own
        raise ImageError(f"cannot be read: {why_unreadable(error)}") from error


def is_address(location: str) -> bool:
    """Whether it is for fsspec to open (`https://…`, `s3://…`, `tar://MEMBER::SHARD`), and not a path."""
    return "://" in location


def why_unreadable(error: Exception) -> str:
    """An error of reading in a few words."""
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return text if text and not isinstance(error, KeyError) else f"{type(error).__name__} {text}".strip()


def _fetch(address: str) -> bytes:
    import fsspec

    for wait in (1, 4, None):
        try:
            with fsspec.open(address, "rb") as file:
                return file.read()
        except (FileNotFoundError, PermissionError, ImportError, ValueError, KeyError):
            raise  # trying again does not help
        except Exception:
            if wait is None:
                raise
            time.sleep(wait)
    raise AssertionError("unreachable")


def decode_bytes(data: bytes, frame: int = 0) -> DecodedImage:
    """As `decode_image`, from the file's bytes; `frame`, from 0, of an animation."""
    if not data:
        raise ImageError("the file is empty (0 bytes)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd EXIF or palettes are no reason to refuse a picture that decodes
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ImageError(
                        f"too large: {image.width}×{image.height} is over {MAX_PIXELS / 1e6:.0f} megapixels"
                    )
                frames = getattr(image, "n_frames", 1)
                moves = frames > 1 and image.format in MOVING_FORMATS
                if frame:
                    image.seek(frame)
                image.load()
                rgb = to_srgb(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(f"too large: {error}") from error
    except Image.UnidentifiedImageError as error:
        raise ImageError("not an image in a known format") from error
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error …
        raise ImageError(f"damaged or truncated: {error}") from error
    note = f"animated: {'first frame' if frame == 0 else f'frame {frame + 1}'} of {frames}" if frames > 1 else ""
    return DecodedImage(np.asarray(rgb), note, frames if moves else 1)


def recompress(image: Image.Image, format_: str, **options: int) -> Image.Image:
    """The RGB image after a round trip through a lossy format ("JPEG", "WEBP") with Pillow's encoder options."""
    with Image.open(io.BytesIO(encode(image, format_, **options))) as decoded:
        return decoded.convert("RGB")


def recompress_for_web(crops: np.ndarray) -> np.ndarray:
    """Crops as the web delivers them, uint8 [n, s, s, 3]: saved as JPEG WEB_QUALITY; they are smaller than any size limit."""
    return np.stack([np.asarray(recompress(Image.fromarray(crop), "JPEG", quality=WEB_QUALITY)) for crop in crops])


def encode(image: Image.Image, format_: str, **options: object) -> bytes:
    """The image as a file of that format ("JPEG", "WEBP"), with Pillow's encoder options."""
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def to_srgb(image: Image.Image) -> Image.Image:
    """8-bit sRGB over white, whatever mode and profile the picture has; raises ImageError where there is no agreed way."""
    profile = image.info.get("icc_profile")
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        image = Image.fromarray((np.asarray(image).clip(0, 65535) / 257).round().astype(np.uint8))
    elif image.mode == "F":
        raise ImageError("floating-point images have no agreed range; save it as 8-bit RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba).convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile: browsers ignore it too
    return image.convert("RGB")
