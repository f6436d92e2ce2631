// The service: cache, modes, one image at a time, and failures that are shown and not remembered.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { mock } from "node:test";

import { CheckError } from "../../../extension/src/inference/check-error.js";
import { InferenceService } from "../../../extension/src/inference/inference-service.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { VerdictCache } from "../../../extension/src/inference/verdict-cache.js";
import { ContextLostError, NEVER_LOST } from "../../../extension/src/inference/context-loss.js";
import { validManifest } from "./valid-manifest.js";

const FACE = { boxXyxy: [0, 0, 50, 50], detectionScore: 1, status: "scored", logit: 0 };
const EVIDENCE = { imageSize: { width: 60, height: 60 }, faces: [FACE] };
const request = (url = "https://example.org/a.jpg", more = {}) => ({
  source: { kind: "url", url, credentials: "omit" },
  mode: "check",
  ...more,
});

/** @param {() => unknown} isMet soon */
async function until(isMet) {
  for (let turns = 0; !isMet(); turns += 1) {
    assert.ok(turns < 100_000, `never true: ${isMet}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A service whose image bytes are its URL, and whose pipeline is the given function. */
function serviceWith(analyze, options = {}) {
  const json = validManifest();
  json.operating_points.automatic.no_traces = [0.6];
  const engine = {
    manifest: parseModelManifest(json),
    manifestSha256: "abc",
    backend: "wasm",
    pipeline: { analyze, dispose: mock.fn() },
    context: options.context ?? NEVER_LOST,
    lanes: options.lanes,
  };
  const load = options.load ?? mock.fn(async () => engine);
  const readSource = async ({ url, dataUrl }) => new TextEncoder().encode(url ?? dataUrl).buffer;
  return { service: new InferenceService(load, { readSource, ...options }), engine, load };
}

test("a result says what was found, how and with which model", async () => {
  const { service } = serviceWith(async () => EVIDENCE);
  const { tookMs, sha256, ...result } = await service.check(request());
  assert.ok(tookMs >= 0);
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.deepEqual(result, {
    status: "scored",
    band: "inconclusive",
    fakeScore: 0.5,
    faces: [{ ...FACE, fakeScore: 0.5, band: "inconclusive" }],
    imageSize: EVIDENCE.imageSize,
    via: "bytes",
    model: { name: "ifmd", version: "1.0.0", sha256: "abc" },
  });
});

test("the same bytes are analysed once, and banded for each mode", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  const { service } = serviceWith(analyze);
  const results = await Promise.all([service.check(request()), service.check(request(undefined, { mode: "automatic" }))]);
  assert.deepEqual(results.map(({ band }) => band), ["inconclusive", "no_traces"]);
  assert.equal(analyze.mock.callCount(), 1);
});

test("a check looks a second time where no face was found, a badge that comes by itself does not", async () => {
  const nothing = { ...EVIDENCE, faces: [] };
  let goOn = () => {};
  const held = new Promise((resolve) => (goOn = resolve));
  const analyze = mock.fn(async (_bytes, { looks }) => {
    await held;
    return looks === "once" ? nothing : { ...nothing, secondLook: [FACE] };
  });
  const cache = new VerdictCache();
  const { service } = serviceWith(analyze, { cache, lanes: 3 });
  const status = async (mode) => (await service.check(request(undefined, { mode }))).status;
  const badge = status("automatic");
  await until(() => analyze.mock.callCount() > 0);
  const known = mock.method(cache, "get");
  const checks = ["check", "check"].map(status);
  // Hashing ends in any order and at any time: until both have asked for what is known, they have not met the search.
  await until(() => known.mock.callCount() >= checks.length);
  goOn();
  assert.deepEqual(await Promise.all([badge, ...checks]), ["no_face", "scored", "scored"], "the badge's search was under way");
  assert.deepEqual([await status("check"), await status("automatic")], ["scored", "no_face"]);
  const looks = () => analyze.mock.calls.map((call) => call.arguments[1].looks);
  assert.deepEqual(looks(), ["once", "again"], "each look once");
  await service.check(request("https://example.org/asked"));
  await service.check(request("https://example.org/frame", { isFrame: true }));
  assert.deepEqual(looks().slice(2), ["twice", "once"], "a frame is one of several");
});

test("what a check found at first sight is enough for a badge, and the other way round", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  const { service } = serviceWith(analyze);
  for (const mode of ["automatic", "check"]) await service.check(request("https://example.org/a", { mode }));
  for (const mode of ["check", "automatic"]) await service.check(request("https://example.org/b", { mode }));
  assert.equal(analyze.mock.callCount(), 2);
});

test("another part of the same picture is another image", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  const { service } = serviceWith(analyze);
  const copy = (x) => ({ kind: "data", dataUrl: "data:,a", via: "screen_copy", crop: { x, y: 0, width: 0.5, height: 1 } });
  const result = await service.check(request("", { source: copy(0) }));
  await service.check(request("", { source: copy(0.5) }));
  assert.equal(result.via, "screen_copy");
  assert.equal(analyze.mock.callCount(), 2);
  assert.deepEqual(analyze.mock.calls[1].arguments[1].area, copy(0.5).crop);
});

test("a marked face is another image than the picture without it, and is looked at once", async () => {
  const found = { ...EVIDENCE, faces: [] };
  const marked = { ...EVIDENCE, faces: [{ boxXyxy: [0, 0, 50, 50], isMarked: true, status: "scored", logit: 0 }] };
  const analyze = mock.fn(async (_bytes, { face }) => (face ? marked : { ...found, secondLook: [] }));
  const { service } = serviceWith(analyze);
  const face = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 };
  const status = async (more) => (await service.check(request(undefined, more))).status;
  assert.deepEqual([await status(), await status({ face }), await status({ face }), await status()], ["no_face", "scored", "scored", "no_face"]);
  await status({ face: { ...face, x: 0.2 } });
  assert.deepEqual(analyze.mock.calls.map((call) => [call.arguments[1].face?.x, call.arguments[1].looks]), [[undefined, "twice"], [0.1, "once"], [0.2, "once"]]);
  const { faces, clip, isAnimated } = await service.check(request(undefined, { face }));
  assert.deepEqual([faces[0].isMarked, faces[0].band, clip, isAnimated], [true, "inconclusive", undefined, undefined]);
});

test("of an animation a marked face is judged in the first frame alone, and the result says so", async () => {
  const bytes = readFileSync(new URL("../../fixtures/broken/animated.gif", import.meta.url));
  const analyze = mock.fn(async () => EVIDENCE);
  const { service } = serviceWith(analyze, { readSource: async () => Uint8Array.from(bytes).buffer });
  const { isAnimated, clip } = await service.check(request(undefined, { face: { x: 0, y: 0, width: 1, height: 1 } }));
  assert.deepEqual([isAnimated, clip, analyze.mock.callCount()], [true, undefined, 1]);
});

test("a failure is shown, and not remembered", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  analyze.mock.mockImplementationOnce(async () => {
    throw new CheckError("not_an_image", "The file is damaged.");
  });
  const { service } = serviceWith(analyze);
  assert.deepEqual(await service.check(request()), { status: "failed", code: "not_an_image", reason: "The file is damaged." });
  assert.equal((await service.check(request())).status, "scored");
});

test("images are analysed one at a time", async () => {
  let running = 0;
  let most = 0;
  const { service } = serviceWith(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return EVIDENCE;
  });
  await Promise.all(["a", "b", "c"].map((name) => service.check(request(`https://example.org/${name}`))));
  assert.equal(most, 1);
});

test("an engine with several lanes analyses as many at a time, and the same picture once", async (context) => {
  let running = 0;
  let most = 0;
  const analyze = mock.fn(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return EVIDENCE;
  });
  const { engine } = serviceWith(analyze);
  const names = ["a", "b", "b", "c", "d"];
  const hashed = countHashed(context);
  // Once all wait for it: on a busy machine one picture is analysed before the next is hashed, and no two would meet.
  const load = async () => {
    await until(() => hashed() >= names.length);
    return { ...engine, lanes: 2 };
  };
  const { service } = serviceWith(analyze, { load });
  const results = await Promise.all(names.map((name) => service.check(request(`https://example.org/${name}`))));
  assert.deepEqual(results.map(({ status }) => status), names.map(() => "scored"));
  assert.deepEqual([most, analyze.mock.callCount()], [2, 4]);
});

