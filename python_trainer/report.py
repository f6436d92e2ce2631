"""The verb `report`: writes the model card and the README's results from the evaluations, never by hand."""

import argparse
import csv
import json
import re
from pathlib import Path

from python_trainer.errors import UserError
from python_trainer.files import ROOT, write_atomically
from python_trainer.predict import SHIPPED_MANIFEST

EVALUATIONS = ROOT / "converted_models" / "evaluation"
TEMPLATE = Path(__file__).with_name("model_card_template.md")
MARKERS = re.compile(r"(<!-- results: .*? -->\n).*?(<!-- /results -->)", re.DOTALL)
MODELS = {  # name -> (what it is, the accuracy that the thesis reports)
    "mtcnn": ("MTCNN-style classifier, whole image", 0.9485),
    "mobilenet": ("MTCNN faces + MobileNetV2", 0.9557),
    "ifmd": ("MTCNN faces + MobileNetV2 + IFMD (ships)", 0.98),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `report`; the defaults rewrite what the repository ships."""
    parser.add_argument(
        "--evaluations",
        type=Path,
        default=EVALUATIONS,
        metavar="DIR",
        help="MODEL/metrics.json and MODEL/log.csv for each model",
    )
    parser.add_argument("--manifest", type=Path, default=SHIPPED_MANIFEST, help="of the model that ships")
    parser.add_argument(
        "--card", type=Path, default=ROOT / "converted_models" / "MODEL_CARD.md", help="the model card to write"
    )
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help="whose results block is rewritten")


def run(args: argparse.Namespace) -> int:
    """Write both; returns 0."""
    reports, logs = read_evaluations(args.evaluations)
    manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
    readme = args.readme.read_text(encoding="utf-8")
    if not MARKERS.search(readme):
        raise UserError(f"{args.readme} has no block between <!-- results: … --> and <!-- /results -->")
    with write_atomically(args.card) as file:
        file.write(model_card(reports, logs, manifest))
    with write_atomically(args.readme) as file:
        file.write(MARKERS.sub(lambda m: m[1] + "\n" + readme_results(reports, manifest) + "\n" + m[2], readme))
    print(f"wrote {args.card} and the results in {args.readme}")
    return 0


def read_evaluations(folder: Path) -> tuple[dict[str, dict], dict[str, list[dict]]]:
    """metrics.json and log.csv of every model of the thesis.

    Raises:
        UserError: one is missing.
    """
    reports, logs = {}, {}
    for name in MODELS:
        for needed in (folder / name / "metrics.json", folder / name / "log.csv"):
            if not needed.exists():
                raise UserError(
                    f"{needed} is missing; evaluate the model {name} into {folder / name} and copy its log.csv there"
                )
        reports[name] = json.loads((folder / name / "metrics.json").read_text(encoding="utf-8"))
        with (folder / name / "log.csv").open(newline="", encoding="utf-8") as file:
            logs[name] = list(csv.DictReader(file))
    return reports, logs


def model_card(reports: dict[str, dict], logs: dict[str, list[dict]], manifest: dict) -> str:
    """The whole card, Markdown."""
    parts = {
        "version": manifest["version"],
        "date": reports["ifmd"]["date"][:10],
        "models": models_table(reports),
        "training": training_table(logs),
        "sources": "\n\n".join(f"### {MODELS[name][0]}\n\n{sources_table(reports[name])}" for name in reversed(MODELS)),
        "confusion": confusion_table(reports),
        "points": points_table(manifest),
        "groups": groups_table(reports["ifmd"]),
        "scores": score_table(manifest),
        "parity": parity_sentence(manifest),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for key, value in parts.items():
        text = text.replace("{{" + key + "}}", value)
    if left := re.findall(r"{{\w+}}", text):
        raise UserError(f"{TEMPLATE} asks for {', '.join(left)}, which the report does not know")
    return text


def readme_results(reports: dict[str, dict], manifest: dict) -> str:
    """The README's table and the sentence on wrong alarms."""
    bands = manifest["operating_points"]["check"]["bands"]
    shares = {c: {band: _percent(share) for band, share in bands[c].items()} for c in ("real", "fake")}
    return (
        f"{models_table(reports)}\n\n"
        "Accuracy and AUC: test images of the sources trained on, pooled; an image in which no face was found counts "
        "as an error. *Unseen*: generators that no training image came from. 95 % intervals in brackets.\n\n"
        "What a check answers, on validation faces: "
        + "; ".join(
            f"of {c} faces {s['no_traces']} *no traces found*, {s['inconclusive']} *inconclusive*, {s['likely_fake']} *likely fake*"
            for c, s in shares.items()
        )
        + ".\n"
    )


def models_table(reports: dict[str, dict]) -> str:
    """One line for each model, beside the thesis's figure."""
    lines = [
        "| model | accuracy | AUC | AUC web (JPEG 60) | AUC unseen | thesis's accuracy |",
        "|---|---|---|---|---|---|",
    ]
    for name, (title, thesis) in MODELS.items():
        report = reports[name]
        overall, unseen = report["overall"], report["unseen_pooled"]
        web = report["conditions"].get("web", {}).get("overall")
        leaked = " (leaked)" if name == "ifmd" else ""
        cells = (_value(overall, "accuracy"), _value(overall, "auc"), _value(web, "auc"), _value(unseen, "auc"))
        lines.append(f"| {title} | {' | '.join(cells)} | {thesis:.4f}{leaked} |")
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
        "| model | real found real | real called fake | fake called real | fake found fake |",
        "|---|---|---|---|---|",
    ]
    for name, report in reports.items():
        counts = report["overall"]["confusion"]
        lines.append(
            f"| {name} | "
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
        shares = [
            " / ".join(_percent(points["bands"][c][b]) for b in ("no_traces", "inconclusive", "likely_fake"))
            for c in ("real", "fake")
        ]
        lines.append(
            f"| {mode} | {_percent(allowed)} {words} | {points['likely_fake'][0]:.3f} | {points['no_traces'][0]:.3f} | {shares[0]} | {shares[1]} |"
        )
    return "\n".join(lines)


def groups_table(report: dict) -> str:
    """Reals called fake per UTKFace group, at the balanced threshold."""
    lines = ["| group | reals called fake | of |", "|---|---|---|"]
    for name, rate in report["demographics"].items():
        low, high = rate["interval"]
        lines.append(f"| {name} | {_percent(rate['rate'])} ({_percent(low)} to {_percent(high)}) | {rate['n']} |")
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


def _value(figures: dict | None, key: str) -> str:
    if not figures or figures.get(key) is None:
        return "–"
    interval = figures["intervals"].get(key)
    # Few independent groups make an interval that is far too narrow to print.
    shown = f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval and figures["groups"] >= 20 else ""
    return f"{figures[key]:.3f}{shown}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"
