/**
 * The door to net-snmp, the only file that loads it: what of it is used, with
 * our ciphers in their places.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { installCiphers, type PrivacyTable } from "./asking/ciphers.ts";
import type { Pdu } from "./asking/message.ts";

/** A variable of a question: a value too where it is to be set. */
export interface Asked {
  readonly oid: string;
  readonly type?: number;
  readonly value?: unknown;
}

/** Is told how a question ended. */
export type Done = (error: unknown, pdu?: Pdu) => void;

/** The agent's engine as a session of net-snmp keeps it. */
export interface EngineFacts {
  msgAuthoritativeEngineID: Buffer;
  msgAuthoritativeEngineBoots: number;
  msgAuthoritativeEngineTime: number;
}

/** A question that waits for its answer. */
export interface Waiting {
  readonly message: {
    readonly version: number;
    readonly msgGlobalData?: { readonly msgFlags: number };
    readonly pdu: { readonly id: number };
  };
  /** The question itself, where this one only finds out the engine. */
  readonly originalPdu?: object;
  readonly responseCb: Done;
  readonly feedCb: unknown;
  readonly port: number;
}

/** What is used of net-snmp's session. */
export interface LibrarySession {
  readonly reqs: Record<number, Waiting | undefined>;
  msgSecurityParameters?: EngineFacts | undefined;
  engineTimeBoots: number | null;
  engineTimeBase: number | null;
  engineTimeReceivedAt: number | null;
  latestReceivedEngineTime: number | null;
  on(event: string, handler: (error: unknown) => void): void;
  unregisterRequest(id: number): Waiting | null;
  cancelRequests(error: unknown): void;
  setEngineTime(message: object): void;
  isInTimeWindow(message: object): boolean;
  sendV3Req(
    pdu: object,
    feed: unknown,
    done: Done,
    options: undefined,
    port: number,
    allowReport: boolean,
  ): void;
  get(oids: readonly string[], done: Done): void;
  getNext(oids: readonly string[], done: Done): void;
  getBulk(
    oids: readonly string[],
    nonRepeaters: number,
    maxRepetitions: number,
    done: Done,
  ): void;
  set(variables: readonly Asked[], done: Done): void;
  close(): void;
}

interface Library extends PrivacyTable {
  readonly Session: new (
    target: string,
    authenticator: unknown,
    options: object,
  ) => LibrarySession;
}

export interface Loaded {
  readonly library: Library;
  readonly crypto: typeof import("node:crypto");
  readonly bytes: typeof Buffer;
}

let loading: Promise<Loaded> | undefined;

/** Loads the library, once and when it is first needed. */
export function loadNetSnmp(): Promise<Loaded> {
  return loading ??= (async () => {
    const [{ default: library }, crypto, { Buffer: bytes }] = await Promise.all(
      [
        import("net-snmp"),
        import("node:crypto"),
        import("node:buffer"),
      ],
    );
    installCiphers(library as unknown as Library, crypto, bytes);
    return { library: library as unknown as Library, crypto, bytes };
  })();
}
