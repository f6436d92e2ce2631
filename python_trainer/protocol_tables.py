"""The full protocol as Markdown: goals, conditions and other detectors."""

from python_trainer.model_manifest import MODES
from python_trainer.protocol_figures import mean
from python_trainer.report_tables import band_shares_cell

GOALS = {  # source -> goals for accuracy and AUC
    "openforensics": (0.95, 0.985),
    "ffhq_stylegan": (0.98, 0.997),
    "faceforensics": (None, 0.95),
    "dfdc": (None, 0.93),
    "photoshop": (None, 0.85),
}


def protocol_page(protocol: dict) -> str:
    """All tables of what `evaluate --protocol full` wrote."""
    parts = {
        "Goals, and what was reached": goals_table(protocol),
        "Conditions": conditions_table(protocol),
        "Verdicts by source": bands_table(protocol),
        "Likely fake, by operating point": flagged_table(protocol, protocol["split"]),
        "Verdicts by generator": generators_table(protocol),
        "A second look": second_look_sentence(protocol),
        "Other detectors on the same images": peers_table(protocol),
        "The same, AUC by source": peer_sources_table(protocol),
        "The same, fakes found at as many wrong alarms": peer_found_table(protocol),
    }
    return "\n".join(f"# {title}\n\n{table}\n" for title, table in parts.items())


SHIPPED_DIFFERENCE = "layers"  # of the ablation's variants, the one that ships


def goals_table(protocol: dict, ablation: dict | None = None, model_bytes: int | None = None) -> str:
    """Each goal beside what was measured; `ablation` as `ablate` wrote it, where it was run; the size of what ships."""
    goals = protocol["goals"]
    lines = ["| what | goal | measured | reached |", "|---|---|---|---|"]

    def add(what: str, goal: str, shown: str, reached: bool | None) -> None:
        lines.append(f"| {what} | {goal} | {shown} | {'–' if reached is None else 'yes' if reached else 'no'} |")

    for name, (accuracy, auc) in GOALS.items():
        figures = goals["sources"].get(name)
        if not figures:
            continue
        for key, goal in (("accuracy", accuracy), ("auc", auc)):
            if goal is not None:
                value, only = figures[key], figures["scored_only"][key]
                add(f"{name}: {key}", f"≥ {goal}", f"{value:.3f} (scored images: {only:.3f})", value >= goal)
    if independent := goals.get("independent42"):
        add(
            "independent42: right",
            "≥ 38 of 42",
            f"{independent['right']} of {independent['n']}",
            independent["right"] >= 38,
        )
    unseen = goals["unseen"]
    if unseen["auc"]["mean"] is not None:
        value = unseen["auc"]["mean"]
        alike = _number(unseen["auc"]["mean_against_each_real_source"])
        shown = f"{value:.3f} (each source of reals weighing the same: {alike})"
        add("unseen generators: mean AUC against all reals", "≥ 0.90", shown, value >= 0.9)
        alike = protocol["peers"]["model"]["conditions"].get("web", {}).get("unseen_mean_auc")
        if alike is not None:
            add("the same, all saved by one codec (at most 768 px, JPEG 60)", "≥ 0.90", f"{alike:.3f}", alike >= 0.9)
        add("unseen fakes called likely fake, mean", "≥ 60 %", _percent(unseen["likely_fake"]["mean"]), unseen["likely_fake"]["mean"] >= 0.6)  # fmt: skip
        add("unseen fakes called no traces, pooled", "≤ 10 %", _rate(unseen["no_traces"]["pooled"]), unseen["no_traces"]["pooled"]["rate"] <= 0.1)  # fmt: skip
        add("the same, mean over the generators", "≤ 10 %", _percent(unseen["no_traces"]["mean"]), unseen["no_traces"]["mean"] <= 0.1)  # fmt: skip
        told = _unseen_without_traces(protocol["conditions"]["web"])
        add("the same, pooled, as the web delivers them", "≤ 10 %", _percent(told), told <= 0.1)
    reals = goals["reals_called_likely_fake"]
    if pooled := reals["pooled"]:
        add("reals called likely fake, pooled, upper bound", "≤ 2 %", _rate(pooled), pooled["interval"][1] <= 0.02)
    for what, goal, worst in (
        ("the same, rate of the worst source of 200 or more", 0.03, reals["worst_source"]),
        ("the same, rate of the worst UTKFace group of 30 or more", 0.05, goals["worst_group"]),
    ):
        if worst:
            add(what, f"≤ {100 * goal:.0f} %", f"{_rate(worst)}, {worst['name']}", worst["rate"] <= goal)
    for name, goal in (("clean", 0.7), ("web", 0.5)):
        shares = protocol["conditions"][name]["bands"]["all"]
        for kind in ("real", "fake"):
            decided, right = (shares[kind][key] for key in ("decided", "right_of_decided"))
            if right is not None:
                shown = f"{_percent(decided)} decided, {_percent(right)} of them right"
                add(f"{kind} decided, {name}", f"≥ {100 * goal:.0f} %, ≥ 95 % of them right", shown, decided >= goal and right >= 0.95)  # fmt: skip
    for name, goal in (("web", 2), ("hard", 4)):
        lost = goals["balanced_accuracy_lost"][name]["overall"]
        if lost is not None:
            add(f"balanced accuracy lost, clean to {name}", f"≤ {goal} points", f"{100 * lost:.1f}", 100 * lost <= goal)
    if any_ := goals["flips"]["any"]:
        add("flips between likely fake and no traces, any variant", "≤ 1 %", _rate(any_), any_["rate"] <= 0.01)
    if goals["ece"] is not None:
        of_scored = f"scored images: {_number(goals['ece_scored_only'])}, at equal base rates {_number(goals['ece_equal_rates'])}"
        add("ECE", "≤ 0.03", f"{goals['ece']:.3f} ({of_scored})", goals["ece"] <= 0.03)
    if model_bytes is not None:
        add("the classifier's files", "≤ 5 MB", f"{model_bytes / 1e6:.2f} MB", model_bytes <= 5e6)
    for name, found in (ablation or {"variants": {}})["variants"].get(SHIPPED_DIFFERENCE, {}).items():
        (low, high), gain = found["gain"]["interval"], found["gain"]["mean"]
        add(
            f"AUC gained by differencing, {name}", "interval above 0", f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]", low > 0
        )
    return "\n".join(lines)


