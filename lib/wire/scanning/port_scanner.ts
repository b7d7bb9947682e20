/**
 * A port scan at work: hosts are looked for, and asked together where they are
 * reached by one interface.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import type { Report } from "../../inspect/run.ts";
import type { Address } from "../../ip/address.ts";
import { subnet } from "../../ip/subnet.ts";
import { inside } from "../../linux/entering.ts";
import { inLab } from "../../linux/lab_mark.ts";
import { banner } from "../banner.ts";
import { connectScan } from "./connect_scan.ts";
import { hardwareAddress } from "../link/hardware_address.ts";
import { inquire, type InquiryOptions, ROUNDS } from "./inquiry.ts";
import type { ReachOptions } from "../options.ts";
import type { ProbedHost } from "./probe.ts";
import { ProbeChannel } from "./probe_channel.ts";
import type { PortState } from "./scan_result.ts";
import { serviceName } from "./port_names.ts";
import {
  ANSWERS,
  meanings,
  type PortStatus,
  type Technique,
  type TechniqueName,
} from "./techniques.ts";
import { wayTo } from "../link/way.ts";

/** Options for `portScan`. */
export interface PortScanOptions extends ReachOptions {
  /** How ports are asked; see {@linkcode TechniqueName}. @default {"syn"} */
  technique?: TechniqueName | undefined;
  /**
   * Questions a second, `Infinity` for as many as the link takes. Other people's
   * machines, and the firewalls before them, have to cope with it: a home
   * router's table of connections overflows at some ten thousand, and what a
   * scan then finds is wrong besides.
   *
   * @default {1000; in the lab and on loopback no limit}
   */
  rate?: number | undefined;
  /** How often what stays silent is asked again without anything new. @default {1} */
  retry?: number | undefined;
  /** The longest wait for an answer, in milliseconds; where answers come it is shorter. @default {1000} */
  timeout?: number | undefined;
  /** Whether to read the greetings of open TCP ports. @default {false} */
  banners?: boolean | undefined;
}

/** The options of a scan, those that have a default with it. */
export type ScanSettings =
  & PortScanOptions
  & { readonly retry: number; readonly timeout: number };

/** Questions a second to others, unless told otherwise. */
const DEFAULT_RATE = 1000;
const ETHERNET = 1;
/** Targets that are asked in one go, and hosts: each has its packets ready. */
const CHUNK = 1 << 20;
const CHUNK_HOSTS = 256;
/** Greetings that are read, and hosts that are looked for, at a time. */
const AT_ONCE = 16;
/** Source ports are above those that systems give out themselves. */
const FIRST_PORT = 61_000;
const LOOPBACK = ["127.0.0.0/8", "::1/128"].map((text) => subnet(text));

/** One scan. */
export class PortScanner {
  /** Why hosts could not be asked, by their places. */
  readonly down = new Map<number, string>();
  /** What services said, by host and port. */
  readonly banners: (Map<number, string> | undefined)[] = [];
  /** Questions that were sent. */
  probes = 0;
  readonly #technique: Technique;
  readonly #states: readonly (PortStatus | undefined)[];
  readonly #ports: readonly number[];
  readonly #settings: ScanSettings;
  readonly #report: Report<PortState>;
  readonly #greetings: (() => Promise<void>)[] = [];
  readonly #greeters = new Set<Promise<void>>();
  #goal = 0;
  #before = 0;

  /**
   * Sets out.
   *
   * @param technique How to ask.
   * @param ports What.
   * @param settings How fast, how often.
   * @param report Is told.
   */
  constructor(
    technique: Technique,
    ports: readonly number[],
    settings: ScanSettings,
    report: Report<PortState>,
  ) {
    this.#technique = technique;
    this.#states = meanings(technique);
    this.#ports = ports;
    this.#settings = settings;
    this.#report = report;
  }

