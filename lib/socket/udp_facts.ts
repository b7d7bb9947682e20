/**
 * What the kernel tells of a datagram beside its octets.
 *
 * @see ip(7) IP_PKTINFO, ipv6(7), socket(7) SO_TIMESTAMPNS, SO_RXQ_OVFL
 * @module
 */

import { Address, type Family } from "../ip/address.ts";
import type { DatagramFacts } from "./datagram.ts";
import type { Control, Inbox } from "./inbox.ts";
import type { Interfaces } from "./socket_address.ts";
import { setNumber } from "./udp_options.ts";

const SOL_SOCKET = 1;
const SO_TIMESTAMPNS = 35;
const SO_RXQ_OVFL = 40;
const IP = 0;
const IP_TOS = 1;
const IP_TTL = 2;
const IP_PKTINFO = 8;
const IP_RECVTTL = 12;
const IP_RECVTOS = 13;
const IPV6 = 41;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;
const IPV6_RECVTCLASS = 66;
const IPV6_TCLASS = 67;
const SOL_UDP = 17;
const UDP_GRO = 104;

/**
 * Tells the kernel that we want to know.
 *
 * @param fd The socket.
 * @param family 4 or 6.
 */
export function askForFacts(fd: number, family: Family): void {
  const options = [
    [SOL_SOCKET, SO_TIMESTAMPNS],
    [SOL_SOCKET, SO_RXQ_OVFL],
    ...family === 4 ? [[IP, IP_PKTINFO], [IP, IP_RECVTTL], [IP, IP_RECVTOS]] : [
      [IPV6, IPV6_RECVPKTINFO],
      [IPV6, IPV6_RECVHOPLIMIT],
      [IPV6, IPV6_RECVTCLASS],
    ],
  ] as const;
  for (const [level, option] of options) {
    setNumber(fd, level!, option!, 1, "facts");
  }
}

/** Reads the control messages of one datagram after the other. */
export interface Beside {
  /** Octets of each of the datagrams that the kernel joined; 0 for one alone. */
  readonly segment: number;
  /** Whole seconds since 1970, and nanoseconds after them, when it came. */
  readonly seconds: number | undefined;
  readonly nanoseconds: number;
  /** Takes in what there is of a message. */
  read(box: Inbox, i: number, interfaces: Interfaces): void;
  /** What it was. */
  facts(): DatagramFacts;
}

/** Makes a reader. */
export function readBeside(): Beside {
  return new BesideReader();
}

class BesideReader implements Beside {
  segment = 0;
  seconds: number | undefined;
  nanoseconds = 0;
  #to: Address | undefined;
  #interface: string | undefined;
  #ttl: number | undefined;
  #tos: number | undefined;
  #lost = 0;

  read(box: Inbox, i: number, interfaces: Interfaces): void {
    this.segment = 0;
    this.seconds = undefined;
    this.#to =
      this.#interface =
      this.#ttl =
      this.#tos =
        undefined;
    box.eachControl(i, (control) => this.#take(box, control, interfaces));
  }

  #take(
    { controls }: Inbox,
    { level, type, at }: Control,
    interfaces: Interfaces,
  ): void {
    switch (level << 8 | type) {
      case SOL_SOCKET << 8 | SO_TIMESTAMPNS:
        this.seconds = controls.getUint32(at, true) +
          controls.getInt32(at + 4, true) * 2 ** 32;
        this.nanoseconds = controls.getUint32(at + 8, true);
        return;
      case SOL_SOCKET << 8 | SO_RXQ_OVFL:
        this.#lost = controls.getUint32(at, true);
        return;
      case IP << 8 | IP_PKTINFO:
        this.#interface = interfaces.nameOf(controls.getInt32(at, true));
        this.#to = addressAt(controls, at + 8, 4);
        return;
      case IPV6 << 8 | IPV6_PKTINFO:
        this.#interface = interfaces.nameOf(controls.getInt32(at + 16, true));
        this.#to = addressAt(controls, at, 16);
        return;
      case IP << 8 | IP_TTL:
      case IPV6 << 8 | IPV6_HOPLIMIT:
        this.#ttl = controls.getInt32(at, true);
        return;
      case IP << 8 | IP_TOS:
      case IPV6 << 8 | IPV6_TCLASS:
        this.#tos = controls.getUint8(at);
        return;
      case SOL_UDP << 8 | UDP_GRO:
        this.segment = controls.getInt32(at, true);
    }
  }

  facts(): DatagramFacts {
    return {
      to: this.#to,
      interface: this.#interface,
      ttl: this.#ttl,
      tos: this.#tos,
      time: this.seconds === undefined
        ? undefined
        : this.seconds * 1000 + this.nanoseconds / 1e6,
      lost: this.#lost,
    };
  }
}

function addressAt(view: DataView, at: number, size: number): Address {
  return Address.fromBytes(
    new Uint8Array(view.buffer, view.byteOffset + at, size),
  );
}
