// Where the build puts the content script. With its first slash: Firefox reads a bare name as lying beside the page that asks.

export const CONTENT_SCRIPT = "/content.js";
