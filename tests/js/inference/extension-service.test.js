// On what the extension's workers compute: what the settings want, or what was found to be faster here, which is found out when it is quiet.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { createExtensionService } from "../../../extension/src/platform/extension-service.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { sha256Hex } from "../../../extension/src/inference/sha256.js";
import { validManifest } from "./valid-manifest.js";

const MANIFEST = parseModelManifest(validManifest());
const BROWSER = "a browser 1";
// A picture's, and by far: the graphics card is faster.
const MS = { webgl: 500, wasm: 2000 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

let workers = [];
let memory = new Map();
let clock = 0;
let hasGpu = true;
let card = "A GPU";
let model = "a model";

/** Loads at once, finds no face, and answers what it was asked for. */
class FakeWorker extends EventTarget {
  terminate = mock.fn();

  constructor(url) {
    super();
    this.wanted = new URL(url).searchParams.get("backend");
    this.backend = hasGpu ? this.wanted : "wasm";
    workers.push(this);
    setImmediate(() => this.#reply({ manifest: MANIFEST, manifestSha256: "abc", backend: this.backend }));
  }

  postMessage() {
    setImmediate(() => {
      clock += MS[this.backend];
      this.#reply({ evidence: { imageSize: { width: 60, height: 60 }, faces: [] }, backend: this.backend });
    });
  }

  #reply(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

/** A canvas whose WebGL names the graphics card. */
class FakeCanvas {
  getContext() {
    const getExtension = (name) => (name === "WEBGL_debug_renderer_info" ? { UNMASKED_RENDERER_WEBGL: 1 } : { loseContext: () => undefined });
    return { getExtension, getParameter: () => card };
  }
}

/** @param {string} url in the extension's package */
async function fetchOwn(url) {
  const files = {
    "manifest.json": JSON.stringify({ version: "1.2.3" }),
    "converted_models/ifmd/manifest.json": model,
    "welcome/try-it.webp": "a picture",
  };
  return new Response(files[new URL(url).pathname.slice(1)]);
}

beforeEach(() => {
  workers = [];
  memory = new Map();
  [clock, hasGpu, card, model] = [0, true, "A GPU", "a model"];
  const globals = {
    Worker: FakeWorker,
    OffscreenCanvas: FakeCanvas,
    chrome: { runtime: { getURL: (path) => `chrome-extension://id/${path}` } },
    fetch: fetchOwn,
    localStorage: { getItem: (name) => memory.get(name) ?? null, setItem: (name, value) => void memory.set(name, value) },
    navigator: { userAgent: BROWSER, hardwareConcurrency: 2 },
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  mock.method(performance, "now", () => clock);
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** What the answer holds for. */
async function here() {
  return `1.2.3 ${await sha256Hex(new TextEncoder().encode(model))} ${BROWSER} ${card ?? ""}`;
}

/** @returns what the workers were started for, once a picture was checked and nothing came until what runs then was over */
async function startedFor(preference, during = (work) => work()) {
  workers = [];
  const trials = [];
  const service = createExtensionService(
    async () => preference,
    (work) => {
      trials.push(during(work));
      return trials[0];
    },
  );
  const dataUrl = `data:image/png;base64,${btoa("picture")}`;
  assert.equal((await service.check({ source: { kind: "data", dataUrl, via: "bytes" }, mode: "check" })).status, "no_face");
  await turn();
  mock.timers.tick(20_000);
  await Promise.all(trials);
  const started = workers.map(({ wanted }) => wanted);
  assert.deepEqual(
    workers.map(({ terminate }) => terminate.mock.callCount() > 0),
    workers.map((_, index) => index > 0),
    "only the first is left",
  );
  return started;
}

test("on the processor at first; which is faster is found out when it is quiet, and used from the next time on", async () => {
  const during = mock.fn((work) => work());
  assert.deepEqual(await startedFor("auto", during), ["wasm", "webgl", "wasm", "wasm"]);
  assert.equal(during.mock.callCount(), 1, "nothing but this keeps the page alive meanwhile");
  assert.deepEqual(JSON.parse(memory.get("faster-backend")), { here: await here(), tries: 1, faster: "webgl" });
  assert.deepEqual(await startedFor("auto"), ["webgl"]);
});

test("another model or graphics card is asked anew", async () => {
  const changes = [() => (model = "another model"), () => (card = "Another GPU"), () => (card = null)];
  for (const change of [() => undefined, ...changes]) {
    change();
    assert.deepEqual(await startedFor("auto"), ["wasm", "webgl", "wasm", "wasm"]);
    assert.equal(JSON.parse(memory.get("faster-backend")).here, await here());
  }
});

test("without a graphics card that computes right, one worker finds that out", async () => {
  hasGpu = false;
  assert.deepEqual(await startedFor("auto"), ["wasm", "webgl"]);
  assert.deepEqual(JSON.parse(memory.get("faster-backend")), { here: await here(), tries: 1, faster: "wasm" });
  assert.deepEqual(await startedFor("auto"), ["wasm"]);
});

test("where the processor is wanted, nothing else is asked for", async () => {
  memory.set("faster-backend", JSON.stringify({ here: await here(), tries: 1, faster: "webgl" }));
  assert.deepEqual(await startedFor("wasm"), ["wasm"]);
  memory.clear();
  assert.deepEqual(await startedFor("wasm"), ["wasm"]);
});
