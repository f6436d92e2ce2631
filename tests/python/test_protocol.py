"""The full protocol on a small prepared folder whose brightness is the score: what is counted, and of whom."""

import dataclasses
import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

from python_trainer import protocol_figures
from python_trainer.__main__ import main
from python_trainer.condition_scores import Scorer, score_conditions
from python_trainer.conditions import CONDITIONS, FLIP_VARIANTS, View
from python_trainer.config import FaceCropSettings
from python_trainer.crop_scores import score_rows
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.evaluate import evaluate
from python_trainer.evaluation_report import ImageScore
from python_trainer.manifest import write_prepared
from python_trainer.metrics import rate
from python_trainer.protocol import plotted_curves, run_protocol
from python_trainer.protocol_figures import (
    band_shares,
    bands_of,
    curves,
    flagged,
    flips,
    generators,
    goals,
    groups,
    second_look,
    unseen_aucs,
)
from python_trainer.protocol_tables import (
    bands_table,
    conditions_table,
    flagged_table,
    generators_table,
    goals_table,
    peer_sources_table,
    second_look_sentence,
)
from python_trainer.yardstick import yardstick_table
from tests.python.test_evaluate import brightness, crop_row

REPORT = {
    "calibration": {"temperature": 1.0, "bias": 0.0},
    "threshold": 0.5,
    "operating_points": {
        "check": {"no_traces": [0.2], "likely_fake": [0.8]},
        "automatic": {"no_traces": [0.2, 0.2], "likely_fake": [0.9, 0.95]},
    },
}
FACE = {"box_xyxy": "[8, 8, 24, 26]", "keypoints": "[12, 14, 20, 14, 16, 18, 13, 22, 19, 22]"}


def image(
    score: float | None,
    label: int,
    source: str = "a",
    name: str = "",
    demographic: str = "",
    second_look: bool = False,
    generator: str = "",
    faces: int = 1,
) -> ImageScore:
    logit = None if score is None else float(np.log(score / (1 - score)))
    status = "ok" if logit else "no_face"
    return ImageScore(name, source, "test", label, generator, logit, faces, status, name, demographic, second_look)


def test_each_generator_is_measured_against_its_sources_reals_or_all():
    images = [
        *(image(score, 0, "a") for score in (0.1, 0.5)),
        image(0.95, 0, "b"),
        *(image(score, 1, "a", generator="swap") for score in (0.9, 0.3, None)),
        image(0.6, 1, "a", generator="other"),
        image(0.85, 1, "alone"),
    ]
    found = generators(images, REPORT)
    assert [(f["source"], f["generator"], f["auc"]) for f in found] == [
        ("a", "other", 1.0),
        ("a", "swap", 0.75),
        ("alone", "", pytest.approx(2 / 3)),
    ]
    assert generators_table({"generators": found}).splitlines()[3:] == [
        "| swap | a | 3 | 0.750 | 0.0 % / 33.3 % / 33.3 % |",
        "| not known | alone | 1 | 0.667 | 0.0 % / 0.0 % / 100.0 % |",
    ]


def test_what_a_second_look_brings_is_counted():
    images = [
        image(0.9, 1),
        image(None, 0),
        image(None, 1),
        *(image(score, 0, second_look=True) for score in (0.1, 0.15, 0.6)),
        *(image(score, 1, second_look=True) for score in (0.3, 0.9)),
    ]
    found = second_look(images, REPORT)
    assert found == {
        "n": 7,
        "judged": 5,
        "auc": pytest.approx(5 / 6),
        "bands": {"real": {"no_traces": 2, "inconclusive": 1}, "fake": {"inconclusive": 1, "likely_fake": 1}},
    }
    assert second_look_sentence({"second_look": found}) == (
        "Of 7 test images in which the first search finds no face, 5 are judged after a second look (AUC 0.833): "
        "of 3 reals 2 are called no traces and 0 likely fake, of 2 fakes 0 are called no traces and 1 likely fake."
    )
    assert second_look([image(0.9, 1)], REPORT)["judged"] == 0


