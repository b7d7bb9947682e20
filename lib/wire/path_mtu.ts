/**
 * The largest packet that gets to a host in one piece.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { INTERFACE_ELSEWHERE, WIRE } from "./option_names.ts";
import { type Report, Run } from "../inspect/run.ts";
import type { Address } from "../ip/address.ts";
import type { Packet } from "../packet/packet.ts";
import { pause } from "./finding/hearing.ts";
import { IpExchange, type Lane, timeBetween } from "./tracing/ip_exchange.ts";
import type { WireOptions } from "./options.ts";
import {
  type MtuLimit,
  type MtuProbe,
  PathMtu,
} from "./tracing/path_mtu_result.ts";
import { checkHost, type Host, targetAddress } from "./target.ts";
import { probeAnswer, probeName, probePacket } from "./tracing/trace_probe.ts";
import { traceTargets } from "./tracing/tracing.ts";

export {
  type MtuLimit,
  type MtuProbe,
  PathMtu,
  type PathMtuFacts,
} from "./tracing/path_mtu_result.ts";

/** Options of `pathMtu`. */
const PATH_MTU: OptionKinds<PathMtuOptions> = {
  ...WIRE,
  timeout: "numeric",
  tries: "any",
  interface: "text",
};

/** Options for {@linkcode pathMtu}. */
export interface PathMtuOptions extends WireOptions {
  /** The longest wait for an answer, in milliseconds; a black hole costs a few of these. @default {1000} */
  timeout?: number | undefined;
  /** Packets of each size, for one may be lost. @default {2} */
  tries?: number | undefined;
  /** The interface that packets must leave by. @default {as the routes say} */
  interface?: string | undefined;
}

/** Sizes that links and tunnels mostly have: the first to try where nobody tells (RFC 1191 §7.1, RFC 4821 §7.1). */
const USUAL = [
  ...[9216, 9000, 8900, 4352, 2048, 1500, 1492, 1480, 1476, 1472, 1468, 1464],
  ...[1460, 1454, 1450, 1442, 1440, 1428, 1420, 1412, 1400, 1380, 1360, 1340],
  ...[1320, 1300, 1280, 1006, 576, 296],
];

/** What every path takes (RFC 791 §3.1, RFC 8200 §5). */
const LEAST = { 4: 68, 6: 1280 } as const;
/** What an IPv4 packet, or an IPv6 packet without a jumbo payload, has at most. */
const MOST = 65_535;
/** Sizes that are tried at once. */
const WIDTH = 16;
/** As hosts send. */
const HOP_LIMIT = 64;

/**
 * Finds the largest packet that gets to a host without being cut up, by pings
 * that may not be fragmented. It takes routers at their word when they tell the
 * MTU of the next link, and checks it; where large packets vanish without a word
 * it tries the sizes that links mostly have, many at once, and then those
 * between. In the end it looks which router is before the narrowest link.
 *
 * It sends some dozens of packets to one host at most: ordinary diagnosis, which
 * needs no `authorised`.
 *
 * @param host An address or a name.
 * @param options What to send, and how long to wait.
 * @returns The sizes as their outcome is known, and at the end the MTU.
 * @throws {RangeError} If an option is out of bounds.
 * @throws {NetError} If there is no such host or no way, or an interface goes down.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws The signal's reason, if it aborts.
 * @see RFC 1191, RFC 8201, RFC 8899
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * console.log(await net.wire.pathMtu("192.0.2.1"));
 * ```
 */
export function pathMtu(
  host: Host,
  options: PathMtuOptions = {},
): Run<MtuProbe, PathMtu> {
  checkHost(host);
  checkOptions("find the path MTU", options, PATH_MTU, INTERFACE_ELSEWHERE);
  const { timeout = 1000, tries = 2, signal } = options;
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot find the path MTU as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  if (!(Number.isInteger(tries) && tries >= 1 && tries <= 10)) {
    throw new RangeError(
      `Cannot find the path MTU as 'tries' must be a whole number from 1 to 10: current value is ${tries}`,
    );
  }
  return new Run<MtuProbe, PathMtu>(
    `Find the path MTU to ${host}`,
    async (report) => {
      const target = await targetAddress(host, report);
      const settings = { ...options, timeout, tries };
      using search = new Search(settings, report);
      return await search.run(target);
    },
    { signal, line: probeLine },
  );
}

