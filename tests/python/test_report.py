"""Every number of the model card, its page and the README is the one in the evaluations."""

import json
import re
import shutil

import pytest

from python_trainer.__main__ import main
from python_trainer.files import ROOT
from python_trainer.report import EVALUATIONS, SHIPPED
from python_trainer.report_page import html_page
from python_trainer.report_sentences import answers_table, better_elsewhere, images_note
from python_trainer.report_tables import ablation_section, probe_table, traces_table


@pytest.fixture
def documents(tmp_path):
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    return ["report", "--card", str(tmp_path / "MODEL_CARD.md"), "--readme", str(tmp_path / "README.md")]


def test_the_committed_documents_are_what_report_writes(documents, tmp_path):
    assert main(documents) == 0
    for written, committed in (
        ("MODEL_CARD.md", "converted_models/MODEL_CARD.md"),
        ("report.html", "converted_models/report.html"),
        ("README.md", "README.md"),
    ):
        assert (tmp_path / written).read_text() == (ROOT / committed).read_text(), f"run `report`: {committed} is stale"


@pytest.mark.parametrize(
    "name",
    [
        "mobilenet/metrics.json",
        *(f"{SHIPPED}/{part}.json" for part in ("protocol", "map", "ablation", "clips", "marked", "probe")),
    ],
)
def test_a_changed_evaluation_changes_the_card(documents, tmp_path, name):
    copy = tmp_path / "evaluation"
    shutil.copytree(EVALUATIONS, copy)
    assert main([*documents, "--evaluations", str(copy)]) == 0
    before = (tmp_path / "MODEL_CARD.md").read_text()
    text = (copy / name).read_text()
    (copy / name).write_text(re.sub(r'("auc|"real_as_real|"mean)": \d', r'\1": 9', text))
    assert main([*documents, "--evaluations", str(copy)]) == 0
    assert (tmp_path / "MODEL_CARD.md").read_text() != before


def test_what_ships_is_what_was_measured():
    digests = {
        json.loads(path.read_text())["checkpoint_sha256"]
        for path in (EVALUATIONS / SHIPPED).glob("*.json")
        if not path.stem.startswith(("ablation", "probe"))  # of networks of its own, or of none
    }
    manifest = json.loads((ROOT / "converted_models" / "ifmd" / "manifest.json").read_text())
    measured = json.loads((EVALUATIONS / SHIPPED / "metrics.json").read_text())
    assert len(digests) == 1
    assert manifest["operating_points"] == measured["operating_points"]
    assert manifest["calibration"] == measured["calibration"]


def test_every_figure_of_the_card_is_there():
    card = (ROOT / "converted_models" / "MODEL_CARD.md").read_text()
    figures = re.findall(r"!\[\w+\]\((.+?)\)", card)
    assert len(figures) >= 6
    for figure in figures:
        assert (ROOT / "converted_models" / figure).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("kept", "message"), [((), "evaluate the model mtcnn"), (("metrics.json", "log.csv"), "evaluate --protocol full")]
)
def test_a_missing_evaluation_is_named(documents, tmp_path, capsys, kept, message):
    copy = tmp_path / "evaluation"
    for path in EVALUATIONS.glob("*/*"):
        if path.name in kept:
            (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy / path.parent.name)
    assert main([*documents, "--evaluations", str(copy)]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "MODEL_CARD.md").exists()


@pytest.mark.parametrize(("name", "key"), [("protocol.json", "flagged"), ("metrics.json", "trace_shares")])
def test_an_older_version_s_evaluation_is_refused(documents, tmp_path, capsys, name, key):
    copy = tmp_path / "evaluation"
    shutil.copytree(EVALUATIONS, copy)
    older = json.loads((copy / SHIPPED / name).read_text())
    del older[key]
    (copy / SHIPPED / name).write_text(json.dumps(older))
    assert main([*documents, "--evaluations", str(copy)]) == 2
    assert f"{name} is an older version's; run `evaluate --protocol full` again" in capsys.readouterr().err
    assert not (tmp_path / "MODEL_CARD.md").exists()


def test_a_readme_without_its_block_is_refused(documents, tmp_path, capsys):
    (tmp_path / "README.md").write_text("# nothing here\n")
    assert main(documents) == 2
    assert "no block" in capsys.readouterr().err
    assert not (tmp_path / "MODEL_CARD.md").exists()


def test_the_page_is_the_card_with_its_tables_and_figures():
    page = html_page("# A <card>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![ROC](x/roc.png)\n")
    assert "<title>A &lt;card&gt;</title>" in page and '<div class="table" tabindex="0"><table>' in page
    assert 'src="x/roc.png"' in page


def test_every_ablation_is_told_with_its_gains_or_as_not_measured():
    assert "Not measured" in ablation_section([])
    gain = {"mean": 0.012, "interval": [-0.004, 0.03]}
    variants = {"none": {"clean": {"auc": 0.7}}, "layers": {"clean": {"auc": 0.712, "gain": gain}}}
    grid = {
        "stages": "2:128",
        "samples_per_epoch": 9600,
        "seeds": 1,
        "baseline": "none",
        "variants": variants,
        "init": "ImageNet",
    }
    told = ablation_section([grid, grid | {"seeds": 3}])
    assert told.count("| layers | 0.712 | +0.012 [-0.004, +0.030] |") == 2 and "of each: 3;" in told


