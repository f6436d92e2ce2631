"""Keeps training, validation and test apart: by identity, by pair, by exact and by near duplicate."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np

NEAR_DUPLICATE_BITS = 4  # Hamming distance of 64-bit perceptual hashes at or under which two images count as one
RANK = {"train": 0, "val": 1, "test": 2}  # of two images that must not straddle, the higher-ranked one stays


@dataclass(frozen=True)
class SplitItem:
    """What the split of one image depends on; empty strings and a None hash mean "not known"."""

    split: str
    label: int
    identity: str
    pair_id: str
    sha256: str
    phash: int | None


def assign_splits(items: list[SplitItem], seed: int = 0) -> tuple[list[str], Counter]:
    """Choose a split for every image so that nothing straddles.

    Images that share an identity, a pair or (nearly) the same picture form a group. A group whose images name
    more than one split keeps those of the highest-ranked one and drops the rest; a group without any split is
    drawn, about 80/10/10, seeded; images without a split join their group's. Of exact copies one stays; a picture that
    is there as real and as fake says nothing: it is dropped beforehand.

    Returns:
        One split per item ("" for a dropped one), and counts of what was assigned and dropped, by reason.
    """
    contradicted = contradicted_items(items)
    left = [i for i in range(len(items)) if i not in contradicted]
    found, counts = _assign([items[i] for i in left], seed)
    splits = dict(zip(left, found, strict=True))
    if contradicted:
        counts["dropped: same picture as real and as fake"] = len(contradicted)
    return [splits.get(i, "") for i in range(len(items))], counts


def contradicted_items(items: list[SplitItem]) -> set[int]:
    """Indices of those whose very file is there with the other label too."""
    labels: dict[str, set[int]] = defaultdict(set)
    for item in items:
        labels[item.sha256].add(item.label)
    return {i for i, item in enumerate(items) if item.sha256 and len(labels[item.sha256]) > 1}


def _assign(items: list[SplitItem], seed: int) -> tuple[list[str], Counter]:
    """As `assign_splits`, where no picture has both labels."""
    groups = linked_groups(items)
    members: dict[int, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        members[group].append(index)
    splits = [item.split for item in items]
    counts: Counter = Counter()
    free = []
    for group, indices in members.items():
        named = {items[i].split for i in indices} - {""}
        if not named:
            free.append(group)
            continue
        kept = max(named, key=RANK.__getitem__)
        for i in indices:
            if splits[i] == "":
                splits[i] = kept
                counts["joined the split of its group"] += 1
            elif splits[i] != kept:
                counts[f"dropped from {splits[i]}: same identity, pair or picture as one in {kept}"] += 1
                splits[i] = ""
    for group, split in _draw(free, members, items, seed).items():
        for i in members[group]:
            splits[i] = split
            counts[f"assigned to {split}"] += 1
    seen: dict[str, int] = {}
    for i, item in enumerate(items):
        if splits[i] and item.sha256 and seen.setdefault(item.sha256, i) != i:
            splits[i] = ""
            counts["dropped: exact copy of another image"] += 1
    return splits, counts


def _draw(free: list[int], members: dict[int, list[int]], items: list[SplitItem], seed: int) -> dict[int, str]:
    """About 80/10/10 within each class, whole groups at a time, each by a hash of its name: its person, pair or picture.

    So a group keeps its split when others are added, and what was trained on does not come up in a later test. In a
    small class of three or more groups each split gets at least one.
    """
    places: dict[frozenset, dict[int, float]] = defaultdict(dict)
    for group in free:
        name = min(items[i].identity or items[i].pair_id or items[i].sha256 or str(i) for i in members[group])
        digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
        labels = frozenset(items[i].label for i in members[group])
        places[labels][group] = int.from_bytes(digest[:8], "big") / 2**64
    drawn = {}
    for groups in places.values():
        chosen = {
            group: "test" if place < 0.1 else "val" if place < 0.2 else "train" for group, place in groups.items()
        }
        if len(groups) >= 3:
            first, second, *_, last = sorted(groups, key=groups.__getitem__)
            for split, group in (("train", last), ("test", first), ("val", second)):
                if split not in chosen.values():
                    chosen[group] = split
        drawn |= chosen
    return drawn


def linked_groups(items: list[SplitItem]) -> list[int]:
    """Connected components, as the index of a representative for each item."""
    parent = list(range(len(items)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for i, item in enumerate(items):
        for kind, value in (("identity", item.identity), ("pair", item.pair_id), ("sha", item.sha256)):
            if value:
                parent[find(i)] = find(first.setdefault((kind, value), i))
    for i, j in near_duplicates([item.phash for item in items]):
        # Within one named split a look-alike does no harm, and chaining them would tie the whole split together.
        if not (items[i].split and items[i].split == items[j].split):
            parent[find(i)] = find(j)
    return [find(i) for i in range(len(items))]


def near_duplicates(hashes: list[int | None], bits: int = NEAR_DUPLICATE_BITS) -> list[tuple[int, int]]:
    """Index pairs (lower one first, in order) whose 64-bit hashes differ in at most `bits` bits.

    Hashes are cut into `bits` + 2 bands: so few differences leave at least two of them alike, and only pairs that share
    two bands (of `bits` = 4: one in two million of unrelated ones, for each two bands) are compared.
    """
    known = np.array([i for i, value in enumerate(hashes) if value is not None], np.int64)
    values = np.array([hashes[i] for i in known], np.uint64)
    count, found = len(values), np.empty(0, np.int64)  # a pair as first * count + second
    for mask in _masks_of_two_bands(bits + 2):
        order = np.argsort(values & mask, kind="stable")  # alike ones side by side, lower index first
        ordered = values[order]
        keys = ordered & mask
        pairs, at, apart = [], np.arange(count), 1
        while len(at := at[at < count - apart]) and len(at := at[keys[at] == keys[at + apart]]):
            close = at[np.bitwise_count(ordered[at] ^ ordered[at + apart]) <= bits]
            pairs.append(order[close] * count + order[close + apart])
            apart += 1
        found = np.unique(np.concatenate([found, *pairs]))
    return [(int(known[pair // count]), int(known[pair % count])) for pair in found]


def _masks_of_two_bands(bands: int) -> list[np.uint64]:
    each = [sum(1 << bit for bit in range(band, 64, bands)) for band in range(bands)]
    return [np.uint64(one | other) for one, other in combinations(each, 2)]
