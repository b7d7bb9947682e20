/**
 * TLS 1.3 behind the hellos: the server's encrypted messages, and the client's
 * answer.
 *
 * @module
 */

import type { TlsServerHello } from "../../packet/layers/tls/handshake.ts";
import type { HandshakeMessage } from "./encrypted_messages.ts";
import type { HandshakeFlow } from "./handshake_flow.ts";
import { KeySchedule, type TlsHash, trafficKeys } from "./key_schedule.ts";
import type { NodeCrypto } from "./node_crypto.ts";
import { RecordProtection } from "./record_protection.ts";
import {
  emptyFlight,
  type ProbeFacts,
  type ServerFlight,
} from "./server_flight.ts";
import { type ProbeSession, sessionOf } from "./session.ts";
import { type SuiteFacts, suiteFacts } from "./suite_facts.ts";

const TLS_1_3 = 0x0304;
/** How long the server may take to answer the end of the handshake, in ms. */
const PATIENCE = 500;

type Message<K extends HandshakeMessage["kind"]> = Extract<
  HandshakeMessage,
  { readonly kind: K }
>;

/**
 * Replaces the first ClientHello by its digest, as a HelloRetryRequest asks.
 *
 * @param crypto The runtime's cryptography.
 * @param hello The HelloRetryRequest.
 * @param transcript The messages so far: the ClientHello, and it.
 * @returns The messages that digests are made of.
 * @see RFC 8446 §4.4.1
 *
 * @example
 * ```ts
 * import { retryTranscript } from "./probe_1_3.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const messages = [Uint8Array.of(1, 0, 0, 0), Uint8Array.of(2, 0, 0, 0)];
 * const [digest] = retryTranscript(await nodeCrypto(), { cipherSuite: 0x1301 }, messages);
 * assert.deepEqual([digest?.[0], digest?.length], [254, 36]);
 * ```
 */
export function retryTranscript(
  crypto: NodeCrypto,
  { cipherSuite }: Pick<TlsServerHello, "cipherSuite">,
  [first = new Uint8Array(), ...rest]: readonly Uint8Array[],
): Uint8Array[] {
  const hash = suiteFacts(cipherSuite)?.hash ?? "sha256";
  const digest = crypto.createHash(hash).update(first).digest();
  return [Uint8Array.of(254, 0, 0, digest.length, ...digest), ...rest];
}

/**
 * Reads the server's encrypted messages, and answers them if asked to.
 *
 * @param facts What the hellos settled.
 * @returns What the messages say; nothing more than the group if the records
 * cannot be decrypted.
 *
 * @example
 * ```ts
 * import { probe1_3 } from "./probe_1_3.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(probe1_3.length, 1);
 * ```
 */
export async function probe1_3(facts: ProbeFacts): Promise<ServerFlight> {
  const { crypto, flow, hello, keys } = facts;
  const flight = emptyFlight();
  const share = hello.extensions?.find((one) => one.kind === "keyShare");
  const suite = suiteFacts(hello.cipherSuite);
  if (share?.kind !== "keyShare" || share.key === undefined) {
    throw flow.malformed("it chose TLS 1.3 without a key of its own");
  }
  flight.group = share.group;
  if (suite?.cipher === undefined || keys === undefined) return flight;
  if (!suite.is1_3) {
    throw flow.malformed(`it chose ${suite.name}, which is none of TLS 1.3`);
  }
  const shared = share.group === keys.group ? keys.agree(share.key) : undefined;
  if (shared === undefined) {
    throw flow.malformed(`it sent a key that is none of group ${keys.group}`);
  }
  if (flow.isInMessage) {
    throw flow.malformed("it sent more in the record of its serverHello");
  }
  const taken = hello.extensions?.find((one) => one.kind === "preSharedKey");
  const session = taken === undefined ? undefined : facts.session;
  // There was one to choose from, and it goes with its digest (§4.2.11).
  const isOffered = session?.hash === suite.hash &&
    taken?.kind === "preSharedKey" && taken.selected === 0;
  if (taken !== undefined && !isOffered) {
    throw flow.malformed("it went on with a session that was not offered");
  }
  flight.resumed = isOffered;
  const schedule = new KeySchedule(crypto, suite.hash, session?.preShared);
  schedule.advance(shared);
  const run = new Run(facts, suite, schedule);
  await run.read(flight);
  if (facts.finish) await run.finish(flight);
  return flight;
}

/** One handshake from its keys on. */
class Run {
  readonly #facts: ProbeFacts;
  readonly #flow: HandshakeFlow;
  readonly #suite: SuiteFacts;
  readonly #schedule: KeySchedule;
  readonly #clientSecret: Uint8Array;
  readonly #serverSecret: Uint8Array;

