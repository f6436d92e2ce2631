"""One training run: its data in memory, its state on disk, so that what was stopped goes on after its last whole epoch."""

import json
import math
import os
import time
from pathlib import Path

import numpy as np

from python_trainer import run_state
from python_trainer.config import Recipe, recipe_to_dict
from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow
from python_trainer.models import save_weights
from python_trainer.training_log import append_epoch

INTERRUPTED = "interrupted.weights.h5"


class TrainingRun:
    """Trains by the stages of a recipe; `fit` does what is left of them."""

    def __init__(
        self,
        recipe: Recipe,
        data: list[Path],
        train: list[list[CropRow]],
        val: list[list[CropRow]],
        out: Path,
        weights: str,
        init: Path | None,
    ):
        """Reads the crops of the `train` and `val` rows of each folder of `data`; builds nothing yet."""
        from python_trainer.dataset import load_crops
        from python_trainer.several_workers import StopTogether, count_workers, leads, wait_for_all
        from python_trainer.validation import Validation

        self.recipe, self.out, self.weights, self.init = recipe, out, weights, init
        for name, parts in (("train", train), ("val", val)):
            if len({row.label for part in parts for row in part}) < 2:
                raise UserError(
                    f"{data[0]} has no real and fake faces in its {name} split; nothing can be learned from it"
                )
        self.rows = [row for part in train for row in part]
        self.crops = np.concatenate(
            [load_crops(folder, part, recipe.input_size) for folder, part in zip(data, train, strict=True)]
        )
        self.validation = Validation(data, val, recipe)
        if leads():
            out.mkdir(parents=True, exist_ok=True)
            run_state.finish_saving(out)
        wait_for_all("the state to go on from")
        self._check_workers_are_alike()
        self.state = run_state.read_state(out)
        if leads():
            with write_atomically(out / "recipe.json") as file:
                json.dump(recipe_to_dict(recipe), file, indent=2)
        self._callbacks = [StopTogether()] if count_workers() > 1 else []

    def _check_workers_are_alike(self) -> None:
        from python_trainer.several_workers import check_same, count_workers

        if count_workers() == 1:
            return
        given = {name: Path(path) for name, path in (("--weights", self.weights), ("--init", self.init)) if path}
        files = given | {name: self.out / name for name in run_state.NAMES}
        check_same(
            {"recipe": json.dumps(recipe_to_dict(self.recipe)).encode(), "training faces": self.crops}
            | {"what is known of the faces": repr(self.rows).encode()}
            | {name: path.read_bytes() if path.is_file() else b"" for name, path in files.items()}
        )

    def fit(self) -> dict:
        """Run what is left of the stages; the best epoch's weights end in best.weights.h5."""
        first = 0
        for epochs, size, frozen in self.recipe.stages:
            if self.state["epoch"] < first + epochs:
                self._fit_stage(range(max(first, self.state["epoch"]), first + epochs), first, size, frozen)
            first += epochs
        return {
            "best_epoch": self.state["best_epoch"],
            "best_val_loss": self.state["best_val_loss"],
            "checkpoint": str(self.out / "best.weights.h5"),
        }

    def _fit_stage(self, epochs: range, stage_start: int, size: int, frozen: bool) -> None:
        from python_trainer.several_workers import leads

        model, trained, targets = self._compiled(size, frozen)
        if epochs.start > 0:
            model.load_weights(self.out / "last.weights.h5")
            if epochs.start > stage_start:
                run_state.load_optimizer(self.out, trained.optimizer, trained.trainable_variables)
        if self.state["best_size"] != size:
            # A loss at another image size says nothing about this one.
            self.state |= {"best_size": size, "best": None, "stale": 0}
        elif epochs.start == stage_start:
            self.state["stale"] = 0
        for epoch in epochs:
            try:
                record = self._fit_epoch(epoch, model, trained, targets, size)
                self._keep(epoch, model, trained, record)
            except KeyboardInterrupt:
                if leads():
                    save_weights(model, self.out / INTERRUPTED)
                raise
            if self.state["stale"] >= self.recipe.patience:
                self.state["epoch"] = epochs.stop  # early stopping ends the stage; a next one starts afresh
                if leads():
                    run_state.save_state(self.out, self.state)
                return

    def _fit_epoch(self, epoch: int, model, trained, targets: tuple[str, ...], size: int) -> dict:
        from python_trainer.objectives import batches_for
        from python_trainer.several_workers import Share, count_workers

        started = time.monotonic()
        rate = self._learning_rate(epoch)
        trained.optimizer.learning_rate = rate
        seed_dropout(trained, self.recipe.seed, epoch)
        settings = {"verbose": 2 if not os.isatty(1) else 1, "shuffle": False, "callbacks": self._callbacks}
        with batches_for(model, self.crops, self.rows, self.recipe, size, epoch, targets) as batches:
            history = trained.fit(Share(batches) if count_workers() > 1 else batches, epochs=1, **settings).history
        own_values(trained)
        self._check_is_number(history["loss"][0], epoch, rate)
        measured = self._validate(model, size)
        self._check_is_number(measured["val_loss"], epoch, rate)
        prefix = f"{targets[0]}_" if len(targets) > 1 else ""  # Keras names a lone output's metrics without it
        return {
            "epoch": epoch + 1, "size": size, "learning_rate": rate,
            "loss": history["loss"][0], "accuracy": history[f"{prefix}accuracy"][0],
            "auc": history.get(f"{prefix}auc", [math.nan])[0],
            **measured, "seconds": round(time.monotonic() - started, 1),
        }  # fmt: skip

    def _check_is_number(self, loss: float, epoch: int, rate: float) -> None:
        """Raises UserError where the network has been lost."""
        if not math.isfinite(loss):
            kept = (
                f" in another --out; last.weights.h5 in {self.out} keeps the last whole epoch, {epoch}" if epoch else ""
            )
            raise UserError(
                f"the loss is not a number after epoch {epoch + 1}; start again with a learning rate below {rate:g}{kept}"
            )

    def _compiled(self, size: int, frozen: bool) -> tuple:
        """The network, the same with its training outputs and loss, and the names of those outputs."""
        import keras

        from python_trainer.models.fused_norm import fuse_batch_normalization
        from python_trainer.objectives import objective_for
        from python_trainer.training_start import build_start

        recipe = self.recipe
        model = build_start(recipe, size, self.weights, self.init)
        if frozen:
            for layer in model.layers:
                layer.trainable = layer.name.startswith(("head_", "logit"))
        fuse_batch_normalization(model)
        objective = objective_for(model, recipe)
        trained = keras.Model(model.input, objective.outputs)
        settings = {"learning_rate": recipe.learning_rate, "clipnorm": recipe.clip_norm or None}
        if recipe.ema:
            # Keras writes the average over the weights at the end of each epoch, which goes on from there.
            settings |= {"use_ema": True, "ema_momentum": recipe.ema}
        optimizer = keras.optimizers.get({"class_name": recipe.optimizer, "config": settings})
        trained.compile(
            optimizer,
            objective.losses,
            loss_weights=objective.loss_weights,
            metrics=objective.metrics,
            jit_compile=keras.backend.backend() == "jax",
        )
        return model, trained, tuple(objective.outputs)

    def _learning_rate(self, epoch: int) -> float:
        if self.recipe.schedule == "constant":
            return self.recipe.learning_rate
        return self.recipe.learning_rate * max(0.02, 0.5 * (1 + math.cos(math.pi * epoch / self.recipe.epochs)))

    def _validate(self, model, size: int) -> dict:
        """Judged on whole crops, also where windows of them are trained on; of several workers by each for itself."""
        from python_trainer.models import build_model
        from python_trainer.several_workers import alone, count_workers

        whole_size = self.recipe.input_size if self.recipe.window else size
        if whole_size == size and count_workers() == 1:
            return self.validation.measure(model, size)
        with alone():
            whole = build_model(self.recipe, whole_size, None)
            whole.set_weights(model.get_weights())
            return self.validation.measure(whole, whole_size)

    def _keep(self, epoch: int, model, trained, record: dict) -> None:
        """Save weights, optimiser, logs and curves; only then count the epoch as done. Of several workers one writes."""
        from python_trainer.figures import plot_curves
        from python_trainer.several_workers import agreed, leads, wait_for_all

        by_source = record.pop("by_source", {})
        criterion = record["val_loss"]
        if self.recipe.select == "macro_auc":
            criterion = -(record["val_macro_auc"] + record["val_web_macro_auc"]) / 2
        criterion = agreed(criterion)
        best = self.state["best"] is None or criterion < self.state["best"]
        if best:
            self.state |= {"best": criterion, "best_val_loss": record["val_loss"], "best_epoch": epoch + 1, "stale": 0}
        else:
            self.state["stale"] += 1
        self.state["epoch"] = epoch + 1
        if leads():
            if best:
                save_weights(model, self.out / "best.weights.h5")
            log = append_epoch(self.out, record)
            plot_curves(log, self.out / "curves.png")
            run_state.save_epoch(self.out, model, trained.optimizer, self.state)
        wait_for_all(f"epoch {epoch}")
        print(
            " ".join(f"{key}={value:.4g}" for key, value in (record | by_source).items()),
            "best" if best else "",
            flush=True,
        )


def seed_dropout(model, seed: int, epoch: int) -> None:
    """Let dropout's draws, as the images', follow from seed and epoch alone: an epoch that is resumed is the same one."""
    states = [variable for variable in model.variables if variable.name == "seed_generator_state"]
    for place, state in enumerate(states):
        state.assign(np.random.default_rng((seed, epoch, place, 80)).integers(2**31, size=2))


def own_values(model) -> None:
    """Give each weight memory of its own after `fit`.

    Keras on JAX lets the weights share that of the optimiser's averages, and both lose it with the next step.
    """
    import keras

    for variable in model.trainable_variables:
        variable.assign(keras.ops.copy(variable))
