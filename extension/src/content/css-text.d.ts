// The build puts a style sheet imported by the content script into it as text.
declare module "*.css" {
  const text: string;
  export default text;
}
