// Which backend gets through more pictures, on machines whose clock the test moves on.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { findFasterBackend } from "../../../extension/src/inference/faster-backend.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

let clock = 0;

// In every test: Node would wait for the limit of a trial that is never answered.
beforeEach(() => {
  clock = 0;
  mock.method(performance, "now", () => clock);
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** Workers that all take their time on one clock. */
class Machine {
  workers = [];
  #due = [];

  /**
   * @param {(worker: {wanted: string, pictures: number, busy: number}) => number} msOf a picture; busy: workers that analyse just then
   * @param {(worker: {wanted: string, pictures: number}) => object} [replyOf] what comes instead of what is expected
   */
  constructor(msOf, replyOf = ({ wanted }) => ({ backend: wanted })) {
    this.msOf = msOf;
    this.replyOf = replyOf;
    this.start = this.start.bind(this);
  }

  start(wanted) {
    const worker = Object.assign(new EventTarget(), { wanted, pictures: 0, isBusy: false, terminate: mock.fn() });
    const reply = () => worker.dispatchEvent(Object.assign(new Event("message"), { data: this.replyOf(worker) }));
    worker.postMessage = () => {
      worker.isBusy = true;
      worker.pictures += 1;
      // Once all have been given one: they slow each other down.
      setImmediate(() => {
        const busy = this.workers.filter(({ isBusy }) => isBusy).length;
        this.#due.push({ at: clock + this.msOf({ ...worker, busy }), worker, reply });
      });
    };
    this.workers.push(worker);
    setImmediate(reply);
    return worker;
  }

  /** Moves the clock on until it is found out. */
  async find(size = 2, readPicture = async () => new ArrayBuffer(8)) {
    let isOver = false;
    const found = findFasterBackend(this.start, readPicture, size).finally(() => (isOver = true));
    found.catch(() => undefined);
    while (!isOver) {
      // Whoever has answered is given the next picture, which is due, before the clock moves on.
      for (let turns = 0; turns < 3; turns += 1) await turn();
      const next = this.#due.sort((a, b) => a.at - b.at).shift();
      if (!next) continue;
      clock = next.at;
      next.worker.isBusy = false;
      next.reply();
    }
    return found;
  }

  get tasks() {
    return this.workers.map(({ wanted }) => wanted);
  }

  get running() {
    return this.workers.filter(({ terminate }) => terminate.mock.callCount() === 0).length;
  }
}

test("WebAssembly's workers slow each other down, and are taken at what they do together", async () => {
  // Alone 60 ms: two that did not share anything would beat a graphics card with 40 ms.
  const machine = new Machine(({ wanted, busy }) => (wanted === "webgl" ? 40 : busy === 1 ? 60 : 100));
  assert.equal(await machine.find(), "webgl");
  assert.deepEqual(machine.tasks, ["webgl", "wasm", "wasm"]);
  assert.equal(machine.running, 0);
});

test("as many compute as the machine bears, and together they may be faster", async () => {
  const machine = new Machine(({ wanted }) => (wanted === "webgl" ? 40 : 100));
  assert.equal(await machine.find(2), "webgl");
  assert.equal(await machine.find(4), "wasm");
});

test("near a tie WebAssembly is preferred", async () => {
  const machine = new Machine(({ wanted }) => (wanted === "webgl" ? 46 : 100));
  assert.equal(await machine.find(), "wasm");
});

test("neither what is compiled at first nor a disturbance counts", async () => {
  const slowAt = new Set([1, 30]);
  const machine = new Machine(({ wanted, pictures }) => (wanted === "wasm" ? 100 : slowAt.has(pictures) ? 5_000 : 40));
  assert.equal(await machine.find(), "webgl");
});

test("where WebGL is left out, one worker is started and no picture read", async () => {
  const machine = new Machine(
    () => 10,
    () => ({ backend: "wasm" }),
  );
  const readPicture = mock.fn();
  assert.equal(await machine.find(2, readPicture), "wasm");
  assert.deepEqual([machine.tasks, machine.running, readPicture.mock.callCount()], [["webgl"], 0, 0]);
});

test("a graphics card that is lost meanwhile is left alone", async () => {
  const machine = new Machine(
    ({ wanted }) => (wanted === "webgl" ? 1 : 100),
    ({ wanted, pictures }) => ({ backend: wanted === "webgl" && pictures < 2_000 ? "webgl" : "wasm" }),
  );
  assert.equal(await machine.find(), "wasm");
});

test("what fails ends all workers", async () => {
  const failure = { failure: { message: "The model has been altered." } };
  for (const fails of [({ wanted, pictures }) => wanted === "wasm" && pictures === 0, ({ pictures }) => pictures === 2]) {
    const machine = new Machine(
      () => 400,
      (worker) => (fails(worker) ? failure : { backend: worker.wanted }),
    );
    await assert.rejects(machine.find(), /altered/);
    assert.deepEqual([machine.workers.length, machine.running], [3, 0]);
  }
});

test("a worker that never answers is ended", async () => {
  const worker = Object.assign(new EventTarget(), { postMessage: () => undefined, terminate: mock.fn() });
  const found = findFasterBackend(() => worker, async () => new ArrayBuffer(8), 2);
  await turn();
  mock.timers.tick(120_000);
  await assert.rejects(found, /120 s/);
  assert.notEqual(worker.terminate.mock.callCount(), 0);
});
