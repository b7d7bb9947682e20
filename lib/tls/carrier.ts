/**
 * What TLS runs over: a connection, or any other pair of streams, in the shape
 * that node:tls wants, with an eye on what goes by.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { Connection } from "../socket/connection.ts";
import { Endpoint } from "../socket/endpoint.ts";
import type { StreamPair, TlsCarrier } from "./tls_options.ts";

/** The first octets that are kept, to tell what speaks there if it is not TLS. */
const KEPT = 64;

/** A stream on its way through TLS. */
export interface Carrier {
  /** What node:tls reads from and writes to. */
  readonly duplex: Duplex;
  /** The connection, if it is one. */
  readonly connection: Connection | undefined;
  /** This side. */
  readonly localAddress: Endpoint;
  /** The other side. */
  readonly remoteAddress: Endpoint;
  /** The first octets that came, 64 at most. */
  readonly first: () => Uint8Array;
  /** Whether the other side has closed its half, below TLS. */
  readonly ended: () => boolean;
  /** Stops reading from it. */
  readonly pause: () => void;
  /** Goes on. */
  readonly resume: () => void;
  /** Drops it at once. */
  readonly reset: () => void;
  /** Closes it; what was written goes out first, an alert for one. */
  readonly close: () => Promise<void>;
}

/** The ends of what is no connection. */
const NOWHERE = new Endpoint("stream", 0);

/** What a carrier asks of what is below it. */
interface Below {
  read(): Promise<Uint8Array | null>;
  write(octets: Uint8Array): Promise<void>;
  closeWrite(): Promise<void>;
  close(): Promise<void>;
  reset(): void;
}

/**
 * Makes a carrier.
 *
 * @param over What TLS is to run over; it belongs to the carrier from now on.
 * @returns The carrier.
 */
export async function carrier(over: TlsCarrier): Promise<Carrier> {
  const { Duplex } = await import("node:stream");
  const connection = over instanceof Connection ? over : undefined;
  const ends = {
    connection,
    localAddress: connection?.localAddress ?? NOWHERE,
    remoteAddress: connection?.remoteAddress ?? NOWHERE,
  };
  let first = new Uint8Array();
  let ended = false;
  const look = (octets: Uint8Array) => {
    if (first.length >= KEPT) return;
    const more = octets.subarray(0, KEPT - first.length);
    first = Uint8Array.from([...first, ...more]);
  };
  const below: Below = over instanceof Connection
    ? over
    : over instanceof Duplex
    ? belowDuplex(over)
    : belowPair(over);
  let reading = false;
  let gate: PromiseWithResolvers<void> | undefined;
  const resume = () => {
    gate?.resolve();
    gate = undefined;
  };
  let closed: Promise<void> | undefined;
  const duplex = new Duplex({
    allowHalfOpen: true,
    async read() {
      if (reading) return;
      reading = true;
      try {
        let wanted = true;
        while (wanted) {
          if (gate) await gate.promise;
          const octets = await below.read();
          if (octets) look(octets);
          wanted = duplex.push(octets) && octets !== null;
        }
      } catch (error) {
        duplex.destroy(error as Error);
      } finally {
        reading = false;
      }
    },
    write(octets: Uint8Array, _encoding, done) {
      below.write(octets).then(() => done(), done);
    },
    final(done) {
      below.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      resume();
      closed ??= below.close();
      closed.then(() => done(error), () => done(error));
    },
  });
  duplex.on("end", () => ended = true);
  return {
    ...ends,
    duplex,
    first: () => first,
    ended: () => ended,
    pause: () => {
      gate ??= Promise.withResolvers();
    },
    resume,
    reset: () => below.reset(),
    close: () => closed ??= below.close(),
  };
}

function belowPair({ readable, writable }: StreamPair): Below {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const ignore = () => {};
  const reset = () => {
    reader.cancel().catch(ignore);
    writer.abort().catch(ignore);
  };
  return {
    async read() {
      const { done, value } = await reader.read();
      return done ? null : value;
    },
    write: (octets) => writer.write(octets),
    closeWrite: () => writer.close(),
    async close() {
      await Promise.allSettled([reader.cancel(), writer.close()]);
    },
    reset,
  };
}

function belowDuplex(duplex: Duplex): Below {
  const chunks = duplex.iterator({ destroyOnReturn: false });
  const closed = new Promise<void>((resolve) => duplex.once("close", resolve));
  duplex.on("error", () => {});
  return {
    async read() {
      const { done, value } = await chunks.next();
      return done ? null : value;
    },
    write: (octets) =>
      new Promise((resolve, reject) => {
        duplex.write(octets, (error) => error ? reject(error) : resolve());
      }),
    closeWrite: () => new Promise((resolve) => void duplex.end(resolve)),
    async close() {
      if (duplex.destroyed) return;
      // What was written goes out first.
      duplex.end(() => duplex.destroy());
      await closed;
    },
    reset: () => void duplex.destroy(),
  };
}
