// The pool of workers: as many as images wait for, a new one in the place of one that hangs, failures as they are.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { CheckError } from "../../../extension/src/inference/check-error.js";
import { poolSize } from "../../../extension/src/inference/pool-size.js";
import { loadWorkerEngine } from "../../../extension/src/inference/worker-engine.js";

const EVIDENCE = { imageSize: { width: 60, height: 60 }, faces: [] };
const READY = { manifest: { name: "ifmd" }, manifestSha256: "abc", backend: "wasm" };
const image = () => new ArrayBuffer(8);
const turn = () => new Promise((resolve) => setImmediate(resolve));

// In every test: a pool that has worked rests on a timer of its own, for which Node would wait at the end.
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/** A worker that answers when the test says so. */
class FakeWorker extends EventTarget {
  calls = [];
  terminate = mock.fn();

  constructor(wanted) {
    super();
    this.wanted = wanted;
  }

  postMessage(message, transfer) {
    assert.deepEqual(transfer, [message.bytes]);
    this.calls.push(message);
  }

  async reply(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
    await turn();
  }
}

/** An engine of at most `size` workers, the first of them loaded. */
async function engineOf(size, ready = READY, whenQuiet = undefined) {
  const workers = [];
  const start = (wanted) => {
    workers.push(new FakeWorker(wanted));
    return workers.at(-1);
  };
  const loading = loadWorkerEngine(start, "webgl", new AbortController().signal, { size, whenQuiet });
  await workers[0].reply(ready);
  return { engine: await loading, workers };
}

test("a worker is added while images wait, and none for one image", async () => {
  const { engine, workers } = await engineOf(2);
  const first = engine.pipeline.analyze(image(), { looks: "twice", signal: new AbortController().signal });
  assert.equal(workers.length, 1);
  assert.deepEqual(Object.keys(workers[0].calls[0]), ["bytes", "looks"], "a signal cannot be sent");
  const others = [engine.pipeline.analyze(image()), engine.pipeline.analyze(image())];
  assert.equal(workers.length, 2);
  assert.equal(workers[1].wanted, "wasm", "what was found to compute");
  assert.equal(workers[1].calls.length, 0, "it loads first");
  await workers[1].reply(READY);
  assert.deepEqual(workers.map(({ calls }) => calls.length), [1, 1]);
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.equal(await first, EVIDENCE);
  assert.deepEqual(workers.map(({ calls }) => calls.length), [2, 1], "who is free takes the next");
  for (const worker of workers) await worker.reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.deepEqual(await Promise.all(others), [EVIDENCE, EVIDENCE]);
  assert.equal(workers.length, 2);
});

test("an image that finds a worker loading is done by the one that is free first", async () => {
  const { engine, workers } = await engineOf(2);
  const both = [engine.pipeline.analyze(image()), engine.pipeline.analyze(image())];
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.deepEqual(await Promise.all(both), [EVIDENCE, EVIDENCE]);
});

test("a GPU computes in one worker", async () => {
  const { engine, workers } = await engineOf(4, { ...READY, backend: "webgl" });
  engine.pipeline.analyze(image());
  engine.pipeline.analyze(image());
  assert.deepEqual([engine.lanes, engine.backend, workers.length], [1, "webgl", 1]);
});

test("a failure keeps its code, and the worker goes on", async () => {
  const { engine, workers } = await engineOf(1);
  const damaged = assert.rejects(engine.pipeline.analyze(image()), (error) => error instanceof CheckError && error.code === "not_an_image");
  await workers[0].reply({ failure: { code: "not_an_image", message: "The file is damaged." } });
  await damaged;
  const next = engine.pipeline.analyze(image());
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.equal(await next, EVIDENCE);
  assert.equal(workers.length, 1);
});

test("a worker whose analysis is given up goes, and the next image gets another", async () => {
  const { engine, workers } = await engineOf(1);
  const controller = new AbortController();
  const hanging = assert.rejects(engine.pipeline.analyze(image(), { signal: controller.signal }), /too slow/);
  controller.abort(new Error("too slow"));
  await hanging;
  assert.equal(workers[0].terminate.mock.callCount(), 1);
  const next = engine.pipeline.analyze(image());
  await workers[1].reply(READY);
  await workers[1].reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.equal(await next, EVIDENCE);
});

test("what a worker cannot load is told, first and later", async () => {
  const worker = new FakeWorker();
  const loading = assert.rejects(loadWorkerEngine(() => worker, "wasm", new AbortController().signal, { size: 2 }), /has been altered/);
  await worker.reply({ failure: { message: "The model has been altered." } });
  await loading;
  assert.ok(worker.terminate.mock.callCount() > 0);
  const { engine, workers } = await engineOf(1);
  const stopped = assert.rejects(engine.pipeline.analyze(image()), /has stopped: out of memory/);
  workers[0].dispatchEvent(Object.assign(new Event("error"), { message: "out of memory" }));
  await stopped;
  const next = assert.rejects(engine.pipeline.analyze(image()), /has been altered/);
  await workers[1].reply({ failure: { message: "The model has been altered." } });
  await next;
});

