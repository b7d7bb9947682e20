/**
 * How ssh2 lets something else than itself sign: as an agent that holds one key.
 *
 * @module
 */

import { yieldTurn } from "../socket/pump.ts";
import type { Identity } from "./identity.ts";
import type { Ssh2 } from "./ssh2.ts";

type Done<T> = (error: Error | undefined, result?: T) => void;

/**
 * Makes a key an agent of ssh2.
 *
 * @param ssh2 The library.
 * @param identity The key.
 * @param signal Aborts when nobody wants the signature any more.
 * @param failed Is told why it did not sign.
 */
export function oneKey(
  ssh2: Ssh2,
  identity: Identity,
  signal: AbortSignal,
  failed: (reason: string) => void,
): object {
  class OneKey extends ssh2.BaseAgent {
    override getIdentities(done: Done<never[]>): void {
      // ssh2 takes Buffers alone.
      void import("node:buffer").then(async ({ Buffer }) => {
        await yieldTurn();
        const key = Buffer.from(identity.publicKey);
        if (!signal.aborted) done(undefined, [key as never]);
      });
    }
    override sign(...args: unknown[]): void {
      const [, data, options, done] = args;
      sign(data as Uint8Array, options as object, done as Done<Uint8Array>);
    }
  }
  const sign = (
    data: Uint8Array,
    { hash }: { hash?: string },
    done: Done<Uint8Array>,
  ): void => {
    // The signature's name is the key's, but RSA's tells the hash.
    const algorithm = identity.type === "ssh-rsa" && hash !== "sha1"
      ? `rsa-sha2-${hash?.replace("sha", "")}`
      : identity.type;
    const signing = async () => {
      const { Buffer } = await import("node:buffer");
      const signature = await identity.sign(data, algorithm, signal);
      // ssh2 goes on in a turn of its own; see link.ts.
      await yieldTurn();
      if (!signal.aborted) done(undefined, Buffer.from(signature));
    };
    signing().catch((error) => {
      failed(error instanceof Error ? error.message : `${error}`);
      if (!signal.aborted) done(error as Error);
    });
  };
  return new OneKey();
}
