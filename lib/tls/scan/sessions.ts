/**
 * Sessions that a server goes on with: by identifiers and tickets before TLS
 * 1.3, by tickets and the secrets behind them since.
 *
 * @see RFC 5246 §7.3, RFC 5077, RFC 8446 §2.2
 * @module
 */

import type { ProbeResult } from "../probe/probe.ts";
import type { ProtocolScan } from "./protocol.ts";
import { extension } from "./reply.ts";
import { type FeatureScanning, finishable, shake } from "./shaking.ts";

/** Whether sessions go on: not offered, offered and seen to fail, seen to work. */
export type Resumption = "not offered" | "offered" | "works";

const SESSION_TICKET = 35;

/**
 * Finds out whether sessions go on: one handshake to the end, and a hello that
 * wants to go on with it.
 *
 * @param protocol A version before TLS 1.3.
 * @param scanning How to ask.
 * @param by By what.
 * @returns What was seen; `undefined` if it could not be tried.
 */
export async function resumes(
  protocol: ProtocolScan,
  scanning: FeatureScanning,
  by: "id" | "ticket",
): Promise<Resumption | undefined> {
  const offers = protocol.replies.some(({ hello }) =>
    by === "ticket"
      ? extension(hello, "sessionTicket") !== undefined
      : (hello?.sessionId.length ?? 0) > 0
  );
  // A server with tickets may leave identifiers to those who want none.
  if (by === "ticket" && !offers) return "not offered";
  const cipherSuites = finishable(protocol);
  if (cipherSuites.length === 0) return offers ? "offered" : undefined;
  const seen = await shake(protocol, scanning, {
    ...{ finish: true, cipherSuites },
    ...by === "ticket" &&
      { extra: [{ type: SESSION_TICKET, body: new Uint8Array() }] },
  });
  if (!seen?.finished) return offers ? "offered" : undefined;
  const session = by === "ticket" ? ticketOf(seen) : sessionIdOf(seen);
  if (session === undefined) return "not offered";
  const reply = await protocol.ask({
    suites: [seen.cipherSuite],
    ...by === "ticket"
      ? {
        ticket: session,
        sessionId: crypto.getRandomValues(new Uint8Array(32)),
      }
      : { ticket: null, sessionId: session },
  });
  return reply.isResumed ? "works" : "offered";
}

/** What became of a session of TLS 1.3. */
export interface Resumed1_3 {
  /** Whether it goes on. */
  readonly resumption1_3: Resumption | undefined;
  /** Whether data was taken before the end of the handshake, if that was allowed. */
  readonly earlyDataAccepted: boolean | undefined;
}

/**
 * Goes on with a session of TLS 1.3.
 *
 * @param protocol TLS 1.3.
 * @param scanning How to ask.
 * @param seen A handshake that went to its end.
 * @returns What the server made of it.
 */
export async function resumes1_3(
  protocol: ProtocolScan,
  scanning: FeatureScanning,
  { sessions, finished, group }: ProbeResult,
): Promise<Resumed1_3> {
  const [session] = sessions;
  if (session === undefined) {
    return {
      resumption1_3: finished ? "not offered" : undefined,
      earlyDataAccepted: undefined,
    };
  }
  const again = await shake(protocol, scanning, {
    ...{ session, cipherSuites: [session.cipherSuite] },
    // One that the server would not ask for another key.
    groups: group === undefined ? undefined : [group],
  });
  return {
    resumption1_3: again?.resumed ? "works" : "offered",
    earlyDataAccepted: session.earlyData > 0 ? again?.earlyData : undefined,
  };
}

function ticketOf({ messages }: ProbeResult): Uint8Array | undefined {
  for (const { message } of messages) {
    if (message?.kind === "newSessionTicket" && "ticket" in message) {
      return message.ticket;
    }
  }
  return undefined;
}

function sessionIdOf({ messages }: ProbeResult): Uint8Array | undefined {
  for (const { message } of messages) {
    if (message?.kind === "serverHello" && "sessionId" in message) {
      return message.sessionId.length > 0 ? message.sessionId : undefined;
    }
  }
  return undefined;
}
