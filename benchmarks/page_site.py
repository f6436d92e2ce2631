"""The pages of pictures that `benchmarks.page` visits, static and endless, and their files."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from benchmarks.photos import PORTRAIT, copies

SIDE = 240  # of a picture, CSS pixels and pixels
BATCH = 20  # pictures that an endless page adds at a time
KINDS = ["static", "endless"]
ENDLESS = """<script>
  let next = 0;
  const add = () => {
    for (let end = Math.min(next + BATCH, COUNT); next < end; next += 1) {
      const image = new Image(SIDE, SIDE);
      image.setAttribute("elementtiming", "picture");
      image.src = `/copy-RUN/${next}.jpg`;
      document.body.append(image);
    }
  };
  add();
  addEventListener("scroll", () => {
    if (scrollY + 2 * innerHeight > document.documentElement.scrollHeight) add();
  });
</script>"""


def write_pictures(folder: Path, count: int) -> None:
    """`count` files of one portrait that no cache takes for the same, numbered down the page."""
    image = Image.open(PORTRAIT).convert("RGB")
    side = min(image.size)
    left = (image.width - side) / 2
    file = io.BytesIO()
    image.resize((SIDE, SIDE), box=(left, 0, left + side, side)).save(file, "jpeg", quality=85)
    for number, content in zip(range(count), copies(file.getvalue()), strict=False):
        (folder / f"{number}.jpg").write_bytes(content)


def page_of(count: int, kind: str, run: str) -> str:
    """The body of a page of one of `KINDS` with `count` pictures; `run` keeps their addresses apart from another visit's."""
    if kind == "endless":
        html = ENDLESS
        for name, value in {"BATCH": BATCH, "COUNT": count, "SIDE": SIDE, "RUN": run}.items():
            html = html.replace(name, str(value))
        return html
    attributes = f'width="{SIDE}" height="{SIDE}" elementtiming="picture"'
    return "".join(f'<img src="/copy-{run}/{n}.jpg" {attributes}>' for n in range(count))
