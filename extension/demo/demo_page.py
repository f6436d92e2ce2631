"""Writes the demo's web page: the fixture faces, each beside its altered copies, or the user's own images."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parents[1] / "tests" / "fixtures"
SHOWN_BY_BROWSERS = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif"})

PAGE_SIZE = 100  # the extension lets 300 images wait; more are dropped

Kind = Literal["real", "altered", "yours", "other"]


@dataclass(frozen=True)
class DemoImage:
    """One picture of the page. address: below the origin, without a leading slash."""

    name: str
    kind: Kind
    path: Path
    address: str
    caption: str


Page = list[list[DemoImage]]  # groups of pictures that belong together


@dataclass(frozen=True)
class Heading:
    """What stands above the pictures."""

    title: str
    lead: str


OWN_HEADING = Heading("Your images", "The pictures of your folder, as a web page shows them.")
FIXTURE_HEADING = Heading(
    "Seven photos and what became of them",
    "Each photo is as the camera took it. The pictures to its right were altered for testing: "
    "nobody in them looked like that.",
)


@dataclass(frozen=True)
class Person:
    """A real photo, whose face it is and whom to credit, and what was made from it."""

    file: str
    who: str
    credit: str
    altered: tuple[tuple[str, str], ...] = ()


PEOPLE = (
    Person(
        "eileen_collins",
        "Eileen Collins",
        "NASA, public domain",
        (
            ("swap_maher_on_collins", "another face swapped in"),
            ("selfblend_collins", "own face recoloured and laid over"),
            ("enlarged_collins", "face reduced and enlarged again"),
        ),
    ),
    Person(
        "grace_hopper",
        "Grace Hopper",
        "James S. Davis, US Navy, public domain",
        (
            ("swap_collins_on_hopper", "another face swapped in"),
            ("swap_maher_on_hopper", "a third face swapped in"),
            ("retouched_hopper", "skin smoothed"),
        ),
    ),
    Person(
        "katherine_maher",
        "Katherine Maher",
        "Victor Grigas, CC BY-SA 3.0",
        (
            ("swap_hopper_on_maher", "another face swapped in"),
            ("mouth_collins_on_maher", "another mouth"),
            ("selfblend_maher", "own face recoloured and laid over"),
        ),
    ),
    Person(
        "christophe_henner",
        "Christophe Henner",
        "Ruby Mizrahi, Wikimedia Foundation, CC BY-SA 3.0",
        (("swap_giunchedi_on_henner", "another face swapped in"),),
    ),
    Person(
        "filippo_giunchedi",
        "Filippo Giunchedi",
        "Myleen Hollero, Wikimedia Foundation, CC BY-SA 3.0",
        (
            ("swap_henner_on_giunchedi", "another face swapped in"),
            ("swap_guido_on_giunchedi", "another face, blurred, swapped in"),
            ("enlarged_giunchedi", "face reduced and enlarged again"),
        ),
    ),
    Person(
        "guido_van_rossum",
        "Guido van Rossum",
        "Daniel Stroud, CC BY-SA 4.0",
        (
            ("eyes_henner_on_guido", "another pair of eyes"),
            ("selfblend_guido", "own face recoloured and laid over"),
        ),
    ),
    Person("guillaume_paumier", "Guillaume Paumier", "Pierre-Selim Huard, CC BY-SA 3.0"),
)


def fixture_pages() -> list[Page]:
    """The shipped faces on one page: a group for each person, the real photo first."""
    groups = []
    for person in PEOPLE:
        real = f"real_{person.file}.jpg"
        group = [DemoImage(real, "real", FIXTURES / "faces" / real, real, f"{person.who}. Photo: {person.credit}")]
        for name, what in person.altered:
            file = f"altered_{name}.jpg"
            group.append(DemoImage(file, "altered", FIXTURES / "altered" / file, file, what.capitalize()))
        groups.append(group)
    return [groups]


def folder_pages(folder: Path) -> list[Page]:
    """The images below a folder in the order of their names, on pages of at most `PAGE_SIZE`.

    Raises:
        ValueError: it is no folder, or holds no image that a browser shows.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SHOWN_BY_BROWSERS)
    if not paths:
        raise ValueError(f"{folder} holds no image ({', '.join(sorted(SHOWN_BY_BROWSERS))}).")
    images = []
    for number, path in enumerate(paths, start=1):
        name = str(path.relative_to(folder))
        images.append(DemoImage(name, "yours", path.resolve(), f"image-{number:05d}{path.suffix.lower()}", name))
    return [[images[start : start + PAGE_SIZE]] for start in range(0, len(images), PAGE_SIZE)]


def write_page(site: Path, name: str, groups: Page, other_origin: str, heading: Heading | None = None) -> None:
    """Writes one page, its style and links to its images into the served folder.

    Args:
        site: the folder.
        name: the page's file name.
        groups: what it shows.
        other_origin: of the same server; altered pictures come from there, as most pictures on the web come from
            another host than their page.
        heading: None takes the one of the demo.
    """
    template = Template((HERE / "index.html").read_text(encoding="utf-8"))
    heading = heading or (OWN_HEADING if groups[0][0].kind == "yours" else FIXTURE_HEADING)
    text = template.substitute(
        title=heading.title,
        lead=heading.lead,
        groups="\n".join(_group(group, other_origin) for group in groups),
    )
    (site / name).write_text(text, encoding="utf-8")
    (site / "style.css").write_text((HERE / "style.css").read_text(encoding="utf-8"), encoding="utf-8")
    for image in (image for group in groups for image in group):
        (site / image.address).symlink_to(image.path)


def _group(group: list[DemoImage], other_origin: str) -> str:
    figures = "\n".join(_figure(image, other_origin) for image in group)
    if group[0].kind == "yours":
        return f'<section class="wall">\n{figures}\n</section>'
    return f'<section class="person" style="--pictures: {len(group)}">\n{figures}\n</section>'


def _figure(image: DemoImage, other_origin: str) -> str:
    source = f"{other_origin}/{image.address}" if image.kind == "altered" else f"/{image.address}"
    label = {"real": "Photo", "altered": "Altered for testing", "yours": "", "other": ""}[image.kind]
    tag = f'<span class="tag {image.kind}">{label}</span> ' if label else ""
    caption = html.escape(image.caption)
    return (
        f'<figure class="{image.kind}"><img src="{html.escape(source)}" alt="{caption}">'
        f"<figcaption>{tag}{caption}</figcaption></figure>"
    )
