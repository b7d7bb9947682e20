/**
 * The kernel as judge: a router in a namespace of its own between two others,
 * into which packets are put, and which says of each what every rule did with
 * it and how it left.
 *
 * Nothing in it waits: neighbours are static, and what the router itself would
 * answer is thrown away before connection tracking sees it.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { runNft } from "../../lib/firewall/kernel/nft.ts";
import { openTrace, readTrace } from "../../lib/firewall/kernel/trace.ts";
import type {
  TraceKind,
  TraceMessage,
  TraceVerdict,
} from "../../lib/firewall/kernel/trace.ts";
import { PacketSocket } from "../../lib/lab/packet_socket.ts";
import {
  Message,
  NETLINK_NETFILTER,
  NetlinkSocket,
  REQUEST,
} from "../../lib/linux/netlink.ts";
import { ETHER, frameOf, makeRouter, ROUTER } from "./oracle_router.ts";

export { frameOf, ROUTER };

/** Where a packet comes in; `undefined`: the router itself sends it. */
export type Side = "in0" | "out0" | undefined;

/** A packet to be judged: octets from the IP header on, without a link header. */
export interface Exhibit {
  readonly octets: Uint8Array;
  readonly from: Side;
}

/** Something that a rule, a chain's end or a policy did. */
export interface Step {
  /** Family and name. */
  readonly table: string;
  readonly chain: string;
  readonly kind: TraceKind;
  /** The rule's place in its chain, from 0; -1 of what is no rule. */
  readonly rule: number;
  readonly verdict: TraceVerdict;
  readonly target: string | undefined;
}

/** What became of a packet. */
export interface Judgement {
  readonly verdict: "accept" | "drop" | "stolen" | "queue" | "unseen";
  /** The step that gave the verdict. */
  readonly decided: Step | undefined;
  readonly steps: readonly Step[];
  /** Where it left the router, and how it looked, from the IP header on. */
  readonly left: { readonly by: "in0" | "out0"; readonly octets: Uint8Array }[];
}

const OURS = "inet netrepl_oracle";
/** By this the packets that we send from the router are known. */
const PRIORITY = 0x7ab1;

const TRACING = `table ${OURS} {
  chain prerouting {
    type filter hook prerouting priority -500;
    iifname { "in0", "out0" } meta nftrace set 1 accept
  }
  chain output {
    type filter hook output priority -500;
    meta priority != 0:${PRIORITY.toString(16)} drop
    meta priority set 0:0 meta nftrace set 1 accept
  }
}
`;

/** Octets of what stands before a frame. */
const VIRTIO = 10;
const ROOM = 64 << 20;
/** Packets between two looks at what the kernel says. */
const TURN = 64;

/** Namespaces with a router in the middle, and the way to ask it. */
export class Oracle implements AsyncDisposable {
  /** The router's namespace. */
  readonly router: number;
  readonly #open = new DisposableStack();
  readonly #wires: Readonly<Record<"in0" | "out0", PacketSocket>>;
  readonly #own: Readonly<Record<4 | 6, number>>;
  readonly #trace: NetlinkSocket;
  readonly #buffer = new Uint8Array(1 << 17);
  /** By table, chain and handle: the rule's place in its chain. */
  #places = new Map<string, number>();
  /** The number of the last packet. */
  #last = 0;

