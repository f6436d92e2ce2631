"""What the verbs read: files, folders, lists, addresses and shards, cut into parts that any worker reads by itself."""

import glob
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from python_trainer.errors import UserError
from python_trainer.images import IMAGE_SUFFIXES, ImageError, is_address, read_bytes, why_unreadable

DATA_HELP = (
    "folders with a manifest.csv, or with real/ and fake/ at any depth; tables (.csv); lists (.txt) of images in such "
    "folders; WebDataset and TFRecord shards, or folders of them; each also as an address (https://, s3:// …; of a folder "
    "with / at its end)"
)
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz")
SHARD_SUFFIXES = (*TAR_SUFFIXES, ".tfrecord", ".tfrecords")
# Files in a part, on average: small enough to lose little when a worker dies, large enough to hand round.
PART_SIZE = 32
_READERS = 8  # files read ahead at once, for the sake of addresses


@dataclass(frozen=True)
class Item:
    """A file, an address or a shard, and what is known of it beforehand (say its label), as JSON can hold it."""

    location: str
    known: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Items that are worked on together. `name` follows from them alone, in every run, and fits a file name: from what
    they are called and, of files here, from their size and time, so that another file under the same name is another part.
    """

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Sample:
    """One image: its file's bytes, or None and the reason.

    key: a path, or an address that fsspec opens; for an image in a tar `tar://MEMBER::SHARD`, in a TFRecord `SHARD#INDEX`.
    known: the item's, or what the shard says of the image.
    """

    key: str
    data: bytes | None
    reason: str = ""
    known: dict[str, Any] = field(default_factory=dict)


def list_images(paths: Iterable[Path | str]) -> Iterator[Path]:
    """Files as given, folders as the images below them, in order."""
    for path in map(Path, paths):
        yield from _below(path, tuple(IMAGE_SUFFIXES)) if path.is_dir() else [path]


def list_items(locations: Iterable[str], suffixes: Set[str] = IMAGE_SUFFIXES) -> list[Item]:
    """Files, addresses and shards as given; of folders (an address with / at its end), patterns (* in an address) and
    lists (.txt, one location a line) what is in them. suffixes: of the files that are taken out of folders, beside shards.

    Raises:
        UserError: a list or an address cannot be read, or there is nothing in any of them.
    """
    found: list[str] = []
    for location in open_lists(locations):
        if is_address(location) and (location.endswith("/") or "*" in location):
            found += [name for name in list_address(location) if has_suffix(name, (*suffixes, *SHARD_SUFFIXES))]
        elif _is_pattern(location):
            found += sorted(glob.glob(location, recursive=True))
        elif not is_address(location) and Path(location).is_dir():
            found += map(str, _below(Path(location), (*suffixes, *SHARD_SUFFIXES)))
        else:
            found.append(location)
    if not found:
        raise UserError("no images: the folders and lists are empty")
    return [Item(location) for location in found]


def open_lists(locations: Iterable[str], _inside: tuple[str, ...] = ()) -> Iterator[str]:
    """Locations, and in the place of each list (.txt, one location a line) what it lists.

    Raises:
        UserError: a list cannot be read, or names itself, be it through another list.
    """
    for location in locations:
        if not location.lower().endswith(".txt"):
            yield location
            continue
        if location in _inside:
            through = " through " + ", ".join(others) if (others := _inside[_inside.index(location) + 1 :]) else ""
            raise UserError(f"the list {location} names itself{through}; take that line out")
        lines = (line for text in read_text(location).splitlines() if (line := text.strip()))
        yield from open_lists(lines, (*_inside, location))


def list_address(location: str) -> list[str]:
    """Addresses of the files under an address, or matching it where it has a *, sorted.

    Raises:
        UserError: it cannot be listed.
    """
    import fsspec

    try:
        system, path = fsspec.url_to_fs(location)
        names = system.glob(path) if "*" in location else system.find(path)
        return sorted(system.unstrip_protocol(name) for name in names)
    except Exception as error:  # each kind of store raises its own
        raise UserError(f"{location} cannot be listed: {why_unreadable(error)}") from error


def list_shards(location: str, listing: Callable[[str], list[str]] = list_address) -> list[str]:
    """The shards that a location is, matches or, without photos beside them, holds; empty where it is something else.

    listing: lists an address; of one that remembers, every reader has the same list.
    """
    if has_suffix(location, SHARD_SUFFIXES):
        if is_address(location):
            return listing(location) if "*" in location else [location]
        return sorted(glob.glob(location)) if _is_pattern(location) else [location]
    if is_address(location):
        if not location.endswith("/"):
            return []
        names = listing(location)
        if any(name.endswith("/manifest.csv") for name in names):
            return []
        below = [name for name in names if has_suffix(name, (*IMAGE_SUFFIXES, *SHARD_SUFFIXES))]
    elif (Path(location) / "manifest.csv").exists():
        return []
    else:
        below = list(map(str, _below(Path(location), (*IMAGE_SUFFIXES, *SHARD_SUFFIXES))))
    return below if all(has_suffix(name, SHARD_SUFFIXES) for name in below) else []


def _is_pattern(location: str) -> bool:
    """A shell that was given it in quotes, or that knows no patterns, has left it as it is."""
    return not is_address(location) and "*" in location and not Path(location).exists()


def read_text(location: str) -> str:
    """A text file's content; raises UserError where it cannot be read."""
    try:
        return read_bytes(location).decode("utf-8-sig")
    except (ImageError, UnicodeDecodeError) as error:
        raise UserError(f"{location} {error}") from error


