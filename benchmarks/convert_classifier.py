"""The shipped checkpoint for other runtimes: TFLite and ONNX files with its float32 weights; plain MobileNetV2 beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from python_trainer.files import ROOT

PLAIN_CHECKPOINT = ROOT / "python_trainer" / "checkpoints" / "plain" / "plain.weights.h5"
PEERS = Path(__file__).parent / "python-peers"
BATCHES = (1, 8)


def use_peers() -> None:
    """Lets this process import what `make bench` installed beside the project's packages."""
    if not PEERS.is_dir():
        raise SystemExit(f"{PEERS} is missing: run `make bench`, which installs what is compared with")
    sys.path.append(str(PEERS))


def converted_classifier(out: Path) -> Path:
    """Folder below `out` with `N`.tflite, `N`.onnx and `plain_N`.tflite for every batch size N; made once for the checkpoints.

    plain_N is MobileNetV2 with one logit and nothing else. The others' outputs, in this order, are anomaly_map, logit,
    seam, synthetic. The input is `image`, float32 [N, 224, 224, 3] in [0, 255].
    """
    from python_trainer.manifest import sha256_of
    from python_trainer.predict import SHIPPED_CHECKPOINT

    digests = [sha256_of(checkpoint)[:12] for checkpoint in (SHIPPED_CHECKPOINT, PLAIN_CHECKPOINT)]
    finished = out / f"networks-{'-'.join(digests)}"
    if not finished.is_dir():
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out) as scratch:
            _convert(Path(scratch))
            Path(scratch).rename(finished)
            Path(scratch).mkdir()
    return finished


def _convert(out: Path) -> None:
    import keras
    import tensorflow as tf

    from python_trainer.models import load_checkpoint
    from python_trainer.predict import SHIPPED_CHECKPOINT

    for prefix, checkpoint in (("", SHIPPED_CHECKPOINT), ("plain_", PLAIN_CHECKPOINT)):
        model, recipe = load_checkpoint(checkpoint)
        for batch in BATCHES:
            shape = (batch, recipe.input_size, recipe.input_size, 3)
            spec = keras.InputSpec(dtype="float32", shape=shape, name="image")
            with tempfile.TemporaryDirectory() as saved:
                model.export(saved, input_signature=[spec], verbose=False)
                tflite = tf.lite.TFLiteConverter.from_saved_model(saved).convert()
            (out / f"{prefix}{batch}.tflite").write_bytes(tflite)
    for batch in BATCHES:
        command = [sys.executable, "-m", "tf2onnx.convert", "--opset", "17"]
        files = ["--tflite", str(out / f"{batch}.tflite"), "--output", str(out / f"{batch}.onnx")]
        environment = {**os.environ, "PYTHONPATH": str(PEERS)}
        subprocess.run([*command, *files], check=True, env=environment, capture_output=True)