def test_each_operating_point_has_its_thresholds_by_faces():
    reals = [image(score, 0, "a", faces=faces) for score, faces in ((0.85, 1), (0.92, 1), (0.92, 2), (0.97, 5))]
    images = [*reals, image(0.1, 0, "b"), image(None, 0, "b"), image(0.92, 1, "a", faces=2), image(0.99, 1, "unseen_x")]
    found = flagged(images, REPORT)
    assert {mode: part["real"]["sources"]["a"]["count"] for mode, part in found.items()} == {"check": 4, "automatic": 2}
    assert (found["automatic"]["real"]["pooled"]["count"], found["automatic"]["real"]["pooled"]["n"]) == (2, 5)
    assert {mode: part["fake"]["pooled"]["count"] for mode, part in found.items()} == {"check": 2, "automatic": 1}
    table = flagged_table({"flagged": {"val": {"clean": found}}}, "val").splitlines()
    assert table[0] == "| | check, clean | automatic, clean |"
    assert table[2] == "| real, a | 100.0 % (51.0 % to 100.0 %) of 4 | 50.0 % (15.0 % to 85.0 %) of 4 |"
    assert [line.split(" | ")[0] for line in table[3:]] == ["| real, b", "| **real, all**", "| **fake, all**"]


def make_prepared(tmp_path, unseen: bool = True):
    """Photos of one grey: reals around 80, fakes around 170; a source of tight face crops; one photo without a face."""
    rng, rows = np.random.default_rng(0), []
    for split, count in (("train", 6), ("val", 16), ("test", 12)):
        names = [("a", FACE), ("tight", {}), *([("unseen_x", FACE)] if unseen and split == "test" else [])]
        for source, box in names:
            for index in range(count):
                name, label = f"{split}_{source}_{index}", index % 2
                rows.append(crop_row(name, label, split, source, demographic="" if label else "25-1-1", **box))
    rows.append(crop_row("no_face", 0, "test", crop="", status="no_face", faces_in_image=0, train_use=0))
    folder, ready = tmp_path / "prepared", []
    (folder / "crops").mkdir(parents=True)
    for row in rows:
        path = tmp_path / "photos" / f"{len(ready)}.png"
        path.parent.mkdir(exist_ok=True)
        level = np.clip(rng.normal(170 if row.label else 80, 25), 0, 255)
        Image.fromarray(np.full((32, 32, 3), level, np.uint8)).save(path)
        if row.crop:
            Image.fromarray(np.full((32, 32, 3), level, np.uint8)).save(folder / row.crop)
        ready.append(dataclasses.replace(row, image=str(path)))
    write_prepared(folder, ready)
    return folder


def scorer() -> Scorer:
    return Scorer("model", View(32, FaceCropSettings(size=32)), brightness, tuple(CONDITIONS))


def run(folder, out, **options) -> tuple[dict, dict]:
    report = evaluate(partial(score_rows, brightness, folder, 32), folder, out, bootstrap=0, samples=False)
    scorers = [scorer(), dataclasses.replace(scorer(), name="twin")]
    score = partial(score_conditions, LocalEngine(1), lambda: scorers, out / "unfinished")
    return report, run_protocol(report, score, folder, out, **options)


def test_end_to_end(tmp_path):
    folder, out = make_prepared(tmp_path), tmp_path / "out"
    report, result = run(folder, out, bootstrap=20)
    assert json.loads((out / "protocol.json").read_text()) == result
    assert set(result["conditions"]) == set(CONDITIONS)
    clean = result["conditions"]["clean"]
    # The same photos, cut again, through the same thresholds: evaluate's own figures.
    for key in ("accuracy", "auc", "n", "confusion"):
        assert clean["overall"][key] == report["overall"][key]
    assert clean["validation"]["overall"]["n"] == 32
    for split, n in (("val", 16), ("test", 18)):
        assert set(result["flagged"][split]) == {"clean", "web"}
        assert result["flagged"][split]["clean"]["automatic"]["real"]["pooled"]["n"] == n
    assert clean["overall"]["intervals"]["auc"][0] <= clean["overall"]["auc"]
    for key in ("calibration", "threshold", "operating_points"):
        assert result[key] == report[key]
    found = result["goals"]
    assert found["sources"]["openforensics"] is None and found["independent42"] is None
    assert found["sources"]["a"]["n"] == 13 and found["sources"]["a"]["scored_only"]["n"] == 12
    assert found["unseen"]["auc"]["sources"]["unseen_x"]["n_fake"] == 6
    assert found["unseen"]["auc"]["n_real"] == 18
    assert result["groups"]["gender female"]["n"] == 12  # held-out reals are not among them
    sizes = result["curves"]["face_size"]
    assert (sizes[0]["n_real"], sizes[0]["n_fake"]) == (12, 12)  # without the tight crops and the one without a face
    assert [p["value"] for p in result["curves"]["jpeg_quality"]] == [None, 90, 70, 50, 30]
    assert result["peers"]["model"] == result["peers"]["twin"]
    model = result["peers"]["model"]["conditions"]["clean"]
    assert model["unseen_mean_auc"] == pytest.approx(found["unseen"]["auc"]["mean"])
    shares = result["conditions"]["clean"]["bands"]["sources"]["a"]["real"]
    assert f"| a | {shares['n']} | {100 * shares['no_traces']:.1f} % / " in bands_table(result)
    by_source = peer_sources_table(result).splitlines()
    shown = f"{model['sources']['a']:.3f}"
    assert by_source[0] == "| source | model | twin |" and f"| a | {shown} | {shown} |" in by_source


