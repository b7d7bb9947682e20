/**
 * A server whose every octet we choose: right flights of TLS 1.3 and 1.2, which
 * tests then spoil.
 *
 * @module
 */

import { Sink } from "../../lib/packet/format.ts";
import {
  handshakeMessages,
  type TlsClientHello,
} from "../../lib/packet/layers/tls/handshake.ts";
import { readMessage } from "../../lib/tls/probe/encrypted_messages.ts";
import { handshakeRecords } from "../../lib/tls/probe/client_hello.ts";
import { keyPair } from "../../lib/tls/probe/key_agreement.ts";
import {
  join,
  KeySchedule,
  trafficKeys,
} from "../../lib/tls/probe/key_schedule.ts";
import type { NodeCrypto } from "../../lib/tls/probe/node_crypto.ts";
import { RecordProtection } from "../../lib/tls/probe/record_protection.ts";
import { suiteFacts } from "../../lib/tls/probe/suite_facts.ts";

/** Octets that are no certificate, but lie where one is. */
export const CERTIFICATE = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);

/** What a test may change of a flight. */
export interface Spoil {
  /** Messages in the clear, before they are put into records. */
  clear?: (messages: Uint8Array[]) => Uint8Array[];
  /** Messages that are then encrypted; the Finished behind them fits them. */
  hidden?: (messages: Uint8Array[]) => Uint8Array[];
  /** The octets as they go out. */
  octets?: (octets: Uint8Array) => Uint8Array;
}

/** A handshake message of a type. */
export function message(type: number, ...body: Uint8Array[]): Uint8Array {
  const content = join(...body);
  const { length } = content;
  return join(
    Uint8Array.of(type, length >> 16, length >> 8, length),
    content,
  );
}

function vector(bits: 8 | 16 | 24, ...parts: Uint8Array[]): Uint8Array {
  const content = join(...parts);
  const head = [16, 8, 0].slice(3 - bits / 8)
    .map((shift) => content.length >> shift);
  return join(Uint8Array.from(head), content);
}

function serverHello(
  sessionId: Uint8Array,
  cipherSuite: number,
  extensions: readonly object[],
): Uint8Array {
  const sink = new Sink("tls");
  handshakeMessages.write(sink, [{
    kind: "serverHello",
    version: 0x0303,
    random: new Uint8Array(32).fill(9),
    sessionId,
    cipherSuite,
    compressionMethod: 0,
    ...extensions.length > 0 && { extensions },
  }] as never);
  return sink.from(0);
}

/** The answer of a server of TLS 1.3 to a ClientHello, up to its Finished. */
export function flight1_3(
  crypto: NodeCrypto,
  hello: Uint8Array,
  spoil: Spoil = {},
): Uint8Array {
  const client = readMessage(hello, 0x0303, false) as TlsClientHello;
  const shares = client.extensions?.find(({ kind }) => kind === "keyShare");
  const [share] = shares?.kind === "keyShare" ? shares.shares : [];
  const keys = keyPair(crypto, share!.group);
  const shared = keys.agree(share!.key)!;
  const clear = [
    serverHello(client.sessionId, 0x1301, [
      { kind: "supportedVersions", version: 0x0304 },
      { kind: "keyShare", group: keys.group, key: keys.share },
    ]),
  ];
  const sent = spoil.clear?.(clear) ?? clear;
  const suite = suiteFacts(0x1301)!;
  const schedule = new KeySchedule(crypto, "sha256");
  schedule.advance(shared);
  const digest = (messages: readonly Uint8Array[]) => {
    const hash = crypto.createHash("sha256");
    for (const one of messages) hash.update(one);
    return hash.digest();
  };
  const transcript = [hello, ...sent];
  const secret = schedule.derive("s hs traffic", digest(transcript));
  const writer = new RecordProtection(crypto, {
    suite,
    version: 0x0304,
    keys: trafficKeys(crypto, "sha256", secret, 16),
  });
  const hidden = [
    message(8, vector(16, Uint8Array.of(0, 16, 0, 5, 0, 3, 2, 0x68, 0x32))),
    message(
      11,
      Uint8Array.of(0),
      vector(24, vector(24, CERTIFICATE), vector(16)),
    ),
    message(15, Uint8Array.of(4, 3), vector(16, new Uint8Array(70))),
  ];
  const told = spoil.hidden?.(hidden) ?? hidden;
  transcript.push(...told);
  const finished = schedule.finished(secret, digest(transcript));
  const content = join(...told, message(20, finished));
  const records = [
    ...sent.map((one) => handshakeRecords(one, 0x0303)),
    Uint8Array.of(20, 3, 3, 0, 1, 1),
  ];
  for (let at = 0; at < content.length; at += 2 ** 14) {
    records.push(writer.seal(22, content.subarray(at, at + 2 ** 14)));
  }
  const octets = join(...records);
  return spoil.octets?.(octets) ?? octets;
}

