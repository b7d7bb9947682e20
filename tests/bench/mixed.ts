/**
 * A capture as a busy gateway would record it, the same octets on every
 * machine: TCP connections that open, talk and end, DNS, other UDP, ping and
 * ARP, some of it over IPv6, some of it tagged.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { internetChecksum } from "../../lib/bytes/checksum.ts";
import { Dice } from "./mixed_dice.ts";

/** To be raised when other octets come out: files that are there are kept. */
const VERSION = 3;

/** A capture file that is there. */
export interface MixedCapture {
  readonly path: string;
  readonly packets: number;
  /** Octets of the file. */
  readonly size: number;
}

/**
 * Makes the capture in the system's folder for temporary files, if it is not
 * there from an earlier time.
 */
export async function mixedCapture(packets = 1_000_000): Promise<MixedCapture> {
  const path = `${tmpdir()}/netrepl-mixed-v${VERSION}-${packets}.pcap`;
  const old = await Deno.stat(path).catch(() => undefined);
  if (old !== undefined) return { path, packets, size: old.size };
  const part = `${path}.${Deno.pid}.part`;
  const file = await Deno.open(part, { create: true, write: true });
  try {
    const traffic = new Traffic((octets) => {
      for (let at = 0; at < octets.length;) {
        at += file.writeSync(octets.subarray(at));
      }
    });
    for (let n = 0; n < packets; n++) traffic.packet();
    traffic.flush();
  } finally {
    file.close();
  }
  await Deno.rename(part, path);
  return { path, packets, size: (await Deno.stat(path)).size };
}

/** One host: its addresses. */
interface Host {
  readonly mac: number;
  readonly ipv4: number;
  readonly ipv6: Uint8Array;
}

/** Two hosts, and what lies between them. */
interface Link {
  readonly client: Host;
  readonly server: Host;
  readonly family: 4 | 6;
  readonly vlan: number | undefined;
}

/** One TCP connection, as far as it has got. */
interface Connection extends Link {
  readonly clientPort: number;
  readonly serverPort: number;
  /** Whether most of it flows from the server, as on the web. */
  readonly download: boolean;
  clientSeq: number;
  serverSeq: number;
  step: number;
  readonly last: number;
  readonly started: number;
}

const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16] as const;
const CONNECTIONS = 2000;
const HOSTS = 3000;
const SERVERS = 300;
const TCP_PORTS = [443, 443, 443, 443, 8443, 993, 5432, 3306, 9092];
const UDP_PORTS = [443, 443, 443, 3478, 8801, 19302];
const NAMES = [
  "www.example.com",
  "api.example.org",
  "mail.example.net",
  "static.cdn.example.com",
  "telemetry.eu-west.example.io",
];

/** Writes one packet after the other. */
class Traffic extends Dice {
  readonly #content = new Uint8Array(4096);
  readonly #hosts: Host[];
  readonly #servers: Host[];
  readonly #connections: Connection[] = [];
  #seconds = 1_700_000_000;
  #micros = 0;
  #id = 0;

