/**
 * ROBOT: whether a server tells by its answers if what was encrypted for its RSA
 * key was padded as it should be, which lets others use the key.
 *
 * @see https://robotattack.org/, CVE-2017-13099 and others; RFC 5246 §7.4.7.1
 * @module
 */

import type { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Connection } from "../../socket/connection.ts";
import { keyMessage, premasterSecret } from "../probe/client_keys.ts";
import { handshakeRecords } from "../probe/client_hello.ts";
import { join } from "../probe/key_schedule.ts";
import {
  padded,
  rsaEncrypt,
  type RsaNumbers,
  rsaNumbers,
} from "../probe/rsa_exchange.ts";
import type { Prober } from "./prober.ts";
import type { ProtocolScan } from "./protocol.ts";
import { type Reply, ReplyReader } from "./reply.ts";
import { suiteVerdict } from "./suite.ts";

/**
 * What the answers tell: nothing, whether all of the padding is right, or even
 * which part of it is wrong, with which millions of questions become thousands.
 */
export type RobotOracle = "none" | "weak" | "strong";

/** Makes a block to encrypt, of a secret in which no octet is 0. */
type Block = (secret: Uint8Array, size: number) => Uint8Array;

/** Octets of the secret and the zero in front of it. */
const TAIL = 49;

/** One block as it should be, and four that no server may tell from it. */
const BLOCKS: readonly Block[] = [
  padded,
  // Not 0, 2.
  (secret, size) => changed(padded(secret, size), 0, 0x41, 0x17),
  // The zero comes when the secret is nearly over.
  (secret, size) =>
    changed(changed(padded(secret, size), size - TAIL, 0x11), size - 2, 0),
  // No zero at all.
  (secret, size) => changed(padded(secret, size), size - TAIL, 0x11),
  // The secret says another version.
  (secret, size) => changed(padded(secret, size), size - TAIL + 1, 2, 2),
];

/** How often answers must differ in the same way, lest chance be taken for it. */
const TIMES = 3;

/** A Finished that nobody can have encrypted with the right keys. */
const FINISHED_LENGTH = 64;

/**
 * Looks for the oracle with five questions, and five more that leave out what
 * follows the key: each a handshake that cannot succeed.
 *
 * @param protocols The versions before TLS 1.3 that the server speaks.
 * @param prober Asks.
 * @returns What the answers tell; `undefined` if that could not be found out.
 */
export async function findRobot(
  protocols: readonly ProtocolScan[],
  prober: Prober,
): Promise<RobotOracle | undefined> {
  const protocol = protocols.find(({ replies }) => replies.some(isWithRsa));
  // Without such a suite there is nothing to tell.
  if (protocol === undefined) return "none";
  const { hello, certificates, clientCertificateWanted } = protocol.replies
    .find(isWithRsa)!;
  const key = certificates[0] && rsaNumbers(certificates[0]);
  // Whoever lacks a certificate is turned away before the key is looked at.
  if (key === undefined || clientCertificateWanted) return undefined;
  const records = protocol.records({ suites: [hello!.cipherSuite] });
  const asked = { hello: records, key, version: protocol.version, prober };
  const found = await Promise.all(
    [true, false].map((isWhole) => tells({ ...asked, isWhole })),
  );
  return found.find((one) => one === "strong" || one === "weak") ??
    (found.includes("none") ? "none" : undefined);
}

function isWithRsa({ hello }: Reply): boolean {
  return hello !== undefined &&
    suiteVerdict(hello.cipherSuite).keyExchange === "RSA";
}

interface Asked {
  readonly hello: Uint8Array;
  readonly key: RsaNumbers;
  readonly version: number;
  readonly prober: Prober;
  /** Whether what follows the key is sent too. */
  readonly isWhole: boolean;
}

async function tells(asked: Asked): Promise<RobotOracle | undefined> {
  let before: string | undefined;
  for (let time = 0; time < TIMES; time++) {
    const answers = await Promise.all(
      BLOCKS.map((block) => answerTo(asked, block)),
    );
    if (answers.includes(undefined)) return undefined;
    const [, start, zero, none] = answers;
    if (new Set(answers).size === 1) return "none";
    const all = answers.join(", ");
    if (all !== (before ??= all)) return undefined;
    if (time < TIMES - 1) continue;
    return start === zero && zero === none ? "weak" : "strong";
  }
  return undefined;
}

/** What the server says to one key, in a few words. */
async function answerTo(
  { hello, key, version, prober, isWhole }: Asked,
  block: Block,
): Promise<string | undefined> {
  const secret = premasterSecret(version).map((one) => one || 1);
  const encrypted = rsaEncrypt(block(secret, key.size), key);
  const behind = [20, version >> 8, version, 0, 1, 1];
  const finished = [22, version >> 8, version, 0, FINISHED_LENGTH];
  const question = join(
    handshakeRecords(keyMessage(encrypted, version > 0x0300 ? 2 : 0), version),
    ...isWhole
      ? [
        Uint8Array.from([...behind, ...finished]),
        new Uint8Array(FINISHED_LENGTH).fill(0xae),
      ]
      : [],
  );
  let answer: string | undefined;
  const ask = async (connection: Connection, deadline: Deadline) => {
    answer = await told(connection, deadline, question);
  };
  try {
    await prober.askWith(hello, new ReplyReader(), ask);
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
  }
  return answer;
}

async function told(
  connection: Connection,
  deadline: Deadline,
  question: Uint8Array,
): Promise<string> {
  try {
    // It may answer, and close, before it has read everything.
    connection.write(question).catch(() => {});
    // A server that says nothing and waits for more learns that none comes.
    connection.closeWrite().catch(() => {});
    let octets: Uint8Array = new Uint8Array();
    while (octets.length < 7) {
      const chunk = await deadline.race(connection.read());
      if (chunk === null) return octets.length > 0 ? "half an answer" : "end";
      octets = join(octets, chunk);
    }
    return octets[0] === 21 ? `alert ${octets[6]}` : `record ${octets[0]}`;
  } catch (error) {
    if (error instanceof NetError) return error.code;
    throw error;
  }
}

function changed(
  block: Uint8Array,
  at: number,
  ...octets: readonly number[]
): Uint8Array {
  block.set(octets, at);
  return block;
}
