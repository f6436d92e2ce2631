// The part of the model manifest that says how faces are looked for.

/**
 * @typedef {object} DetectorSettings
 * @property {number} maxShortSide pixels; a larger image is reduced before the search
 * @property {number} minShortSide pixels; a smaller image holds no face
 * @property {number} minFaceSize smallest face searched for, pixels of the whole image
 * @property {number} firstFaceSize face size at which the pyramid's grid of scales begins, pixels of the reduced image
 * @property {number} scaleFactor between the levels of the pyramid, in (0, 1)
 * @property {number[]} thresholds of P-, R- and O-Net
 * @property {BlazeFaceSettings} blazeface of the search that follows where a check that was asked for finds no face
 * @property {{pnetScale: number, pnet: number, rnet: number, onet: number}} nms overlap thresholds
 * @property {{pnet: string, rnet: string, onet: string, blazeface: string}} files model.json of each network
 *
 * @typedef {object} BlazeFaceSettings
 * @property {number} minScore that a face has at least
 * @property {number} maxOverlap of two faces, intersection over union
 * @property {number} boxScale side of MTCNN's box, in widths of BlazeFace's
 * @property {number} boxShift from its middle to that of MTCNN's, towards the chin, in heights of BlazeFace's
 */

/**
 * @param {import("./manifest-entry.js").ManifestEntry} detector
 * @returns {DetectorSettings}
 * @throws {import("./manifest-entry.js").ModelManifestError} naming the first entry that is missing or wrong
 */
export function parseDetectorSettings(detector) {
  detector.get("name").oneOf(["mtcnn"]);
  const nms = detector.get("nms");
  const blazeface = detector.get("blazeface");
  const networks = detector.get("files");
  return {
    maxShortSide: detector.get("max_short_side").number(1),
    minShortSide: detector.get("min_short_side").number(1),
    minFaceSize: detector.get("min_face_size").number(1),
    firstFaceSize: detector.get("first_face_size").number(1),
    scaleFactor: detector.get("scale_factor").number(0.01, 0.99),
    thresholds: detector.get("thresholds").numbers(3),
    nms: {
      pnetScale: nms.get("pnet_scale").number(0, 1),
      pnet: nms.get("pnet").number(0, 1),
      rnet: nms.get("rnet").number(0, 1),
      onet: nms.get("onet").number(0, 1),
    },
    blazeface: {
      minScore: blazeface.get("min_score").number(0.01, 0.99),
      maxOverlap: blazeface.get("max_overlap").number(0.01, 0.99),
      boxScale: blazeface.get("box_scale").number(0.1, 10),
      boxShift: blazeface.get("box_shift").number(-1, 1),
    },
    files: {
      pnet: networks.get("pnet").text(),
      rnet: networks.get("rnet").text(),
      onet: networks.get("onet").text(),
      blazeface: networks.get("blazeface").text(),
    },
  };
}
