/**
 * Capture files: the packets in them, one after the other, in constant memory.
 *
 * {@linkcode open} takes a path, a stream or octets; the {@linkcode Capture} it
 * gives is read with `for await`.
 *
 * @module
 */

export * from "./anonymise.ts";
export * from "./arrow.ts";
export * from "./block.ts";
export * from "./capture.ts";
export * from "./columns.ts";
export * from "./columns_plain.ts";
export * from "./columns_text.ts";
export * from "./create.ts";
export * from "./filter/compile.ts";
export * from "./merge.ts";
export * from "./open.ts";
export * from "./parquet.ts";
export * from "./sql.ts";
export * from "./sql_result.ts";
export * from "./text.ts";