/** The answer of a server of TLS 1.2, up to ServerHelloDone. */
export function flight1_2(
  crypto: NodeCrypto,
  hello: Uint8Array,
  spoil: Spoil = {},
): Uint8Array {
  const client = readMessage(hello, 0x0303, false) as TlsClientHello;
  const { share } = keyPair(crypto, 23);
  const clear = [
    serverHello(client.sessionId, 0xc02f, [{ kind: "extendedMasterSecret" }]),
    message(11, vector(24, vector(24, CERTIFICATE))),
    message(22, Uint8Array.of(1), vector(24, Uint8Array.of(0x30, 0))),
    message(
      12,
      Uint8Array.of(3, 0, 23),
      vector(8, share),
      Uint8Array.of(4, 1),
      vector(16, new Uint8Array(256)),
    ),
    message(
      13,
      vector(8, Uint8Array.of(1, 64)),
      vector(16, Uint8Array.of(4, 1)),
      vector(16),
    ),
    message(14),
  ];
  const sent = spoil.clear?.(clear) ?? clear;
  const octets = join(...sent.map((one) => handshakeRecords(one, 0x0303)));
  return spoil.octets?.(octets) ?? octets;
}

/** Reads a ClientHello off a connection; `undefined` if none comes. */
export async function readHello(
  connection: { readExactly(length: number): Promise<Uint8Array> },
): Promise<Uint8Array | undefined> {
  try {
    const head = await connection.readExactly(5);
    return await connection.readExactly(head[3]! << 8 | head[4]!);
  } catch {
    return undefined;
  }
}

/** A generator of numbers that a seed repeats (mulberry32). */
export function chance(seed: number): (below: number) => number {
  return (below) => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) % below;
  };
}

/** Spoils octets in one of the ways of the world. */
export function spoiled(octets: Uint8Array, random: (below: number) => number) {
  const at = random(octets.length);
  const changed = octets.slice();
  switch (random(6)) {
    case 0:
      changed[at] = random(256);
      return changed;
    case 1:
      changed[at]! ^= 1 << random(8);
      return changed;
    case 2:
      return changed.subarray(0, at);
    case 3: {
      const more = random(40);
      const made = new Uint8Array(changed.length + more);
      made.set(changed.subarray(0, at));
      for (let i = 0; i < more; i++) made[at + i] = random(256);
      made.set(changed.subarray(at), at + more);
      return made;
    }
    case 4:
      changed.fill(random(2) * 255, at, at + 1 + random(8));
      return changed;
    default:
      changed.copyWithin(at, random(octets.length));
      return changed;
  }
}

/** Spoils one of several messages, leaves it out, or sends it twice. */
export function shuffled(all: Uint8Array[], random: (below: number) => number) {
  const which = random(all.length);
  switch (random(6)) {
    case 0:
      return all.filter((_, i) => i !== which);
    case 1:
      return all.flatMap((one, i) => i === which ? [one, one] : [one]);
    default:
      return all.map((one, i) => i === which ? spoiled(one, random) : one);
  }
}

/** A message in a record in the clear. */
export const clear = (octets: Uint8Array) =>
  Uint8Array.of(22, 3, 3, octets.length >> 8, octets.length, ...octets);
