"""Runs a TF.js graph model in Node, the same engine that the extension uses, so that Python can compare."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.files import ROOT


def find_node() -> str:
    """Node from PATH, else from the virtual environment.

    Raises:
        UserError: there is none.
    """
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if not found:
        raise UserError(
            "Node is missing: it runs TF.js to check the converted model. Install Node 20 or newer, or `uv sync` (it brings one)"
        )
    return found


def run_graph_model(model_json: Path, images: np.ndarray) -> dict[str, np.ndarray]:
    """Outputs by name, float32, for `images` [n, h, w, 3].

    Raises:
        UserError: Node or the extension's packages are missing, or TF.js failed.
    """
    if not (ROOT / "extension" / "node_modules").is_dir():
        raise UserError("extension/node_modules is missing; run `make setup` (or `npm ci --prefix extension`) first")
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "in.f32", Path(scratch) / "out.json"
        images.astype("<f4").tofile(source)
        command = [
            find_node(),
            str(ROOT / "extension" / "tools" / "run-model.mjs"),
            "--model",
            str(model_json),
        ]
        command += [
            "--input",
            str(source),
            "--shape",
            ",".join(map(str, images.shape)),
            "--output",
            str(target),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(f"TF.js could not run {model_json}: {done.stderr.strip() or done.stdout.strip()}")
        outputs = json.loads(target.read_text())
    return {name: np.asarray(out["values"], np.float32).reshape(out["shape"]) for name, out in outputs.items()}