def test_sources_that_are_not_there_are_null(tmp_path):
    _, result = run(make_prepared(tmp_path, unseen=False), tmp_path / "out", bootstrap=0)
    unseen = result["goals"]["unseen"]
    assert unseen["auc"]["mean"] is None and unseen["auc"]["sources"] == {}
    assert unseen["likely_fake"]["pooled"] is None and unseen["likely_fake"]["mean"] is None
    assert result["conditions"]["clean"]["overall"]["intervals"] == {}


def test_bands_have_the_points_own_edges_and_leave_out_nobody():
    images = [image(s, label) for s, label in ((0.1, 0), (0.3, 0), (0.9, 0), (None, 0), (0.9, 1), (0.1, 1), (0.95, 1))]
    report = REPORT | {"operating_points": {"check": {"no_traces": [0.3 - 1e-9], "likely_fake": [0.9 - 1e-9]}}}
    assert bands_of(images, report).tolist() == [
        "no_traces", "inconclusive", "likely_fake", "not_scored", "likely_fake", "no_traces", "likely_fake",
    ]  # fmt: skip
    shares = band_shares(images, report)
    assert shares["real"] == {
        "n": 4, "no_traces": 0.25, "inconclusive": 0.25, "likely_fake": 0.25, "not_scored": 0.25, "decided": 0.5,
        "right_of_decided": 0.5,
    }  # fmt: skip
    assert shares["fake"]["right_of_decided"] == pytest.approx(2 / 3) and shares["fake"]["decided"] == 1
    assert band_shares(images[:4], report)["fake"]["decided"] is None


def test_unseen_fakes_meet_all_reals_and_sources_weigh_the_same():
    reals = [image(0.5, 0, "a"), *(image(0.1, 0, "b") for _ in range(9)), image(None, 0, "a")]
    fakes = [image(0.3, 1, "unseen_x"), *(image(0.9, 1, "unseen_y") for _ in range(4)), image(0.01, 1, "b")]
    images = [*reals, *fakes]
    scores = np.array([np.nan if i.logit is None else i.logit for i in images])
    found = unseen_aucs(images, scores)
    assert found["n_real"] == 10
    assert {name: s["auc"] for name, s in found["sources"].items()} == {"unseen_x": 0.9, "unseen_y": 1.0}
    assert found["mean"] == pytest.approx(0.95)
    assert found["sources"]["unseen_x"]["against_each_real_source"] == 0.5
    assert unseen_aucs(reals, scores[: len(reals)])["mean"] is None


def figures_of(auc: float) -> dict:
    part = {"balanced_accuracy": auc, "auc": auc, "ece": 0.1}
    return {"sources": {}, "held_out": {}, "overall": {**part, "scored_only": part}, "macro": part}


