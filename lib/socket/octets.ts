/**
 * What is sent, as octets.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * Makes octets of what a caller wants to send.
 *
 * @param data Text, as UTF-8, or octets.
 * @returns The octets; the very same if they are that already.
 * @throws {TypeError} If it is neither: the runtime would send less of it, or
 * say that its own buffer is none.
 */
export function octetsOf(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof Uint8Array) return data;
  throw new TypeError(
    `Cannot send as 'data' must be a text or a Uint8Array: current value is ${
      Deno.inspect(data)
    }`,
  );
}
