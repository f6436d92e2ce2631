// Chrome's way to the model: one offscreen document, made again when it vanishes.

import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";

import { createInferenceHost } from "../../../extension/src/platform/chrome/inference-host.js";

let browser;

beforeEach(() => {
  browser = { open: false, answers: [] };
  globalThis.chrome = {
    offscreen: {
      Reason: { WORKERS: "WORKERS", BLOBS: "BLOBS" },
      createDocument: mock.fn(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (browser.open) throw new Error("Only a single offscreen document may be created.");
        browser.open = true;
      }),
      closeDocument: mock.fn(async () => {
        browser.open = false;
      }),
    },
    runtime: {
      ContextType: { OFFSCREEN_DOCUMENT: "OFFSCREEN_DOCUMENT" },
      getContexts: async () => (browser.open ? [{}] : []),
      sendMessage: mock.fn(async (message) => {
        const answer = browser.answers.shift() ?? (() => ({ value: { status: "no_face", asked: message } }));
        return answer();
      }),
    },
  };
});

afterEach(() => {
  delete globalThis.chrome;
});

const REQUEST = { source: { kind: "url", url: "https://example.org/a", credentials: "omit" }, mode: "check" };
const vanished = () => {
  browser.open = false;
  throw new Error("Could not establish connection. Receiving end does not exist.");
};

test("calls at the same time share one document", async () => {
  const host = createInferenceHost();
  const results = await Promise.all([host.check(REQUEST), host.check(REQUEST), host.check(REQUEST)]);
  assert.deepEqual(results.map(({ status }) => status), ["no_face", "no_face", "no_face"]);
  assert.equal(chrome.offscreen.createDocument.mock.callCount(), 1);
  assert.deepEqual(results[0].asked, { type: "check", request: REQUEST, target: "offscreen" });
});

test("a document that vanished is made again, once", async () => {
  browser.answers = [vanished];
  assert.equal((await createInferenceHost().check(REQUEST)).status, "no_face");
  assert.equal(chrome.offscreen.createDocument.mock.callCount(), 2);
});

test("when it vanishes twice the check fails with a reason", async () => {
  browser.answers = [vanished, vanished];
  const result = await createInferenceHost().check(REQUEST);
  assert.equal(result.status, "failed");
  assert.equal(result.code, "engine");
  assert.match(result.reason, /closed the page/);
});

test("what the document reports as an error rejects a description and fails a check", async () => {
  const broken = () => ({ error: "The model cannot be used." });
  browser.answers = [broken, broken];
  const host = createInferenceHost();
  await assert.rejects(host.describe(), /The model cannot be used/);
  assert.equal((await host.check(REQUEST)).reason, "The model cannot be used.");
});

test("clearing and closing do not open a document", async () => {
  const host = createInferenceHost();
  await host.clearCache();
  await host.close();
  assert.equal(chrome.offscreen.createDocument.mock.callCount(), 0);
});