def test_goals_count_by_hand(monkeypatch):
    monkeypatch.setattr(protocol_figures, "WORST_SOURCE_MINIMUM", 3)
    clean = [image(s, 0, "a", demographic="30-0-0") for s in (0.9, 0.1, 0.1)] + [image(0.99, 0, "small")]
    clean += [image(s, 1, "unseen_x") for s in (0.9, 0.1, 0.5, 0.1)] + [image(None, 1, "unseen_y")]
    images = dict.fromkeys(CONDITIONS, clean)
    figures = {name: figures_of(0.9) for name in CONDITIONS} | {"web": figures_of(0.7)}
    confusion = {"real_as_real": 20, "fake_as_fake": 15, "real_as_fake": 1, "fake_as_real": 6}
    figures["clean"]["held_out"]["independent42"] = {"confusion": confusion, "n": 42}
    found = goals(images, figures, REPORT)
    assert found["independent42"] == {"right": 35, "n": 42}
    assert found["unseen"]["likely_fake"]["pooled"]["rate"] == 0.25
    assert found["unseen"]["no_traces"]["sources"]["unseen_x"]["count"] == 2
    reals = found["reals_called_likely_fake"]
    assert (reals["pooled"]["count"], reals["pooled"]["n"]) == (2, 4)
    assert reals["pooled"]["interval"][1] == pytest.approx(0.85, abs=0.01)  # Wilson's for 2 of 4
    assert reals["worst_source"]["name"] == "a" and reals["worst_source"]["count"] == 1
    assert found["worst_group"] is None
    monkeypatch.setattr(protocol_figures, "WORST_GROUP_MINIMUM", 3)
    assert goals(images, figures, REPORT)["worst_group"]["rate"] == pytest.approx(1 / 3)
    assert found["balanced_accuracy_lost"]["web"]["overall"] == pytest.approx(0.2)
    assert found["balanced_accuracy_lost"]["hard"]["macro"] == 0
    assert groups(clean, REPORT)["race White"]["count"] == 1


def test_every_goal_is_told_with_what_was_reached():
    """A protocol of one round figure each: of the goals on either side of what they ask for."""
    part = {"auc": 0.99, "accuracy": 0.9, "scored_only": {"auc": 0.995, "accuracy": 0.95}}
    one_percent, one_in_ten = rate(10, 1000), rate(100, 1000)
    shares = {"real": {"decided": 0.8, "right_of_decided": 0.96}, "fake": {"decided": 0.8, "right_of_decided": 0.9}}
    found = {
        "sources": {"openforensics": part},
        "independent42": {"right": 38, "n": 42},
        "unseen": {
            "auc": {"mean": 0.91, "mean_against_each_real_source": 0.85},
            "likely_fake": {"mean": 0.5, "pooled": one_in_ten},
            "no_traces": {"pooled": one_in_ten, "mean": 0.101},
        },
        "reals_called_likely_fake": {"pooled": one_percent, "worst_source": one_in_ten | {"name": "a"}},
        "worst_group": one_percent | {"name": "age 65+"},
        "balanced_accuracy_lost": {"web": {"overall": 0.021}, "hard": {"overall": 0.021}},
        "flips": {"any": one_percent},
        "ece": 0.031,
        "ece_scored_only": 0.02,
        "ece_equal_rates": 0.01,
    }
    unseen = {
        "unseen_x": {"fake": {"n": 10, "no_traces": 0.2, "not_scored": 0.5}},
        "unseen_y": {"fake": {"n": 20, "no_traces": 0.0, "not_scored": 0.0}},
        "a": {"fake": {"n": 30, "no_traces": 1.0, "not_scored": 0.0}},
    }
    protocol = {
        "goals": found,
        "peers": {"model": {"conditions": {"web": {"unseen_mean_auc": 0.89}}}},
        "conditions": {name: {"bands": {"all": shares, "sources": unseen}} for name in ("clean", "web")},
    }
    gain = {"gain": {"mean": 0.01, "interval": [0.001, 0.019]}}
    rows = [line.strip("| ").split(" | ") for line in goals_table(protocol, {"variants": {"layers": {"clean": gain}}}, 5_000_001).splitlines()[2:]]  # fmt: skip
    told = {what: (shown, reached) for what, _, shown, reached in rows}
    assert told["openforensics: accuracy"] == ("0.900 (scored images: 0.950)", "no")
    assert told["openforensics: auc"] == ("0.990 (scored images: 0.995)", "yes")
    assert told["independent42: right"] == ("38 of 42", "yes")
    assert told["unseen generators: mean AUC against all reals"][1] == "yes"
    assert told["the same, all saved by one codec (at most 768 px, JPEG 60)"] == ("0.890", "no")
    assert told["unseen fakes called likely fake, mean"] == ("50.0 %", "no")
    assert told["unseen fakes called no traces, pooled"] == ("10.0 % (8.3 % to 12.0 %) of 1000", "yes")
    assert told["the same, mean over the generators"] == ("10.1 %", "no")
    assert told["the same, pooled, as the web delivers them"] == ("8.0 %", "yes")
    assert told["reals called likely fake, pooled, upper bound"] == ("1.0 % (0.5 % to 1.8 %) of 1000", "yes")
    assert told["the same, rate of the worst source of 200 or more"][1] == "no"
    assert told["the same, rate of the worst UTKFace group of 30 or more"] == (
        "1.0 % (0.5 % to 1.8 %) of 1000, age 65+",
        "yes",
    )
    assert told["real decided, clean"] == ("80.0 % decided, 96.0 % of them right", "yes")
    assert told["fake decided, web"] == ("80.0 % decided, 90.0 % of them right", "no")
    assert told["balanced accuracy lost, clean to web"] == ("2.1", "no")
    assert told["balanced accuracy lost, clean to hard"] == ("2.1", "yes")
    assert told["flips between likely fake and no traces, any variant"][1] == "yes"
    assert told["ECE"] == ("0.031 (scored images: 0.020, at equal base rates 0.010)", "no")
    assert told["the classifier's files"] == ("5.00 MB", "no")
    assert told["AUC gained by differencing, clean"] == ("+0.010 [+0.001, +0.019]", "yes")
    assert len(told) == 22


