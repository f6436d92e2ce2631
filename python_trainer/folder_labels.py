"""What the names of folders say of the images in them: real or fake, split, source."""

import re
from collections import Counter

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
SPLIT_NAMES |= {"testing": "test", "dev": "val"}
CLASS_WORDS = (  # by label
    {"real", "reals", "original", "genuine"},
    {"fake", "fakes", "deepfake", "manipulated", "synthetic"},
)
NEGATIONS = {"not", "non", "no", "un"}
PLAIN_WORDS = {"real", "reals", "fake", "fakes"} | SPLIT_NAMES.keys()  # not "original": it may be a size, or a version


def label_of_folder(name: str) -> int | None:
    """0 for a folder of real images (Real, 0_real, Real Faces …), 1 for fakes (fakes, training_fake …).

    None for any other, and for a name that holds words of both or a negation: real_vs_fake, not_real.
    """
    words = _words(name)
    labels = [label for label, known in enumerate(CLASS_WORDS) if words & known]
    return labels[0] if len(labels) == 1 and not words & NEGATIONS else None


def known_of_path(inside: str, root: str) -> dict:
    """What the folders of a path, from `root` on, say of its image, as far as they do: label, source, split.

    Folders with labels must agree, with one exception: the innermost is named for its class alone, and those around it
    merely hold a word, as a project's may (deepfake-detector/data/real). Else `label` is a text that says who contradicts
    whom: of fake/original_size or real/fake nobody can tell which is meant, and a wrong label is worse than none.
    """
    parts = inside.replace("\\", "/").split("/")[:-1]
    labelled = [(part, label) for part in parts if (label := label_of_folder(part)) is not None]
    splits = [part for part in parts if part.lower() in SPLIT_NAMES]
    others = [part for part in parts if label_of_folder(part) is None and part.lower() not in SPLIT_NAMES]
    known = {"source": "/".join([root, *(part for part in others if part not in ("", "."))])}
    if labelled:
        name, known["label"] = labelled[-1]
        against = [part for part, label in labelled if label != known["label"]]
        if against and (not _is_plain(name) or any(map(_is_plain, against))):
            known["label"] = f"unclear: {name} lies in {against[-1]}"
    return known | ({"split": splits[-1]} if splits else {})


def count_unlabelled(images: list[str]) -> dict:
    """How many images lie in no real or fake folder, and up to three of the folders that they lie in, the fullest first."""
    folders = Counter(image.replace("\\", "/").rpartition("/")[0] for image in images)
    return {"images": len(images), "folders": [folder for folder, _ in folders.most_common(3)]}


def _words(name: str) -> set[str]:
    return set(re.split(r"[\W_]+", name.lower())) - {""}


def _is_plain(name: str) -> bool:
    """Whether a folder with a label is named for its class and nothing else: Real, 1_fake, training_real."""
    return all(word in PLAIN_WORDS or word.isdigit() for word in _words(name))
