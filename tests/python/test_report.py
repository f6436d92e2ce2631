"""Every number of the model card, its page and the README is the one in the evaluations."""

import json
import re
import shutil

import pytest

from python_trainer.__main__ import main
from python_trainer.files import ROOT
from python_trainer.report import EVALUATIONS, SHIPPED
from python_trainer.report_page import html_page
from python_trainer.report_tables import ablation_section


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
    "name", ["mobilenet/metrics.json", *(f"{SHIPPED}/{part}.json" for part in ("protocol", "map", "ablation", "clips"))]
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
        if not path.stem.startswith("ablation")  # of networks of its own
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


def test_an_older_version_s_evaluation_is_refused(documents, tmp_path, capsys):
    copy = tmp_path / "evaluation"
    shutil.copytree(EVALUATIONS, copy)
    protocol = json.loads((copy / SHIPPED / "protocol.json").read_text())
    del protocol["generators"]
    (copy / SHIPPED / "protocol.json").write_text(json.dumps(protocol))
    assert main([*documents, "--evaluations", str(copy)]) == 2
    assert "run `evaluate --protocol full` again" in capsys.readouterr().err
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