function probeLine({ size, outcome, from, mtu }: MtuProbe): string {
  return `${size}  ${outcome}${from === undefined ? "" : `  ${from}`}${
    mtu === undefined ? "" : `  mtu ${mtu}`
  }`;
}

type Settings = PathMtuOptions & {
  readonly timeout: number;
  readonly tries: number;
};

/** A packet that is out. */
interface Sent {
  readonly size: number;
  seen: Packet | undefined;
}

class Search implements Disposable {
  readonly #settings: Settings;
  readonly #report: Report<MtuProbe>;
  readonly #exchange: IpExchange;
  readonly #identity = 61_000 + Math.floor(Math.random() * 4000);
  readonly #sent = new Map<number, Sent>();
  readonly #outcomes = new Map<number, MtuProbe>();
  #tag = Math.floor(Math.random() * 60_000);
  /** The largest size that arrived. */
  #good = 0;
  /** The smallest size that is known to be too big. */
  #bad = 0;
  /** The router that said so. */
  #router: Address | undefined;
  #unreachable = false;
  #news = Promise.withResolvers<void>();

  constructor(settings: Settings, report: Report<MtuProbe>) {
    this.#settings = settings;
    this.#report = report;
    const { namespace, interface: name } = settings;
    this.#exchange = new IpExchange((packet) => this.#hear(packet), {
      filter: "icmp or icmp6",
      interface: name,
      namespace,
      signal: report.signal,
    });
  }

  async run(target: Address): Promise<PathMtu> {
    const lane = await this.#exchange.to(target);
    const { way } = lane;
    const { family } = target;
    const most = Math.min(way.mtu, MOST);
    const least = Math.min(LEAST[family], most);
    this.#bad = most + 1;
    // The whole link, and what always fits: is there anybody at all?
    await this.#round(lane, [most, least]);
    while (this.#good > 0 && this.#bad - this.#good > 1) {
      this.#report.progress(this.#good, this.#bad - 1);
      await this.#round(lane, this.#next());
    }
    const mtu = this.#good > 0 ? this.#good : undefined;
    const limit = mtu === undefined
      ? undefined
      : mtu >= most
      ? { router: undefined, hop: 0, isSilent: false }
      : await this.#limit(way.to, mtu);
    const { interface: name, mtu: linkMtu } = way;
    const probes = [...this.#outcomes.values()];
    return new PathMtu({
      target: way.to,
      interface: name,
      linkMtu,
      mtu,
      limit,
      probes,
    });
  }

  /** Sizes between what is good and what is bad. */
  #next(): number[] {
    const [good, bad] = [this.#good, this.#bad];
    // What a router has said is checked alone.
    if (this.#router !== undefined) return [bad - 1];
    const usual = USUAL.filter((size) => size > good && size < bad);
    if (usual.length > 0) return [...usual, bad - 1];
    const span = bad - good;
    const step = Math.max(1, span / (WIDTH + 1));
    const sizes = new Set<number>();
    for (let size = good + step; size < bad; size += step) {
      sizes.add(Math.round(size));
    }
    return [...sizes].filter((size) => size > good && size < bad);
  }

  /** Sends packets of some sizes and waits for what comes back. */
  async #round(lane: Lane, sizes: readonly number[]): Promise<void> {
    const { timeout, tries } = this.#settings;
    const { signal } = this.#report;
    const { source, to: target } = lane.way;
    const identity = this.#identity;
    const flow = {
      source,
      target,
      protocol: "icmp",
      port: 0,
      identity,
    } as const;
    const isOpen = () =>
      !this.#unreachable &&
      sizes.some((size) =>
        !this.#outcomes.has(size) && size > this.#good && size < this.#bad
      );
    for (let left = tries; left > 0 && isOpen(); left--) {
      for (const size of sizes) {
        if (this.#outcomes.has(size)) continue;
        this.#tag = this.#tag % 65_534 + 1;
        this.#sent.set(this.#tag, { size, seen: undefined });
        const probe = { hopLimit: HOP_LIMIT, tag: this.#tag, size };
        lane.send(probePacket(flow, probe));
      }
      const end = performance.now() + timeout / tries;
      for (let wait = timeout / tries; wait > 0 && isOpen();) {
        this.#news = Promise.withResolvers();
        const enough = Promise.race([
          this.#news.promise,
          this.#exchange.failed,
        ]);
        await pause(wait, { signal, enough });
        wait = end - performance.now();
      }
    }
    const lost = sizes.filter((size) =>
      !this.#outcomes.has(size) && size > this.#good && size < this.#bad
    );
    for (const size of lost) {
      this.#tell({
        size,
        outcome: "lost",
        from: undefined,
        mtu: undefined,
        rtt: undefined,
      });
      this.#bad = Math.min(this.#bad, size);
    }
    // A router whose word was wrong is not believed again.
    if (lost.length > 0) this.#router = undefined;
  }

  #hear(packet: Packet): void {
    const own = probeName(packet);
    const out = own?.identity === this.#identity
      ? this.#sent.get(own.tag)
      : undefined;
    if (out !== undefined) {
      out.seen ??= packet;
      return;
    }
    const said = probeAnswer(packet);
    const sent = said?.identity === this.#identity
      ? this.#sent.get(said.tag)
      : undefined;
    if (said === undefined || sent === undefined) return;
    const { size, seen } = sent;
    if (this.#outcomes.has(size)) return;
    const { from, kind, mtu } = said;
    const rtt = seen && timeBetween(seen, packet);
    if (kind === "arrived") {
      this.#good = Math.max(this.#good, size);
      this.#tell({ size, outcome: "arrived", from, mtu, rtt });
    } else if (mtu !== undefined) {
      this.#bad = Math.min(this.#bad, size);
      // An old router says 0 (RFC 1191 §5), a liar what does not help.
      if (mtu >= LEAST[from.family] && mtu < this.#bad) {
        this.#bad = mtu + 1;
        this.#router = from;
      }
      this.#tell({ size, outcome: "too-big", from, mtu, rtt });
    } else {
      this.#unreachable = true;
      this.#tell({ size, outcome: "unreachable", from, mtu, rtt });
    }
    this.#news.resolve();
  }

  #tell(probe: MtuProbe): void {
    this.#outcomes.set(probe.size, probe);
    this.#report.row(probe);
  }

  /** Which router is the last to get packets that are too big. */
  async #limit(target: Address, mtu: number): Promise<MtuLimit | undefined> {
    const { timeout, namespace } = this.#settings;
    const { signal } = this.#report;
    const quiet = { row: () => {}, progress: () => {}, signal };
    const [trace] = await traceTargets([target], {
      protocol: "icmp",
      port: 0,
      maxHops: 30,
      flows: 1,
      probes: 1,
      retries: 1,
      timeout: timeout / 2,
      rate: 1000,
      size: mtu + 1,
      interface: this.#settings.interface,
      namespace,
    }, quiet);
    const last = trace?.hops.at(-1)?.answers[0];
    if (trace === undefined || last === undefined || trace.reached) {
      return undefined;
    }
    const router = this.#router ?? last.from;
    const at = trace.hops.find(({ answers }) =>
      answers.some(({ from }) => from.equals(router))
    );
    const isSilent = this.#router === undefined;
    return { router, hop: at?.hop ?? last.hop, isSilent };
  }

  [Symbol.dispose](): void {
    this.#exchange[Symbol.dispose]();
  }
}