def scored(
    score: str, label: int, source: str = "openforensics", split: str = "test", status: str = "ok"
) -> dict[str, str]:
    """A row of scores.csv."""
    return {"score": score, "label": str(label), "source": source, "split": split, "status": status}


def test_the_yardstick_is_beaten_or_not_in_each_row():
    part = {"accuracy": 0.83, "auc": 0.92, "scored_only": {"accuracy": 0.9, "auc": 0.95}}
    rates = {"sources": {"unseen_stylegan3": rate(33, 100), "unseen_sd3": rate(7, 100)}}
    protocol = {
        "conditions": {"clean": {"sources": {"openforensics": part}, "held_out": {"unseen_flux": part}}},
        "goals": {"unseen": {"likely_fake": rates}, "reals_called_likely_fake": {"pooled": rate(130, 1000)}},
    }
    reals = [scored(f"{number / 100}", 0) for number in range(97)] + [scored("", 0, status="no_face")] * 3
    # Twelve of 97 scored reals lie above 0.84; thirteen would be more than 13 %.
    fakes = [scored(score, 1, "unseen_stylegan3") for score in ("0.99", "0.85", "0.84", "0.83")]
    fakes += [scored(score, 1, "unseen_sd3") for score in ("0.9", "0.5")] + [
        scored("", 1, "unseen_sd3", status="no_face")
    ]
    others = [scored("1", 0, split="val"), scored("0", 1, "unseen_sd3", split="val")]
    marked = {"source": "openforensics", "accuracy": 0.81, "auc": 0.93}
    assert yardstick_table(protocol, reals + fakes + others, marked).splitlines()[2:] == [
        "| openforensics: accuracy | 0.82 | 0.830 (scored images: 0.900) | yes |",
        "| the same, a face marked by hand where none is found: accuracy | 0.82 | 0.810 | no |",
        "| openforensics: AUC | 0.92 | 0.920 (scored images: 0.950) | – |",
        "| the same, a face marked by hand where none is found: AUC | 0.92 | 0.930 | yes |",
        "| unseen_flux: AUC | 0.34 | 0.920 (scored images: 0.950) | yes |",
        "| unseen_stylegan3: fakes found | 39% | 33.0% | no |",
        "| the same, with 13% of reals flagged | 39% | 50.0% | yes |",
        "| unseen_sd3: fakes found | 5% | 7.0% | yes |",
        "| the same, with 13% of reals flagged | 5% | 50.0% | yes |",
        "| reals flagged | 13% | 13.0% | – |",
    ]


