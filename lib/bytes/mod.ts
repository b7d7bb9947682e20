/**
 * Octets: reading, writing, hexadecimal and the Internet checksum.
 *
 * @module
 */

export * from "./checksum.ts";
export * from "./crc32c.ts";
export * from "./hex.ts";
export * from "./hexdump.ts";
export * from "./md5.ts";
export * from "./reader.ts";
export * from "./sha256.ts";
export * from "./writer.ts";
