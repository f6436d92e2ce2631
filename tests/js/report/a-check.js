// A finished check, as the report page has it, to be changed by tests.

/** @returns a fresh check of one likely fake face on a page's image */
export function aCheck() {
  const sha256 = "ab".repeat(32);
  const band = "likely_fake";
  return {
    subject: { buffer: new ArrayBuffer(9000), via: "bytes", crop: null, name: "a portrait", url: "https://a.org/x.jpg", pageUrl: "https://a.org/", badge: null },
    result: {
      status: "scored",
      band,
      fakeScore: 0.97,
      via: "bytes",
      sha256,
      imageSize: { width: 300, height: 200 },
      faces: [
        { boxXyxy: [10.25, 20, 110, 140], status: "scored", band, fakeScore: 0.97, kinds: ["seam"], detectionScore: 1, logit: 3, cropSquare: { cx: 60, cy: 80, side: 156, angle: 0 }, anomalyMap: { size: 2, values: [0.5, 1, 1, 1.5] } },
        { boxXyxy: [200, 20, 220, 44], status: "too_small", detectionScore: 0.9 },
      ],
    },
    facts: { format: "jpeg", mimeType: "image/jpeg", jpegQuality: 55, saysScreenshot: false },
    model: {
      name: "ifmd",
      version: "1.0.0",
      sha256: "cd".repeat(32),
      architecture: "mobilenetv2+ifmd",
      backend: "wasm",
      inputSize: 224,
      minFaceSize: 40,
      mapScale: "relative",
      operatingPoints: {
        check: {
          noTraces: [0.3],
          likelyFake: [0.9],
          errorRates: { real: { no_traces: 0.7, inconclusive: 0.29, likely_fake: 0.01 }, fake: { no_traces: 0.1, inconclusive: 0.4, likely_fake: 0.5 }, realFaces: 100, fakeFaces: 90 },
        },
      },
      scoreTable: [{ score: 0.9, realOf100: 1, fakeOf100: 60 }],
    },
    conditions: [{ name: "compressed", values: [55] }],
    checkedAt: new Date("2026-01-02T03:04:05.678Z"),
  };
}
