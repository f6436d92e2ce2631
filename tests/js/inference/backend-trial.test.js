// Which backend is faster is found out once, by a worker of its own, and a browser that dies of it is not asked again.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { BackendTrial } from "../../../extension/src/inference/backend-trial.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

// In every test: Node would wait for the limit of a trial that is never answered.
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/** A worker that answers when the test says so. */
class FakeWorker extends EventTarget {
  terminate = mock.fn();

  answer(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

function memoryOf(entries = {}) {
  const kept = new Map(Object.entries(entries));
  return { kept, getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

function trialOf(memory = memoryOf(), here = "1.0 browser") {
  const workers = [];
  const start = () => {
    workers.push(new FakeWorker());
    return workers.at(-1);
  };
  return { trial: new BackendTrial(start, () => memory, async () => here), workers, memory };
}

test("WebAssembly computes until WebGL is known to be faster, and that is asked once", async () => {
  const { trial, workers, memory } = trialOf();
  assert.equal(await trial.faster(), "wasm");
  const running = trial.run();
  await turn();
  workers[0].answer({ faster: "webgl" });
  await running;
  assert.equal(await trial.faster(), "webgl");
  assert.equal(workers[0].terminate.mock.callCount(), 1);
  await trial.run();
  await trialOf(memory).trial.run();
  assert.equal(workers.length, 1);
});

test("a machine that is quiet again while one runs starts no second one beside it", async () => {
  const { trial, workers, memory } = trialOf();
  const running = trial.run();
  await turn();
  const again = trial.run();
  await turn();
  assert.equal(workers.length, 1);
  assert.equal(JSON.parse(memory.getItem("faster-backend")).tries, 1);
  workers[0].answer({ faster: "wasm" });
  await Promise.all([running, again]);
  assert.equal(workers.length, 1);
});

test("another version or browser is asked anew", async () => {
  const { trial, workers, memory } = trialOf();
  const running = trial.run();
  await turn();
  workers[0].answer({ faster: "webgl" });
  await running;
  const next = trialOf(memory, "1.1 browser");
  assert.equal(await next.trial.faster(), "wasm");
  const again = next.trial.run();
  await turn();
  next.workers[0].answer({ faster: "wasm" });
  await again;
  assert.equal(next.workers.length, 1);
});

test("a browser that is closed meanwhile is asked once more, and one that a driver takes down again not a third time", async () => {
  const memory = memoryOf();
  for (const started of [1, 1, 0]) {
    const { trial, workers } = trialOf(memory);
    void trial.run(); // never answered
    await turn();
    assert.deepEqual([await trial.faster(), workers.length], ["wasm", started]);
  }
});

test("a worker that never answers is ended", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  const { trial, workers } = trialOf();
  const running = trial.run();
  await turn();
  mock.timers.tick(120_000);
  await running;
  assert.equal(workers[0].terminate.mock.callCount(), 1);
  warn.mock.restore();
});

test("what fails leaves WebAssembly, and no worker", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  for (const fail of [
    (worker) => worker.answer({ failure: { message: "The model has been altered." } }),
    (worker) => worker.dispatchEvent(Object.assign(new Event("error"), { message: "gone" })),
  ]) {
    const { trial, workers } = trialOf();
    const running = trial.run();
    await turn();
    fail(workers[0]);
    await running;
    assert.equal(await trial.faster(), "wasm");
    assert.equal(workers[0].terminate.mock.callCount(), 1);
  }
  assert.equal(warn.mock.callCount(), 2);
  warn.mock.restore();
});

test("a memory that the browser forbids, or that holds something else, means WebAssembly and no trial without end", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  const forbidden = {
    getItem: () => {
      throw new Error("forbidden");
    },
    setItem: () => {
      throw new Error("forbidden");
    },
  };
  const { trial, workers } = trialOf(forbidden);
  await trial.run();
  assert.deepEqual([await trial.faster(), workers.length], ["wasm", 0]);
  warn.mock.restore();
  for (const text of ["{", "null", '{"here":"1.0 browser","faster":"webgpu"}']) {
    assert.equal(await trialOf(memoryOf({ "faster-backend": text })).trial.faster(), "wasm", text);
  }
});
