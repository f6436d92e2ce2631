"""The verb `report`: writes the model card, its HTML page and the README's results from the evaluations, never by hand."""

import argparse
import csv
import json
import re
from functools import cache
from pathlib import Path

from python_trainer.errors import UserError
from python_trainer.files import ROOT, write_atomically
from python_trainer.images import ImageError
from python_trainer.manifest import sha256_of
from python_trainer.predict import SHIPPED_MANIFEST, Predictor
from python_trainer.protocol_tables import (
    bands_table,
    conditions_table,
    flagged_table,
    generators_table,
    goals_table,
    peer_found_table,
    peer_sources_table,
    peers_table,
    second_look_sentence,
)
from python_trainer.report_page import html_page
from python_trainer.report_sentences import (
    alarms_sentence,
    answers_table,
    better_elsewhere,
    clean_portraits,
    found_share,
    images_note,
    marked_faces,
    new_portraits,
    test_sources_table,
    threshold_sentence,
)
from python_trainer.report_tables import (
    MODELS,
    SHIPPED,
    ablation_section,
    clips_section,
    confusion_table,
    groups_table,
    map_on_reals,
    map_table,
    models_table,
    parity_sentence,
    points_table,
    probe_table,
    score_table,
    sources_table,
    traces_table,
    training_table,
)
from python_trainer.yardstick import yardstick_table

EVALUATIONS = ROOT / "converted_models" / "evaluation"
TEMPLATE = Path(__file__).with_name("model_card_template.md")
# The template's {{found_…}} -> the source whose fakes it is about.
FOUND = {"stylegan": "ffhq_stylegan", "stylegan2": "unseen_stylegan2", "stylegan3": "unseen_stylegan3"}
CHECKPOINTS = Path(__file__).with_name("checkpoints")
MARKERS = re.compile(r"(<!-- results: .*? -->\n).*?(<!-- /results -->)", re.DOTALL)


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
    parser.add_argument(
        "--samples",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="also draw these pictures with their maps (maps.png beside the evaluation); only such as may be published",
    )
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help="whose results block is rewritten")


def run(args: argparse.Namespace) -> int:
    """Write them; returns 0."""
    reports, logs = read_evaluations(args.evaluations)
    manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
    readme = args.readme.read_text(encoding="utf-8")
    if not MARKERS.search(readme):
        raise UserError(f"{args.readme} has no block between <!-- results: … --> and <!-- /results -->")
    if args.samples:
        from python_trainer.sample_maps import draw_sample_maps

        try:
            draw_sample_maps(Predictor(manifest=args.manifest), args.samples, args.evaluations / SHIPPED / "maps.png")
        except ImageError as error:
            raise UserError(f"--samples {' '.join(map(str, args.samples))}: a picture {error}") from error
    further = read_further(args.evaluations / SHIPPED)
    card = model_card(reports, logs, manifest, further)
    with write_atomically(args.card) as file:
        file.write(card)
    page = args.card.with_name("report.html")
    with write_atomically(page) as file:
        file.write(html_page(card))
    with write_atomically(args.readme) as file:
        results = readme_results(reports, manifest, further["protocol"])
        file.write(MARKERS.sub(lambda m: f"{m[1]}\n{results}\n{m[2]}", readme))
    print(f"wrote {args.card}, {page} and the results in {args.readme}")
    return 0


