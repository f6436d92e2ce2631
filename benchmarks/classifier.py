"""The classifier alone, the same weights on every runtime: `python -m benchmarks.classifier`.

Before anything is timed, every runtime has to give the same logits.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.convert_classifier import BATCHES, converted_classifier, use_peers
from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from extension.demo.browser import GPU_FLAGS
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.module_page import module_page

SHIPPED = "TF.js wasm, as shipped"
PLAIN = "LiteRT native, plain MobileNetV2"
# The shipped weights are rounded to 16 bits, the others' are the checkpoint's own.
TOLERANCE = 0.05
LIMIT_MS = 120_000
MODULES = Path(__file__).parent / "node_modules"
Run = Callable[[int], tuple[float, np.ndarray]]  # batch size -> (milliseconds, logits [batch])


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
        names = [output.name for output in sessions[n].get_outputs() if output.name.endswith(":1")]
        return sessions[n].run(names, {sessions[n].get_inputs()[0].name: images[:n]})[0]

    def timed(run: Callable[[int], np.ndarray], n: int) -> tuple[float, np.ndarray]:
        start = time.perf_counter()
        logits = run(n)
        return 1000 * (time.perf_counter() - start), logits.ravel()

    return {
        "LiteRT native, XNNPACK": partial(timed, lambda n: ours[n](image=images[:n])["logit"]),
        PLAIN: partial(timed, lambda n: next(iter(plain[n](image=images[:n]).values()))),
        "onnxruntime native": partial(timed, run_onnx),
    }


def browser_runtimes(page, images: np.ndarray, gpu: list[str]) -> dict[str, Run]:
    """TF.js as shipped, onnxruntime-web and LiteRT.js in Chromium, one thread each, and what `gpu` names of GPU_FLAGS."""

    def run(name: str, n: int) -> tuple[float, np.ndarray]:
        answer = page.evaluate("([name, n]) => bench.run(name, n)", [name, n])
        return answer["ms"], np.asarray(answer["logits"])

    encoded = base64.b64encode(images.tobytes()).decode()
    names = page.evaluate("([images, gpu]) => bench.start(images, gpu)", [encoded, gpu])
    return {name: partial(run, name) for name in names}


def _time_of(run: Run, batch: int) -> float:
    return run(batch)[0]


def check_parity(runtimes: dict[str, Run]) -> dict[str, float]:
    """Largest difference of a logit from the first runtime's, by name.

    Raises:
        SystemExit: one computes something else; timing it would mean nothing.
    """
    logits = {name: run(max(BATCHES))[1] for name, run in runtimes.items() if name != PLAIN}
    expected = next(iter(logits.values()))
    differences = {name: float(np.abs(values - expected).max()) for name, values in logits.items()}
    for name, difference in differences.items():
        if not difference <= TOLERANCE:
            raise SystemExit(f"{name} gives a logit that differs by {difference:.3g}: nothing was timed")
    return differences


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=20)
    parser.add_argument(
        "--gpu",
        nargs="+",
        choices=list(GPU_FLAGS),
        default=[],
        help="these too: TF.js on either, onnxruntime-web on WebGPU; without a GPU the processor draws",
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
            # The first run of a shape compiles (shaders, on a GPU) and allocates.
            rows = [
                Series(f"first run, batch {batch}", name, [_time_of(run, batch)])
                for batch in BATCHES
                for name, run in runtimes.items()
            ]
            differences = check_parity(runtimes)
            for batch in BATCHES:
                timings = interleave(
                    {name: partial(_time_of, run, batch) for name, run in runtimes.items()}, args.rounds
                )
                rows += [
                    Series(
                        f"batch {batch}",
                        name,
                        values,
                        notes={"|Δlogit|": f"{differences[name]:.2g}" if name in differences else ""},
                    )
                    for name, values in timings.items()
                ]
    about = (
        "One thread each (a GPU, or what draws in its stead, aside); the shipped network but for plain MobileNetV2. |Δlogit|:"
        " from native LiteRT; TF.js has the shipped, 16-bit weights."
    )
    write_results(args.out, "classifier", rows, baseline=SHIPPED, about=about)


if __name__ == "__main__":
    main()
