"""Every number of the model card and the README is the one in the evaluations."""

import shutil

import pytest

from python_trainer.__main__ import main
from python_trainer.files import ROOT
from python_trainer.report import EVALUATIONS


@pytest.fixture
def documents(tmp_path):
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    return ["report", "--card", str(tmp_path / "MODEL_CARD.md"), "--readme", str(tmp_path / "README.md")]


def test_the_committed_card_and_readme_are_what_report_writes(documents, tmp_path):
    assert main(documents) == 0
    for written, committed in (("MODEL_CARD.md", "converted_models/MODEL_CARD.md"), ("README.md", "README.md")):
        assert (tmp_path / written).read_text() == (ROOT / committed).read_text(), f"run `report`: {committed} is stale"


def test_a_changed_evaluation_changes_the_card(documents, tmp_path):
    copy = tmp_path / "evaluation"
    shutil.copytree(EVALUATIONS, copy)
    metrics = copy / "mobilenet" / "metrics.json"
    text = metrics.read_text()
    assert main([*documents, "--evaluations", str(copy)]) == 0
    before = (tmp_path / "MODEL_CARD.md").read_text()
    metrics.write_text(text.replace('"real_as_real": ', '"real_as_real": 9'))
    assert main([*documents, "--evaluations", str(copy)]) == 0
    assert (tmp_path / "MODEL_CARD.md").read_text() != before


def test_a_missing_evaluation_is_named(documents, tmp_path, capsys):
    assert main([*documents, "--evaluations", str(tmp_path)]) == 2
    assert "evaluate the model mtcnn" in capsys.readouterr().err


def test_a_readme_without_its_block_is_refused(documents, tmp_path, capsys):
    (tmp_path / "README.md").write_text("# nothing here\n")
    assert main(documents) == 2
    assert "no block" in capsys.readouterr().err
    assert not (tmp_path / "MODEL_CARD.md").exists()
