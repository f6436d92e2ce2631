"""Beside what ships: what an earlier plain MobileNetV2 on whole pictures reached on these sources."""

import numpy as np

from python_trainer.metrics import threshold_at_rate

# 7 epochs from ImageNet on an earlier cut of the data, without dfdc; its weights are not in this repository. Its shares of fakes
# found and of reals flagged are at a score of 0.5.
_OF_SOURCES = {
    ("openforensics", "accuracy"): 0.82,
    ("openforensics", "auc"): 0.92,
    ("ffhq_stylegan", "accuracy"): 0.71,
    ("ffhq_stylegan", "auc"): 0.86,
    ("faceforensics", "auc"): 0.59,
    ("photoshop", "auc"): 0.56,
    ("unseen_stylegan2", "auc"): 0.83,
    ("unseen_flux", "auc"): 0.34,
}
_FOUND = {"unseen_stylegan3": 0.39, "unseen_sd3": 0.05}
_REALS_FLAGGED = 0.13
_HALF_A_DIGIT = 0.005
_WORDS = {"accuracy": "accuracy", "auc": "AUC"}


def yardstick_table(protocol: dict, scores: list[dict], marked: dict | None) -> str:
    """Each figure that is known of it; of what ships, an image without a face to judge is an error, and found and flagged are by a
    check, or where it is said at the score that flags as many reals of the test as the other does.

    Args:
        protocol: protocol.json.
        scores: the rows of scores.csv.
        marked: marked.json, where there is one: with the faces that no detector finds marked by hand.
    """
    clean, goals = protocol["conditions"]["clean"], protocol["goals"]
    lines = ["| what | plain MobileNetV2 | this one | better |", "|---|---|---|---|"]

    def add(what: str, theirs: float, ours: float, shown: str, is_share: bool = False, sign: int = 1) -> None:
        # Of the other no more than two decimals are known.
        gain = sign * (round(ours, 2) - theirs)
        better = "–" if abs(gain) < _HALF_A_DIGIT else "yes" if gain > 0 else "no"
        lines.append(f"| {what} | {f'{theirs:.0%}' if is_share else f'{theirs:.2f}'} | {shown} | {better} |")

    for (source, key), theirs in _OF_SOURCES.items():
        figures = {**clean["sources"], **clean["held_out"]}.get(source)
        if figures:
            scored = (figures["scored_only"] or {}).get(key)
            shown = f"{figures[key]:.3f}" + ("" if scored is None else f" (scored images: {scored:.3f})")
            add(f"{source}: {_WORDS[key]}", theirs, figures[key], shown)
        if marked and marked["source"] == source:
            what = f"the same, a face marked by hand where none is found: {_WORDS[key]}"
            add(what, theirs, marked[key], f"{marked[key]:.3f}")
    for source, theirs in _FOUND.items():
        if rate := goals["unseen"]["likely_fake"]["sources"].get(source):
            add(f"{source}: fakes found", theirs, rate["rate"], f"{rate['rate']:.1%}", is_share=True)
            found = _found_at(_REALS_FLAGGED, scores, source)
            what = f"the same, with {_REALS_FLAGGED:.0%} of reals flagged"
            add(what, theirs, found, f"{found:.1%}", is_share=True)
    if pooled := goals["reals_called_likely_fake"]["pooled"]:
        add("reals flagged", _REALS_FLAGGED, pooled["rate"], f"{pooled['rate']:.1%}", is_share=True, sign=-1)
    return "\n".join(lines)


def _found_at(reals_flagged: float, scores: list[dict], source: str) -> float:
    """Share of a source's scored test fakes that score as high as at most so many of all scored test reals do."""
    test = [row for row in scores if row["split"] == "test" and row["status"] == "ok"]
    values = np.asarray([float(row["score"]) for row in test])
    is_fake = np.asarray([row["label"] == "1" for row in test])
    is_of_source = np.asarray([row["source"] == source for row in test])
    return float((values[is_fake & is_of_source] >= threshold_at_rate(values[~is_fake], reals_flagged)).mean())
