// The name of the one element that the extension adds to a page.

export const HOST_NAME = "deepfake-detector-overlay";
