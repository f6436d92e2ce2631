// Which backend is faster is found out once, and a browser that dies of it is not asked again.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { BackendTrial } from "../../../extension/src/inference/backend-trial.js";

const HERE = "1.0 browser";
const turn = () => new Promise((resolve) => setImmediate(resolve));

function memoryOf(entries = {}) {
  const kept = new Map(Object.entries(entries));
  return { kept, getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

/** @param {() => Promise<"webgl" | "wasm">} compare */
function trialOf(compare, memory = memoryOf(), here = HERE) {
  const comparison = mock.fn(compare);
  const asked = mock.fn(async () => here);
  return { trial: new BackendTrial(comparison, () => memory, asked), comparison, memory, asked };
}

test("WebAssembly computes until WebGL is known to be faster, and that is asked once", async () => {
  const { trial, comparison, memory } = trialOf(async () => "webgl");
  assert.equal(await trial.faster(), "wasm");
  await trial.run();
  assert.equal(await trial.faster(), "webgl");
  await trial.run();
  await trialOf(comparison, memory).trial.run();
  assert.equal(comparison.mock.callCount(), 1);
});

test("a machine that is quiet again while one runs starts no second one beside it", async () => {
  let answer = () => undefined;
  const { trial, comparison, memory } = trialOf(() => new Promise((resolve) => (answer = resolve)));
  const running = trial.run();
  await turn();
  const again = trial.run();
  await turn();
  assert.equal(JSON.parse(memory.getItem("faster-backend")).tries, 1);
  answer("wasm");
  await Promise.all([running, again]);
  assert.equal(comparison.mock.callCount(), 1);
});

test("whatever the answer depends on, with another it is asked anew", async () => {
  const { trial, memory } = trialOf(async () => "webgl");
  await trial.run();
  const next = trialOf(async () => "wasm", memory, "1.0 browser, another card");
  assert.equal(await next.trial.faster(), "wasm");
  await next.trial.run();
  assert.equal(next.comparison.mock.callCount(), 1);
  assert.deepEqual(JSON.parse(memory.getItem("faster-backend")), { here: "1.0 browser, another card", tries: 1, faster: "wasm" });
});

test("a picture waits for what the answer depends on only where WebGL is to compute", async () => {
  const { trial, asked } = trialOf(async () => "wasm");
  await trial.faster();
  assert.equal(asked.mock.callCount(), 0);
  await trial.run();
  assert.equal(asked.mock.callCount(), 1);
  assert.equal(await trial.faster(), "wasm");
  assert.equal(asked.mock.callCount(), 1);
});

test("a browser that is closed meanwhile is asked once more, and one that a driver takes down again not a third time", async () => {
  const memory = memoryOf();
  for (const started of [1, 1, 0]) {
    const { trial, comparison } = trialOf(() => new Promise(() => undefined), memory);
    void trial.run(); // never answered
    await turn();
    assert.deepEqual([await trial.faster(), comparison.mock.callCount()], ["wasm", started]);
  }
});

test("what fails leaves WebAssembly", async () => {
  const warn = mock.method(console, "warn", () => undefined);
  const { trial } = trialOf(async () => {
    throw new Error("The model has been altered.");
  });
  await trial.run();
  assert.equal(await trial.faster(), "wasm");
  assert.equal(warn.mock.callCount(), 1);
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
  const { trial, comparison } = trialOf(async () => "webgl", forbidden);
  await trial.run();
  assert.deepEqual([await trial.faster(), comparison.mock.callCount()], ["wasm", 0]);
  warn.mock.restore();
  for (const text of ["{", "null", `{"here":"${HERE}","faster":"webgpu"}`]) {
    const other = trialOf(async () => "webgl", memoryOf({ "faster-backend": text }));
    assert.equal(await other.trial.faster(), "wasm", text);
    await other.trial.run();
    assert.equal(await other.trial.faster(), "webgl", text);
  }
});