  constructor(write: (octets: Uint8Array) => void) {
    super(write);
    for (let i = 0; i < this.#content.length; i++) {
      this.#content[i] = this.random();
    }
    this.#hosts = Array.from({ length: HOSTS }, (_, n) => this.#host(10, n));
    this.#servers = Array.from(
      { length: SERVERS },
      (_, n) => this.#host(n % 3 === 0 ? 198 : 203, n),
    );
    // Most connections were there before the recording began.
    for (let i = 0; i < CONNECTIONS; i++) {
      const one = this.#connection();
      this.#connections.push({ ...one, step: this.random() % one.last });
    }
    [0xa1b2c3d4, 0x0004_0002, 0, 0, 262_144, 1].forEach((word, at) =>
      this.view.setUint32(at * 4, word, true)
    );
    this.at = 24;
  }

  packet(): void {
    if (this.at > this.octets.length - 4096) this.flush();
    this.#micros += 1 + this.random() % 40;
    if (this.#micros >= 1_000_000) {
      this.#micros -= 1_000_000;
      this.#seconds++;
    }
    const record = this.at;
    this.at += 16;
    const kind = this.random() % 1000;
    if (kind < 740) this.#tcp();
    else if (kind < 830) this.#udp();
    else if (kind < 930) this.#dns();
    else if (kind < 970) this.#ping();
    else this.#arp();
    const length = this.at - record - 16;
    [this.#seconds, this.#micros, length, length].forEach((word, at) =>
      this.view.setUint32(record + at * 4, word, true)
    );
  }

  #tcp(): void {
    const index = this.random() % CONNECTIONS;
    const one = this.#connections[index]!;
    const { step, last } = one;
    // Three packets open, data flows in turns, two end it; some are reset.
    let fromClient = step % 2 === 0;
    let flags: number = ACK;
    let size = 0;
    if (step === 0) flags = SYN;
    else if (step === 1) flags = SYN | ACK;
    else if (step === last) flags = last % 11 === 0 ? RST | ACK : FIN | ACK;
    else if (step > 2) {
      const talks = this.random() % 10;
      fromClient = one.download ? talks < 5 : talks < 7;
      size = this.#payloadSize(fromClient !== one.download);
      if (size > 0 && size < 1300) flags |= PSH;
    }
    const options = step < 2 ? 20 : 12;
    const isSyn = step < 2;
    const end = this.#frame(one, !fromClient, 6, 20 + options + size);
    const at = this.at;
    this.u16(fromClient ? one.clientPort : one.serverPort);
    this.u16(fromClient ? one.serverPort : one.clientPort);
    const { clientSeq, serverSeq } = one;
    this.u32(fromClient ? clientSeq : serverSeq);
    this.u32(flags === SYN ? 0 : fromClient ? serverSeq : clientSeq);
    this.u8((20 + options) << 2);
    this.u8(flags);
    this.u16(isSyn ? 64240 : 500 + this.random() % 500);
    this.u32(0);
    if (isSyn) {
      this.u32(0x0204_05b4); // maximum segment size 1460
      this.u16(0x0402); // selective acknowledgement permitted
    } else {
      this.u16(0x0101);
    }
    this.u16(0x080a);
    this.u32(one.started + step * 7);
    this.u32(isSyn && fromClient ? 0 : one.started + step * 7 - 3);
    if (isSyn) this.u32(0x0103_0307); // window scale 7
    this.#fill(size);
    this.#sum(at + 16, at, end, one.family, 6);
    const used = size + (flags & (SYN | FIN) ? 1 : 0);
    if (fromClient) one.clientSeq = (one.clientSeq + used) >>> 0;
    else one.serverSeq = (one.serverSeq + used) >>> 0;
    one.step++;
    if (step === last) this.#connections[index] = this.#connection();
  }

  #udp(): void {
    const size = this.random() % 4 === 0 ? 1200 : 20 + this.random() % 400;
    const one = this.#link();
    const port = UDP_PORTS[this.random() % UDP_PORTS.length]!;
    const end = this.#frame(one, false, 17, 8 + size);
    const at = this.#datagram(false, port, size);
    this.#fill(size);
    this.#sum(at + 6, at, end, one.family, 17);
  }

  #dns(): void {
    const name = NAMES[this.random() % NAMES.length]!;
    const isReply = this.random() % 2 === 0;
    const size = 12 + name.length + 2 + 4 + (isReply ? 16 : 0);
    const one = this.#link();
    const end = this.#frame(one, isReply, 17, 8 + size);
    const at = this.#datagram(isReply, 53, size);
    this.u16(this.random());
    this.u16(isReply ? 0x8180 : 0x0100);
    this.u16(1);
    this.u16(isReply ? 1 : 0);
    this.u32(0);
    for (const label of name.split(".")) {
      this.u8(label.length);
      for (const letter of label) this.u8(letter.charCodeAt(0));
    }
    this.u8(0);
    this.u32(0x0001_0001); // A, IN
    if (isReply) {
      this.u16(0xc00c); // the name above
      this.u32(0x0001_0001);
      this.u32(300);
      this.u16(4);
      this.u32(one.server.ipv4);
    }
    this.#sum(at + 6, at, end, one.family, 17);
  }

  /** Writes a UDP header; gives its place. */
  #datagram(isReply: boolean, port: number, size: number): number {
    const at = this.at;
    const other = 20_000 + this.random() % 40_000;
    this.u16(isReply ? port : other);
    this.u16(isReply ? other : port);
    this.u32((8 + size) * 0x1_0000);
    return at;
  }

  #ping(): void {
    const one = { ...this.#link(), family: 4 as const };
    const isReply = this.random() % 2 === 0;
    const end = this.#frame(one, isReply, 1, 64);
    const at = this.at;
    this.u16(isReply ? 0 : 0x0800);
    this.u16(0);
    this.u16(this.random());
    this.u16(this.random() % 100);
    this.#fill(56);
    this.view.setUint16(
      at + 2,
      internetChecksum(this.octets.subarray(at, end)),
    );
  }

  #arp(): void {
    const { client, server } = this.#link();
    const isReply = this.random() % 2 === 0;
    this.mac(isReply ? client.mac : 2 ** 48 - 1);
    this.mac(server.mac);
    this.u16(0x0806);
    this.u32(0x0001_0800);
    this.u16(0x0604);
    this.u16(isReply ? 2 : 1);
    this.mac(server.mac);
    this.u32(server.ipv4);
    this.mac(isReply ? client.mac : 0);
    this.u32(client.ipv4);
    for (let i = 0; i < 18; i++) this.u8(0);
  }

  /** Writes the headers down to IP; gives where the packet will end. */
  #frame(
    { client, server, family, vlan }: Link,
    isReply: boolean,
    protocol: number,
    size: number,
  ): number {
    const [from, to] = isReply ? [server, client] : [client, server];
    this.mac(to.mac);
    this.mac(from.mac);
    if (vlan !== undefined) {
      this.u16(0x8100);
      this.u16(vlan);
    }
    if (family === 6) {
      this.u16(0x86dd);
      this.u32(0x6000_0000 | from.mac & 0xfffff);
      this.u16(size);
      this.u8(protocol);
      this.u8(64);
      this.copy(from.ipv6);
      this.copy(to.ipv6);
      return this.at + size;
    }
    this.u16(0x0800);
    const at = this.at;
    this.u16(0x4500);
    this.u16(20 + size);
    this.u16(this.#id = (this.#id + 1) & 0xffff);
    this.u16(0x4000);
    this.u8(protocol === 6 ? 64 : 57);
    this.u8(protocol);
    this.u16(0);
    this.u32(from.ipv4);
    this.u32(to.ipv4);
    this.view.setUint16(
      at + 10,
      internetChecksum(this.octets.subarray(at, at + 20)),
    );
    return this.at + size;
  }

  /** Writes the checksum of a segment and what its pseudo-header has. */
  #sum(
    place: number,
    at: number,
    end: number,
    family: 4 | 6,
    protocol: number,
  ): void {
    // The pseudo-header's addresses stand right before the segment; of the rest,
    // in ones' complement, the checksum is taken by itself.
    const covered = this.octets.subarray(at - (family === 4 ? 8 : 32), end);
    const sum = internetChecksum(covered) - (protocol + end - at);
    this.view.setUint16(place, sum > 0 ? sum : sum + 0xffff);
    if (this.at !== end) throw new Error(`${end - this.at} octets missing`);
  }

  #host(net: number, n: number): Host {
    const ipv4 = net * 2 ** 24 + (this.random() & 0xffff) * 256 + 1 + n % 250;
    const ipv6 = new Uint8Array(16);
    ipv6.set([0x20, 0x01, 0x0d, 0xb8, net]);
    for (let i = 8; i < 16; i++) ipv6[i] = this.random();
    return { mac: 0x02_00_00_00_00_00 + this.random() % 2 ** 24, ipv4, ipv6 };
  }

  #link(): Link {
    return {
      client: this.#hosts[this.random() % HOSTS]!,
      server: this.#servers[this.random() % SERVERS]!,
      family: this.random() % 8 === 0 ? 6 : 4,
      vlan: this.random() % 12 === 0 ? 10 + this.random() % 40 : undefined,
    };
  }

  #connection(): Connection {
    return {
      ...this.#link(),
      clientPort: 32_768 + this.random() % 28_000,
      serverPort: TCP_PORTS[this.random() % TCP_PORTS.length]!,
      download: this.random() % 4 !== 0,
      clientSeq: this.random(),
      serverSeq: this.random(),
      step: 0,
      last: 5 + this.random() % 40,
      started: this.random() >>> 4,
    };
  }

  /** Bulk data fills segments, the other way go acknowledgements and requests. */
  #payloadSize(bulk: boolean): number {
    const dice = this.random() % 10;
    if (bulk) return dice < 6 ? 1428 : 1 + this.random() % 1200;
    return dice < 6 ? 0 : 60 + this.random() % 600;
  }

  /** Octets that look like ciphertext. */
  #fill(size: number): void {
    const from = this.random() % (this.#content.length - size);
    this.copy(this.#content.subarray(from, from + size));
  }
}