  private constructor() {
    const { close } = libc();
    const { router, ends } = makeRouter(this.#open);
    this.router = router;
    this.#wires = {
      in0: inNamespace(
        ends.in0,
        () => this.#open.use(PacketSocket.open("in0")),
      ),
      out0: inNamespace(
        ends.out0,
        () => this.#open.use(PacketSocket.open("out0")),
      ),
    };
    this.#own = inNamespace(router, () => ({
      4: this.#open.adopt(rawSocket(2), close),
      6: this.#open.adopt(rawSocket(10), close),
    }));
    this.#trace = inNamespace(
      router,
      () => this.#open.use(openTrace(ROOM)),
    );
  }

  /** How many lines nft reads before those of a ruleset that is loaded. */
  static readonly linesBefore = TRACING.split("\n").length;

  /** Makes the namespaces. */
  static open(): Oracle {
    return new Oracle();
  }

  /**
   * Gives the router these rules in place of those that it has, and has it
   * forget its connections.
   *
   * @param text An nft script.
   * @throws {NetError} With what nft says, if it refuses.
   */
  async load(text: string): Promise<void> {
    const options = { namespace: this.router };
    await runNft(
      ["nft", "-f", "-"],
      `flush ruleset\n${TRACING}${text}`,
      "load",
      options,
    );
    this.forget();
    const listing = await runNft(
      ["nft", "-j", "-a", "list", "ruleset"],
      "",
      "list",
      options,
    );
    this.#places = new Map();
    const counts = new Map<string, number>();
    for (const { rule } of JSON.parse(listing).nftables) {
      if (rule === undefined) continue;
      const chain = `${rule.family} ${rule.table} ${rule.chain}`;
      const place = counts.get(chain) ?? 0;
      counts.set(chain, place + 1);
      this.#places.set(`${chain} ${rule.handle}`, place);
    }
  }

  /** Forgets all connections, as `conntrack -F` does. */
  forget(): void {
    inNamespace(this.router, () => {
      using socket = NetlinkSocket.open(NETLINK_NETFILTER);
      // IPCTNL_MSG_CT_DELETE of nothing in particular.
      socket.transact(
        new Message(1 << 8 | 2, REQUEST).struct(new Uint8Array(4)),
      );
    });
  }

  /**
   * Sends packets in turn.
   *
   * Each gets a number, in IPv4's identification or IPv6's flow label, by which
   * it is known again: the octets given are changed so.
   *
   * @param exhibits At most 65,535, fragments none.
   * @returns What became of each, in the same order.
   * @throws {Error} If the kernel lost messages.
   */
  judge(exhibits: readonly Exhibit[]): Judgement[] {
    const cases = new Map<number, Case>();
    const docket = { cases, running: new Map<number, Case>() };
    const wires = [
      ["in0", this.#wires.in0],
      ["out0", this.#wires.out0],
    ] as const;
    for (const [, wire] of wires) this.#take(wire, () => {});
    while (this.#trace.receive(() => {}));
    for (let i = 0; i < exhibits.length; i++) {
      const { octets, from } = exhibits[i]!;
      // Not again soon: the kernel waits half a minute for a fragment's others.
      this.#last = this.#last % 0xffff + 1;
      number(octets, this.#last);
      cases.set(this.#last, new Case());
      this.#send(octets, from);
      if (i % TURN < TURN - 1 && i < exhibits.length - 1) continue;
      this.#hear(docket);
      for (const [by, wire] of wires) {
        this.#take(wire, (octets) => {
          cases.get(numberOf(octets))?.left.push({ by, octets });
        });
        if (wire.drops > 0) throw new Error(`${by} lost packets`);
      }
    }
    return [...cases.values()].map((each) => each.close());
  }

  #send(octets: Uint8Array, from: Side): void {
    const { send, sendto } = libc();
    if (from === undefined) {
      const isWide = octets[0]! >> 4 === 6;
      const address = new Uint8Array(isWide ? 28 : 16);
      address[0] = isWide ? 10 : 2;
      if (isWide) address.set(octets.subarray(24, 40), 8);
      else address.set(octets.subarray(16, 20), 4);
      const copy = new Uint8Array(octets);
      const fd = this.#own[isWide ? 6 : 4];
      // A rule that drops it makes the call fail, which is no news.
      sendto(fd, copy, copy.length, 0x40, address, address.length);
      return;
    }
    const frame = new Uint8Array(VIRTIO + ETHER + octets.length);
    frame.set(frameOf(octets, from), VIRTIO);
    if (send(this.#wires[from].fd, frame, frame.length, 0) < 0) {
      throw new Error("a frame was not sent");
    }
  }

  /** Reads what the kernel says of packets. */
  #hear(
    docket: { cases: Map<number, Case>; running: Map<number, Case> },
  ): void {
    const hear = (message: TraceMessage) => {
      const { headers } = message;
      if (headers?.network) {
        const found = docket.cases.get(numberOf(headers.network));
        if (found) docket.running.set(message.id, found);
        else docket.running.delete(message.id);
      }
      const table = `${message.family} ${message.table}`;
      if (table === OURS) return;
      const { chain, kind, verdict, target, handle } = message;
      const rule = kind === "rule"
        ? this.#places.get(`${table} ${chain} ${handle}`) ?? NaN
        : -1;
      docket.running.get(message.id)?.steps.push({
        table,
        chain,
        kind,
        rule,
        verdict,
        target,
      });
    };
    while (
      this.#trace.receive((received) => {
        const message = readTrace(received);
        if (message) hear(message);
      })
    );
  }

  /** Reads the packets that wait. */
  #take(wire: PacketSocket, each: (octets: Uint8Array) => void): void {
    const buffer = this.#buffer;
    for (;;) {
      const length = libc().recv(wire.fd, buffer, buffer.length, 0x40);
      if (length < 0) return;
      each(buffer.slice(VIRTIO + ETHER, length));
    }
  }

  /** Ends it: nothing is left. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#open.dispose();
    return Promise.resolve();
  }
}

/** A packet on trial. */
class Case {
  readonly steps: Step[] = [];
  readonly left: { by: "in0" | "out0"; octets: Uint8Array }[] = [];

  /** What it all came to. */
  close(): Judgement {
    const { steps, left } = this;
    // An accept in one base chain lets the next one decide.
    const decided = steps.findLast(({ verdict, kind, rule }) =>
      verdict === "accept" || verdict === "drop" || verdict === "queue" ||
      verdict === "stolen" || kind === "policy" && rule < 0
    );
    const verdict = decided === undefined
      ? "unseen"
      : decided.verdict as Judgement["verdict"];
    return { verdict, decided, steps, left };
  }
}

/** The number in a packet, from its IP header on. */
export function numberOf(octets: Uint8Array): number {
  return octets[0]! >> 4 === 6
    ? (octets[1]! & 15) << 16 | octets[2]! << 8 | octets[3]!
    : octets[4]! << 8 | octets[5]!;
}

/** Writes the number, and the checksum with it. */
function number(octets: Uint8Array, value: number): void {
  if (octets[0]! >> 4 === 6) {
    octets[1] = octets[1]! & 0xf0 | value >> 16;
    octets[2] = value >> 8;
    octets[3] = value;
    return;
  }
  octets[4] = value >> 8;
  octets[5] = value;
  octets[10] = octets[11] = 0;
  let sum = 0;
  for (let at = 0; at < (octets[0]! & 15) * 4; at += 2) {
    sum += octets[at]! << 8 | octets[at + 1]!;
  }
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = ~(sum + (sum >>> 16));
  octets[10] = sum >> 8;
  octets[11] = sum;
}

function rawSocket(family: number): number {
  const { socket, setsockopt } = libc();
  // SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW: headers are ours to write.
  const fd = socket(family, 3 | 0o2000000, 255);
  if (fd < 0) throw new Error("no raw socket");
  setsockopt(fd, 1, 12, new Int32Array([PRIORITY]), 4); // SO_PRIORITY
  return fd;
}
