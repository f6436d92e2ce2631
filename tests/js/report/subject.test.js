// The picture that a report is opened for: what it is told of where its bytes come from.

import assert from "node:assert/strict";
import { test } from "node:test";

import { subjectOfAddress, subjectOfFile } from "../../../extension/src/report/subject.js";

const PICTURE = { source: { kind: "data", dataUrl: "data:image/png;base64,AA==" }, pageUrl: "https://a.org/", name: "", badge: null, copy: null, video: null, copyOf: null };
const COPY = { dataUrl: "data:image/png;base64,AAAA", crop: { x: 0, y: 0, width: 1, height: 1 } };

/** What a report is of whose page, in a private window or not, tells of its picture as `told`. */
function subjectOf(told, incognito = false) {
  Object.assign(globalThis, {
    location: { hash: "#1" },
    chrome: {
      storage: { session: { get: async () => ({ "report:1": { tabId: 1, frameId: 0, key: "k" } }) } },
      tabs: { sendMessage: async () => ({ ok: true, value: { ...PICTURE, ...told } }), get: async () => ({ incognito }) },
      permissions: { contains: async () => true },
    },
  });
  return subjectOfAddress();
}

test("it knows whether the bytes are the picture's own, or a copy, and of what", async () => {
  assert.equal((await subjectOf({}))?.copyOf, null);
  assert.equal((await subjectOf({ copyOf: "frame" }))?.copyOf, "frame");
  assert.equal((await subjectOf({ copyOf: "pixels" }))?.copyOf, "pixels");
  // What was judged is shown, whatever could be read now.
  const screen = await subjectOf({ copyOf: "pixels", copy: COPY });
  assert.deepEqual([screen?.copyOf, screen?.via, screen?.buffer.byteLength], ["screen", "screen_copy", 3]);
});

test("a picture for visitors is read with cookies after a refusal, and from a private window never", async () => {
  const { fetch } = globalThis;
  const source = { kind: "url", url: "https://a.org/x.jpg" };
  for (const [isPrivate, expected] of /** @type {const} */ ([[false, [["omit", "default"], ["include", "reload"]]], [true, [["omit", "no-store"]]]])) {
    /** @type {unknown[]} */
    const asked = [];
    globalThis.fetch = /** @type {any} */ (async (_, { credentials, cache }) => (asked.push([credentials, cache]), new Response("x", { status: credentials === "omit" ? 403 : 200 })));
    const read = subjectOf({ source }, isPrivate);
    if (isPrivate) await assert.rejects(read, { code: "refused" });
    else assert.equal((await read)?.buffer.byteLength, 1);
    assert.deepEqual(asked, expected);
  }
  globalThis.fetch = fetch;
});

test("a file that is handed over is no copy", async () => {
  assert.ok(!(await subjectOfFile(new File(["x"], "x.png"))).copyOf);
});