def test_only_a_turned_verdict_is_a_flip():
    clean = [image(s, 1) for s in (0.9, 0.1, 0.9, 0.5, None)]
    images = dict.fromkeys(CONDITIONS, clean)
    assert flips(images, REPORT)["any"]["count"] == 0
    first, second = FLIP_VARIANTS[:2]
    images[first] = [image(s, 1) for s in (0.1, 0.1, 0.5, 0.9, None)]  # one turned, two to or from inconclusive
    images[second] = [image(s, 1) for s in (0.1, 0.9, 0.9, 0.5, None)]
    found = flips(images, REPORT)
    assert (found["variants"][first]["count"], found["variants"][second]["count"]) == (1, 2)
    assert (found["moved"][first]["count"], found["moved"][second]["count"]) == (3, 2)
    assert found["any"]["count"] == 2 and found["any"]["n"] == 4


def test_changes_of_a_verdict_are_told_for_harmless_conditions_alone():
    shares = dict.fromkeys(("no_traces", "inconclusive", "likely_fake"), 0.5)
    figures = {"overall": None, "bands": {"all": {"real": shares, "fake": shares}}}
    flips_of = {"variants": {"web": rate(1, 4)}, "moved": {"web": rate(2, 4)}}
    protocol = {"goals": {"flips": flips_of}, "conditions": {"clean": figures, "web": figures}}
    table = conditions_table(protocol).splitlines()
    assert table[2].endswith("| – | – |") and table[3].endswith("| 25.0 % | 50.0 % |")
    assert "inconclusive included" in table[-1]


def test_face_sizes_are_the_largest_boxes_in_the_photo():
    rows = [
        crop_row("x", 0, "test", box_xyxy="[0, 0, 63, 10]", keypoints="[1]"),
        crop_row("y", 1, "test", box_xyxy="[5, 0, 20, 64]", keypoints="[1]"),
        crop_row("y", 1, "test", box_xyxy="[0, 0, 400, 400]", keypoints="[1]", face_index=1, faces_in_image=2),
        crop_row("z", 1, "test", box_xyxy="[0, 0, 64, 64]", keypoints="[1]"),
        crop_row("tight", 1, "test", box_xyxy="[0, 0, 224, 224]"),
    ]
    images = [image(0.9, row.label, name=row.image) for row in rows if row.face_index == 0]
    bins = curves({name: figures_of(0.9) for name in CONDITIONS}, rows, images, REPORT)["face_size"]
    counts = {b["from"]: (b["n_real"], b["n_fake"]) for b in bins if b["n_real"] + b["n_fake"]}
    assert counts == {0: (1, 0), 64: (0, 1), 384: (0, 1)}


def test_wrong_flags_fail_before_the_work(tmp_path, capsys, monkeypatch):
    folder = make_prepared(tmp_path)
    checkpoint = tmp_path / "x.weights.h5"
    recipe = type("R", (), {"input_size": 32, "crop": FaceCropSettings(size=32), "whole_image": False, "architecture": ""})  # fmt: skip
    for user in ("models", "peers"):
        monkeypatch.setattr(f"python_trainer.{user}.load_checkpoint", lambda path: (None, recipe))
    command = ["evaluate", "--checkpoint", str(checkpoint), "--data", str(folder), "--out", str(tmp_path / "out")]
    for flags, message in (
        (["--peer", "a=b"], "belong to --protocol full"),
        (["--protocol", "full", "--peer", "a"], "NAME=CHECKPOINT"),
        (["--protocol", "full", "--peer", "meso4=b"], "taken"),
        (["--protocol", "full", "--meso4", str(tmp_path / "none.h5")], "none.h5 is missing"),
    ):
        assert main([*command, *flags]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_photo_that_is_gone_is_named(tmp_path):
    folder = make_prepared(tmp_path)
    (tmp_path / "photos" / "20.png").unlink()
    with pytest.raises(UserError, match=r"20\.png: cannot be read"):
        run(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "protocol.json").exists()


def test_sizes_of_which_few_faces_are_known_are_not_drawn():
    figures = {"auc": 0.8, "balanced_accuracy": 0.7}
    few, many = (
        {"from": 0, "below": 64, "n_real": 90, "n_fake": 29},
        {"from": 384, "below": None, "n_real": 30, "n_fake": 30},
    )
    found = {name: [] for name in ("jpeg_quality", "scale_percent", "blur_sigma")}
    drawn = plotted_curves(found | {"face_size": [few | figures, many | figures]})["face, pixels"]
    assert [part["value"] for part in drawn] == ["384-"]
