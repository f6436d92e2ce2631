"""Spoils photos as filters, weather, blots and lossy channels do, as pure functions of an explicit generator.

The six groups are those of OpenForensics' challenge set (Le et al. 2021, arXiv:2107.14480, section 5): colour, edges, blocks,
noise, convolution and weather. A detector of faces is trained to see through them (`harden`); a
classifier may be shown them (`train --spoil`), and the protocol measures what it says of such photos (`spoilt`).
"""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from python_trainer.images import recompress

_STEPS = (0.35, 0.4, 0.2, 0.05)  # chance of one, two, three and four changes
_LEAST_SIDE = 24  # pixels, for blocks to be moved in


def spoil(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to four random changes, each of another group. uint8 [h, w, 3] RGB -> the same shape and type."""
    image = Image.fromarray(photo)
    groups = rng.permutation(len(GROUPS))[: rng.choice(len(_STEPS), p=_STEPS) + 1]
    for group in groups:
        changes = GROUPS[group]
        image = changes[rng.integers(len(changes))](image, rng)
    return np.asarray(image)


def cover(photo: np.ndarray, box: np.ndarray, keypoints: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask over mouth and nose, dark glasses, or something held before a part of the face, in any colour.

    Args:
        photo: uint8 [h, w, 3]. box: x1, y1, x2, y2 and keypoints: [5, 2], as faces.FaceDetection has them.

    Returns:
        uint8 [h, w, 3], a copy.
    """
    image = Image.fromarray(photo)
    colour = tuple(int(value) for value in rng.integers(256, size=3))
    draw = ImageDraw.Draw(image)
    match rng.integers(4):
        case 0 | 1:
            draw.polygon(mask_outline(box, keypoints, rng.uniform(-0.1, 0.6)), fill=colour)
        case 2:
            reach = rng.uniform(0.3, 0.5) * np.linalg.norm(keypoints[1] - keypoints[0])
            for eye in keypoints[:2]:
                draw.ellipse((*(eye - reach), *(eye + reach)), fill=tuple(value // 5 for value in colour))
            draw.line([tuple(eye) for eye in keypoints[:2].tolist()], fill=(0, 0, 0), width=max(1, round(reach / 5)))
        case _:
            size = (box[2:] - box[:2]) * rng.uniform(0.25, 0.6, 2)
            corner = box[:2] + (box[2:] - box[:2] - size) * rng.uniform(size=2)
            draw.rectangle((*corner, *(corner + size)), fill=colour)
    return np.asarray(image)


def mask_outline(box: np.ndarray, keypoints: np.ndarray, height: float = 0.35) -> list[tuple[float, float]]:
    """The outline of a mask from the nose to the chin of an upright face; height: how far up it reaches from nose to eyes."""
    left, top, right, bottom = box
    eyes, nose = keypoints[:2].mean(axis=0), keypoints[2]
    upper, lower = nose[1] - height * (nose[1] - eyes[1]), bottom - 0.12 * (bottom - top)
    near, far = (np.array([left, right]) + share * (right - left) * np.array([1, -1]) for share in (0.06, 0.15))
    outline = [(near[0], upper), (near[1], upper), (far[1], lower), (nose[0], bottom), (far[0], lower)]
    return [(float(x), float(y)) for x, y in outline]


def _hue(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Every hue turned by the same angle, and all colours stronger or weaker."""
    values = np.array(image.convert("HSV"))
    values[..., 0] += rng.integers(256, dtype=np.uint8)
    values[..., 1] = np.clip(values[..., 1] * rng.uniform(0.5, 4), 0, 255)
    return Image.fromarray(values, "HSV").convert("RGB")


def _channels(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Each colour on its own scale, perhaps exchanged or inverted."""
    values = np.asarray(image, np.float32)[..., rng.permutation(3)]
    return _image(values * rng.choice([-1, 1], 3, p=(0.1, 0.9)) * rng.uniform(0.3, 1.8, 3) + rng.uniform(-90, 90, 3))


def _exposure(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Much too dark, too bright, or too hard."""
    values = np.asarray(image, np.float32) / 255
    middle = rng.uniform(0.2, 0.8)
    values = (values ** rng.uniform(0.4, 2.5) - middle) * np.exp(rng.uniform(-1.2, 1.6)) + middle
    return _image(255 * (values + rng.uniform(-0.4, 0.4)))


def _few_tones(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """One to three bits of a colour, a palette, or what is brighter than a tone inverted."""
    match rng.integers(4):
        case 0:
            return ImageOps.posterize(image, int(rng.integers(1, 4)))
        case 1:
            return image.quantize(int(rng.integers(3, 12))).convert("RGB")
        case 2:
            return ImageOps.solarize(image, int(rng.integers(60, 220)))
        case _:
            return ImageOps.posterize(image.convert("L"), int(rng.integers(1, 4))).convert("RGB")


def _grey(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Without colour, or of two colours only."""
    grey = image.convert("L")
    if rng.uniform() < 0.3:
        grey = ImageOps.equalize(grey)
    if rng.uniform() < 0.5:
        return grey.convert("RGB")
    dark, bright = (tuple(int(value) for value in rng.integers(*limits, 3)) for limits in ((0, 120), (100, 256)))
    return ImageOps.colorize(grey, dark, bright)


def _edges(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Outlines or a relief laid over the photo."""
    kernel = (ImageFilter.FIND_EDGES, ImageFilter.EMBOSS, ImageFilter.CONTOUR, ImageFilter.EDGE_ENHANCE_MORE)
    return Image.blend(image, image.filter(kernel[rng.integers(len(kernel))]), rng.uniform(0.3, 1))


def _sharpened(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    radius, percent = rng.uniform(0.5, 5), int(rng.integers(150, 700))
    return image.filter(ImageFilter.UnsharpMask(radius, percent, threshold=0))


def _dropout(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Many small blocks black or in one colour, in each channel alone or in all at once."""
    width, height = image.size
    block = int(rng.integers(1, max(2, width // 16)))
    shape = (-(-height // block), -(-width // block), int(rng.choice([1, 3])))
    lost = rng.uniform(size=shape) < rng.uniform(0.03, 0.25)
    lost = lost.repeat(block, axis=0).repeat(block, axis=1)[:height, :width]
    return _image(np.where(lost, rng.choice([0, 0, 255, rng.integers(256)]), np.asarray(image)))


def _blots(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A few large rectangles painted over."""
    values = np.array(image)
    for _ in range(rng.integers(1, 8)):
        height, width = (max(1, round(length * rng.uniform(0.05, 0.25))) for length in values.shape[:2])
        top, left = (rng.integers(length) for length in values.shape[:2])
        values[top : top + height, left : left + width] = rng.integers(256, size=3)
    return Image.fromarray(values)


def _mosaic(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Large pixels."""
    reduced = image.resize([max(8, round(length / rng.uniform(3, 9))) for length in image.size], Image.Resampling.BOX)
    return reduced.resize(image.size, (Image.Resampling.NEAREST, Image.Resampling.BILINEAR)[rng.integers(2)])


def _moved_blocks(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Blocks that show what lies a little beside them."""
    if min(image.size) < _LEAST_SIDE:
        return image
    values, block = np.array(image), int(rng.integers(6, min(24, min(image.size) // 3)))
    original = values.copy()
    reach = block // 2
    height, width = values.shape[:2]
    for _ in range(rng.integers(5, 60)):
        top, left = rng.integers(reach, height - block - reach), rng.integers(reach, width - block - reach)
        down, right = rng.integers(-reach, reach + 1, 2)
        source = original[top + down : top + down + block, left + right : left + right + block]
        values[top : top + block, left : left + block] = source
    return Image.fromarray(values)


def _noise(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Of each pixel, grey or in colour."""
    shape = (image.height, image.width, int(rng.choice([1, 3])))
    return _image(np.asarray(image, np.float32) + rng.normal(0, rng.uniform(10, 70), shape))


def _specks(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Salt, pepper, or dots in any colour, of one pixel or two."""
    values = np.array(image)
    dot = int(rng.integers(1, 3))
    rows, columns = -(-image.height // dot), -(-image.width // dot)
    hit = (rng.uniform(size=(rows, columns)) < rng.uniform(0.02, 0.25)).repeat(dot, axis=0).repeat(dot, axis=1)
    hit = hit[: image.height, : image.width]
    colours = (0, 255, rng.integers(2, size=(hit.sum(), 1)) * 255, rng.integers(256, size=(hit.sum(), 3)))
    values[hit] = colours[rng.integers(len(colours))]
    return Image.fromarray(values)


def _recompressed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    return recompress(image, "JPEG", quality=int(rng.integers(2, 15)))


def _blurred(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Out of focus, or filtered by a median."""
    if rng.uniform() < 0.3:
        return image.filter(ImageFilter.MedianFilter(int(rng.choice([3, 5]))))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(1, 5)))


def _shaken(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Blurred along a line: the mean of copies along it."""
    angle, reach = rng.uniform(0, np.pi), rng.uniform(3, 12)
    steps = np.linspace(-reach, reach, int(2 * reach) + 1)
    ways = [(1, 0, step * np.cos(angle), 0, 1, step * np.sin(angle)) for step in steps]
    moved = [np.asarray(image.transform(image.size, Image.Transform.AFFINE, way), np.float32) for way in ways]
    return _image(np.mean(moved, axis=0))


def _fog(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A cloud of one tone, thicker here than there."""
    cells = rng.integers(2, 7, 2)
    thickness = Image.fromarray(rng.uniform(size=cells).astype(np.float32)).resize(image.size, Image.Resampling.BICUBIC)
    share = np.clip(np.asarray(thickness)[..., None] * rng.uniform(0.3, 0.6) + rng.uniform(0.1, 0.4), 0, 0.9)
    return _image(np.asarray(image) * (1 - share) + rng.choice([0, 128, 200, 255]) * share)


def _precipitation(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Rain or snow: bright streaks or flakes, all falling one way, near ones large."""
    layer = np.zeros((image.height, image.width), np.float32)
    for _ in range(rng.integers(1, 4)):
        size = int(rng.integers(1, 5))
        cells = rng.uniform(size=(-(-image.height // size), -(-image.width // size))) < rng.uniform(0.005, 0.06)
        flakes = cells.repeat(size, axis=0).repeat(size, axis=1)[: image.height, : image.width]
        layer = np.maximum(layer, flakes * np.float32(rng.uniform(120, 255)))
    length, slope = int(rng.choice([1, rng.integers(2, 12)])), rng.uniform(-0.7, 0.7)
    fallen = [np.roll(layer, (step, round(step * slope)), (0, 1)) for step in range(length)]
    drops = Image.fromarray(np.max(fallen, axis=0).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(rng.uniform(0, 1.2))
    )
    share = np.asarray(drops, np.float32)[..., None] / 255 * rng.uniform(0.5, 1)
    darker = ImageEnhance.Brightness(image).enhance(rng.uniform(0.5, 1))
    return _image(np.asarray(darker) * (1 - share) + 255 * share)


def _image(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8))


GROUPS = (
    (_hue, _channels, _exposure, _exposure, _few_tones, _grey),
    (_edges, _sharpened),
    (_dropout, _dropout, _blots, _mosaic, _moved_blocks),
    (_noise, _specks, _recompressed),
    (_blurred, _shaken),
    (_fog, _precipitation, _precipitation),
)