def test_what_gives_a_class_away_is_told_for_each_source():
    assert "Not measured" in probe_table(None)
    found = {"auc": 0.729, "interval": [0.667, 0.796], "n_real": 150, "n_fake": 120}
    rows = probe_table(
        {"real_or_fake": {"a": dict.fromkeys(("file", "image", "augmented"), found), "b": {"image": found}}}
    )
    assert rows.splitlines()[2:] == [
        "| a | 150 / 120 | 0.73 [0.67, 0.80] | 0.73 [0.67, 0.80] | 0.73 [0.67, 0.80] |",
        "| b | 150 / 120 | – | 0.73 [0.67, 0.80] | – |",
    ]


def test_traces_are_told_by_kind_and_by_where_they_were_counted():
    val = {"threshold": 1.0, "found": 0.5, "n_with": 8, "wrong": None, "n_without": 0, "real": 0.03, "n_real": 1000}
    test = val | {"found": 0.25, "real": 0.01}
    rows = traces_table(
        {"split": "test", "traces": {"seam": val}, "trace_shares": {"web": {"seam": test}}}
    ).splitlines()[2:]
    assert rows == [
        "| seam | val, clean | 50.0 % of 8 | – | 3.0 % of 1,000 |",
        "| seam | test, web | 25.0 % of 8 | – | 1.0 % of 1,000 |",
    ]


def measured(sources, version="abc", sha256="kept"):
    """An evaluation, as far as `images_note` reads it: of each source two reals, one found real, and two fakes, both found."""
    confusion = {"real_as_real": 1, "real_as_fake": 1, "fake_as_real": 0, "fake_as_fake": 2}
    return {
        "sources": {name: {"n": 4, "confusion": confusion} for name in sources},
        "overall": {"n": 4 * len(sources)},
        "unseen_pooled": {"n": 5},
        "code_version": version,
        "checkpoint_sha256": sha256,
    }


def test_rows_on_other_images_code_or_weights_say_so():
    older = measured(["a"], version="old-dirty", sha256="gone")
    note = images_note({"mobilenet": older, SHIPPED: measured(["a", "b"])}, {"kept"})
    assert (
        "`b` came to it after the measurement of row 1, on 4 images; that of row 2 was on 8, and on the 4 alone" in note
    )
    assert "accuracy is 0.750" in note and "old-dirty (row 1) and abc (row 2); *dirty*" in note
    assert note.endswith("The weights of row 1 are not in this repository.")
    alike = images_note({"mobilenet": measured(["a"]), SHIPPED: measured(["a"])}, {"kept"})
    assert alike == "*AUC unseen* is of 5 images in every row. Measured by code version abc (rows 1 and 2)."


def test_answers_are_those_of_the_pooled_images():
    def part(n, no_traces, likely_fake):
        shares = {"no_traces": no_traces / n, "inconclusive": 0.0, "likely_fake": likely_fake / n}
        return {"n": n, **shares, "not_scored": (n - no_traces - likely_fake) / n}

    nobody = {"n": 0, "no_traces": None, "inconclusive": None, "likely_fake": None, "not_scored": None}
    sources = {
        "a": {"real": part(10, 9, 0), "fake": part(30, 3, 24)},
        "b": {"real": part(30, 29, 1), "fake": nobody},
        "unseen_c": {"real": nobody, "fake": part(3, 1, 1)},
    }
    shipped = {"sources": {"a": {}, "b": {}}, "held_out": {"unseen_c": {}, "independent42": {}}}
    rows = answers_table(shipped, {"conditions": {"clean": {"bands": {"sources": sources}}}}).splitlines()[2:]
    assert rows == [
        "| real, known sources | 40 | 95.0 % | 0.0 % | 2.5 % | 2.5 % |",
        "| fake, known sources | 30 | 10.0 % | 0.0 % | 80.0 % | 10.0 % |",
        "| fake, unseen generators | 3 | 33.3 % | 0.0 % | 33.3 % | 33.3 % |",
    ]


def test_every_source_on_which_another_is_better_is_named():
    def peer(a, b, unseen):
        return {"conditions": {"clean": {"sources": {"a": a, "b": b, "c": None}, "unseen": {"c": unseen}}}}

    protocol = {"peers": {"model": peer(0.8, 0.7, 0.6), "x": peer(0.9, 0.7, 0.5), "y": peer(0.95, None, 0.65)}}
    report = {"sources": {"a": {"auc": 0.8}, "b": {"auc": None}}, "held_out": {}}
    told = better_elsewhere({"ifmd": report, SHIPPED: report}, protocol)
    assert (
        told
        == "By source: `a` y 0.950, x 0.900 (this one 0.800). Against all test reals: `c` y 0.650 (this one 0.600)."
    )
