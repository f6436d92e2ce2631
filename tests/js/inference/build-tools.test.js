// The build's parts: manifests put together, zips that are the same for the same files.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";

import { extensionManifest } from "../../../extension/tools/extension-manifest.mjs";
import { zipFolder } from "../../../extension/tools/zip.mjs";

let folder;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "build-tools-"));
  const write = (name, json) => writeFile(path.join(folder, name), JSON.stringify(json));
  await write("manifest.json", {
    permissions: ["storage"],
    background: { type: "module" },
    optional_host_permissions: ["<all_urls>"],
  });
  await write("manifest.chrome.json", { permissions: ["offscreen"], background: { service_worker: "background.js" } });
});

after(() => rm(folder, { recursive: true }));

test("a browser's manifest adds to the shared one", async () => {
  assert.deepEqual(await extensionManifest(folder, "chrome", false), {
    permissions: ["storage", "offscreen"],
    background: { type: "module", service_worker: "background.js" },
    optional_host_permissions: ["<all_urls>"],
  });
});

test("a build for tests has every host from the start", async () => {
  const manifest = await extensionManifest(folder, "chrome", true);
  assert.deepEqual(manifest.host_permissions, ["<all_urls>"]);
  assert.equal("optional_host_permissions" in manifest, false);
});

test("a zip depends on names and bytes, not on times", async () => {
  const files = path.join(folder, "files");
  await mkdir(path.join(files, "sub"), { recursive: true });
  await writeFile(path.join(files, "b.txt"), "b".repeat(1000));
  await writeFile(path.join(files, "sub", "a.txt"), "a");
  const first = await zipFolder(files);
  await utimes(path.join(files, "b.txt"), 1, 1);
  assert.deepEqual(await zipFolder(files), first);
  assert.ok(first.length < 500);
  await writeFile(path.join(files, "b.txt"), "c");
  assert.notDeepEqual(await zipFolder(files), first);
});
