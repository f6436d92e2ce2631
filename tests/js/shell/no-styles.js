// Lets modules be loaded that import a style sheet as text, which the build does and Node does not: they get an empty one.

import { register } from "node:module";

const hook = `export const load = (url, context, next) =>
  url.endsWith(".css") ? { format: "module", source: "export default ''", shortCircuit: true } : next(url, context);`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
