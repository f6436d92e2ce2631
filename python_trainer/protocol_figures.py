"""The figures of the full protocol, from images and their scores: bands, goals, curves, groups, flips."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from python_trainer import metrics
from python_trainer.conditions import CURVES, FLIP_VARIANTS
from python_trainer.evaluation_report import ImageScore, demographics, image_scores, is_held_out
from python_trainer.manifest import CropRow
from python_trainer.model_manifest import BANDS, MODES, threshold_for

NAMED_SOURCES = ("openforensics", "ffhq_stylegan", "faceforensics", "dfdc", "photoshop")  # null where absent
INDEPENDENT = "independent42"
WORST_SOURCE_MINIMUM = 200  # reals with which a source can be the worst
WORST_GROUP_MINIMUM = 30
FACE_SIZES = (0, 64, 96, 128, 192, 256, 384)  # lower edges of the bins, pixels


def bands_of(images: list[ImageScore], report: dict, mode: str = "check") -> np.ndarray:
    """Each image's band at the operating point `mode`, with the thresholds for as many faces, str [n]; "not_scored" where
    there is no face to judge.
    """
    point = report["operating_points"][mode]
    lower, upper = (
        np.array([threshold_for(point[band], max(i.faces, 1)) for i in images], np.float64)
        for band in ("no_traces", "likely_fake")
    )
    scores = image_scores(images, report["calibration"])
    bands = np.where(scores >= upper, "likely_fake", "inconclusive")
    bands[scores < lower] = "no_traces"
    bands[[i.logit is None for i in images]] = "not_scored"
    return bands


def band_shares(images: list[ImageScore], report: dict) -> dict:
    """For real and fake: n, the share of each band and of not_scored, the share decided, and the share right of those.

    Decided means scored and not inconclusive. Shares in [0, 1] of all images of the class; None where there are none.
    """
    bands, labels = bands_of(images, report), np.array([i.label for i in images])
    result = {}
    for name, label, right in (("real", 0, "no_traces"), ("fake", 1, "likely_fake")):
        counts = Counter(bands[labels == label].tolist())
        total, decided = sum(counts.values()), counts["no_traces"] + counts["likely_fake"]
        result[name] = {
            "n": total,
            **{band: counts[band] / total if total else None for band in (*BANDS, "not_scored")},
            "decided": decided / total if total else None,
            "right_of_decided": counts[right] / decided if decided else None,
        }
    return result


def second_look(images: list[ImageScore], report: dict) -> dict:
    """Of the images in which the first search finds no face: n, how many are judged all the same, their AUC and the
    counts of their bands for real and fake.
    """
    without = [i for i in images if i.second_look or i.status == "no_face"]
    judged = [i for i in without if i.logit is not None]
    labels, bands = np.array([i.label for i in judged]), bands_of(judged, report)
    return {
        "n": len(without),
        "judged": len(judged),
        "auc": metrics.roc_auc(labels, image_scores(judged, report["calibration"])),
        "bands": {c: dict(Counter(bands[labels == k].tolist())) for k, c in enumerate(("real", "fake"))},
    }


def generators(images: list[ImageScore], report: dict) -> list[dict]:
    """For each source and generator of fakes: their number, bands, and AUC against the source's reals or, without, all.

    images: of one split. AUC is of scored images.
    """
    scores = image_scores(images, report["calibration"])
    reals = _real_scores(images, scores)
    everyone = [score for values in reals.values() for score in values]
    fakes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, image in enumerate(images):
        if image.label:
            fakes[image.source, image.generator].append(index)
    return [
        {
            "source": source,
            "generator": generator,
            "auc": _auc(reals.get(source) or everyone, [scores[i] for i in members if images[i].logit is not None]),
            "bands": band_shares([images[i] for i in members], report),
        }
        for (source, generator), members in sorted(fakes.items())
    ]


def unseen_aucs(images: list[ImageScore], scores: np.ndarray) -> dict:
    """AUC of each unseen source's fakes against all reals here, of every source; images without a score are left out.

    images: of one split; scores: float [n], any monotone scale. `mean` weighs the unseen sources equally.
    `against_each_real_source` also weighs the sources of the reals equally, so that no large one decides.
    """
    reals = _real_scores(images, scores)
    everyone = [score for values in reals.values() for score in values]
    fakes: dict[str, list[float]] = defaultdict(list)
    for image, score in zip(images, scores, strict=True):
        if image.source.startswith("unseen_") and image.label and image.logit is not None:
            fakes[image.source].append(score)
    sources = {
        name: {
            "n_fake": len(values),
            "auc": _auc(everyone, values),
            "against_each_real_source": mean(_auc(part, values) for part in reals.values()),
        }
        for name, values in sorted(fakes.items())
    }
    return {
        "mean": mean(s["auc"] for s in sources.values()),
        "mean_against_each_real_source": mean(s["against_each_real_source"] for s in sources.values()),
        "n_real": len(everyone),
        "sources": sources,
    }


def _real_scores(images: list[ImageScore], scores: np.ndarray) -> dict[str, list[float]]:
    """By source, those of its reals that have one."""
    reals: dict[str, list[float]] = defaultdict(list)
    for image, score in zip(images, scores, strict=True):
        if image.label == 0 and image.logit is not None:
            reals[image.source].append(score)
    return reals


def _auc(reals: list[float], fakes: list[float]) -> float | None:
    return metrics.roc_auc(np.repeat([0, 1], [len(reals), len(fakes)]), np.array([*reals, *fakes]))


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of what is there; None of nothing."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def goals(images: dict[str, list[ImageScore]], conditions: dict[str, dict], report: dict) -> dict:
    """The headline. `images`: condition -> images of one split; `conditions`: condition -> figures of `summarise`.

    Everything is of the clean photos unless its name says otherwise. Accuracy and AUC of a source count an image
    without a score as an error, with the figures over scored images beside them; rates of bands are of scored images.
    """
    clean, figures = images["clean"], conditions["clean"]
    present = figures["sources"]
    independent = figures["held_out"].get(INDEPENDENT)
    return {
        "sources": {n: _source(present.get(n)) for n in sorted({*NAMED_SOURCES, *present})},
        INDEPENDENT: independent and {
            "right": independent["confusion"]["real_as_real"] + independent["confusion"]["fake_as_fake"],
            "n": independent["n"],
        },
        "unseen": {
            "auc": unseen_aucs(clean, image_scores(clean, report["calibration"])),
            "likely_fake": _band_rates(clean, report, 1, "likely_fake", "unseen_"),
            "no_traces": _band_rates(clean, report, 1, "no_traces", "unseen_"),
        },
        "reals_called_likely_fake": _band_rates(clean, report, 0, "likely_fake"),
        "worst_group": _worst(groups(clean, report), WORST_GROUP_MINIMUM),
        "balanced_accuracy_lost": {
            name: {part: _lost(figures[part], conditions[name][part]) for part in ("overall", "macro")}
            for name in ("web", "hard")
        },
        "flips": flips(images, report),
        "ece": figures["overall"] and figures["overall"]["ece"],
        "ece_scored_only": _scored_only(figures["overall"]).get("ece"),
        "ece_equal_rates": _scored_only(figures["overall"]).get("ece_equal_rates"),
    }  # fmt: skip


def _source(figures: dict | None) -> dict | None:
    if not figures:
        return None
    only = _scored_only(figures)
    return {k: figures[k] for k in ("n", "accuracy", "auc")} | {"scored_only": {k: only.get(k) for k in ("n", "accuracy", "auc")}}  # fmt: skip


def _scored_only(figures: dict | None) -> dict:
    return (figures and figures["scored_only"]) or {}


def _lost(before: dict | None, after: dict | None) -> float | None:
    values = [part and part["balanced_accuracy"] for part in (before, after)]
    return None if None in values else values[0] - values[1]


def flagged(images: list[ImageScore], report: dict) -> dict:
    """What each operating point calls likely fake: mode -> real and fake, each as rates of scored images."""
    return {
        mode: {
            name: _band_rates(images, report, label, "likely_fake", mode=mode)
            for label, name in enumerate(("real", "fake"))
        }
        for mode in MODES
    }


def _band_rates(
    images: list[ImageScore], report: dict, label: int, band: str, prefix: str = "", mode: str = "check"
) -> dict:
    """How many scored images of a class are in a band: pooled, as a mean over sources, each, and the worst source."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for image, found in zip(images, bands_of(images, report, mode), strict=True):
        if image.label == label and image.source.startswith(prefix) and image.logit is not None:
            counts[image.source][0] += int(found == band)
            counts[image.source][1] += 1
    sources = {name: metrics.rate(*pair) for name, pair in sorted(counts.items())}
    pooled = metrics.rate(*(sum(pair[k] for pair in counts.values()) for k in (0, 1)))
    worst = _worst(sources, WORST_SOURCE_MINIMUM)
    return {"pooled": pooled, "mean": mean(s["rate"] for s in sources.values()), "worst_source": worst, "sources": sources}  # fmt: skip