def read_evaluations(folder: Path) -> tuple[dict[str, dict], dict[str, list[dict]]]:
    """metrics.json and log.csv of every model of the thesis.

    Raises:
        UserError: one is missing, or that of what ships is an older version's.
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
    if "trace_shares" not in reports[SHIPPED]:
        raise UserError(older_version(folder / SHIPPED / "metrics.json"))
    return reports, logs


def older_version(path: Path) -> str:
    """What to do about an evaluation that lacks what is asked for today."""
    return f"{path} is an older version's; run `evaluate --protocol full` again"


def read_further(folder: Path) -> dict[str, dict | list[dict]]:
    """What more is known of the model that ships: protocol.json, map.json, the rows of scores.csv and, where there are any,
    ablation*.json, clips.json, marked.json and probe.json; by name.

    Raises:
        UserError: one of the first three is missing, or the first is an older version's.
    """
    full = "evaluate --protocol full"
    for name, verb in {"protocol.json": full, "map.json": "measure_map", "scores.csv": full}.items():
        if not (folder / name).exists():
            raise UserError(f"{folder / name} is missing; `{verb}` writes it")
    paths = [
        folder / "protocol.json",
        folder / "map.json",
        *sorted(folder.glob("ablation*.json")),
        *folder.glob("clips.json"),
        *folder.glob("marked.json"),
        *folder.glob("probe.json"),
    ]
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    if "flagged" not in found["protocol"]:
        raise UserError(older_version(folder / "protocol.json"))
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        found["scores"] = list(csv.DictReader(file))
    return found


def model_card(reports: dict[str, dict], logs: dict[str, list[dict]], manifest: dict, further: dict) -> str:
    """The whole card, Markdown; `further` as `read_further` gives it."""
    shipped, protocol = reports[SHIPPED], further["protocol"]
    # Those of the detectors lie in other folders.
    model_bytes = sum(file["bytes"] for file in manifest["files"] if "/" not in file["path"])
    ablations = [found for name, found in further.items() if name.startswith("ablation")]
    parts = {
        "version": manifest["version"],
        "date": shipped["date"][:10],
        "goals": goals_table(protocol, max(ablations, key=lambda found: found["seeds"], default=None), model_bytes),
        "yardstick": yardstick_table(protocol, further["scores"], further.get("marked")),
        "models": models_table(reports),
        "images": images_note(reports, kept_weights()),
        "threshold": threshold_sentence(manifest, shipped),
        "confusion": confusion_table(reports),
        "peers": peers_table(protocol),
        "peer_sources": peer_sources_table(protocol),
        "peer_found": peer_found_table(protocol),
        "conditions": conditions_table(protocol),
        "answers": f"{answers_table(shipped, protocol)}\n\n{alarms_sentence(protocol)}",
        "flagged_test": flagged_table(protocol, "test"),
        "flagged_val": flagged_table(protocol, "val"),
        "bands": bands_table(protocol),
        "generators": generators_table(protocol),
        "second_look": second_look_sentence(protocol),
        "sources": "\n\n".join(f"### {MODELS[name][0]}\n\n{sources_table(reports[name])}" for name in reversed(MODELS)),
        "ablation": ablation_section(ablations),
        "map": f"{map_table(further['map'])}\n\n{map_on_reals(further['map'])}",
        "clips": clips_section(further.get("clips")),
        "marked": marked_faces(further.get("marked")),
        "points": points_table(manifest),
        "probe": probe_table(further.get("probe")),
        "scores": score_table(manifest),
        "traces": traces_table(shipped),
        "parity": parity_sentence(manifest),
        "groups": groups_table(shipped),
        "training": training_table(logs),
        "test_sources": test_sources_table(protocol),
        "better_elsewhere": better_elsewhere(reports, protocol),
        "new_portraits": new_portraits(protocol),
        "clean_portraits": clean_portraits(protocol),
        **{f"found_{name}": found_share(protocol, source) for name, source in FOUND.items()},
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for key, value in parts.items():
        text = text.replace("{{" + key + "}}", value)
    if left := re.findall(r"{{\w+}}", text):
        raise UserError(f"{TEMPLATE} asks for {', '.join(left)}, which the report does not know")
    return text


@cache
def kept_weights() -> set[str]:
    """sha256 of every network's weights that come with the repository."""
    return {sha256_of(path) for path in CHECKPOINTS.glob("*/*.weights.h5")}


def readme_results(reports: dict[str, dict], manifest: dict, protocol: dict) -> str:
    """The README's tables, and what they are worth."""
    shipped = reports[SHIPPED]
    return (
        f"{models_table(reports)}\n\n"
        "- Accuracy and AUC: test images of the known sources, pooled; an image in which no face was found counts as an error. 95 % "
        "intervals in brackets.\n"
        f"- {threshold_sentence(manifest, shipped)}\n"
        "- *Unseen*: StyleGAN2, StyleGAN3, Stable Diffusion 3 and FLUX.1, generators that no training image is known to come from. But "
        "copies of training photos by a tiny autoencoder of FLUX.2's family are trained on, some training clips may begin with a "
        "picture by FLUX, and the first StyleGAN is among the known sources.\n"
        f"- {images_note(reports, kept_weights())}\n\n"
        f"What a check answers on the test:\n\n{answers_table(shipped, protocol)}\n\n{alarms_sentence(protocol)}\n"
    )
