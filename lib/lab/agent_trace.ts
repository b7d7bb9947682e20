/**
 * The way from a node of a lab to an address, as the routers on it tell.
 *
 * @module
 */

import { errno, errnoName, libc } from "../ffi/libc.ts";
import { type Address, parse } from "../ip/address.ts";
import {
  ECHO,
  openSocket,
  POLLIN,
  readIcmp,
  SOCK_DGRAM,
  SOCK_RAW,
  socketAddress,
  transportInside,
  viewOf,
} from "./agent_icmp.ts";
import { inSpaces, type Spaces } from "./agent_spaces.ts";
import type { Hop } from "./calls.ts";

/** Where a trace's ports start, as traceroute's do: one a hop. */
const FIRST_PORT = 33434;
const UDP = 17;
/** Datagrams under way at once: a node answers only a few in a row. */
const ABREAST = 3;
/** So many hops in a row that say nothing are the end of the trail. */
const SILENT = 3;

/** What a trace asks for. */
export interface TraceSpec {
  /** The node's own addresses. */
  readonly own: readonly string[];
  /** The address. */
  readonly to: string;
  /** The largest hop limit. */
  readonly maxHops: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly timeout: number;
}

/**
 * Finds the way to an address: a datagram for each hop limit, and the words of
 * the routers that they ended at.
 *
 * @param spaces The node's namespaces.
 * @param spec Where to, how far, how long.
 * @param signal Stops it.
 * @returns The hops to the first that is the end.
 */
export async function trace(
  spaces: Spaces,
  spec: TraceSpec,
  signal: AbortSignal,
): Promise<Hop[]> {
  const walk = new Walk(spaces, spec);
  try {
    return await walk.run(signal);
  } finally {
    walk.close();
  }
}

class Walk {
  readonly #spec: TraceSpec;
  readonly #address: Address;
  readonly #listener: number;
  readonly #sender: number;
  readonly #hops: (Hop | undefined)[] = [];
  /** When each was sent, by its hop limit. */
  readonly #sent: number[] = [];
  /** The hop limit at which the way ends, once that is known. */
  #end: number;

  constructor(spaces: Spaces, spec: TraceSpec) {
    this.#spec = spec;
    this.#end = spec.maxHops;
    this.#address = parse(spec.to);
    const { family } = this.#address;
    [this.#listener, this.#sender] = inSpaces(spaces, () => [
      openSocket(family, SOCK_RAW, ECHO[family].protocol),
      openSocket(family, SOCK_DGRAM, 0),
    ]);
  }

  close(): void {
    libc().close(this.#listener);
    libc().close(this.#sender);
  }

  async run(signal: AbortSignal): Promise<Hop[]> {
    const { maxHops } = this.#spec;
    const set = new Uint8Array(8);
    new DataView(set.buffer).setInt32(0, this.#listener, true);
    set[4] = POLLIN;
    for (let limit = 1;;) {
      while (limit <= this.#end && this.#underWay() < ABREAST) {
        // The node itself has no way there.
        if (!this.#send(limit++)) return [nowhere(null, null)];
      }
      if (this.#isTold()) break;
      await libc().pollAsync(set, 1, 20);
      signal.throwIfAborted();
      const gaveUp = this.#receive();
      if (gaveUp) return [gaveUp];
      this.#giveUp();
      if (this.#silentTail() >= SILENT) break;
      if (limit > maxHops && this.#underWay() === 0) break;
    }
    const hops = this.#hops.slice(0, this.#end);
    // Of those at the end that say nothing one says it.
    while (hops.length > 1 && isSilent(hops.at(-1)) && isSilent(hops.at(-2))) {
      hops.pop();
    }
    return hops.map((hop, i) => hop ?? silent(i + 1));
  }

  #underWay(): number {
    return this.#sent.filter((_, limit) =>
      limit <= this.#end && this.#hops[limit - 1] === undefined
    ).length;
  }

  /** Whether all is known up to the end. */
  #isTold(): boolean {
    for (let i = 0; i < this.#end; i++) if (!this.#hops[i]) return false;
    return true;
  }

  #silentTail(): number {
    let count = 0;
    for (
      let i = this.#hops.length - 1;
      i >= 0 && isSilent(this.#hops[i]);
      i--
    ) {
      count++;
    }
    return count;
  }

  #giveUp(): void {
    const late = performance.now() - this.#spec.timeout;
    this.#sent.forEach((time, limit) => {
      if (time < late) this.#hops[limit - 1] ??= silent(limit);
    });
  }

  #send(limit: number): boolean {
    const { setsockopt, sendto } = libc();
    const [level, option] = this.#address.family === 4 ? [0, 2] : [41, 16];
    setsockopt(this.#sender, level, option, new Int32Array([limit]), 4);
    const there = socketAddress(this.#address, FIRST_PORT + limit);
    this.#sent[limit] = performance.now();
    const octet = Uint8Array.of(limit);
    if (sendto(this.#sender, octet, 1, 0, there, there.length) >= 0) {
      return true;
    }
    const name = errnoName(errno());
    return name !== "ENETUNREACH" && name !== "EHOSTUNREACH";
  }

  /** Reads what came; gives a hop if the node's own system gave up. */
  #receive(): Hop | undefined {
    const { family } = this.#address;
    const { exceeded, unreachable } = ECHO[family];
    const buffer = new Uint8Array(2048);
    const from = new Uint8Array(28);
    for (;;) {
      const size = new Uint32Array([from.length]);
      const length = libc().recvfrom(
        this.#listener,
        buffer,
        buffer.length,
        0,
        from,
        size,
      );
      if (length < 0) return undefined;
      const icmp = readIcmp(family, buffer.subarray(0, length));
      if (icmp?.type !== exceeded && icmp?.type !== unreachable) continue;
      const inside = transportInside(family, icmp.inner);
      if (inside?.protocol !== UDP) continue;
      const limit = inside.header.getUint16(2) - FIRST_PORT;
      const sent = this.#sent[limit];
      if (sent === undefined || this.#hops[limit - 1]) continue;
      const ms = performance.now() - sent;
      const teller = textOf(family, from);
      const isEnd = icmp.type === unreachable;
      // Nobody on its link has the next hop's address.
      const { own, to } = this.#spec;
      if (isEnd && teller !== to && own.includes(teller)) {
        return nowhere(teller, ms);
      }
      if (isEnd) this.#end = Math.min(this.#end, limit);
      // "Port unreachable" is what the address itself says.
      const isThere = isEnd && icmp.code === (family === 4 ? 3 : 4);
      this.#hops[limit - 1] = {
        limit,
        address: teller,
        ms,
        what: isThere ? "reached" : isEnd ? "unreachable" : "router",
      };
    }
  }
}

function silent(limit: number): Hop {
  return { limit, address: null, ms: null, what: "silent" };
}

function isSilent(hop: Hop | undefined): boolean {
  return hop?.what === "silent";
}

function nowhere(address: string | null, ms: number | null): Hop {
  return { limit: 1, address, ms, what: "unreachable" };
}

function textOf(family: 4 | 6, address: Uint8Array): string {
  if (family === 4) return address.subarray(4, 8).join(".");
  const view = viewOf(address, 8);
  const words = Array.from(
    { length: 8 },
    (_, i) => view.getUint16(2 * i).toString(16),
  );
  return `${parse(words.join(":"))}`;
}