test("the model is described while an image is analysed", async () => {
  let finish;
  const { service } = serviceWith(() => new Promise((resolve) => (finish = () => resolve(EVIDENCE))));
  const check = service.check(request());
  await until(() => finish);
  assert.equal((await service.describe()).name, "ifmd");
  finish();
  assert.equal((await check).status, "scored");
});

test("an analysis that takes too long is told to stop, and the next one goes on", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  analyze.mock.mockImplementationOnce(
    (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const { service, load } = serviceWith(analyze);
  const slow = await service.check(request(undefined, { timeoutMs: 1 }));
  assert.equal(slow.code, "timeout");
  assert.equal((await service.check(request())).status, "scored");
  assert.equal(load.mock.callCount(), 1);
});

test("an analysis that does not stop when it is told to is left alone, and its model goes with it", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let signal;
  const { service, engine, load } = serviceWith((_, options) => ((signal = options.signal), new Promise(() => undefined)));
  const checked = service.check(request());
  await until(() => signal);
  context.mock.timers.tick(30_000);
  assert.equal(signal.reason.name, "TimeoutError");
  assert.equal(engine.pipeline.dispose.mock.callCount(), 0);
  context.mock.timers.tick(15_000);
  const { status, code, reason } = await checked;
  assert.deepEqual([status, code, reason], ["failed", "timeout", "The check was given up after 30 s."]);
  assert.equal(engine.pipeline.dispose.mock.callCount(), 1);
  engine.pipeline.analyze = async () => EVIDENCE;
  assert.equal((await service.check(request())).status, "scored");
  assert.equal(load.mock.callCount(), 2);
});

