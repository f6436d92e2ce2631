"""The tables of the model card and the README, from the JSON of evaluations; nothing is measured here."""

MODELS = {  # name -> (what it is, the accuracy that the thesis reports)
    "mtcnn": ("MTCNN-style classifier, whole image", 0.9485),
    "mobilenet": ("MTCNN faces + MobileNetV2", 0.9557),
    "ifmd": ("MTCNN faces + MobileNetV2 + IFMD", 0.98),
    "evidence": ("the same with a trained difference map (ships)", None),
}
SHIPPED = "evidence"


def models_table(reports: dict[str, dict]) -> str:
    """One line for each model, beside the thesis's figure."""
    lines = [
        "| model | test images | accuracy | AUC | AUC web (JPEG 60) | AUC unseen | thesis's accuracy |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (title, thesis) in MODELS.items():
        report = reports[name]
        overall, unseen = report["overall"], report["unseen_pooled"]
        web = report["conditions"].get("web", {}).get("overall")
        leaked = " (leaked)" if name == "ifmd" else ""
        cells = (_value(overall, "accuracy"), _value(overall, "auc"), _value(web, "auc"), _value(unseen, "auc"))
        thesis_cell = f"{thesis:.4f}{leaked}" if thesis else "–"
        lines.append(f"| {title} | {overall['n']:,} | {' | '.join(cells)} | {thesis_cell} |")
    return "\n".join(lines)


def training_table(logs: dict[str, list[dict]]) -> str:
    """Each epoch of each model."""
    lines = [
        "| model | epoch | size | learning rate | loss | accuracy | val loss | val accuracy | val AUC | minutes |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rows in logs.items():
        for row in rows:
            numbers = [f"{float(row[key]):.3f}" for key in ("loss", "accuracy", "val_loss", "val_accuracy", "val_auc")]
            minutes = f"{float(row['seconds']) / 60:.1f}"
            lines.append(
                f"| {name} | {row['epoch']} | {row['size']} | {float(row['learning_rate']):.1e} | {' | '.join(numbers)} | {minutes} |"
            )
    return "\n".join(lines)


def sources_table(report: dict) -> str:
    """Per source, at the threshold fixed on validation."""
    lines = [
        "| source | real / fake | scored | accuracy | of scored | precision (fake) | recall (fake) | F1 | AUC | AP | EER | ECE | reals flagged |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    parts = {
        **report["sources"],
        "**all**": report["overall"],
        **report["held_out"],
        "**all unseen**": report["unseen_pooled"],
    }
    for name, figures in parts.items():
        fake, flagged, only = figures["positive_fake"], figures["false_positive_rate"], figures["scored_only"]
        auc = _value(figures, "auc")
        if figures.get("auc_against_other_reals") is not None:
            auc = f"{figures['auc_against_other_reals']:.3f} (against the other sources' reals)"
        cells = [
            f"{figures['n_real']} / {figures['n_fake']}", f"{100 * figures['coverage']:.0f} %", _value(figures, "accuracy"),
            _number(only["accuracy"] if only else None), *(_number(fake[key]) for key in ("precision", "recall", "f1")), auc,
            *(_number(figures[key]) for key in ("average_precision", "eer", "ece")),
            f"{100 * flagged['rate']:.1f} %" if flagged else "–",
        ]  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def confusion_table(reports: dict[str, dict]) -> str:
    """The thesis's table 3, with our counts."""
    lines = [
        "| model | test images | real found real | real called fake | fake called real | fake found fake |",
        "|---|---|---|---|---|---|",
    ]
    for name, report in reports.items():
        counts = report["overall"]["confusion"]
        lines.append(
            f"| {name} | {report['overall']['n']:,} | "
            + " | ".join(str(counts[key]) for key in ("real_as_real", "real_as_fake", "fake_as_real", "fake_as_fake"))
            + " |"
        )
    return "\n".join(lines)


def points_table(manifest: dict) -> str:
    """Both operating points, and what validation faces get with them."""
    lines = [
        "| | allowed | likely fake from | no traces below | real: no traces / inconclusive / likely fake | fake: no traces / inconclusive / likely fake |",
        "|---|---|---|---|---|---|",
    ]
    for mode, words in (("check", "of real faces"), ("automatic", "of real images")):
        points = manifest["operating_points"][mode]
        allowed = points.get("real_faces_flagged", points.get("real_images_flagged"))
        shares = [band_shares_cell(points["bands"][c]) for c in ("real", "fake")]
        lines.append(
            f"| {mode} | {percent(allowed)} {words} | {points['likely_fake'][0]:.3f} | {points['no_traces'][0]:.3f} | {shares[0]} | {shares[1]} |"
        )
    return "\n".join(lines)


def groups_table(report: dict) -> str:
    """Reals called fake per UTKFace group, at the balanced threshold."""
    lines = ["| group | reals called fake | of |", "|---|---|---|"]
    for name, rate in report["demographics"].items():
        low, high = rate["interval"]
        lines.append(f"| {name} | {percent(rate['rate'])} ({percent(low)} to {percent(high)}) | {rate['n']} |")
    return "\n".join(lines)


def score_table(manifest: dict) -> str:
    """What the extension quotes."""
    lines = ["| score at least | of 100 real faces | of 100 fake faces |", "|---|---|---|"]
    lines += [f"| {row['score']} | {row['real_of_100']} | {row['fake_of_100']} |" for row in manifest["score_table"]]
    return "\n".join(lines)


def parity_sentence(manifest: dict) -> str:
    """What export compared."""
    parity = manifest["parity"]
    return (
        f"On {parity['crops_compared']} crops TensorFlow.js and Keras differ by at most {parity['largest_logit_difference_float32']:.1e} in the logit "
        f"with float32 weights, and by {parity['largest_logit_difference_shipped']:.1e} with the {parity['weights']} weights that ship; no verdict changes."
    )


def clips_section(report: dict | None) -> str:
    """Bands of clips and of their single frames, or that nobody has measured them on this version."""
    if report is None:
        return "**Not measured for this version**: nothing is claimed. `python -m benchmarks.video_clips` measures it."
    lines = [
        "| part | judged | class | n | no traces | inconclusive | likely fake | no verdict | AUC |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for split, part in reversed(report["splits"].items()):
        for unit in ("clips", "frames"):
            auc = _number(part[unit]["auc"])
            for name in ("real", "fake"):
                figures = part[unit][name]
                cells = [_count(figures[band]) for band in ("no_traces", "inconclusive", "likely_fake", "no_verdict")]
                lines.append(f"| {split} | {unit} | {name} | {figures['n']} | {' | '.join(cells)} | {auc} |")
    rule, test = report["rule"], report["splits"]["test"]
    people = " and ".join(f"{part['identities']} ({split})" for split, part in reversed(report["splits"].items()))
    least, most = test["frames_per_clip"]
    return (
        f"{chr(10).join(lines)}\n\n"
        f"Clips of {report['source']}: frames of H.264 videos, {least} to {most} of each clip, where a check of a video looks at "
        f"{rule['frames']}. In brackets 95 % intervals as if clips (and frames) were independent; the clips come from only {people} groups of "
        "people, so the true uncertainty is larger still. Too few to claim that clips are judged better than single pictures: "
        "what can be read off is how wide the intervals are."
    )


def traces_table(report: dict) -> str:
    """How often a kind of traces reaches its threshold where it is known to be, where it is known not to be, and in reals."""
    lines = ["| kind | faces | of fakes that carry it | of fakes that do not | of reals |", "|---|---|---|---|---|"]
    test = {f"{report['split']}, {condition}": kinds for condition, kinds in report["trace_shares"].items()}
    for kind in report["traces"]:
        for faces, kinds in {"val, clean": report["traces"], **test}.items():
            values = kinds[kind]
            cells = [
                "–" if values[share] is None else f"{percent(values[share])} of {values[count]:,}"
                for share, count in (("found", "n_with"), ("wrong", "n_without"), ("real", "n_real"))
            ]
            lines.append(f"| {kind} | {faces} | {' | '.join(cells)} |")
    return "\n".join(lines)


def map_table(report: dict) -> str:
    """Where the map points on fakes whose altered part is known, beside Grad-CAM, a blob in the middle and chance."""
    methods = ("anomaly_map", "grad_cam", "centre", "chance")
    named = {
        "pixel_auc": "pixel AUC",
        "pointing": "pointing",
        "iou_at_half": "IoU at 0.5",
        "iou_same_area": "IoU at the true area",
    }
    tables = []
    for pair in (("pixel_auc", "pointing"), ("iou_at_half", "iou_same_area")):
        heads = [f"{named[measure]}: map | Grad-CAM | blob | chance" for measure in pair]
        lines = [f"| fakes | n | {' | '.join(heads)} |", "|---" * (2 + len(pair) * len(methods)) + "|"]
        for condition, part in report["conditions"].items():
            for kind, figures in part["kinds"].items():
                if figures["n"]:
                    shown = [_mean(figures[method][measure]) for measure in pair for method in methods]
                    lines.append(f"| {kind}, {condition} | {figures['n']} | {' | '.join(shown)} |")
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def map_on_reals(report: dict) -> str:
    """How often the map lights up where nothing was altered."""
    told = [
        f"{name} {percent(part['reals']['share_lit'])} of {part['reals']['n']}"
        for name, part in report["conditions"].items()
    ]
    return f"Of real crops some cell is at 0.5 or above in: {', '.join(told)}."


def probe_table(report: dict | None) -> str:
    """What a file and a crop give away of its class without any forgery being looked at, or that nobody has measured it."""
    if report is None:
        return "**Not measured for this version**: nothing is claimed. `python -m python_trainer probe` measures it."
    stages = ("file", "image", "augmented")
    lines = ["| training crops of | real / fake | file | crop | crop, augmented |", "|---|---|---|---|---|"]
    for source, found in report["real_or_fake"].items():
        first = found["image"]
        cells = [f"{found[s]['auc']:.2f} [{', '.join(f'{end:.2f}' for end in found[s]['interval'])}]" if found.get(s) else "–" for s in stages]  # fmt: skip
        lines.append(f"| {source} | {first['n_real']} / {first['n_fake']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ablation_table(result: dict) -> str:
    """Mean AUC of each variant on each part, and what it gains over the baseline, with 95 % intervals."""
    names = list(result["variants"][result["baseline"]])
    lines = [
        "| variant | " + " | ".join(f"{name} | gain" for name in names) + " |",
        "|---" * (1 + 2 * len(names)) + "|",
    ]
    for variant, found in result["variants"].items():
        cells = []
        for name in names:
            gain = found[name].get("gain")
            shown = f"{gain['mean']:+.3f} [{gain['interval'][0]:+.3f}, {gain['interval'][1]:+.3f}]" if gain else "–"
            cells += [f"{found[name]['auc']:.3f}", shown]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ablation_section(results: list[dict]) -> str:
    """What `ablate` found, each time it was run, or that nobody has run it on this version."""
    if not results:
        return "**Not measured for this version**: nothing is claimed. `python -m python_trainer ablate` measures it."
    told = [
        f"Runs (seeds) of each: {result['seeds']}; all started from {result['init']}; stages {result['stages']} (epochs:pixels), "
        f"{result['samples_per_epoch']:,} crops an epoch.\n\n{ablation_table(result)}"
        for result in results
    ]
    return (
        "Variants trained alike but for that. *clean* and *web* (JPEG 60) are validation, the mean AUC over sources and made fakes; "
        "*unseen* is the mean over the generators kept for the test, each against the reals of all sources: it also rewards a network "
        "that tells kinds of pictures apart, and chose nothing. Gains are over *none*, with 95 % intervals: of resampled images and, "
        "where there are several runs, of the runs too (Student's t). With one run of each they are of the images alone, and another "
        "run may differ by more than that.\n\n"
        + "\n\n".join(told)
        + "\n\nAn interval that holds 0 says that no gain was shown. These runs are short; what ships was trained far longer."
    )


def _mean(value: dict | float) -> str:
    return f"{value if isinstance(value, float) else value['mean']:.2f}"


def _value(figures: dict | None, key: str) -> str:
    if not figures or figures.get(key) is None:
        return "–"
    interval = figures["intervals"].get(key)
    # Few independent groups make an interval that is far too narrow to print.
    shown = f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval and figures["groups"] >= 20 else ""
    return f"{figures[key]:.3f}{shown}"


def _count(rate: dict) -> str:
    low, high = rate["interval"]
    return f"{rate['count']} [{percent(low)}, {percent(high)}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def band_shares_cell(shares: dict[str, float | None]) -> str:
    """The shares "no traces / inconclusive / likely fake", or a dash where there is nobody to share them out to."""
    values = [shares[band] for band in ("no_traces", "inconclusive", "likely_fake")]
    return "–" if None in values else " / ".join(map(percent, values))


def percent(rate: float) -> str:
    """As the card writes a rate in [0, 1]."""
    return f"{100 * rate:.1f} %"
