/**
 * TLS 1.2 and before, behind the hellos: the server's messages, and the client's
 * answer where the cipher suite allows one.
 *
 * @module
 */

import { clientHello } from "./client_hello.ts";
import { type ClientKeys, clientKeys, type ServerKey } from "./client_keys.ts";
import type { HandshakeMessage } from "./encrypted_messages.ts";
import {
  FatalAlert,
  type HandshakeFlow,
  type ProbeMessage,
} from "./handshake_flow.ts";
import { prf } from "./key_schedule.ts";
import {
  emptyFlight,
  type ProbeFacts,
  type ServerFlight,
} from "./server_flight.ts";
import {
  connectionKeys,
  hashOf,
  masterSecret,
  sessionHash,
} from "./session_keys.ts";
import { type SuiteFacts, suiteFacts } from "./suite_facts.ts";

const TLS_1_0 = 0x0301;
const TLS_1_2 = 0x0303;
const RENEGOTIATION_INFO = 65281;
/** How long the server may take to answer the end of the connection, in ms. */
const PATIENCE = 500;
/** Octets of a Finished before TLS 1.3. */
const VERIFY_DATA = 12;

/** Messages of the server, in the order in which they may come. */
const ORDER = [
  "certificate",
  "certificateStatus",
  "serverKeyExchange",
  "certificateRequest",
  "serverHelloDone",
];

/**
 * Reads the server's messages up to ServerHelloDone, and answers them if asked to
 * and the suite is one that allows it.
 *
 * @param facts What the hellos settled.
 * @returns What the messages say.
 *
 * @example
 * ```ts
 * import { probe1_2 } from "./probe_1_2.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(probe1_2.length, 1);
 * ```
 */
export async function probe1_2(facts: ProbeFacts): Promise<ServerFlight> {
  const { flow, hello, finish, spec } = facts;
  const flight = emptyFlight();
  for (const extension of hello.extensions ?? []) {
    if (extension.kind === "applicationProtocols") {
      flight.alpn = extension.protocols[0];
    }
    if (extension.kind === "signedCertificateTimestamp") {
      flight.timestamps = timestampsIn(extension.octets);
    }
  }
  const serverKey = await read(flow, flight);
  const suite = suiteFacts(hello.cipherSuite);
  const can = suite?.cipher !== undefined && flow.version >= TLS_1_0 &&
    spec.keyShares === undefined;
  if (!finish || !can) return flight;
  const keys = clientKeys({
    keyPair: facts.keyPair,
    keyExchange: suite.keyExchange,
    serverKey,
    certificate: flight.certificates[0],
    offered: Math.min(TLS_1_2, Math.max(...spec.versions)),
  });
  if (keys === undefined) return flight;
  if (keys === "no key") {
    const what = flight.group === undefined
      ? "the exchange"
      : `group ${flight.group}`;
    throw flow.malformed(`it sent a key that is none of ${what}`);
  }
  try {
    await answer(facts, suite, keys, flight);
  } catch (error) {
    // All that the server had to show is there; the result has the alert.
    if (!(error instanceof FatalAlert)) throw error;
  }
  return flight;
}

/** Reads up to ServerHelloDone, and gives the server's key. */
async function read(
  flow: HandshakeFlow,
  flight: ServerFlight,
): Promise<ServerKey | undefined> {
  let key: ServerKey | undefined;
  let due = ORDER;
  for (;;) {
    const { name, message } = await flow.expect(due);
    due = ORDER.slice(ORDER.indexOf(name) + 1);
    const value = message as HandshakeMessage;
    if (name === "serverHelloDone") return key;
    if (name === "certificateRequest") flight.clientCertificateWanted = true;
    if (value.kind === "certificate" && !("context" in value)) {
      flight.certificates = value.certificates as readonly Uint8Array[];
    }
    if (value.kind === "certificateStatus") {
      flight.ocspResponse = value.response;
    }
    if (value.kind === "serverKeyExchange") {
      const { exchange } = value;
      if (exchange instanceof Uint8Array) continue;
      flight.signatureScheme = exchange.signatureAlgorithm;
      if ("group" in exchange) flight.group = exchange.group;
      key = exchange;
    }
  }
}