test("a model that does not load fails the check, and is tried again for the next", async () => {
  const error = mock.method(console, "error", () => {});
  const { engine } = serviceWith(async () => EVIDENCE);
  const load = mock.fn(async () => engine);
  load.mock.mockImplementationOnce(async () => {
    throw new Error("The detection model cannot be used.");
  });
  const { service } = serviceWith(undefined, { load });
  const first = await service.check(request());
  assert.deepEqual(first, { status: "failed", code: "engine", reason: "The detection model cannot be used." });
  assert.equal((await service.check(request())).status, "scored");
  assert.equal(error.mock.callCount(), 1);
  error.mock.restore();
});

test("a model that does not load in time fails the check, and what loads it is told", async () => {
  const error = mock.method(console, "error", () => {});
  mock.timers.enable({ apis: ["setTimeout"] });
  const load = mock.fn(() => new Promise(() => undefined));
  const { service } = serviceWith(undefined, { load });
  const checked = service.check(request());
  await until(() => load.mock.callCount() > 0);
  const [signal] = load.mock.calls[0].arguments;
  assert.equal(signal.aborted, false);
  mock.timers.tick(90_000);
  assert.match((await checked).reason, /did not load within 90 s/);
  assert.equal(signal.aborted, true);
  mock.timers.reset();
  error.mock.restore();
});

test("clearing the cache makes it look again; closing frees the model", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  const { service, engine, load } = serviceWith(analyze);
  await service.check(request());
  service.clearCache();
  await service.check(request());
  assert.equal(analyze.mock.callCount(), 2);
  await service.close();
  assert.equal(engine.pipeline.dispose.mock.callCount(), 1);
  const { backend, sha256, inputSize, minFaceSize, mapScale } = await service.describe();
  assert.deepEqual({ backend, sha256, inputSize, minFaceSize, mapScale }, { backend: "wasm", sha256: "abc", inputSize: 224, minFaceSize: 40, mapScale: "relative" });
  assert.equal(load.mock.callCount(), 2);
});

test("a check whose graphics context was lost is done again on a new engine, and nothing of it is remembered", async () => {
  const lost = { ...EVIDENCE, faces: [{ ...FACE, logit: 9 }] };
  let isLost = false;
  const analyze = mock.fn(async () => EVIDENCE);
  analyze.mock.mockImplementationOnce(async () => {
    isLost = true;
    return lost; // zeros, read from a context that is gone
  });
  const { engine } = serviceWith(analyze, { context: { isLost: () => isLost, onLoss: () => () => {} } });
  const load = mock.fn(async () => {
    isLost = false;
    return engine;
  });
  const recovering = serviceWith(analyze, { load }).service;
  assert.equal((await recovering.check(request())).fakeScore, 0.5);
  assert.equal((await recovering.check(request())).fakeScore, 0.5, "also from the cache");
  assert.equal(load.mock.callCount(), 2);
  assert.equal(engine.pipeline.dispose.mock.callCount(), 1);
});

