"""The classifier alone, the same network on every runtime: `python -m benchmarks.classifier`.

Every runtime gives all of the network's outputs. Nothing is reported unless each run, the first too, gave the same logits.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.convert_classifier import BATCHES, converted_classifier, use_peers
from benchmarks.options import add_options
from benchmarks.results import Series, interleave, peer_versions, write_results
from extension.demo.browser import GPU_FLAGS
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.module_page import module_page

SHIPPED = "TF.js wasm, as shipped"
PLAIN = "LiteRT native, plain MobileNetV2"
# Set as the extension has it, TF.js's WebGL computes wrong on eight images once there was a run of one, which is all that
# the extension asks of it.
ONE_AT_A_TIME = "TF.js webgl, as shipped"
# The shipped weights are rounded to 16 bits, the others' are the checkpoint's own.
TOLERANCE = 0.05
LIMIT_MS = 120_000
MODULES = Path(__file__).parent / "node_modules"
Answer = tuple[float, np.ndarray]  # milliseconds, logits [batch]
Run = Callable[[int], Answer]  # of a batch of that size


def native_runtimes(converted: Path, images: np.ndarray) -> dict[str, Run]:
    """LiteRT with XNNPACK and onnxruntime, both on one thread: what this processor can do. PLAIN is another network."""
    use_peers()
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = {n: onnxruntime.InferenceSession(converted / f"{n}.onnx", options) for n in BATCHES}

    def litert(prefix: str) -> dict:
        interpreters = {n: Interpreter(str(converted / f"{prefix}{n}.tflite"), num_threads=1) for n in BATCHES}
        return {n: interpreter.get_signature_runner() for n, interpreter in interpreters.items()}

    ours, plain = litert(""), litert("plain_")

    def run_onnx(n: int) -> np.ndarray:
        outputs = sessions[n].run(None, {sessions[n].get_inputs()[0].name: images[:n]})
        # Outputs are numbered in the order of their names in the signature: anomaly_map, logit, seam, synthetic.
        (logit,) = (number for number, out in enumerate(sessions[n].get_outputs()) if out.name.endswith(":1"))
        return outputs[logit]

    def timed(run: Callable[[int], np.ndarray], n: int) -> Answer:
        start = time.perf_counter()
        logits = run(n)
        return 1000 * (time.perf_counter() - start), logits.ravel()

    return {
        "LiteRT native, XNNPACK": partial(timed, lambda n: ours[n](image=images[:n])["logit"]),
        PLAIN: partial(timed, lambda n: next(iter(plain[n](image=images[:n]).values()))),
        "onnxruntime native": partial(timed, run_onnx),
    }


def browser_runtimes(page, images: np.ndarray, gpu: list[str]) -> dict[str, Run]:
    """TF.js, onnxruntime-web and LiteRT.js in Chromium, on WebAssembly with one thread each, and on what `gpu` names."""

    def run(name: str, n: int) -> Answer:
        answer = page.evaluate("([name, n]) => bench.run(name, n)", [name, n])
        return answer["ms"], np.asarray(answer["logits"])

    encoded = base64.b64encode(images.tobytes()).decode()
    names = page.evaluate("([images, gpu]) => bench.start(images, gpu)", [encoded, gpu])
    return {name: partial(run, name) for name in names}


def contestants(runtimes: Mapping[str, Run], batch: int) -> dict[str, Callable[[], Answer]]:
    """By name, one run of a batch of each runtime that takes one so large."""
    return {name: partial(run, batch) for name, run in runtimes.items() if batch == 1 or name != ONE_AT_A_TIME}


def check_parity(answers: Mapping[str, Sequence[Answer]]) -> dict[str, float]:
    """Largest difference of a logit from the first runtime's first run, by name; PLAIN, another network, is left out.

    Raises:
        SystemExit: one computes something else; its time would mean nothing.
    """
    logits = {name: np.stack([found for _, found in runs]) for name, runs in answers.items() if name != PLAIN}
    expected = next(iter(logits.values()))[0]
    differences = {name: float(np.abs(values - expected).max()) for name, values in logits.items()}
    for name, difference in differences.items():
        if not difference <= TOLERANCE:
            raise SystemExit(f"{name} gives a logit that differs by {difference:.3g}: nothing is reported")
    return differences


def measure(runtimes: Mapping[str, Run], rounds: int) -> list[Series]:
    """Times of the first run of each batch size, which compiles (shaders, on a GPU) and allocates, and of the later ones.

    Raises:
        SystemExit: as check_parity.
    """
    rows = []
    for batch in BATCHES:
        taking_part = contestants(runtimes, batch)
        groups = {f"first run, batch {batch}": interleave(taking_part, 1)}
        groups[f"batch {batch}"] = interleave(taking_part, rounds)
        for group, answers in groups.items():
            differences = check_parity(answers)
            for name, runs in answers.items():
                notes = {"Δlogit": f"{differences[name]:.2g}" if name in differences else ""}
                rows.append(Series(group, name, [milliseconds for milliseconds, _ in runs], notes=notes))
    return rows


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=20)
    parser.add_argument(
        "--gpu",
        nargs="+",
        choices=list(GPU_FLAGS),
        default=[],
        help="these too: TF.js on either, as shipped and not on WebGL, onnxruntime-web on WebGPU; without a GPU the processor draws",
    )
    args = parser.parse_args()
    images = np.random.default_rng(0).integers(0, 256, (max(BATCHES), 224, 224, 3)).astype(np.float32)
    converted = converted_classifier(args.out)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {
            "models": ROOT / "converted_models",
            "converted": converted,
            "wasm": WASM,
            "ort": MODULES / "onnxruntime-web" / "dist",
            "litert": MODULES / "@litertjs" / "core" / "wasm",
        }
        source = Path(__file__).parent / "pages" / "classifier.js"
        flags = [flag for name in args.gpu for flag in GPU_FLAGS[name]]
        with module_page(source, folders, Path(scratch), flags, LIMIT_MS) as page:
            runtimes = native_runtimes(converted, images) | browser_runtimes(page, images, args.gpu)
            versions = {"Chromium": page.context.browser.version, **peer_versions()}
            rows = measure(runtimes, args.rounds)
    about = (
        "One thread each (a GPU, or what draws in its stead, aside); the shipped network with all its outputs but for plain"
        " MobileNetV2. Δlogit: the largest difference from native LiteRT's; TF.js has the shipped, 16-bit weights. The"
        " extension asks for batch 1."
    )
    write_results(args.out, "classifier", rows, baseline=SHIPPED, about=about, versions=versions)


if __name__ == "__main__":
    main()
