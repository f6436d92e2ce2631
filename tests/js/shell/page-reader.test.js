// Reading an image through its page: its own origin only, without cookies first, and every other way out is null.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PageReader, readInPage } from "../../../extension/src/background/page-reader.js";

const OWN = "https://a.org/x.jpg";
const PLACE = { tabId: 7, frameId: 3 };

/** A page on a.org whose server answers `answer`; the function runs as it does when the browser has only its text. */
function setUpPage(answer) {
  /** @type {any[]} */
  const asked = [];
  const scope = {
    location: { origin: "https://a.org" },
    fetch: async (url, { credentials, cache }) => {
      assert.notEqual(cache, "force-cache", "an old copy may be of another picture");
      asked.push(credentials);
      return answer(credentials);
    },
    FileReader: class {
      async readAsDataURL(blob) {
        this.result = `data:${blob.type};base64,${Buffer.from(await blob.arrayBuffer()).toString("base64")}`;
        /** @type {any} */ (this).onload();
      }
    },
  };
  const names = Object.keys(scope);
  const inPage = new Function(...names, `return ${readInPage}`)(...Object.values(scope));
  const scripting = { executeScript: async ({ args }) => [{ result: await inPage(...args) }] };
  return { reader: new PageReader(/** @type {any} */ (scripting)), asked };
}

test("the page's own image comes as a data: address, without cookies", async () => {
  const { reader, asked } = setUpPage(() => new Response("bytes", { headers: { "content-type": "image/jpeg" } }));
  assert.deepEqual(await reader.read(OWN, PLACE, true), { dataUrl: "data:image/jpeg;base64,Ynl0ZXM=" });
  assert.deepEqual(asked, ["omit"]);
});

test("cookies only after a refusal and only where they may be used", async () => {
  const answer = (credentials) => (credentials === "include" ? new Response("bytes") : new Response("", { status: 403 }));
  const asked = setUpPage(answer);
  assert.ok("dataUrl" in /** @type {object} */ (await asked.reader.read(OWN, PLACE, true)));
  assert.deepEqual(asked.asked, ["omit", "include"]);
  const automatic = setUpPage(answer);
  const read = /** @type {any} */ (await automatic.reader.read(OWN, PLACE, false));
  assert.equal(read.failure.code, "refused");
  assert.deepEqual(automatic.asked, ["omit"]);
});

test("an image of another origin is not asked for, and a page that cannot be entered gives nothing", async () => {
  const { reader, asked } = setUpPage(() => new Response("bytes"));
  assert.equal(await reader.read("https://b.org/x.jpg", PLACE, true), null);
  assert.deepEqual(asked, []);
  const closed = new PageReader(/** @type {any} */ ({ executeScript: () => Promise.reject(new Error("Missing host permission")) }));
  assert.equal(await closed.read(OWN, PLACE, true), null);
});