test("a worker that still loads when nobody waits for it any more is ended, and none is started then", async () => {
  const abort = new AbortController();
  const start = mock.fn(() => new FakeWorker());
  const loading = assert.rejects(loadWorkerEngine(start, "wasm", abort.signal, { size: 2 }));
  abort.abort();
  await loading;
  assert.ok(start.mock.calls[0].result.terminate.mock.callCount() > 0);
  await assert.rejects(loadWorkerEngine(start, "wasm", abort.signal, { size: 2 }));
  assert.equal(start.mock.callCount(), 1);
});

test("added workers go when it is quiet, which is told then; closing ends all", async () => {
  const whenQuiet = mock.fn(() => assert.equal(workers[1].terminate.mock.callCount(), 1, "nothing else computes by then"));
  const { engine, workers } = await engineOf(2, READY, whenQuiet);
  const both = [engine.pipeline.analyze(image()), engine.pipeline.analyze(image())];
  await workers[1].reply(READY);
  for (const worker of workers) await worker.reply({ evidence: EVIDENCE, backend: "wasm" });
  await Promise.all(both);
  assert.equal(whenQuiet.mock.callCount(), 0);
  mock.timers.tick(60_000);
  assert.deepEqual(workers.map(({ terminate }) => terminate.mock.callCount()), [0, 1]);
  assert.equal(whenQuiet.mock.callCount(), 1);
  engine.pipeline.dispose();
  assert.equal(workers[0].terminate.mock.callCount(), 1);
});

test("what cannot be sent is told, and the worker takes the next", async () => {
  const { engine, workers } = await engineOf(1);
  mock.method(workers[0], "postMessage").mock.mockImplementationOnce(() => {
    throw new DOMException("The bytes were handed over before.", "DataCloneError");
  });
  await assert.rejects(engine.pipeline.analyze(image()), { name: "DataCloneError" });
  const next = engine.pipeline.analyze(image());
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  assert.equal(await next, EVIDENCE);
  assert.equal(workers.length, 1);
});

test("a worker that breaks while it has nothing to do keeps no other", async () => {
  const whenQuiet = mock.fn();
  const { engine, workers } = await engineOf(3, READY, whenQuiet);
  const images = [1, 2, 3].map(() => engine.pipeline.analyze(image()));
  await workers[1].reply(READY);
  await workers[2].reply(READY);
  for (const worker of workers) await worker.reply({ evidence: EVIDENCE, backend: "wasm" });
  await Promise.all(images);
  workers[1].dispatchEvent(Object.assign(new Event("error"), { message: "out of memory" }));
  mock.timers.tick(60_000);
  assert.equal(workers[2].terminate.mock.callCount(), 1);
  assert.equal(whenQuiet.mock.callCount(), 1);
});

test("once a GPU is given up, as many workers compute as without one", async () => {
  const { engine, workers } = await engineOf(2, { ...READY, backend: "webgl" });
  const first = engine.pipeline.analyze(image());
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  await first;
  assert.deepEqual([engine.lanes, engine.backend], [2, "wasm"]);
  void engine.pipeline.analyze(image());
  void engine.pipeline.analyze(image());
  assert.equal(workers[1].wanted, "wasm");
});

test("workers stay while images keep coming", async () => {
  const { engine, workers } = await engineOf(2);
  const running = [engine.pipeline.analyze(image()), engine.pipeline.analyze(image())];
  await workers[1].reply(READY);
  for (const worker of workers) await worker.reply({ evidence: EVIDENCE, backend: "wasm" });
  await Promise.all(running);
  mock.timers.tick(19_000);
  const later = engine.pipeline.analyze(image());
  await workers[0].reply({ evidence: EVIDENCE, backend: "wasm" });
  await later;
  mock.timers.tick(1_500);
  assert.equal(workers[1].terminate.mock.callCount(), 0);
  mock.timers.tick(20_000);
  assert.equal(workers[1].terminate.mock.callCount(), 1);
});

test("what waits when the pool is closed is told so", async () => {
  const { engine, workers } = await engineOf(1);
  void engine.pipeline.analyze(image()).catch(() => undefined);
  const waiting = engine.pipeline.analyze(image());
  engine.pipeline.dispose();
  await assert.rejects(waiting, /closed/);
  assert.equal(workers.length, 1);
});

test("the pool's size follows cores and memory", () => {
  const sizes = [
    [{ hardwareConcurrency: 1, deviceMemory: 8 }, 2],
    [{ hardwareConcurrency: 2 }, 2],
    [{ hardwareConcurrency: 4, deviceMemory: 8 }, 3],
    [{ hardwareConcurrency: 16, deviceMemory: 8 }, 4],
    [{ hardwareConcurrency: 16, deviceMemory: 0.5 }, 1],
  ];
  for (const [machine, size] of sizes) assert.equal(poolSize(machine), size, JSON.stringify(machine));
});