def _worst(rates: dict[str, dict], minimum: int) -> dict | None:
    """The highest rate, of equal ones that which may be highest, among those of at least `minimum` images, with its name."""
    large = {name: values for name, values in rates.items() if values["n"] >= minimum}
    name = max(large, key=lambda n: (large[n]["rate"], large[n]["interval"][1]), default=None)
    return None if name is None else {"name": name, **large[name]}


def flips(images: dict[str, list[ImageScore]], report: dict) -> dict:
    """How many scored images go from likely_fake to no_traces or back, clean to variant, and under any variant; `moved`:
    how many get another band at all, inconclusive included, clean to variant.
    """
    before = bands_of(images["clean"], report)
    scored = int((before != "not_scored").sum())
    turned, moved = {}, {}
    for name in FLIP_VARIANTS:
        after = bands_of(images[name], report)
        turned[name] = ((before == "likely_fake") & (after == "no_traces")) | (
            (before == "no_traces") & (after == "likely_fake")
        )
        moved[name] = before != after
    every = np.any(list(turned.values()), axis=0)
    return {
        "any": metrics.rate(int(every.sum()), scored),
        "variants": {name: metrics.rate(int(which.sum()), scored) for name, which in turned.items()},
        "moved": {name: metrics.rate(int(which.sum()), scored) for name, which in moved.items()},
    }


