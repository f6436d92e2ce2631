// Where the build puts the content script, from the extension's root.

export const CONTENT_SCRIPT = "content.js";
