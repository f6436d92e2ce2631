// What is put into the stores: the same bytes from the same sources, no code from elsewhere, no address to send to.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";

const EXTENSION = fileURLToPath(new URL("../../../extension", import.meta.url));
const BROWSERS = ["chrome", "firefox"];
const MAX_PACKAGE_BYTES = 10e6;
// Names that stand in the code and are never asked for: licences, the SVG namespace, and where the documentation of a message is.
const ADDRESSES = [
  "http://www.apache.org/licenses/LICENSE-2.0",
  "https://www.apache.org/licenses/LICENSE-2.0",
  "http://www.w3.org/2000/svg",
  "https://arxiv.org/abs/1706.02515",
  "https://developer.mozilla.org/en-US/docs/Web/API/Fetch_API",
  "https://emscripten.org/docs/porting/pthreads.html#blocking-on-the-main-browser-thread",
  "https://github.com/tensorflow/tfjs/blob/master/tfjs-backend-wasm/README.md#using-bundlers",
  "https://github.com/tensorflow/tfjs/issues",
  "https://github.com/tensorflow/tfjs/issues/1735",
  "https://github.com/tensorflow/tfjs/issues/5447",
  "https://www.shadertoy.com/view/4djSRW",
  // The report's links to reverse image search: opened by a click on them and never otherwise (test_privacy.py).
  "https://images.google.com/",
  "https://lens.google.com/uploadbyurl?url=",
  "https://tineye.com/",
  "https://tineye.com/search?url=",
  "https://yandex.com/images/",
  "https://yandex.com/images/search?rpt=imageview&url=",
  // The options page completes a host name that the user typed, to read it.
  "https://${",
];
// Code from a text, and ways to send: none of them is needed.
const FORBIDDEN = [
  /\beval\)?\s*\(/,
  /\bnew Function\b/,
  /\bimportScripts\s*\(/,
  /\bimport\s*\(\s*["'`]/,
  /\bsendBeacon\b/,
  /\bnew (WebSocket|EventSource|WebTransport|RTCPeerConnection)\b/,
  /\bsetUninstallURL\b/,
];

let folder;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "package-"));
  run("build.mjs", path.join(folder, "build"), { TZ: "Pacific/Auckland" });
});

after(() => rm(folder, { recursive: true }));

/** @param {string} script @param {string} out @param {Record<string, string>} environment */
function run(script, out, environment) {
  const done = spawnSync(process.execPath, [path.join(EXTENSION, script), "--out", out], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

/** @param {string} browser @param {RegExp} names @returns {Promise<[name: string, text: string][]>} */
async function readTexts(browser, names) {
  const built = path.join(folder, "build", browser);
  const files = (await readdir(built, { recursive: true })).filter((name) => names.test(name)).sort();
  return Promise.all(files.map(async (name) => [name, await readFile(path.join(built, name), "utf8")]));
}

test("two builds, in other places and time zones, give the same packages, and tell their sizes", async () => {
  const report = run("tools/packages.mjs", path.join(folder, "packages"), { TZ: "America/Lima" });
  const names = (await readdir(path.join(folder, "packages"))).sort();
  assert.match(names.join(" "), /^deepfake-detector-[\d.]+-chrome\.zip deepfake-detector-[\d.]+-firefox\.zip$/);
  for (const [index, browser] of BROWSERS.entries()) {
    const packed = await readFile(path.join(folder, "packages", names[index]));
    assert.ok(packed.equals(await readFile(path.join(folder, "build", `${browser}.zip`))), `${browser}: other bytes`);
    assert.ok(packed.length < MAX_PACKAGE_BYTES, `${browser}: ${packed.length} bytes`);
  }
  assert.match(report, /Both packages: [\d.]+ MB/);
});

test("the licences of the networks that are not ours go along", async () => {
  for (const browser of BROWSERS) {
    const models = path.join(folder, "build", browser, "converted_models");
    assert.match(await readFile(path.join(models, "blazeface", "LICENSE"), "utf8"), /MediaPipe[^]+Apache License/);
    assert.match(await readFile(path.join(models, "mtcnn", "LICENSE"), "utf8"), /MIT License/);
  }
});

test("no address stands in the code that is not known", async () => {
  for (const browser of BROWSERS) {
    const texts = await readTexts(browser, /\.(js|html|css|json)$/);
    assert.ok(texts.length > 8, `${browser}: ${texts.length} files`);
    for (const [name, text] of texts) {
      const found = text.match(/\b(?:https?|wss?|ftp):\/\/(?:\$\{|[^\s"'`)\\<>]+)/g) ?? [];
      const strange = found.filter((address) => !ADDRESSES.includes(address.replace(/[.,;]+$/, "")));
      assert.deepEqual(strange, [], `${browser}/${name}`);
    }
  }
});

test("no code is made from text or fetched, and nothing can be sent but requests", async () => {
  for (const browser of BROWSERS) {
    for (const [name, text] of await readTexts(browser, /\.js$/)) {
      for (const pattern of FORBIDDEN) assert.doesNotMatch(text, pattern, `${browser}/${name}`);
    }
    for (const [name, text] of await readTexts(browser, /\.html$/)) {
      const sources = [...text.matchAll(/\b(?:src|href|action)="([^"]*)"/g)].map(([, address]) => address);
      assert.deepEqual(sources.filter((address) => /^(?:[a-z]+:|\/\/)/i.test(address)), [], `${browser}/${name}`);
      assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)/, `${browser}/${name}: a script in the page`);
    }
  }
});

test("the package has its own scripts only, may read no site before it is allowed, and no tests' rights", async () => {
  for (const browser of BROWSERS) {
    const [[, text]] = await readTexts(browser, /^manifest\.json$/);
    const manifest = JSON.parse(text);
    assert.equal(manifest.content_security_policy.extension_pages, "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'");
    assert.deepEqual(manifest.optional_host_permissions, ["<all_urls>"]);
    for (const key of ["host_permissions", "content_scripts", "web_accessible_resources", "externally_connectable"]) {
      assert.equal(key in manifest, false, `${browser}: ${key}`);
    }
    const privacy = await readFile(path.join(EXTENSION, "..", "PRIVACY.md"), "utf8");
    assert.deepEqual(manifest.permissions.filter((permission) => !privacy.includes(`| \`${permission}\``)), [], `${browser}: not told`);
    assert.equal(manifest.sidebar_action?.open_at_install ?? false, false, `${browser}: a sidebar that opens by itself`);
    for (const file of ["background.js", "content.js", "popup/popup.html", "wasm/tfjs-backend-wasm-simd.wasm"]) {
      assert.ok((await stat(path.join(folder, "build", browser, file))).size > 0, `${browser}/${file}`);
    }
  }
});