  /**
   * Asks hosts.
   *
   * @param hosts Their addresses.
   * @returns What each port answered, by host.
   */
  async scan(hosts: readonly Address[]): Promise<Uint8Array[]> {
    const { technique, retry } = this.#settings;
    this.#goal = hosts.length * this.#ports.length * (1 + retry);
    const found =
      await (technique === "connect"
        ? this.#connect(hosts)
        : this.#probe(hosts));
    while (this.#greeters.size > 0) await Promise.all(this.#greeters);
    return hosts.map((_, i) => found[i] ?? new Uint8Array(this.#ports.length));
  }

  /** By whole connections. */
  async #connect(hosts: readonly Address[]): Promise<Uint8Array[]> {
    const isHome = hosts.every((host) =>
      LOOPBACK.some((net) => net.contains(host))
    );
    const { answers, probes } = await connectScan({
      ...this.#inquiry(hosts, hosts.map((_, i) => i), isHome),
      hosts,
      ports: this.#ports,
      namespace: this.#settings.namespace,
    });
    this.probes += probes;
    return this.#byHost(answers);
  }

  /** By packets of our own. */
  async #probe(hosts: readonly Address[]): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (const places of this.#together(await this.#reach(hosts))) {
      const group = places.map(({ host }) => host);
      await using channel = this.#open(group);
      const isHome = group[0]!.way.isLoopback;
      const indexes = places.map(({ index }) => index);
      const { answers, probes } = await inquire(
        channel,
        this.#inquiry(hosts, indexes, isHome),
      );
      this.probes += probes;
      this.#byHost(answers).forEach((part, i) => found[indexes[i]!] = part);
      this.#before += group.length * this.#ports.length *
        (1 + this.#settings.retry);
    }
    return found;
  }

  #open(hosts: readonly ProbedHost[]): ProbeChannel {
    const [first, second] = crypto.getRandomValues(new Uint32Array(2));
    const { namespace } = this.#settings;
    try {
      return new ProbeChannel({
        hosts,
        ports: this.#ports,
        facts: {
          technique: this.#technique,
          port: FIRST_PORT + first! % (0x10000 - FIRST_PORT - ROUNDS),
          sequence: second!,
        },
        namespace,
      });
    } catch (error) {
      throw withoutRights(error);
    }
  }

  /** Finds the ways to hosts, and their hardware addresses. */
  async #reach(
    hosts: readonly Address[],
  ): Promise<readonly (ProbedHost | undefined)[]> {
    const found: (ProbedHost | undefined)[] = [];
    const { namespace, timeout } = this.#settings;
    const { signal } = this.#report;
    const options = { namespace, timeout, signal };
    let next = 0;
    const worker = async () => {
      while (next < hosts.length) {
        const i = next++;
        found[i] = await this.#find(hosts[i]!, i, hosts.length === 1, options);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return found;
  }

  async #find(
    host: Address,
    index: number,
    isAlone: boolean,
    options: Parameters<typeof hardwareAddress>[1],
  ): Promise<ProbedHost | undefined> {
    try {
      const way = wayTo(host, options);
      const hasLink = !way.isLoopback && way.linkType === ETHERNET;
      const mac = hasLink ? await hardwareAddress(way, options) : undefined;
      if (!hasLink || mac !== undefined) return { address: way.to, way, mac };
      this.down.set(
        index,
        `is down: ${way.nextHop} does not answer on the link`,
      );
    } catch (error) {
      if (error instanceof PermissionError) throw withoutRights(error);
      // One alone that cannot be asked is a question that cannot be asked.
      if (isAlone || !(error instanceof NetError)) throw error;
      this.down.set(index, error.message);
    }
    return undefined;
  }

  /** Groups hosts that one channel reaches. */
  *#together(
    hosts: readonly (ProbedHost | undefined)[],
  ): Generator<{ index: number; host: ProbedHost }[]> {
    const groups = new Map<string, { index: number; host: ProbedHost }[]>();
    hosts.forEach((host, index) => {
      if (host === undefined) return;
      const { way, mac, address } = host;
      const key = mac === undefined
        ? `${address}`
        : `${way.interface} ${address.family}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ index, host }]);
      else group.push({ index, host });
    });
    const most = Math.max(
      1,
      Math.min(CHUNK_HOSTS, Math.floor(CHUNK / this.#ports.length)),
    );
    for (const group of groups.values()) {
      for (let i = 0; i < group.length; i += most) {
        yield group.slice(i, i + most);
      }
    }
  }

  /** What an inquiry of some hosts is to do. */
  #inquiry(
    hosts: readonly Address[],
    indexes: readonly number[],
    isHome: boolean,
  ): InquiryOptions {
    const { rate, retry, timeout, namespace, banners } = this.#settings;
    const states = this.#states;
    const ports = this.#ports;
    const isFree = isHome || inside(namespace, inLab);
    return {
      targets: indexes.length * ports.length,
      rate: rate ?? (isFree ? Infinity : DEFAULT_RATE),
      retry,
      timeout,
      signal: this.#report.signal,
      informs: (answer) => states[answer] !== this.#technique.silence,
      progress: (done) =>
        this.#report.progress(this.#before + done, this.#goal),
      heard: (target, answer, isFirst) => {
        if (!isFirst || states[answer] !== "open") return;
        const at = Math.floor(target / ports.length);
        const index = indexes[at]!;
        const host = hosts[index]!;
        const port = ports[target - at * ports.length]!;
        if (banners && this.#technique.protocol === "tcp") {
          this.#greetings.push(() => this.#greet(host, port, index, answer));
          this.#read();
        } else this.#report.row(this.#row(host, port, answer));
      },
    };
  }

  /** Reads greetings, so many at a time. */
  #read(): void {
    while (this.#greeters.size < AT_ONCE && this.#greetings.length > 0) {
      const greeter = this.#greetings.shift()!().finally(() => {
        this.#greeters.delete(greeter);
        this.#read();
      });
      // A failure is met where all are awaited.
      greeter.catch(() => {});
      this.#greeters.add(greeter);
    }
  }

  async #greet(
    host: Address,
    port: number,
    index: number,
    answer: number,
  ): Promise<void> {
    const { namespace, timeout } = this.#settings;
    const { signal } = this.#report;
    let text = "";
    try {
      ({ text } = await banner(host, port, { namespace, timeout, signal }));
    } catch (error) {
      signal.throwIfAborted();
      // It was open a moment ago; that it says nothing now is no failure.
      if (error instanceof PermissionError) throw error;
    }
    if (text !== "") (this.banners[index] ??= new Map()).set(port, text);
    this.#report.row(this.#row(host, port, answer, text));
  }

  #row(host: Address, port: number, answer: number, text = ""): PortState {
    const { protocol } = this.#technique;
    const service = serviceName(port, protocol);
    return {
      host,
      port,
      protocol,
      state: this.#states[answer]!,
      reason: ANSWERS[answer]!,
      ...service !== undefined && { service },
      ...text !== "" && { banner: text },
    };
  }

  #byHost(answers: Uint8Array): Uint8Array[] {
    const { length } = this.#ports;
    return Array.from(
      { length: answers.length / length },
      (_, i) => answers.subarray(i * length, (i + 1) * length),
    );
  }
}

/** Says what goes without rights. */
function withoutRights(error: unknown): unknown {
  if (!(error instanceof PermissionError)) return error;
  const { code, op, target, hint, message, cause } = error;
  const reason = message.slice(message.indexOf(": ") + 2)
    .split(". Try: ")[0]!;
  return new PermissionError(reason, {
    code,
    op,
    target,
    hint: `{ technique: "connect" }, which takes no rights${
      hint === undefined ? "" : `; or ${hint}`
    }`,
    cause: cause ?? error,
  });
}
