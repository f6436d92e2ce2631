"""Nothing straddles: identities, pairs, exact copies, near copies."""

import itertools
from collections import Counter

import numpy as np
import pytest

from python_trainer.splits import SplitItem, assign_splits, near_duplicates


def item(split="", label=0, identity="", pair="", sha="", phash=None) -> SplitItem:
    return SplitItem(split, label, identity, pair, sha or f"{np.random.default_rng().integers(2**62)}", phash)


def test_an_identity_in_two_splits_keeps_the_test_images():
    splits, counts = assign_splits([item("train", identity="ann"), item("test", identity="ann"), item("train")])
    assert splits == ["", "test", "train"]
    assert counts == {"dropped from train: same identity, pair or picture as one in test": 1}


def test_groups_are_transitive():
    """Ann's photo pairs with a fake that shares its picture with a validation image."""
    items = [
        item("train", identity="ann", pair="p"),
        item("train", label=1, pair="p", phash=0b1111),
        item("val", phash=0b1101),
    ]
    assert assign_splits(items)[0] == ["", "", "val"]


def test_look_alikes_within_one_split_stay():
    assert assign_splits([item("train", phash=7), item("train", phash=7)])[0] == ["train", "train"]


def test_of_exact_copies_one_stays():
    assert assign_splits([item("train", sha="a"), item("train", sha="a")])[0] == ["train", ""]


def test_a_picture_that_is_real_and_fake_is_dropped_and_takes_nobody_with_it():
    items = [item("train", identity="ann"), item("train", sha="a", identity="ann"), item("test", label=1, sha="a")]
    splits, counts = assign_splits([*items, item("test", label=1)])
    assert splits == ["train", "", "", "test"]
    assert counts == {"dropped: same picture as real and as fake": 2}


def test_an_image_without_a_split_joins_its_group():
    assert assign_splits([item("val", identity="ann"), item(identity="ann")])[0] == ["val", "val"]


def test_without_splits_80_10_10_by_identity_and_the_seed_decides():
    items = [item(label=i % 2, identity=f"person{i // 4}") for i in range(800)]
    splits, _ = assign_splits(items, seed=1)
    share = Counter(splits)
    assert 0.75 <= share["train"] / 800 <= 0.85
    assert 0.06 <= share["val"] / 800 <= 0.14 and 0.06 <= share["test"] / 800 <= 0.14
    by_person = {}
    for one, split in zip(items, splits, strict=True):
        by_person.setdefault(one.identity, set()).add(split)
    assert all(len(found) == 1 for found in by_person.values())
    assert splits == assign_splits(items, seed=1)[0]
    assert splits != assign_splits(items, seed=2)[0]


def test_a_folder_that_grows_keeps_its_splits():
    items = [item(label=i % 2, sha=f"picture {i}") for i in range(300)]
    more = [item(label=i % 2, sha=f"new {i}") for i in range(60)]
    splits, grown = assign_splits(items, seed=3)[0], assign_splits([*more, *items], seed=3)[0]
    assert grown[60:] == splits and len(set(grown[:60])) > 1


@pytest.mark.parametrize("count", range(3, 12))
def test_a_small_class_has_all_three_splits(count):
    for seed in range(30):
        assert set(assign_splits([item(sha=f"{i}") for i in range(count)], seed)[0]) == {"train", "val", "test"}


def test_near_duplicates_are_found_up_to_four_bits():
    assert near_duplicates([0b0, None, 0b1111, 0b11111]) == [(0, 2), (2, 3)]


@pytest.mark.parametrize("seed", range(20))
def test_near_duplicates_are_those_that_comparing_all_with_all_finds(seed):
    """Copies with 0 to 7 bits turned, of few originals, in any order, some without a hash."""
    rng = np.random.default_rng(seed)
    originals = [int(value) for value in rng.integers(0, 2**64, 12, np.uint64)] + [0, 2**64 - 1]
    hashes: list[int | None] = [None, None]
    for _ in range(150):
        turned = rng.choice(64, rng.integers(0, 8), replace=False)
        hashes.append(originals[rng.integers(len(originals))] ^ sum(1 << int(bit) for bit in turned))
    hashes = [hashes[i] for i in rng.permutation(len(hashes))]
    for bits in (0, 1, 4):
        expected = [
            (i, j)
            for (i, one), (j, other) in itertools.combinations(enumerate(hashes), 2)
            if one is not None and other is not None and (one ^ other).bit_count() <= bits
        ]
        assert near_duplicates(hashes, bits) == expected
        assert expected
    assert near_duplicates([]) == near_duplicates([None, 5]) == []
