/**
 * Capture files: the packets in them, one after the other, in constant memory.
 *
 * {@linkcode open} takes a path, a stream or octets; the {@linkcode Capture} it
 * gives is read with `for await`.
 *
 * @module
 */

export * from "./anonymise.ts";
export * from "./block.ts";
export * from "./capture.ts";
export * from "./create.ts";
export * from "./filter/compile.ts";
export * from "./merge.ts";
export * from "./open.ts";
