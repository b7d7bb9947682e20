/**
 * What an ACME server remembers: accounts, orders, what they have to prove.
 *
 * @see RFC 8555 §7.1
 * @module
 */

import type { Signed } from "../authority/issued.ts";
import type { PublicJwk, SignedRequest } from "./jws.ts";
import { AcmeProblem } from "./problem.ts";
import type { AcmeChallengeType, AcmeIdentifier } from "./validation.ts";

/** Who asks for certificates. */
export interface Account {
  readonly id: string;
  jwk: PublicJwk;
  thumbprint: string;
  status: "valid" | "deactivated";
  contact: readonly string[];
  readonly orders: Order[];
}

/** One way of proving one name. */
export interface Challenge {
  readonly id: string;
  readonly type: AcmeChallengeType;
  readonly token: string;
  readonly authorization: Authorization;
  status: "pending" | "processing" | "valid" | "invalid";
  validated: Date | undefined;
  error: AcmeProblem | undefined;
}

/** What one name of an order has to prove. */
export interface Authorization {
  readonly id: string;
  readonly identifier: AcmeIdentifier;
  readonly wildcard: boolean;
  readonly account: Account;
  readonly order: Order;
  readonly expires: Date;
  readonly challenges: Challenge[];
  status: "pending" | "valid" | "invalid" | "deactivated";
}

/** One certificate that is asked for. */
export interface Order {
  readonly id: string;
  readonly account: Account;
  readonly expires: Date;
  /** As asked for: a wildcard with its `*.`. */
  readonly identifiers: readonly AcmeIdentifier[];
  readonly authorizations: Authorization[];
  /** Being signed, so that two requests at once make one certificate. */
  processing: boolean;
  issued: Signed | undefined;
  error: AcmeProblem | undefined;
}

/** One signed request, with whose it is. */
export interface Asked {
  /** The server's own address, without a path. */
  readonly url: string;
  /** What is asked about: the path's variable part. */
  readonly id: string;
  readonly request: SignedRequest;
  /** The payload; nothing where the request only reads. */
  readonly payload: Record<string, unknown> | undefined;
  readonly account: Account;
}

/** What is answered; the server adds what every answer has. */
export interface Answer {
  readonly status?: number;
  readonly location?: string;
  readonly links?: readonly string[];
  readonly retryAfter?: number;
  /** Text is sent as PEM, all else as JSON. */
  readonly body?: unknown;
}

/** One answer for what is not there and for what is another's. */
export function mustOwn(own: boolean): void {
  if (!own) {
    throw new AcmeProblem("unauthorized", "your account has no such thing");
  }
}

/** What state an order is in follows from the states of its parts (RFC 8555 §7.1.6). */
export function orderStatus(
  order: Order,
): "pending" | "ready" | "processing" | "valid" | "invalid" {
  if (order.issued !== undefined) return "valid";
  if (order.error !== undefined) return "invalid";
  if (order.processing) return "processing";
  const states = order.authorizations.map((x) => authorizationStatus(x));
  if (states.some((x) => x !== "valid" && x !== "pending")) return "invalid";
  if (order.expires < new Date()) return "invalid";
  return states.every((x) => x === "valid") ? "ready" : "pending";
}

/** What state an authorization is in: time goes by. */
export function authorizationStatus(
  { status, expires }: Authorization,
): Authorization["status"] | "expired" {
  return (status === "pending" || status === "valid") && expires < new Date()
    ? "expired"
    : status;
}

/** An account as its owner is told. */
export function accountDocument(account: Account, url: string): unknown {
  return {
    status: account.status,
    contact: account.contact,
    orders: `${url}/account/${account.id}/orders`,
  };
}

/** An order as its owner is told. */
export function orderDocument(order: Order, url: string): unknown {
  const status = orderStatus(order);
  return {
    status,
    expires: order.expires.toISOString(),
    identifiers: order.identifiers,
    authorizations: order.authorizations.map((x) =>
      `${url}/authorization/${x.id}`
    ),
    finalize: `${url}/order/${order.id}/finalize`,
    ...status === "valid"
      ? { certificate: `${url}/certificate/${order.id}` }
      : {},
    ...order.error === undefined ? {} : { error: order.error },
  };
}

/** An authorization as its owner is told. */
export function authorizationDocument(
  authorization: Authorization,
  url: string,
): unknown {
  // What is decided shows only the challenge that decided it (RFC 8555 §7.1.4).
  const decided = authorization.challenges.filter((x) =>
    x.status === "valid" || x.status === "invalid"
  );
  return {
    identifier: authorization.identifier,
    status: authorizationStatus(authorization),
    expires: authorization.expires.toISOString(),
    challenges: (decided.length > 0 ? decided : authorization.challenges)
      .map((x) => challengeDocument(x, url)),
    ...authorization.wildcard ? { wildcard: true } : {},
  };
}

/** A challenge as its owner is told. */
export function challengeDocument(challenge: Challenge, url: string): unknown {
  const { id, type, status, token, validated, error } = challenge;
  return {
    type,
    url: `${url}/challenge/${id}`,
    status,
    token,
    ...validated === undefined ? {} : { validated: validated.toISOString() },
    ...error === undefined ? {} : { error },
  };
}
