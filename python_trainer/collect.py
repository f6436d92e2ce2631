"""The verb `collect`: fetches listed portraits, real and generated, out of published packages, as web pages show them."""

import argparse
import csv
import hashlib
import io
import tarfile
import zipfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.images import ImageError, decode_bytes, encode, is_address, read_bytes, recompress
from python_trainer.manifest import SPLITS, write_manifest

LISTS = [Path(__file__).resolve().parent / f"{name}.csv" for name in ("web_portraits", "thumbnail_portraits")]
REGISTRY = "https://registry.npmjs.org"
JPEG_QUALITY = 86  # of what is reduced
_READERS = 4  # packages fetched at once


@dataclass(frozen=True)
class Listed:
    """One picture: the list that it is of, `path` inside its package, its hash there, and what is made of it."""

    source: str  # the list's name
    package: str  # an npm package's name, or the address of a Python wheel
    version: str
    path: str
    sha256: str
    split: str
    side: int  # pixels that its longer side is reduced to; 0: the file as it is
    generator: str  # that its package says made it; empty: a real photograph
    identity: str  # of a person, or a video, that several pictures show; empty: not known
    frame: int  # of an animation, from 0
    webp: int  # quality that it is saved with as WebP first, as the others beside it were; 0: not

    @property
    def label(self) -> int:
        """0 real, 1 fake."""
        return int(self.generator != "")

    @property
    def target(self) -> str:
        """Where it goes in the folder: its hash, and its frame, are its name."""
        frame = f"_{self.frame:04d}" if self.frame else ""
        return f"{self.source}/{self.split}/{('real', 'fake')[self.label]}/{self.sha256[:16]}{frame}.jpg"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `collect`."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that `prepare` reads")
    parser.add_argument(
        "--list",
        type=Path,
        nargs="+",
        default=LISTS,
        metavar="CSV",
        help="columns package (a name, or a wheel's address), version, path, sha256, split, side, generator (empty: a "
        "real photograph), identity, frame (of an animation) and webp (quality it is saved with first; 0: not); the "
        "file's name is the source's",
    )
    parser.add_argument("--registry", default=REGISTRY, metavar="URL", help="an npm registry, or a folder laid out so")


def run(args: argparse.Namespace) -> int:
    """Fetch what is listed, write the folder's manifest.csv; returns 0.

    Raises:
        UserError: the list, a package or a picture is missing or not the listed one.
    """
    listed = [entry for path in args.list for entry in _read_list(path)]
    targets = Counter(entry.target for entry in listed)
    if twice := [target for target, count in targets.items() if count > 1]:
        raise UserError(f"listed twice: {twice[0]}; name lists differently, and a picture once")
    packages: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for entry in listed:
        packages[entry.package, entry.version].append(entry)
    with ThreadPoolExecutor(_READERS) as pool:
        parts = pool.map(lambda entries: _fetch(entries, args), packages.values())
        rows = sorted((row for part in parts for row in part), key=lambda row: row["path"])
    write_manifest(args.out, rows[0], rows)
    counts = Counter((entry.source, entry.split) for entry in listed)
    print(f"{len(rows)} pictures in {args.out}")
    print("\n".join(f"  {source} {split}: {count}" for (source, split), count in sorted(counts.items())))
    return 0


def _read_list(path: Path) -> list[Listed]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if any(None in row.values() or None in row for row in rows):
            raise ValueError("a row has more or fewer fields than columns")
        numbers = ("side", "frame", "webp")
        listed = [Listed(source=path.stem, **row | {name: int(row[name]) for name in numbers}) for row in rows]
        if any(entry.side < 0 or entry.frame < 0 or entry.webp not in range(101) for entry in listed):
            raise ValueError("side, frame and webp are 0 or more, webp at most 100")
        if any(not entry.side and (entry.frame or entry.webp) for entry in listed):
            raise ValueError("a frame, or what is saved as WebP first, is no file as it is: give its side")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(
            f"{path} is no list of pictures (columns {', '.join(list(Listed.__annotations__)[1:])}): {error}"
        ) from error
    unknown = {entry.split for entry in listed} - set(SPLITS)
    if unknown or not listed:
        raise UserError(f"{path}: the split must be one of {', '.join(SPLITS)}" if unknown else f"{path} lists nothing")
    return listed


def _fetch(entries: list[Listed], args: argparse.Namespace) -> list[dict[str, object]]:
    """The manifest's rows of one package's pictures, once they are written."""
    package, version = entries[0].package, entries[0].version
    is_wheel = is_address(package)
    npm = f"{args.registry.rstrip('/')}/{package}/-/{package.rpartition('/')[2]}-{version}.tgz"
    location = package if is_wheel else npm
    try:
        packed = io.BytesIO(read_bytes(location))
        with zipfile.ZipFile(packed) if is_wheel else tarfile.open(fileobj=packed, mode="r:gz") as archive:
            return [_keep(entry, _member(archive, entry, location), args.out) for entry in entries]
    except (ImageError, tarfile.TarError, zipfile.BadZipFile, OSError) as error:
        raise UserError(f"{location}: {error}") from error


def _member(archive: tarfile.TarFile | zipfile.ZipFile, entry: Listed, location: str) -> bytes:
    try:
        file = archive.open(entry.path) if isinstance(archive, zipfile.ZipFile) else archive.extractfile(entry.path)
    except KeyError:
        file = None
    data = b"" if file is None else file.read()
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise UserError(f"{location} holds no {entry.path} with the listed sha256; use the list that belongs to it")
    return data


def _keep(entry: Listed, data: bytes, out: Path) -> dict[str, object]:
    """Write a picture; its row of the manifest."""
    if entry.side:
        image = Image.fromarray(decode_bytes(data, entry.frame).rgb)
        image.thumbnail((entry.side, entry.side), Image.Resampling.LANCZOS, reducing_gap=None)
        if entry.webp:
            image = recompress(image, "WEBP", quality=entry.webp)
        data = encode(image, "JPEG", quality=JPEG_QUALITY)
    with write_atomically(out / entry.target, "wb") as file:
        file.write(data)
    known = {"generator": entry.generator, "generated": entry.label, "identity": entry.identity, "split": entry.split}
    return {"path": entry.target, "label": entry.label, "source": entry.source, **known}