def curves(conditions: dict[str, dict], rows: list[CropRow], clean: list[ImageScore], report: dict) -> dict:
    """AUC and balanced accuracy over each kind of degradation, strongest last, and over the face's size.

    Seen sources, scored images pooled; macro_*: the mean over sources, an image without a score an error.
    """

    def point(name: str, value: int | None) -> dict:
        only, macro = _scored_only(conditions[name]["overall"]), conditions[name]["macro"]
        return {
            "condition": name, "value": value, "auc": only.get("auc"), "balanced_accuracy": only.get("balanced_accuracy"),
            "macro_auc": macro["auc"], "macro_balanced_accuracy": macro["balanced_accuracy"],
        }  # fmt: skip

    result = {
        name: [point("clean", None), *(point(c, v) for c, v in values.items())] for name, values in CURVES.items()
    }
    return result | {"face_size": _face_sizes(rows, clean, report)}


def _face_sizes(rows: list[CropRow], images: list[ImageScore], report: dict) -> list[dict]:
    """Per bin of the detected box's longer side (the largest face's) in the photo, pixels; all sources together.

    Pictures that came as face crops say nothing about the size in a photo and are left out. `rows` and `images`
    are of the same split; images are in the order in which rows first name them.
    """
    sides: dict[str, float] = {}
    for row in rows:
        side = 0.0
        if row.crop and json.loads(row.keypoints):
            x1, y1, x2, y2 = json.loads(row.box_xyxy)
            side = max(x2 - x1, y2 - y1)
        sides[row.image] = max(side, sides.get(row.image, 0.0))
    side = np.array(list(sides.values()))
    labels, scores = np.array([i.label for i in images]), image_scores(images, report["calibration"])
    bins = []
    for low, high in zip(FACE_SIZES, [*FACE_SIZES[1:], None], strict=True):
        inside = (side > 0) & (side >= low) & (side < (np.inf if high is None else high))
        figures = metrics.binary_report(labels[inside], scores[inside], report["threshold"]) if inside.any() else {}
        bins.append(
            {
                "from": low, "below": high, "n_real": figures.get("n_real", 0), "n_fake": figures.get("n_fake", 0),
                "auc": metrics.roc_auc(labels[inside], scores[inside]),
                "balanced_accuracy": figures.get("balanced_accuracy"),
            }
        )  # fmt: skip
    return bins


def groups(images: list[ImageScore], report: dict) -> dict:
    """Reals called likely_fake by age, gender and race, where `demographic` says them: group -> rate with interval."""
    threshold = report["operating_points"]["check"]["likely_fake"][0]
    return demographics([i for i in images if not is_held_out(i.source)], report["calibration"], threshold)
