// Makes the extension take the browser's software renderer for a GPU, and keeps the WebGL contexts that it asks for.

export const contexts = [];

// A processor that draws is no GPU to the extension: this one says that it is.
const { getContext } = OffscreenCanvas.prototype;
OffscreenCanvas.prototype.getContext = function getDisguised(type, options) {
  const context = getContext.call(this, type, type === "webgl2" ? { ...options, failIfMajorPerformanceCaveat: false } : options);
  if (type === "webgl2" && context) contexts.push(context);
  return context;
};
const { getParameter } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.getParameter = function getDisguisedParameter(name) {
  const info = this.getExtension("WEBGL_debug_renderer_info");
  return name === info?.UNMASKED_RENDERER_WEBGL ? "A GPU" : getParameter.call(this, name);
};
