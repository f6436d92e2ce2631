"""What a training run says of each epoch: log.csv, and scalars for TensorBoard."""

import csv
import time
from pathlib import Path

from python_trainer.files import write_atomically

FIELDS = (
    "epoch", "size", "learning_rate", "loss", "accuracy", "auc",
    "val_loss", "val_accuracy", "val_auc", "val_macro_auc", "val_web_macro_auc", "seconds",
)  # fmt: skip


def append_epoch(out: Path, record: dict) -> Path:
    """Add one epoch (keys as FIELDS) to `out`/log.csv and `out`/tensorboard; returns the path of the former.

    An epoch that was logged but not finished, and is now done again, replaces its old line.
    """
    log = out / "log.csv"
    records = [row for row in read_log(out) if int(row["epoch"]) < record["epoch"]] + [record]
    with write_atomically(log, newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(records)
    _log_to_tensorboard(out / "tensorboard", record)
    return log


def read_log(out: Path) -> list[dict]:
    """The lines of `out`/log.csv, keys as FIELDS, values as text; none where there is no log yet."""
    path = out / "log.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _log_to_tensorboard(folder: Path, record: dict) -> None:
    """Written by the tensorboard package itself: Keras's callback would import TensorFlow."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    step = record["epoch"]
    writer = EventFileWriter(str(folder), filename_suffix=f".{step:04d}")
    values = [Summary.Value(tag=key, simple_value=value) for key, value in record.items() if key != "epoch"]
    writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
    writer.close()