def _unseen_without_traces(condition: dict) -> float:
    """Share of the scored fakes by unseen generators that are called no traces."""
    bands = [part["fake"] for name, part in condition["bands"]["sources"].items() if name.startswith("unseen_")]
    scored = sum((1 - fakes["not_scored"]) * fakes["n"] for fakes in bands)
    return sum(fakes["no_traces"] * fakes["n"] for fakes in bands) / scored


def conditions_table(protocol: dict) -> str:
    """Under each condition AUC and balanced accuracy, of scored images of the known sources, and the bands of all
    images; of the harmless conditions also how many images change their band.
    """
    shares_of = ["real: no traces / inconclusive / likely fake", "fake: the same"]
    header = ["condition", "AUC", "balanced accuracy", *shares_of, "turned over", "another band"]
    flips = protocol["goals"]["flips"]
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    for name, figures in protocol["conditions"].items():
        only = (figures["overall"] or {}).get("scored_only") or {}
        shares = [band_shares_cell(figures["bands"]["all"][c]) for c in ("real", "fake")]
        numbers = [_number(only.get(key)) for key in ("auc", "balanced_accuracy")]
        changed = [_percent(flips[key].get(name, {}).get("rate")) for key in ("variants", "moved")]
        lines.append(f"| {name} | {' | '.join([*numbers, *shares, *changed])} |")
    lines += [
        "",
        "*turned over*: of all scored images, those that go from likely fake to no traces or back when they are "
        "changed so; *another band*: those whose verdict changes at all, to or from inconclusive included.",
    ]
    return "\n".join(lines)


