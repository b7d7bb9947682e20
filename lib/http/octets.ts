/**
 * Chunks that belong together.
 *
 * @module
 */

/**
 * Joins chunks.
 *
 * @param chunks The chunks; a single one is given back as it is.
 * @returns One array.
 */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(chunks.reduce((sum, x) => sum + x.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
