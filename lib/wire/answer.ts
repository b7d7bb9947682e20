/**
 * Answering packets: machines that stand where nobody is.
 *
 * @module
 */

import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../linux/option_kinds.ts";
import { REACH } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { compileFilter } from "../ffi/libpcap.ts";
import type { Address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import { subnet } from "../ip/subnet.ts";
import { readAddresses } from "../linux/address_decode.ts";
import { inside } from "../linux/entering.ts";
import { NetlinkSocket } from "../linux/netlink.ts";
import type { Packet } from "../packet/packet.ts";
import { turn } from "../pcap/source.ts";
import { returned, targetOf, unframed } from "./asking/complete.ts";
import { trySend } from "./asking/line.ts";
import { authorise } from "./authority.ts";
import { LinkSocket } from "./link/link_socket.ts";
import { attachFilter } from "./link/packet_socket.ts";
import type { Machine, MachineFacts } from "./machines/machine.ts";
import { NetworkSocket } from "./link/network_socket.ts";
import type { ReachOptions } from "./options.ts";

/** Options of `answer`. */
const ANSWER: OptionKinds<AnswerOptions> = { ...REACH, count: "any" };

/** Options for {@linkcode answer}. */
export interface AnswerOptions extends ReachOptions {
  /** Ends it after so many replies. @default {never} */
  count?: number | undefined;
}

/** What a machine has answered. */
export interface Answered {
  /** The packet that came. */
  readonly question: Packet;
  /** What was sent, with its link header where there is one. */
  readonly reply: Packet;
  /** Which machine it was. */
  readonly machine: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
}

const LOOPBACK = "lo";

/**
 * Answers packets that come in by an interface, for as long as the loop runs over
 * it: each step hears, answers, and gives both.
 *
 * To answer for others is to pretend to be them. So it takes a reason, or a yes of
 * who sits there, everywhere but on loopback and in the lab.
 *
 * The kernel answers too, for the addresses that it has: what a machine says is
 * heard beside it, not in its place.
 *
 * @param on The interface.
 * @param machine What answers, such as {@linkcode arpResponder} gives or one of
 * your own; several each get every packet.
 * @param options A reason, and when to end.
 * @returns What was answered, as it happens. Break out of the loop, or abort, to
 * end it at once.
 * @throws {RangeError} If `count` is no whole number above 0.
 * @throws {ParseError} If a machine's filter is none.
 * @throws {NetError} If there is no such interface, or it goes down.
 * @throws {PermissionError} Without CAP_NET_RAW, or `"not-authorised"`.
 * @throws The signal's reason when it aborts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const machine = net.wire.arpResponder({ "10.0.0.9": "02:00:00:00:00:09" });
 * for await (const { question } of net.wire.answer("eth0", machine, { authorised: "my lab" })) {
 *   console.log(`${question.arp?.senderIp} asked`);
 * }
 * ```
 */
export async function* answer(
  on: string,
  machine: Machine | readonly Machine[],
  options: AnswerOptions = {},
): AsyncGenerator<Answered, void, void> {
  mustBe("answer", "on", on, "text");
  checkOptions("answer", options, ANSWER);
  const { signal, namespace, authorised, count = Infinity } = options;
  if (!(count > 0 && (Number.isInteger(count) || count === Infinity))) {
    throw new RangeError(
      `Cannot answer as 'count' must be a whole number above 0: current value is ${count}`,
    );
  }
  signal?.throwIfAborted();
  const machines = [machine].flat();
  if (machines.length === 0 || !machines.every(isMachine)) {
    throw new TypeError(
      `Cannot answer as 'machine' must be one or more, such as net.wire.icmpResponder("192.0.2.1"): current value is ${
        Deno.inspect(machine, { depth: 0 })
      }`,
    );
  }
  if (on !== LOOPBACK) {
    await authorise({
      action: `answer as ${machines.map(({ name }) => name).join(" and ")} on`,
      targets: EVERYBODY,
      kind: `answer on ${on}`,
    }, { authorised, signal, namespace });
  }
  using desk = new Desk(on, machines, namespace);
  const stop = () => desk.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    let left = count;
    while (left > 0 && await desk.wait()) {
      for (const question of desk.questions()) {
        for (const { name, reply } of desk.answers(question)) {
          while (!desk.send(reply)) {
            await turn();
            signal?.throwIfAborted();
          }
          yield { question, reply, machine: name, at: Date.now() };
          signal?.throwIfAborted();
          if (--left === 0) return;
        }
      }
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function isMachine(value: unknown): boolean {
  return typeof (value as Partial<Machine> | null)?.reply === "function";
}

/** Whoever may believe it. */
const EVERYBODY = [subnet("0.0.0.0/0"), subnet("::/0")];

/** An interface with machines on it. */
class Desk implements Disposable {
  readonly #socket: LinkSocket;
  readonly #machines: readonly Machine[];
  readonly #facts: MachineFacts;
  readonly #namespace: number | string | undefined;
  readonly #mac: Uint8Array;
  readonly #network = new Map<4 | 6, NetworkSocket>();

  constructor(
    on: string,
    machines: readonly Machine[],
    namespace: number | string | undefined,
  ) {
    this.#namespace = namespace;
    this.#machines = machines;
    this.#socket = LinkSocket.open(on, {
      direction: "in",
      promiscuous: machines.some(({ promiscuous }) => promiscuous === true),
      namespace,
    });
    try {
      this.#mac = this.#socket.mac;
      this.#facts = {
        interface: on,
        mac: String(mac(this.#mac)),
        addresses: addressesOf(on, namespace),
      };
      const filter = filterOf(machines);
      if (filter !== undefined) {
        attach(this.#socket, filter, this.#socket.linkType);
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Waits for packets; false once it is closed. */
  wait(): Promise<boolean> {
    return this.#socket.wait();
  }

  /** The packets that have come. */
  *questions(): Generator<Packet> {
    const count = this.#socket.receive();
    for (let i = 0; i < count; i++) yield this.#socket.packet(i);
  }

  /** What the machines say to one. */
  *answers(question: Packet): Generator<{ name: string; reply: Packet }> {
    for (const machine of this.#machines) {
      const said = machine.reply(question, this.#facts);
      for (const reply of [said ?? []].flat()) {
        yield {
          name: machine.name,
          reply: this.#isLoopback
            ? unframed(reply)
            : returned(reply, question, this.#mac),
        };
      }
    }
  }

  get #isLoopback(): boolean {
    return this.#facts.interface === LOOPBACK;
  }

  /** Whether the kernel took it. */
  send(reply: Packet): boolean {
    if (!this.#isLoopback) return trySend(this.#socket, reply.bytes);
    const to = targetOf(reply);
    // To this machine itself only IP gets through.
    if (to === undefined) return true;
    let network = this.#network.get(to.family);
    if (network === undefined) {
      network = NetworkSocket.open(to.family, { namespace: this.#namespace });
      this.#network.set(to.family, network);
    }
    return network.send(reply.bytes, to);
  }

  close(): void {
    this.#socket[Symbol.dispose]();
    for (const network of this.#network.values()) network[Symbol.dispose]();
    this.#network.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function addressesOf(
  on: string,
  namespace: number | string | undefined,
): Address[] {
  return inside(namespace, () => {
    using socket = NetlinkSocket.open();
    return readAddresses(socket).filter(({ device }) => device === on)
      .map(({ address }) => address);
  });
}

/** What all machines together have to hear. */
function filterOf(machines: readonly Machine[]): string | undefined {
  const filters = machines.map(({ filter }) => filter);
  if (filters.includes(undefined)) return undefined;
  return filters.map((filter) => `(${filter})`).join(" or ");
}

/** Keeps the rest away; without libpcap the machines sort it out themselves. */
function attach(socket: LinkSocket, filter: string, linkType: number): void {
  let program;
  try {
    program = compileFilter(filter, { linkType });
  } catch (error) {
    if (error instanceof NetError && error.code === "unsupported") return;
    throw error;
  }
  attachFilter(socket.fd, socket.interface, program);
}
