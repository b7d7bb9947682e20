/**
 * From TypeScript to JavaScript: Node's own way, loaded when types are met.
 *
 * @module
 */

/** Takes types out of code, or turns what is more than types into code. */
export type Strip = (
  code: string,
  options: { mode: "strip" | "transform" },
) => string;

let strip: Strip | undefined;

/** Loads what takes types out of code. */
export async function typeStripper(): Promise<Strip> {
  strip ??= (await import("node:module") as unknown as {
    stripTypeScriptTypes: Strip;
  }).stripTypeScriptTypes;
  return strip;
}
