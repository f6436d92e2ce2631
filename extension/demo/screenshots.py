"""Makes docs/screenshots: every surface and state of the extension, from the free images of the tests: `make screenshots`."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from extension.demo.browser import BrowserError, launch_extension
from extension.demo.demo_page import FIXTURES, DemoImage, Heading, write_page
from extension.demo.extension_build import EXTENSION, MODELS, ROOT, BuildError, build_extension
from extension.demo.page_server import serve_folder
from extension.demo.screenshot_shots import SECTIONS, Shot
from extension.demo.screenshot_stage import LOOKS, Look, Stage

SMALL, LARGE = 180, 420  # widths in the index, CSS pixels
QUALITY = 71  # of WebP: words stay sharp, and all pictures together below 3 MB
HEADING = Heading(
    "What the badges say",
    "Photos, pictures altered for testing, a drawing and a broken file, with the verdicts of the extension.",
)
CLIP = "clips/face.webm"
VIDEO_PAGE = f"""<!doctype html><title>A video</title><body style="margin: 28px">
<video src="{Path(CLIP).name}" width="320" height="240" muted></video>"""
GALLERY = (
    ("altered/altered_retouched_hopper.jpg", "altered", "Grace Hopper, skin smoothed. Photo: James S. Davis, US Navy"),
    (
        "altered/altered_swap_hopper_on_maher.jpg",
        "altered",
        "Another face swapped in. Photo: Victor Grigas, CC BY-SA 3.0",
    ),
    ("faces/real_filippo_giunchedi.jpg", "real", "Filippo Giunchedi. Photo: Myleen Hollero, CC BY-SA 3.0"),
    ("images/faces_three.jpg", "other", "Three portraits in one file. CC BY-SA 3.0"),
    ("images/no_face.jpg", "other", "A drawn landscape"),
    ("images/size_64.jpg", "other", "A photo of 64 pixels, enlarged by its page"),
    ("broken/truncated.jpg", "other", "A file whose end is missing"),
    ("images/face_tilted.jpg", "real", "Eileen Collins, tilted. Photo: NASA, public domain"),
)


def gallery() -> list[list[DemoImage]]:
    """The pictures of the page, in two rows."""
    images = [
        DemoImage(Path(file).name, kind, FIXTURES / file, Path(file).name, caption) for file, kind, caption in GALLERY
    ]
    return [images[:4], images[4:]]


def make_pictures(out: Path, everything: bool) -> list[Path]:
    """Takes the pictures and writes them into `out` as WebP; returns their paths, in the order of the index."""
    chrome = build_extension(EXTENSION / "dist" / "test", models=MODELS, test_permissions=True)
    pictures = []
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        serve_folder(Path(folder)) as server,
        launch_extension(playwright, chrome) as (context, worker),
    ):
        write_page(Path(folder), "gallery.html", gallery(), server.other_origin, HEADING)
        (Path(folder) / "words.html").write_text("<!doctype html><title>Words</title><p>Words only.", encoding="utf-8")
        shutil.copy(FIXTURES / CLIP, folder)
        (Path(folder) / "video.html").write_text(VIDEO_PAGE, encoding="utf-8")
        stage = Stage(context, worker, server.origin)
        for look in LOOKS:
            stage.dress(look)
            for shot in (shot for _, shots in SECTIONS for shot in shots):
                if look.name in shot.looks or everything:
                    pictures.append(save(shot.take(stage), out / file_name(shot, look)))
                    print(pictures[-1].name, file=sys.stderr, flush=True)
                    stage.clear()
    return pictures


def save(png: bytes, target: Path) -> Path:
    """Writes a screenshot as WebP."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.stem}.tmp.webp")
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(unfinished, quality=QUALITY, method=6)
    unfinished.replace(target)
    return target


def file_name(shot: Shot, look: Look) -> str:
    """Stable, so that documents can show the picture."""
    return f"{shot.name}-{look.name}.webp"


def picture_tag(shot: Shot, look: Look) -> str:
    """The picture as the index shows it."""
    width = SMALL if shot.is_popup or look.name == "narrow" else LARGE
    return f'<img src="{file_name(shot, look)}" alt="{shot.caption} ({look.words})" width="{width}" align="top">'


def index_text() -> str:
    """docs/screenshots/README.md: every picture under what it shows."""
    looks = {look.name: look for look in LOOKS}
    lines = [
        "# What the extension looks like",
        "",
        "Made by `make screenshots` from the free images of `tests/fixtures` (their licences: `tests/fixtures/README.md`);",
        "nobody depicted endorses anything here, and nobody in an altered picture looked like that.",
    ]
    for title, shots in SECTIONS:
        lines += ["", f"## {title}"]
        for shot in shots:
            lines += ["", f"**{shot.name}**: {shot.caption}", ""]
            lines += [picture_tag(shot, looks[name]) for name in shot.looks]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Exit code 0 when every picture was made, 2 when not; then the folder's index is as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots", help="receives pictures and index")
    parser.add_argument("--everything", action="store_true", help="every state in every look, to be looked through")
    options = parser.parse_args()
    try:
        pictures = make_pictures(options.out, options.everything)
    except (BrowserError, BuildError) as error:
        print(f"The pictures could not be made. {error}", file=sys.stderr)
        return 2
    except (PlaywrightError, AssertionError, TimeoutError) as error:
        print(f"The pictures could not be made: a surface did not come to its state. {error}", file=sys.stderr)
        return 2
    for stale in set(options.out.glob("*.webp")) - set(pictures):
        stale.unlink()
    (options.out / "README.md").write_text(index_text(), encoding="utf-8")
    size = sum(path.stat().st_size for path in pictures)
    print(f"{len(pictures)} pictures, {size / 1e6:.1f} MB: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