/** Sends the client's messages, and reads the server's Finished. */
async function answer(
  facts: ProbeFacts,
  suite: SuiteFacts,
  { message, premaster }: ClientKeys,
  flight: ServerFlight,
): Promise<void> {
  const { crypto, flow, hello, random, renegotiate } = facts;
  const { version } = flow;
  const hash = hashOf(version, suite);
  const digest = (more: readonly Uint8Array[] = []) =>
    sessionHash(crypto, {
      ...{ version, hash: suite.hash },
      messages: [...flow.transcript, ...more],
    });
  const has = (name: string) =>
    hello.extensions?.some(({ kind }) => kind === name) ?? false;
  const messages: Uint8Array[] = [];
  // A Certificate with none in it (RFC 5246 §7.4.6).
  if (flight.clientCertificateWanted) {
    messages.push(Uint8Array.of(11, 0, 0, 3, 0, 0, 0));
  }
  messages.push(message);
  const randoms = { client: random, server: hello.random };
  const master = masterSecret(crypto, {
    ...{ version, suite, premaster, randoms },
    session: has("extendedMasterSecret") ? digest(messages) : undefined,
  });
  facts.onSecret?.("CLIENT_RANDOM", master);
  const pair = connectionKeys(crypto, {
    ...{ version, suite, master, randoms },
    encryptThenMac: has("encryptThenMac"),
  });
  const finished = (who: string, transcript: Uint8Array) =>
    prf(crypto, hash, master, `${who} finished`, transcript, VERIFY_DATA);
  const verifyData = finished("client", digest(messages));
  await flow.send(messages);
  const change = Uint8Array.of(20, version >> 8, version, 0, 1, 1);
  flow.noteRecord("client", "changeCipherSpec", change.subarray(5), false);
  flow.writer = pair.client;
  flow.nextReader = pair.server;
  await flow.send(
    [Uint8Array.of(20, 0, 0, VERIFY_DATA, ...verifyData)],
    change,
  );
  let due = ["newSessionTicket", "certificateStatus", "finished"];
  for (;;) {
    const before = digest();
    const came = await flow.expect(due);
    due = ["finished"];
    if (came.name === "finished") {
      check(flow, came, finished("server", before));
      break;
    }
  }
  flight.finished = true;
  const first = flow.messages.length;
  if (renegotiate) {
    await flow.send([
      anotherHello(facts, has("renegotiationInfo") ? verifyData : undefined),
    ]);
  }
  // What takes no second handshake has an end before it.
  await flow.sendClose();
  const isOver = await flow.afterwards(PATIENCE, "serverHello");
  if (!renegotiate) return;
  const isTaken = flow.messages.slice(first).some(({ name }) =>
    name === "serverHello"
  );
  flight.renegotiated = isTaken || (isOver ? false : undefined);
}

/**
 * The hello of a second handshake, tied to the first where the server knows how
 * to (RFC 5746 §3.5).
 */
function anotherHello(
  { spec, flow }: ProbeFacts,
  verifyData: Uint8Array | undefined,
): Uint8Array {
  const others = (spec.extra ?? []).filter(({ type }) =>
    type !== RENEGOTIATION_INFO
  );
  const { sessionId: _, random: _random, ...same } = spec;
  return clientHello({
    ...same,
    versions: [flow.version],
    extra: verifyData === undefined ? others : [...others, {
      type: RENEGOTIATION_INFO,
      body: Uint8Array.of(verifyData.length, ...verifyData),
    }],
  });
}

function check(
  flow: HandshakeFlow,
  { bytes, encrypted }: ProbeMessage,
  due: Uint8Array,
): void {
  const isRight = encrypted && bytes.length === 4 + due.length &&
    due.every((octet, i) => octet === bytes[4 + i]);
  if (isRight) return;
  throw flow.malformed(
    "it sent a finished that does not fit the messages before it",
  );
}

/** A list of timestamps, each with its length (RFC 6962 §3.3). */
function timestampsIn(octets: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const end = Math.min(octets.length, 2 + (octets[0]! << 8 | octets[1]!));
  for (let at = 2; at + 2 <= end;) {
    const length = octets[at]! << 8 | octets[at + 1]!;
    const stop = at + 2 + length;
    if (stop > end) break;
    found.push(octets.subarray(at + 2, stop));
    at = stop;
  }
  return found;
}