test("a context that is lost twice fails the check with a reason", async () => {
  const error = mock.method(console, "error", () => {});
  const analyze = async () => {
    throw new ContextLostError();
  };
  const { service, load } = serviceWith(analyze);
  const result = await service.check(request());
  assert.deepEqual([result.status, result.code], ["failed", "engine"]);
  assert.match(result.reason, /graphics processor/);
  assert.equal(load.mock.callCount(), 2);
  error.mock.restore();
});

test("of an animation the first frame alone is judged, and said to be, where the browser cannot tell its frames apart", async () => {
  const { service } = serviceWith(async () => EVIDENCE, { readSource: async () => animatedGif() });
  const result = await service.check(request());
  assert.deepEqual([result.band, result.isAnimated, result.clip], ["inconclusive", true, undefined]);
});

test("a face that is marked in an animation is judged in its first frame, and sought in no other", async () => {
  const analyze = mock.fn(async () => EVIDENCE);
  const face = { x: 0, y: 0, width: 1, height: 1 };
  const result = await withDecoder(2, () => serviceWith(analyze, { readSource: async () => animatedGif() }).service.check(request(undefined, { face })));
  assert.deepEqual([result.status, result.clip, analyze.mock.callCount()], ["scored", undefined, 1]);
});

test("an animation's frames decide together, and one that shows a face in the first frame only is judged by that", async () => {
  const frames = [EVIDENCE, { ...EVIDENCE, faces: [{ ...FACE, logit: 4 }] }];
  const judged = await withDecoder(2, () => {
    const left = [...frames];
    return serviceWith(async () => left.shift(), { readSource: async () => animatedGif() }).service.check(request());
  });
  assert.deepEqual([judged.clip.times, judged.clip.framesWithFace, judged.isAnimated, judged.faces.length], [[0, 0.5], 2, undefined, 1]);
  assert.ok(Math.abs(judged.fakeScore - (0.5 + 1 / (1 + Math.exp(-4))) / 2) < 1e-12);
  const alone = await withDecoder(2, () => {
    const left = [EVIDENCE, { ...EVIDENCE, faces: [] }];
    return serviceWith(async () => left.shift(), { readSource: async () => animatedGif() }).service.check(request());
  });
  assert.deepEqual([alone.fakeScore, alone.isAnimated, alone.clip], [0.5, true, undefined]);
});

/** @param {import("node:test").TestContext} context @returns {() => number} files that were hashed since */
function countHashed(context) {
  const { digest } = crypto.subtle;
  let count = 0;
  context.mock.method(crypto.subtle, "digest", async (...of) => {
    const hash = await digest.apply(crypto.subtle, of);
    count += 1;
    return hash;
  });
  return () => count;
}

/** @returns {ArrayBuffer} of a GIF with several frames */
function animatedGif() {
  return Uint8Array.from(readFileSync(new URL("../../fixtures/clips/face.gif", import.meta.url))).buffer;
}

/** Runs work where the browser's decoder finds so many frames, half a second apart. */
async function withDecoder(frameCount, work) {
  const image = (frameIndex) => ({ timestamp: 500_000 * frameIndex, displayWidth: 2, displayHeight: 2, close: () => {} });
  globalThis.ImageDecoder = class {
    static isTypeSupported = async (type) => type === "image/gif";
    tracks = { ready: Promise.resolve(), selectedTrack: { frameCount } };
    completed = Promise.resolve();
    decode = async ({ frameIndex }) => ({ image: image(frameIndex) });
    close() {}
  };
  globalThis.OffscreenCanvas = class {
    getContext = () => ({ drawImage: () => {} });
    convertToBlob = async () => new Blob(["png"]);
  };
  try {
    return await work();
  } finally {
    delete globalThis.ImageDecoder;
    delete globalThis.OffscreenCanvas;
  }
}
