/**
 * The runtime's cryptography, loaded when it is first needed: it takes longer to
 * load than most of what is done with it.
 *
 * @module
 */

/** What `node:crypto` exports. */
export type NodeCrypto = typeof import("node:crypto");

let loaded: NodeCrypto | undefined;

/**
 * Loads the runtime's cryptography.
 *
 * @returns The module `node:crypto`.
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const crypto = await nodeCrypto();
 * assert.equal(crypto.createHash("sha256").update("").digest().length, 32);
 * ```
 */
export async function nodeCrypto(): Promise<NodeCrypto> {
  return loaded ??= await import("node:crypto");
}
