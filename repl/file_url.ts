/**
 * Paths as URLs, to which relative imports are relative.
 *
 * @module
 */

/**
 * The URL of a path, whatever letters it has.
 *
 * @param path The whole path; one of a folder ends with a slash.
 */
export function fileUrl(path: string): string {
  // A URL would end the path at these.
  const escaped = encodeURI(path).replace(/[#?]/g, encodeURIComponent);
  return new URL(`file://${escaped}`).href;
}