  constructor(facts: ProbeFacts, suite: SuiteFacts, schedule: KeySchedule) {
    this.#facts = facts;
    this.#flow = facts.flow;
    this.#suite = suite;
    this.#schedule = schedule;
    const digest = this.#digest();
    this.#clientSecret = schedule.derive("c hs traffic", digest);
    this.#serverSecret = schedule.derive("s hs traffic", digest);
    facts.onSecret?.("CLIENT_HANDSHAKE_TRAFFIC_SECRET", this.#clientSecret);
    facts.onSecret?.("SERVER_HANDSHAKE_TRAFFIC_SECRET", this.#serverSecret);
    this.#flow.reader = this.#protection(this.#serverSecret);
  }

  /** Reads up to the server's Finished. */
  async read(flight: ServerFlight): Promise<void> {
    const flow = this.#flow;
    const { message } = await flow.expect(["encryptedExtensions"]);
    this.#extensions(message as Message<"encryptedExtensions">, flight);
    let due = flight.resumed
      ? ["finished"]
      : ["certificateRequest", "certificate", "compressedCertificate"];
    for (;;) {
      const before = flow.transcript.length;
      const { name, message } = await flow.expect(due);
      switch (name) {
        case "certificateRequest":
          flight.clientCertificateWanted = true;
          due = ["certificate", "compressedCertificate"];
          break;
        case "certificate":
          this.#certificates(message as Message<"certificate">, flight);
          due = ["certificateVerify"];
          break;
        case "compressedCertificate":
          due = ["certificateVerify"];
          break;
        case "certificateVerify": {
          const verify = message as Message<"certificateVerify">;
          flight.signatureScheme = verify.signatureAlgorithm;
          due = ["finished"];
          break;
        }
        default: {
          const due = this.#schedule.finished(
            this.#serverSecret,
            this.#digest(before),
          );
          const { verifyData } = message as Message<"finished">;
          if (verifyData.toHex() === toHex(due)) return;
          throw flow.malformed(
            "it sent a finished that does not fit the messages before it",
          );
        }
      }
    }
  }

  /** Sends the client's last messages, and waits for what the server says then. */
  async finish(flight: ServerFlight): Promise<void> {
    const flow = this.#flow;
    const schedule = this.#schedule;
    const atServerFinished = this.#digest();
    flow.writer = this.#protection(this.#clientSecret);
    const answers: Uint8Array[] = [];
    if (flight.clientCertificateWanted) {
      // A Certificate with none in it (RFC 8446 §4.4.2.4).
      answers.push(Uint8Array.of(11, 0, 0, 4, 0, 0, 0, 0));
    }
    const verifyData = schedule.finished(
      this.#clientSecret,
      this.#digest(flow.transcript.length, answers),
    );
    answers.push(Uint8Array.of(20, 0, 0, verifyData.length, ...verifyData));
    // Middleboxes are at ease with a change of cipher (RFC 8446 §D.4).
    const change = Uint8Array.of(20, 3, 3, 0, 1, 1);
    flow.noteRecord("client", "changeCipherSpec", change.subarray(5), false);
    await flow.send(answers, change);
    const atEnd = this.#digest();
    schedule.advance();
    const derive = (label: string, logged: string) => {
      const secret = schedule.derive(label, atServerFinished);
      this.#facts.onSecret?.(logged, secret);
      return this.#protection(secret);
    };
    flow.writer = derive("c ap traffic", "CLIENT_TRAFFIC_SECRET_0");
    flow.reader = derive("s ap traffic", "SERVER_TRAFFIC_SECRET_0");
    // The server has sent its tickets before it reads that this is all.
    await flow.sendClose();
    flight.finished = true;
    await flow.afterwards(PATIENCE);
    const { alert } = flow;
    if (alert !== undefined && alert.description !== 0) flight.finished = false;
    flight.sessions = this.#sessions(schedule.derive("res master", atEnd));
  }

  #sessions(master: Uint8Array): ProbeSession[] {
    const { crypto } = this.#facts;
    return this.#flow.messages.flatMap(({ message }) =>
      message?.kind === "newSessionTicket" && "nonce" in message
        ? [sessionOf(crypto, this.#suite, master, {
          ticket: message.ticket,
          nonce: message.nonce,
          ageAdd: message.ageAdd,
          earlyData: Math.max(
            0,
            ...message.extensions.map((one) =>
              one.kind === "earlyData" ? one.most : 0
            ),
          ),
        })]
        : []
    );
  }

  #extensions(
    { extensions }: Message<"encryptedExtensions">,
    flight: ServerFlight,
  ): void {
    for (const extension of extensions) {
      if (extension.kind === "applicationProtocols") {
        flight.alpn = extension.protocols[0];
      }
      if (extension.kind === "earlyData") flight.earlyData = true;
    }
  }

  #certificates(
    { certificates }: Message<"certificate">,
    flight: ServerFlight,
  ): void {
    const entries = certificates as readonly CertificateEntry[];
    flight.certificates = entries.map(({ certificate }) => certificate);
    for (const extension of entries[0]?.extensions ?? []) {
      if (extension.kind === "statusRequest") {
        flight.ocspResponse = extension.response;
      }
      if (extension.kind === "signedCertificateTimestamp") {
        flight.timestamps = extension.timestamps ?? [];
      }
    }
  }

  #protection(secret: Uint8Array): RecordProtection {
    const { crypto } = this.#facts;
    const suite = this.#suite;
    const { hash, keyLength } = suite;
    const keys = trafficKeys(crypto, hash as TlsHash, secret, keyLength);
    return new RecordProtection(crypto, { suite, version: TLS_1_3, keys });
  }

  /** The digest of the first so many messages, and of more behind them. */
  #digest(
    count: number = this.#flow.transcript.length,
    more: readonly Uint8Array[] = [],
  ): Uint8Array {
    const hash = this.#facts.crypto.createHash(this.#suite.hash);
    for (const one of this.#flow.transcript.slice(0, count)) hash.update(one);
    for (const one of more) hash.update(one);
    return hash.digest();
  }
}

/** A certificate and what is said of it. */
interface CertificateEntry {
  readonly certificate: Uint8Array;
  readonly extensions?: readonly {
    readonly kind: string | number;
    readonly response?: Uint8Array;
    readonly timestamps?: readonly Uint8Array[];
  }[];
}

function toHex(octets: Uint8Array): string {
  return new Uint8Array(octets).toHex();
}
