// Content Credentials, read by the library itself from signed pictures; and that nothing is fetched for them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, mock, test } from "node:test";

import { readManifestStore } from "../../../extension/src/credentials/credentials-reader.js";
import { summariseCredentials } from "../../../extension/src/credentials/credentials-summary.js";
import { TRUST_LISTS } from "../../../extension/src/credentials/trust-lists.js";
import { t } from "../report/messages.js";

const require = createRequire(new URL("../../../extension/package.json", import.meta.url));
const fetched = mock.fn(() => Promise.reject(new Error("no network in this test")));
/** @type {WebAssembly.Module} */
let library;

/** A blob that can be read at once, which Node's cannot. */
const blobOf = (bytes) => ({ size: bytes.byteLength, bytes, slice: (start, end) => blobOf(bytes.slice(start, end)) });

before(async () => {
  globalThis.FileReaderSync = class {
    readAsArrayBuffer({ bytes }) {
      return bytes;
    }
  };
  globalThis.fetch = fetched;
  library = await WebAssembly.compile(readFileSync(require.resolve("@contentauth/c2pa-wasm/c2pa.wasm")));
});

const bytesOf = (path) => new Uint8Array(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url))).buffer;
const textOf = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
/** The shipped lists, as the extension hands them over. */
const LISTED = TRUST_LISTS.map((path) => textOf(`../../../extension/trust-lists/${path.split("/").at(-1)}`)).join("\n");
const summaryOf = async (path, anchors = LISTED) => summariseCredentials(await readManifestStore(library, blobOf(bytesOf(path)), "image/jpeg", anchors));

test("a picture that says that it was generated", async () => {
  assert.deepEqual(await summaryOf("signed/generated.jpg"), {
    state: "valid",
    origin: "generated",
    generator: "Test Image Generator 1.2",
    signer: "Test Studio",
    isSignerListed: false,
    signedAt: undefined,
    actions: ["c2pa.created"],
    problems: [],
  });
});

test("a camera's picture, and one that was edited with AI afterwards", async () => {
  assert.equal((await summaryOf("signed/captured.jpg")).origin, "captured");
  const edited = await summaryOf("signed/edited.jpg");
  assert.deepEqual([edited.state, edited.origin, edited.actions], ["valid", "partly_generated", ["c2pa.created", "c2pa.edited"]]);
});

test("one changed byte breaks them", async () => {
  const { state, problems } = await summaryOf("signed/tampered.jpg");
  assert.deepEqual([state, problems], ["broken", ["assertion.dataHash.mismatch"]]);
});

test("a signer whose authority is listed is known; under a picture that was changed nobody's name counts", async () => {
  const authority = textOf("../../fixtures/signed/authority.pem");
  const known = await summaryOf("signed/generated.jpg", `${LISTED}\n${authority}`);
  assert.deepEqual([known.state, known.isSignerListed, known.problems], ["valid", true, []]);
  const broken = await summaryOf("signed/tampered.jpg", `${LISTED}\n${authority}`);
  assert.deepEqual([broken.state, broken.isSignerListed], ["broken", undefined]);
});

test("a manifest's texts are cut to what can be shown", () => {
  const long = "x".repeat(100_000);
  const actions = Array.from({ length: 1000 }, (_, index) => ({ action: `${long}${index}` }));
  const manifest = { claim_generator_info: [{ name: long }], signature_info: { issuer: long }, assertions: [{ label: "c2pa.actions", data: { actions } }] };
  const summary = summariseCredentials({ store: { active_manifest: "a", manifests: { a: manifest }, validation_state: "Valid" } });
  assert.ok(JSON.stringify(summary).length < 20_000);
});

test("credentials moved to another picture are broken", async () => {
  const START = 20; // of what follows a JPEG's first segment, which the manifest comes after
  const signed = new Uint8Array(bytesOf("signed/captured.jpg"));
  const unsigned = new Uint8Array(bytesOf("images/size_256.jpg"));
  const head = signed.slice(0, signed.length - (unsigned.length - START));
  const moved = new Uint8Array([...head, ...new Uint8Array(bytesOf("images/size_64.jpg")).slice(START)]);
  const reply = await readManifestStore(library, blobOf(moved.buffer), "image/jpeg", LISTED);
  assert.equal(summariseCredentials(reply).state, "broken");
});

test("a manifest elsewhere is not fetched, and said to be elsewhere", async () => {
  assert.equal((await summaryOf("signed/remote.jpg")).state, "elsewhere");
  assert.equal(fetched.mock.callCount(), 0);
});

test("a picture without any, and a file that is none", async () => {
  assert.deepEqual(await summaryOf("images/no_face.jpg"), { state: "none" });
  assert.deepEqual(await summaryOf("broken/html_named.jpg"), { state: "unsupported" });
});

const SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const madeBy = (...types) => ({ assertions: [{ label: "c2pa.actions.v2", data: { actions: types.map((type) => ({ action: "c2pa.created", digitalSourceType: SOURCE + type })) } }] });

test("what went into a picture counts: its parent wholly, its parts in part", () => {
  const origin = (relationship, type) => {
    const manifests = { a: { ...madeBy(), ingredients: [{ relationship, active_manifest: "b" }] }, b: madeBy(type) };
    return summariseCredentials({ store: { active_manifest: "a", manifests, validation_state: "Valid" } }).origin;
  };
  assert.equal(origin("parentOf", "trainedAlgorithmicMedia"), "generated");
  assert.equal(origin("componentOf", "trainedAlgorithmicMedia"), "partly_generated");
  assert.equal(origin("parentOf", "digitalCapture"), "captured");
  assert.equal(origin("componentOf", "digitalCapture"), undefined);
});

test("manifests that name each other are walked once", () => {
  const loop = { ingredients: [{ relationship: "parentOf", active_manifest: "a" }], ...madeBy("digitalCapture") };
  assert.equal(summariseCredentials({ store: { active_manifest: "a", manifests: { a: loop }, validation_state: "Valid" } }).origin, "captured");
});

test("without a statement on their validity they do not count as valid", () => {
  assert.equal(summariseCredentials({ store: { active_manifest: "a", manifests: { a: madeBy("digitalCapture") } } }).state, "broken");
  assert.equal(summariseCredentials({ store: { active_manifest: "a", manifests: {} } }).state, "broken");
  assert.equal(summariseCredentials({ error: "C2pa(JumbfParseError(UnexpectedEof))" }).state, "broken");
});

test("a failure to read is no statement on the picture", () => {
  const summary = summariseCredentials({ failure: "out of memory" });
  assert.deepEqual(summary, { state: "failed", failure: "out of memory" });
  assert.match(t("credentials_failed"), /says nothing about the picture/);
});
