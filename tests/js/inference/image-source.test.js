// Getting an image's bytes: every way in which it fails has its own code.

import assert from "node:assert/strict";
import test from "node:test";

import { MAX_BYTES, readImageSource } from "../../../extension/src/inference/image-source.js";

const BYTES = Uint8Array.from([1, 2, 3]);
const source = (url, credentials = "omit") => ({ kind: "url", url, credentials });
const URL_SOURCE = source("https://example.org/face.jpg");
const data = (dataUrl) => ({ kind: "data", dataUrl, via: "bytes" });
const answering = (body, init) => ({ fetch: async () => new Response(body, init) });
const failsWith = (code, message = /./) => (error) => error.code === code && message.test(error.message);

/** Answers with the given statuses in turn and remembers what was asked. */
function serverAnswering(...statuses) {
  const asked = [];
  const fetch = async (_, { credentials, cache }) => {
    asked.push([credentials, cache]);
    return new Response(BYTES, { status: statuses[asked.length - 1] });
  };
  return { fetch, asked };
}

test("bytes come from the browser's cache where it has them fresh", async () => {
  const server = serverAnswering(200);
  assert.deepEqual(new Uint8Array(await readImageSource(URL_SOURCE, server)), BYTES);
  assert.deepEqual(server.asked, [["omit", "default"]]);
});

test("an error out of the cache is asked again from the server", async () => {
  const server = serverAnswering(500, 200);
  assert.deepEqual(new Uint8Array(await readImageSource(URL_SOURCE, server)), BYTES);
  assert.deepEqual(server.asked, [["omit", "default"], ["omit", "reload"]]);
});

test("a refusal is not asked again without cookies", async () => {
  const server = serverAnswering(403);
  await assert.rejects(readImageSource(URL_SOURCE, server), failsWith("refused"));
  assert.deepEqual(server.asked, [["omit", "default"]]);
});

test("with cookies only the server is asked, since the cache may hold the refusal without them", async () => {
  const server = serverAnswering(200);
  await readImageSource(source(URL_SOURCE.url, "include"), server);
  assert.deepEqual(server.asked, [["include", "reload"]]);
});

test("for a private window nothing is kept in the cache, an error that came out of it included", async () => {
  const server = serverAnswering(500, 200);
  await readImageSource({ ...URL_SOURCE, isPrivate: true }, server);
  assert.deepEqual(server.asked, [["omit", "no-store"], ["omit", "no-store"]]);
});

test("a server's refusal, absence and error are told apart", async () => {
  for (const [status, code] of [[401, "refused"], [403, "refused"], [404, "not_found"], [410, "not_found"], [500, "http_error"]]) {
    await assert.rejects(readImageSource(URL_SOURCE, answering("", { status })), failsWith(code, new RegExp(status)));
  }
});

test("a network error is unreachable", async () => {
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(readImageSource(URL_SOURCE, { fetch }), failsWith("unreachable"));
});

test("a server that never answers runs into the time limit", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const fetch = context.mock.fn(
    (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const reading = assert.rejects(readImageSource(URL_SOURCE, { fetch, limitMs: 7000 }), failsWith("timeout", /within 7 s/));
  const { signal } = fetch.mock.calls[0].arguments[1];
  context.mock.timers.tick(6999);
  assert.equal(signal.aborted, false);
  context.mock.timers.tick(1);
  await reading;
});

test("a server that stops in the middle runs into the time limit", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const fetch = async (_, { signal }) => {
    const start = (controller) => {
      controller.enqueue(new Uint8Array(8));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    };
    return new Response(new ReadableStream({ start }));
  };
  const reading = assert.rejects(readImageSource(URL_SOURCE, { fetch, limitMs: 7000 }), failsWith("timeout", /within 7 s/));
  await new Promise((resolve) => setImmediate(resolve)); // the first bytes have been read
  context.mock.timers.tick(7000);
  await reading;
});

test("what is refused unread is not downloaded on", async (context) => {
  const tooLarge = { status: 200, headers: { "content-length": String(MAX_BYTES + 1) } };
  for (const [init, code, requests] of [[{ status: 404 }, "not_found", 2], [tooLarge, "too_large", 1]]) {
    const fetch = context.mock.fn(async () => new Response(new ReadableStream(), init));
    await assert.rejects(readImageSource(URL_SOURCE, { fetch }), failsWith(code));
    assert.deepEqual(fetch.mock.calls.map((call) => call.arguments[1].signal.aborted), Array(requests).fill(true));
  }
});

test("too many bytes are refused by their announcement and by their count", async () => {
  const announced = answering("", { headers: { "content-length": String(MAX_BYTES + 1) } });
  await assert.rejects(readImageSource(URL_SOURCE, announced), failsWith("too_large"));
  const chunk = new Uint8Array(1024 * 1024);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  await assert.rejects(readImageSource(URL_SOURCE, answering(endless)), failsWith("too_large"));
});

test("only http and https are fetched", async () => {
  await assert.rejects(readImageSource(source("file:///etc/passwd")), failsWith("unreachable"));
});

test("data: URLs are decoded, base64 or not, whatever kind the source has", async () => {
  const base64 = `data:image/png;base64,${Buffer.from(BYTES).toString("base64")}`;
  assert.deepEqual(new Uint8Array(await readImageSource(data(base64))), BYTES);
  assert.deepEqual(new Uint8Array(await readImageSource(source(base64))), BYTES);
  assert.equal(new TextDecoder().decode(await readImageSource(data("data:image/svg+xml,%3Csvg%2F%3E"))), "<svg/>");
});

test("a damaged data: URL is no image", async () => {
  for (const url of ["data:image/png;base64", "data:image/png;base64,***", "data:,%", "nonsense"]) {
    await assert.rejects(readImageSource(data(url)), failsWith("not_an_image"));
  }
});