def into_parts(items: Iterable[Item]) -> list[Part]:
    """Each shard a part; files cut, in their order, after those whose hash says so. The same item twice counts once.

    Cut by hash and not by count, files that are added to a folder change only the parts that they fall into.
    """
    parts, pending = [], []
    for text in dict.fromkeys(json.dumps([item.location, item.known], sort_keys=True) for item in items):
        location, known = json.loads(text)
        if has_suffix(location, SHARD_SUFFIXES):
            # What was listed before it comes before it.
            parts += [_part("files", pending)] if pending else []
            pending = []
            parts.append(_part(re.split(r"[/\\]", location)[-1].split(".")[0], [Item(location, known)]))
            continue
        pending.append(Item(location, known))
        cut = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % PART_SIZE == 0
        if cut or len(pending) == 4 * PART_SIZE:
            parts.append(_part("files", pending))
            pending = []
    return [*parts, _part("files", pending)] if pending else parts


def read_part(part: Part, unread: tuple[str, ...] = ()) -> Iterator[Sample]:
    """The images of a part, in order; never raises for a bad file or shard: its sample says why.

    unread: suffixes of local files that the caller reads itself, because they may not fit into memory: data is None there.
    """
    files = [item for item in part.items if not has_suffix(item.location, SHARD_SUFFIXES)]
    if files:
        with ThreadPoolExecutor(_READERS) as pool:
            for start in range(0, len(files), _READERS):
                yield from pool.map(partial(_read_file, unread=unread), files[start : start + _READERS])
        return
    for item in part.items:
        read = _tar_samples if has_suffix(item.location, TAR_SUFFIXES) else _tfrecord_samples
        count = 0
        try:
            for sample in read(item):
                yield sample
                count += 1
        except Exception as error:  # whatever a damaged archive or a store raises, the images before it are good
            yield Sample(item.location, None, f"shard unreadable after {count} images: {why_unreadable(error)}")


def _read_file(item: Item, unread: tuple[str, ...] = ()) -> Sample:
    if unread and has_suffix(item.location, unread) and not is_address(item.location):
        return Sample(item.location, None, known=item.known)
    try:
        return Sample(item.location, read_bytes(item.location), known=item.known)
    except ImageError as error:
        return Sample(item.location, None, str(error), item.known)


