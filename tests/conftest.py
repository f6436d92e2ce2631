"""What every test may use: the fixture images, the model under test, the dataset that some machines have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATASET_VARIABLE = "DEEPFAKE_DATA"
# As the Makefile has it, for whoever calls pytest directly: oneDNN writes other graphs and other last digits.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


def pytest_addoption(parser):
    parser.addoption(
        "--models",
        type=Path,
        default=ROOT / "converted_models",
        help="folder laid out like converted_models, whose model the tests use",
    )


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "e2e"):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def fixtures_dir() -> Path:
    """tests/fixtures: the images that ship with the repository."""
    return ROOT / "tests" / "fixtures"


@pytest.fixture(scope="session")
def models_dir(request) -> Path:
    """The folder of converted models under test.

    A missing model fails the tests that need it: they may not pass unseen.
    """
    folder = request.config.getoption("--models").resolve()
    if not (folder / "ifmd" / "manifest.json").is_file():
        pytest.fail(f"no {folder}/ifmd/manifest.json: run `python -m python_trainer export`", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def dataset_dir() -> Path:
    """A folder of real and fake faces, named by the variable DEEPFAKE_DATA; else the test is skipped."""
    named = os.environ.get(DATASET_VARIABLE)
    if not named:
        pytest.skip(f"NEEDS A DATASET: set {DATASET_VARIABLE} to a folder of real and fake faces")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"{DATASET_VARIABLE} is set to {named}, which is no folder", pytrace=False)
    return folder
