// What passes between the service worker and the offscreen document.

/**
 * @typedef {{type: "check", request: import("../../inference/check-result.js").CheckRequest} |
 *   {type: "describe"} | {type: "clear_cache"}} OffscreenCall
 * @typedef {{value: unknown} | {error: string}} OffscreenReply
 */

export const OFFSCREEN_TARGET = "offscreen";