def _tar_samples(item: Item) -> Iterator[Sample]:
    """WebDataset's convention: files that are named alike up to the first dot, side by side, are one sample."""
    with _open(item.location) as file, tarfile.open(fileobj=file, mode="r|*") as tar:
        stem, group = None, {}
        for member in tar:
            if not member.isfile():
                continue
            folder, name = str(PurePosixPath(member.name).parent), PurePosixPath(member.name).name
            start = (folder, name.split(".")[0])
            if start != stem:
                yield from _samples_of_group(item, group)
                stem, group = start, {}
            group[member.name] = tar.extractfile(member).read()
        yield from _samples_of_group(item, group)
        # An archive ends with an empty block; `tarfile` also takes for its end that the file stops between two members.
        if tar.fileobj.tell() - tar.offset < tarfile.BLOCKSIZE:
            raise tarfile.ReadError("cut off: the end of the archive is missing")


def _samples_of_group(item: Item, group: dict[str, bytes]) -> Iterator[Sample]:
    known = dict(item.known)
    for name, data in group.items():
        try:
            known |= (
                json.loads(data) if name.endswith(".json") else {"label": int(data)} if name.endswith(".cls") else {}
            )
        except (ValueError, TypeError):  # of this image alone, and of no account to whoever asks for no label
            known["label"] = f"unreadable in {PurePosixPath(name).name}"
    for name, data in group.items():
        if has_suffix(name, tuple(IMAGE_SUFFIXES)):
            yield Sample(f"tar://{name}::{item.location}", data, known={"member": name, **known})


def _tfrecord_samples(item: Item) -> Iterator[Sample]:
    """TensorFlow's convention: Examples with image/encoded and, for prepare, image/class/label."""
    if not is_address(item.location):
        yield from _examples(item, item.location)
        return
    import fsspec

    # TensorFlow reads files alone. The copy goes with the shard: a process reads many.
    with TemporaryDirectory() as folder:
        yield from _examples(
            item, fsspec.open_local(f"simplecache::{item.location}", simplecache={"cache_storage": folder})
        )


def _examples(item: Item, path: str) -> Iterator[Sample]:
    import tensorflow as tf

    for index, record in enumerate(tf.data.TFRecordDataset(path)):
        values = {}
        for name, feature in tf.train.Example.FromString(record.numpy()).features.feature.items():
            value = getattr(feature, feature.WhichOneof("kind") or "bytes_list").value
            values[name.removeprefix("image/").replace("class/", "")] = value[0] if value else None
        data = values.pop("encoded", None)
        known = {k: v.decode(errors="replace") if isinstance(v, bytes) else v for k, v in values.items()}
        reason = "" if data else "the record has no image/encoded"
        yield Sample(f"{item.location}#{index}", data, reason, {**item.known, **known})


def _open(location: str) -> IO[bytes]:
    if not is_address(location):
        return Path(location).open("rb")
    import fsspec

    return fsspec.open(location, "rb").open()


def _below(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Files below a folder, through links too; a folder that links lead to twice, or to itself, counts once."""
    found, seen = [], set()
    for here, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        found += [path for name in names if has_suffix(name, suffixes) and (path := Path(here, name)).is_file()]
    return sorted(found)


def has_suffix(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a path or an address ends in one of them, in small letters or not."""
    # A signed address has its signature behind the name.
    return (name.partition("?")[0] if is_address(name) else name).lower().endswith(suffixes)


def _part(start: str, items: list[Item]) -> Part:
    text = json.dumps([[item.location, item.known, *_version(item.location)] for item in items], sort_keys=True)
    return Part(f"{start}-{hashlib.sha256(text.encode()).hexdigest()[:16]}", tuple(items))


def _version(location: str) -> tuple[int, ...]:
    """Size and time (ns) of a file; nothing of an address, or of what is not there."""
    try:
        about = None if is_address(location) else Path(location).stat()
    except OSError:
        about = None
    return (about.st_size, about.st_mtime_ns) if about else ()
