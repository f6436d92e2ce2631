"""The verb `probe`: can file and image statistics alone tell real from fake, before and after augmentation."""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

from python_trainer.augmentation import augment
from python_trainer.config import Recipe, get_recipe
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow, read_trainable
from python_trainer.source_probe import (
    FILE_FEATURES,
    IMAGE_FEATURES,
    file_features,
    image_features,
    probe_labels,
    probe_sources,
)
from python_trainer.splits import SplitItem, linked_groups

RECIPE = "evidence"
SETS = ("file", "image", "augmented")
EVERYTHING = "ALL"
_BATCH = 256  # crops in memory at a time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `probe`."""
    parser.add_argument("--data", type=Path, required=True, metavar="PREPARED", help="a folder that `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="gets probe.json")
    parser.add_argument("--count", type=int, default=500, help="training crops of each source and class at most")
    parser.add_argument("--seed", type=int, default=0, help="of the choice, the augmentation and the folds")


def run(args: argparse.Namespace) -> int:
    """Probe, write, print; returns 0."""
    report = probe(args.data, get_recipe(RECIPE), args.count, args.seed)
    with write_atomically(args.out / "probe.json") as file:
        json.dump(report, file, indent=2, allow_nan=False)
    print(format_table(report))
    return 0


def probe(data: Path, recipe: Recipe, count: int, seed: int) -> dict:
    """What probe.json holds. Training rows alone are read.

    Raises:
        UserError: the training split lacks a class.
    """
    rows = [row for row in read_trainable(data) if row.split == "train"]
    if {row.label for row in rows} != {0, 1}:
        raise UserError(f"{data} has no real and fake crops in its train split")
    chosen = _choose(rows, count, np.random.default_rng((seed, 81)))
    features = {"file": [file_features(row.image) for row in chosen], **_image_features(data, chosen, recipe, seed)}
    groups = np.array(
        linked_groups([SplitItem(r.split, r.label, r.identity, r.pair_id, r.sha256, None) for r in chosen])
    )
    labels = np.array([row.label for row in chosen])
    sources = np.array([row.source for row in chosen])
    by_source, which = {}, {}
    for name in SETS:
        known = np.array([one is not None for one in features[name]])
        values = np.array([one for one in features[name] if one is not None])
        for source in (*sorted(set(sources)), EVERYTHING):
            member = known if source == EVERYTHING else known & (sources == source)
            if len(set(labels[member])) == 2:
                found = probe_labels(values[member[known]], labels[member], groups[member], seed)
                by_source.setdefault(source, {})[name] = found
        real = known & (labels == 0)
        which[name] = probe_sources(values[real[known]], sources[real], groups[real], seed)
    return {
        "recipe": recipe.name, "count": count, "seed": seed,
        "features": {"file": FILE_FEATURES, "image": IMAGE_FEATURES},
        "files_missing": sum(one is None for one in features["file"]),
        "real_or_fake": by_source, "source_of_reals": which, "draw": describe_draw(rows, recipe, seed),
    }  # fmt: skip


def _choose(rows: list[CropRow], count: int, rng: np.random.Generator) -> list[CropRow]:
    """Up to `count` rows of each source and class, in the order they came."""
    members: dict[tuple[str, int], list[int]] = {}
    for index, row in enumerate(rows):
        members.setdefault((row.source, row.label), []).append(index)
    parts = [rng.choice(part, min(count, len(part)), replace=False) for _, part in sorted(members.items())]
    return [rows[i] for i in sorted(np.concatenate(parts))]


def _image_features(data: Path, rows: list[CropRow], recipe: Recipe, seed: int) -> dict[str, list[list[float]]]:
    """IMAGE_FEATURES of each row's crop, and of one augmented view of it."""
    from python_trainer.dataset import load_crops

    features: dict[str, list[list[float]]] = {"image": [], "augmented": []}
    for start in range(0, len(rows), _BATCH):
        for index, crop in enumerate(load_crops(data, rows[start : start + _BATCH], recipe.input_size), start):
            features["image"].append(image_features(crop))
            view = augment(crop, recipe, recipe.input_size, np.random.default_rng((seed, 82, index)))
            features["augmented"].append(image_features(view))
    return features


def describe_draw(rows: list[CropRow], recipe: Recipe, seed: int) -> dict:
    """Whether the source gives the label away in one epoch's balanced draw.

    Returns:
        {"sources": source -> {"real", "fake", "share_of_fakes", "share_of_fakes_with_blended"}, and
        "auc_of_source", "auc_of_source_with_blended": how well each crop's source alone ranks fakes first}.
        A fake that is blended while training takes the place of a drawn one and is of its real's own source; copies from
        autoencoders are left out of both, as of an epoch without any.
    """
    from python_trainer.dataset import draw_pairs

    places = recipe.samples_per_epoch // recipe.batch_size * (recipe.batch_size // 2)
    given = [row for row in rows if row.source != "reconstruction"]
    pairs = draw_pairs(given, places, np.random.default_rng((seed, 0, 77)))
    real = Counter(given[pair[0]].source for pair in pairs)
    fake = Counter(given[pair[1]].source for pair in pairs)
    share = recipe.self_blended + recipe.cross_blended
    blended = {s: (1 - share) * fake[s] + share * real[s] for s in real | fake}
    shares = {
        source: {
            "real": real[source],
            "fake": fake[source],
            "share_of_fakes": fake[source] / (real[source] + fake[source]),
            "share_of_fakes_with_blended": blended[source] / (real[source] + blended[source]),
        }
        for source in sorted(real | fake)
    }
    return {
        "sources": shares,
        "auc_of_source": _auc_of_source(real, fake),
        "auc_of_source_with_blended": _auc_of_source(real, blended),
    }


def _auc_of_source(real: dict[str, int], fake: dict[str, float]) -> float:
    """AUC of "share of fakes in the crop's source" as a score; 0.5 where every source is balanced."""
    names = sorted(set(real) | set(fake))
    reals, fakes = (np.array([counts.get(name, 0) for name in names], float) for counts in (real, fake))
    share = fakes / (reals + fakes)
    ahead = share[:, None] - share[None, :]
    wins = np.where(np.abs(ahead) < 1e-9, 0.5, ahead > 0)
    return float(fakes @ wins @ reals / (fakes.sum() * reals.sum()))


def format_table(report: dict) -> str:
    """The report as aligned text."""
    lines = [f"{'real or fake: AUC':18}" + "".join(f" {name:>20}" for name in SETS)]
    for source, found in report["real_or_fake"].items():
        lines.append(f"{source:18}" + "".join(f" {_auc(found.get(name)):>20}" for name in SETS))
    which = [report["source_of_reals"][name] for name in SETS]
    shown = "".join(f" {_accuracy(one):>20}" for one in which)
    lines += [f"{'source of reals':18}{shown}", "", f"{'one epoch draws':18} {'real':>7} {'fake':>7} {'share of fakes':>15} {'with blended':>18}"]  # fmt: skip
    for source, drawn in report["draw"]["sources"].items():
        shares = f"{drawn['share_of_fakes']:>15.3f} {drawn['share_of_fakes_with_blended']:>18.3f}"
        lines.append(f"{source:18} {drawn['real']:>7} {drawn['fake']:>7} {shares}")
    both = [report["draw"][key] for key in ("auc_of_source", "auc_of_source_with_blended")]
    lines.append(f"the source alone, in this draw: AUC {both[0]:.3f}, with blended {both[1]:.3f}")
    if report["files_missing"]:
        lines.append(f"{report['files_missing']} source files could not be read; `file` is without them")
    return "\n".join(lines)


def _auc(found: dict | None) -> str:
    return f"{found['auc']:.3f} [{found['interval'][0]:.3f},{found['interval'][1]:.3f}]" if found else "-"


def _accuracy(found: dict | None) -> str:
    return f"{found['balanced_accuracy']:.3f}, chance {found['chance']:.3f}" if found else "-"
