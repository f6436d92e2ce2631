// On what the extension's workers compute: what the settings want, or what was found to be faster here, which is found out when it is quiet.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { createExtensionService } from "../../../extension/src/platform/extension-service.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { validManifest } from "./valid-manifest.js";

const MANIFEST = parseModelManifest(validManifest());
const BROWSER = "a browser 1";
const HERE = `1.2.3 ${BROWSER}`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

let workers = [];
let memory = new Map();

/** Loads at once, finds no face, and answers what it was asked for. */
class FakeWorker extends EventTarget {
  terminate = mock.fn();

  constructor(url) {
    super();
    this.task = new URL(url).searchParams.get("task");
    workers.push(this);
    const ready = { manifest: MANIFEST, manifestSha256: "abc", backend: this.task };
    setImmediate(() => this.#reply(this.task === "compare" ? { faster: "webgl" } : ready));
  }

  postMessage() {
    setImmediate(() => this.#reply({ evidence: { imageSize: { width: 60, height: 60 }, faces: [] }, backend: this.task }));
  }

  #reply(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

beforeEach(() => {
  workers = [];
  memory = new Map();
  const globals = {
    Worker: FakeWorker,
    chrome: { runtime: { getURL: (path) => `chrome-extension://id/${path}` } },
    fetch: async () => ({ json: async () => ({ version: "1.2.3" }) }),
    localStorage: { getItem: (name) => memory.get(name) ?? null, setItem: (name, value) => void memory.set(name, value) },
    navigator: { userAgent: BROWSER, hardwareConcurrency: 2 },
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

/** @returns what the workers were started for, once a picture was checked and nothing came for a while */
async function tasksOf(preference, during) {
  const service = createExtensionService(async () => preference, during);
  const dataUrl = `data:image/png;base64,${btoa("picture")}`;
  assert.equal((await service.check({ source: { kind: "data", dataUrl, via: "bytes" }, mode: "check" })).status, "no_face");
  await turn();
  mock.timers.tick(20_000);
  for (let turns = 0; turns < 8; turns += 1) await turn();
  return workers.map(({ task }) => task);
}

test("on the processor at first; which is faster is found out when it is quiet, and used from the next time on", async () => {
  const during = mock.fn((work) => work());
  assert.deepEqual(await tasksOf("auto", during), ["wasm", "compare"]);
  assert.equal(during.mock.callCount(), 1, "nothing but this keeps the page alive meanwhile");
  assert.deepEqual(JSON.parse(memory.get("faster-backend")), { here: HERE, tries: 1, faster: "webgl" });
  workers = [];
  assert.deepEqual(await tasksOf("auto"), ["webgl"]);
});

test("where the processor is wanted, nothing else is asked for", async () => {
  memory.set("faster-backend", JSON.stringify({ here: HERE, tries: 1, faster: "webgl" }));
  assert.deepEqual(await tasksOf("wasm"), ["wasm"]);
  memory.clear();
  workers = [];
  assert.deepEqual(await tasksOf("wasm"), ["wasm"]);
});