def bands_table(protocol: dict) -> str:
    """What a check answers on the clean test images of each source; what is missing to 100 % was not scored."""
    lines = [
        "| source | reals | no traces / inconclusive / likely fake | fakes | the same |",
        "|---|---|---|---|---|",
    ]
    for name, bands in protocol["conditions"]["clean"]["bands"]["sources"].items():
        cells = [f"{shares['n']} | {band_shares_cell(shares)}" for shares in (bands["real"], bands["fake"])]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def flagged_table(protocol: dict, split: str) -> str:
    """What both operating points call likely fake of the scored images of a split, as they are and under `web`: the reals
    of each source, with intervals, and all fakes.
    """
    columns = [(mode, condition) for mode in MODES for condition in protocol["flagged"][split]]
    parts = [protocol["flagged"][split][condition][mode] for mode, condition in columns]
    lines = [f"| | {' | '.join(', '.join(column) for column in columns)} |", "|---" * (1 + len(columns)) + "|"]
    for source in parts[0]["real"]["sources"]:
        lines.append(f"| real, {source} | {' | '.join(_rate(part['real']['sources'][source]) for part in parts)} |")
    for label in ("real", "fake"):
        if parts[0][label]["pooled"]:
            lines.append(f"| **{label}, all** | {' | '.join(_rate(part[label]['pooled']) for part in parts)} |")
    return "\n".join(lines)


def generators_table(protocol: dict) -> str:
    """What a check answers on the clean test fakes of each generator that the data name."""
    lines = ["| generator | of | fakes | AUC | no traces / inconclusive / likely fake |", "|---|---|---|---|---|"]
    for found in protocol["generators"]:
        bands = found["bands"]["fake"]
        cells = (found["generator"] or "not known", found["source"], str(bands["n"]), _number(found["auc"]))
        lines.append(f"| {' | '.join(cells)} | {band_shares_cell(bands)} |")
    return "\n".join(lines)


def second_look_sentence(protocol: dict) -> str:
    """How many images get a face by a second look, and what is said of them."""
    figures = protocol["second_look"]
    shown = [
        f"of {sum(bands.values())} {c}s {bands.get('no_traces', 0)} are called no traces and {bands.get('likely_fake', 0)} likely fake"
        for c, bands in figures["bands"].items()
    ]
    return (
        f"Of {figures['n']} test images in which the first search finds no face, {figures['judged']} are judged after a second "
        f"look (AUC {_number(figures['auc'])}): {', '.join(shown)}."
    )


def peers_table(protocol: dict) -> str:
    """The same images, other detectors; each at its own threshold, fixed on validation."""
    lines = [
        "| detector | mean AUC over sources | the same, web | unseen, mean AUC | balanced accuracy | web |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in protocol["peers"].items():
        clean, web = (figures["conditions"].get(c, {}) for c in ("clean", "web"))
        cells = [clean.get("mean_auc"), web.get("mean_auc"), clean.get("unseen_mean_auc"), clean.get("balanced_accuracy"), web.get("balanced_accuracy")]  # fmt: skip
        lines.append(f"| {name} | {' | '.join(_number(cell) for cell in cells)} |")
    return "\n".join(lines)


def peer_sources_table(protocol: dict) -> str:
    """AUC of each detector on each source that has both classes, clean."""
    peers = {
        name: figures["conditions"]["clean"]["sources"]
        for name, figures in protocol["peers"].items()
        if "clean" in figures["conditions"]
    }
    lines = [f"| source | {' | '.join(peers)} |", "|---" * (1 + len(peers)) + "|"]
    for source in sorted({source for sources in peers.values() for source in sources}):
        values = [sources.get(source) for sources in peers.values()]
        if any(value is not None for value in values):
            lines.append(f"| {source} | {' | '.join(map(_number, values))} |")
    return "\n".join(lines)


def peer_found_table(protocol: dict) -> str:
    """Fakes that each detector finds at as many wrong alarms, by source and on average, clean."""
    peers = {name: figures["conditions"]["clean"]["found"] for name, figures in protocol["peers"].items()}
    rates = list(next(iter(peers.values()), {}))
    of_reals = " / ".join(f"{100 * float(rate):g} %" for rate in rates)
    lines = [f"| fakes of (at {of_reals} of reals flagged) | {' | '.join(peers)} |", "|---" * (1 + len(peers)) + "|"]
    sources = sorted({source for found in peers.values() for shares in found.values() for source in shares})
    for source in sources:
        cells = [" / ".join(_percent(found[rate].get(source)) for rate in rates) for found in peers.values()]
        lines.append(f"| {source} | {' | '.join(cells)} |")
    means = [" / ".join(_percent(mean(found[rate].values())) for rate in rates) for found in peers.values()]
    return "\n".join([*lines, f"| mean of these | {' | '.join(means)} |"])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _rate(rate: dict) -> str:
    low, high = rate["interval"]
    return f"{_percent(rate['rate'])} ({_percent(low)} to {_percent(high)}) of {rate['n']}"
