// A small valid model manifest, to be spoilt by tests.

/** @returns a fresh copy of what manifest.json holds */
export function validManifest() {
  const points = () => ({ no_traces: [0.3], likely_fake: [0.8] });
  return {
    schema_version: 1,
    name: "ifmd",
    version: "1.0.0",
    architecture: "mobilenetv2+ifmd",
    input: { size: 224, channel_order: "RGB", range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1] },
    detector: {
      name: "mtcnn",
      max_short_side: 480,
      min_short_side: 40,
      min_face_size: 40,
      first_face_size: 20,
      scale_factor: 0.709,
      thresholds: [0.6, 0.7, 0.8],
      nms: { pnet_scale: 0.5, pnet: 0.7, rnet: 0.7, onet: 0.7 },
      blazeface: { min_score: 0.6, max_overlap: 0.3, box_scale: 1.19, box_shift: -0.11 },
      files: {
        pnet: "../mtcnn/pnet/model.json",
        rnet: "../mtcnn/rnet/model.json",
        onet: "../mtcnn/onet/model.json",
        blazeface: "../blazeface/model.json",
      },
    },
    face_crop: { min_face_size: 40, margin: 0.3, alignment: "eyes", max_patch: 1024 },
    graph: "model.json",
    outputs: { logit: "logit", anomaly_map: "anomaly_map" },
    calibration: { temperature: 1, bias: 0 },
    operating_points: { check: points(), automatic: points() },
    score_table: [{ score: 0.9, real_of_100: 1, fake_of_100: 60 }],
    clip: { frames: 12, animation_frames: 6, live_seconds: 6, min_frames: 2, min_iou: 0.2, max_centre_distance: 0.75 },
    files: [{ path: "model.json", sha256: "00", bytes: 3 }],
    self_test: { logit: 1.25, tolerance: 0.01 },
  };
}
