/**
 * ARP's question, put to very many addresses of a link.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { build } from "../../packet/build.ts";
import { arp } from "../../packet/layers/arp.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { BatchSender } from "./batch_sender.ts";
import type { Channel, Heard } from "./inquiry.ts";
import { kernelFilter } from "../tracing/ip_exchange.ts";
import { LinkSocket } from "../link/link_socket.ts";
import type { WireOptions } from "../options.ts";

const ARP = 0x0806;
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const REPLY = 2;
/** Octets of Ethernet and ARP headers, and where ARP starts and has what. */
const LENGTH = 42;
const START = 14;
const OPERATION = START + 6;
const SENDER_MAC = START + 8;
const SENDER_IP = START + 14;
const TARGET_IP = START + 24;
/** The shortest frame of Ethernet, without its check sequence. */
const SHORTEST = 60;
const SNAP_LENGTH = 64;
const BUFFER = 8 << 20;
/** Frames that LinkSocket takes at once. */
const FULL = 64;

/** The one answer that there is. */
export const IS_THERE = 1;

/** Asks for addresses; target `n` is the one at place `n`. */
export class ArpChannel implements Channel, AsyncDisposable {
  /** The most questions that go together. */
  readonly capacity: number;
  /** The hardware address of the answer that is being told. */
  readonly mac: Uint8Array = new Uint8Array(6);
  readonly #addresses: Uint32Array;
  readonly #places = new Map<number, number>();
  readonly #socket: LinkSocket;
  readonly #sender: BatchSender;
  readonly #frame = new Uint8Array(SHORTEST);
  readonly #view = new DataView(this.#frame.buffer);
  #round = 0;

  /**
   * Opens a socket.
   *
   * @param name The interface.
   * @param source Who asks.
   * @param addresses Whom, as numbers.
   * @param options The namespace.
   * @throws {NetError} With code `"not-found"` if there is no such interface.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   */
  constructor(
    name: string,
    source: Address,
    addresses: Uint32Array,
    options: WireOptions = {},
  ) {
    this.#addresses = addresses;
    addresses.forEach((address, i) => this.#places.set(address, i));
    this.#socket = LinkSocket.open(name, {
      direction: "in",
      protocol: ARP,
      filter: kernelFilter(`arp and arp[6:2] = ${REPLY}`, 1),
      buffer: BUFFER,
      snapLength: SNAP_LENGTH,
      namespace: options.namespace,
    });
    const { mac } = this.#socket;
    const question = build(
      ethernet({ src: mac, dst: BROADCAST }),
      arp({ operation: "request", senderMac: mac, senderIp: source }),
    );
    this.#frame.set(question.bytes);
    this.#sender = new BatchSender(this.#socket, name, SHORTEST);
    this.capacity = this.#sender.capacity;
  }

  /** Puts the question for a target with those that go next. */
  ask(target: number, round: number): void {
    this.#round = round;
    this.#view.setUint32(TARGET_IP, this.#addresses[target]!);
    this.#sender.add(this.#frame);
  }

  /** Sends them, some of them later. */
  send(): Promise<unknown> | undefined {
    return this.#sender.send();
  }

  /** Waits until all are sent. */
  drain(): Promise<void> {
    return this.#sender.drain();
  }

  /** Waits for answers. */
  wait(): Promise<unknown> {
    return this.#socket.wait();
  }

  /** Reads what has come. */
  receive(heard: Heard): void {
    const { view, octets } = this.#socket;
    for (let count = FULL; count === FULL;) {
      count = this.#socket.receive();
      for (let i = 0; i < count; i++) {
        const start = this.#socket.start(i);
        // A tagged frame is another network's.
        if (
          this.#socket.end(i) - start < LENGTH ||
          view.getUint16(start + 12) !== ARP ||
          view.getUint16(start + OPERATION) !== REPLY
        ) continue;
        const place = this.#places.get(view.getUint32(start + SENDER_IP));
        if (place === undefined) continue;
        const at = start + SENDER_MAC;
        for (let k = 0; k < 6; k++) this.mac[k] = octets[at + k]!;
        heard(place, this.#round, IS_THERE);
      }
    }
  }

  /** Closes the socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]();
  }
}
