/**
 * The packets that ask ports: made once for each host, then changed in place.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { build, type Part } from "../../packet/build.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { ipv4 } from "../../packet/layers/ipv4.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import { tcp } from "../../packet/layers/tcp.ts";
import { udp } from "../../packet/layers/udp.ts";
import type { Technique } from "./techniques.ts";
import type { Way } from "../link/way.ts";

/** A host that is asked, and how frames get to it. */
export interface ProbedHost {
  /** Its address, without a zone. */
  readonly address: Address;
  /** The way there. */
  readonly way: Way;
  /** The next hop's hardware address; `undefined` to leave the link header out. */
  readonly mac: Uint8Array | undefined;
}

/** What all probes of a scan have in common. */
export interface ProbeFacts {
  /** The technique. */
  readonly technique: Technique;
  /** The source port of the first round; each one after has the next. */
  readonly port: number;
  /** TCP's sequence number. */
  readonly sequence: number;
}

/** One packet, to which ports are put. */
export class Probe {
  /** The packet, with its link header if it has one. */
  readonly octets: Uint8Array;
  readonly #view: DataView;
  /** Where TCP or UDP starts, and where it has its checksum. */
  readonly #at: number;
  readonly #checksum: number;
  /** The sum of all that the checksum covers, but for the ports. */
  readonly #sum: number;

  /**
   * Builds the packet.
   *
   * @param host For whom.
   * @param facts How.
   * @param payload What UDP carries.
   */
  constructor(host: ProbedHost, facts: ProbeFacts, payload: Uint8Array) {
    const { address, way, mac } = host;
    const isTcp = facts.technique.protocol === "tcp";
    const ends = { src: way.source, dst: address };
    const link: Part[] = mac === undefined
      ? []
      : [ethernet({ src: way.sourceMac, dst: mac })];
    const packet = build(
      ...link,
      // An own number for each scan, as the kernel's are.
      address.family === 4
        ? ipv4({ ...ends, ttl: 64, id: facts.sequence & 0xffff })
        : ipv6({ ...ends, hopLimit: 64 }),
      isTcp ? segment(facts) : udp({ srcPort: facts.port, dstPort: 0 }),
      payload,
    );
    this.octets = packet.bytes.slice();
    this.#view = new DataView(this.octets.buffer);
    this.#at = (mac === undefined ? 0 : 14) + (address.family === 4 ? 20 : 40);
    this.#checksum = this.#at + (isTcp ? 16 : 6);
    // RFC 1624 §3: the port that is in it is taken out.
    this.#sum = (~this.#view.getUint16(this.#checksum) & 0xffff) +
      (~facts.port & 0xffff);
  }

  /**
   * Puts the ports in, and the checksum that they make.
   *
   * @param from The source port.
   * @param to The port that is asked.
   */
  aim(from: number, to: number): void {
    const view = this.#view;
    const at = this.#at;
    view.setUint16(at, from);
    view.setUint16(at + 2, to);
    let sum = this.#sum + from + to;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    // A sum of 0 would say that UDP has none (RFC 768).
    view.setUint16(this.#checksum, ~sum & 0xffff || 0xffff);
  }
}

/** A segment without data; a SYN says how much it takes, as all do. */
function segment({ technique, port, sequence }: ProbeFacts): Part {
  const flags = technique.flags ?? [];
  const isAck = flags.includes("ACK");
  return tcp({
    srcPort: port,
    dstPort: 0,
    seq: sequence,
    ack: isAck ? (sequence ^ 0x5555_5555) >>> 0 : 0,
    flags: [...flags],
    window: 1024,
    options: flags.includes("SYN") ? [{ kind: "mss", mss: 1460 }] : [],
  });
}
