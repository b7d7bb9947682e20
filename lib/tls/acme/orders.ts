/**
 * What is asked for: orders, their proofs, and the certificates in the end.
 *
 * @see RFC 8555 §7.4 to §7.6
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Authority } from "../authority/authority.ts";
import type { RevocationReason } from "../certificates/crl_entries.ts";
import { sameOctets } from "../der/der.ts";
import { checkRequest, isKeyOf, readIdentifiers } from "./identifiers.ts";
import {
  fromBase64url,
  mustBeSignedBy,
  readPayload,
  type SignedRequest,
  token,
} from "./jws.ts";
import { AcmeProblem } from "./problem.ts";
import {
  type Account,
  type Answer,
  type Asked,
  type Authorization,
  authorizationDocument,
  authorizationStatus,
  type Challenge,
  challengeDocument,
  mustOwn,
  type Order,
  orderDocument,
  orderStatus,
} from "./state.ts";
import {
  type AcmeChallengeType,
  type AcmeIdentifier,
  type ValidationPlaces,
  VALIDATIONS,
} from "./validation.ts";

/** What {@linkcode Orders} has to know. */
export interface IssueOptions extends ValidationPlaces {
  /** Who signs. */
  readonly authority: Authority;
  /** The ways of proving control that are offered, the first one first. */
  readonly challenges: readonly AcmeChallengeType[];
  /** How long what is issued holds, in days. */
  readonly days: number;
  /** How long one look at a client's proof may take, in milliseconds. */
  readonly timeout: number;
}

/** How long an order and what it has to prove stay open, in milliseconds. */
const OPEN = 24 * 3600_000;

/** The reasons of RFC 5280 §5.3.1 that a client may give. */
const REASONS: Readonly<Record<number, RevocationReason>> = {
  0: "unspecified",
  1: "keyCompromise",
  3: "affiliationChanged",
  4: "superseded",
  5: "cessationOfOperation",
};

/** The orders of an ACME server. */
export class Orders {
  readonly #options: IssueOptions;
  readonly #stopping = new AbortController();
  readonly #orders = new Map<string, Order>();
  readonly #authorizations = new Map<string, Authorization>();
  readonly #challenges = new Map<string, Challenge>();
  readonly #validations = new Set<Promise<void>>();

  /** Starts with none. */
  constructor(options: IssueOptions) {
    this.#options = options;
  }

  /** All orders, the newest last. */
  get orders(): Order[] {
    return [...this.#orders.values()];
  }

  /** Ends the validations that are under way. */
  async close(): Promise<void> {
    this.#stopping.abort(
      new NetError("the server is closing", {
        code: "closed",
        op: "validate",
        target: "a challenge",
      }),
    );
    await Promise.allSettled(this.#validations);
  }

  /** Takes an order: what has to be proven for it (RFC 8555 §7.4). */
  order({ account, payload, url }: Asked): Answer {
    const identifiers = readIdentifiers(payload?.identifiers);
    const expires = new Date(Date.now() + OPEN);
    const order: Order = {
      id: token(),
      account,
      expires,
      identifiers,
      authorizations: [],
      processing: false,
      issued: undefined,
      error: undefined,
    };
    for (const identifier of identifiers) {
      order.authorizations.push(this.#authorize(identifier, order));
    }
    this.#orders.set(order.id, order);
    account.orders.push(order);
    return {
      status: 201,
      location: `${url}/order/${order.id}`,
      body: orderDocument(order, url),
    };
  }

  #authorize({ type, value }: AcmeIdentifier, order: Order): Authorization {
    const wildcard = value.startsWith("*.");
    // Who holds one host does not hold all beside it: DNS alone proves that
    // (RFC 8555 §7.1.3); addresses have no TXT records (RFC 8738 §4).
    const types = this.#options.challenges.filter((x) =>
      wildcard ? x === "dns-01" : type === "dns" || x !== "dns-01"
    );
    if (types.length === 0) {
      throw new AcmeProblem(
        "rejectedIdentifier",
        `${value} cannot be proven by ${this.#options.challenges.join(", ")}`,
      );
    }
    const authorization: Authorization = {
      id: token(),
      identifier: { type, value: wildcard ? value.slice(2) : value },
      wildcard,
      account: order.account,
      order,
      expires: order.expires,
      challenges: [],
      status: "pending",
    };
    for (const type of types) {
      const challenge: Challenge = {
        id: token(),
        type,
        token: token(),
        authorization,
        status: "pending",
        validated: undefined,
        error: undefined,
      };
      authorization.challenges.push(challenge);
      this.#challenges.set(challenge.id, challenge);
    }
    this.#authorizations.set(authorization.id, authorization);
    return authorization;
  }

  /** Shows an order. */
  show({ account, id, url }: Asked): Answer {
    const order = this.#orders.get(id);
    mustOwn(order?.account === account);
    return { body: orderDocument(order!, url) };
  }

  /** Shows what one name has to prove, or gives it up (RFC 8555 §7.5). */
  authorization({ account, id, payload, url }: Asked): Answer {
    const authorization = this.#authorizations.get(id);
    mustOwn(authorization?.account === account);
    if (payload?.status === "deactivated") {
      authorization!.status = "deactivated";
    }
    return { body: authorizationDocument(authorization!, url) };
  }

  /** Shows a challenge, and looks at its proof when the client says that it is there (RFC 8555 §7.5.1). */
  challenge({ account, id, payload, url }: Asked): Answer {
    const challenge = this.#challenges.get(id);
    mustOwn(challenge?.authorization.account === account);
    const { authorization } = challenge!;
    if (
      payload !== undefined && challenge!.status === "pending" &&
      authorizationStatus(authorization) === "pending"
    ) {
      challenge!.status = "processing";
      const validation = this.#validate(challenge!);
      this.#validations.add(validation);
      validation.finally(() => this.#validations.delete(validation));
    }
    return {
      links: [`<${url}/authorization/${authorization.id}>;rel="up"`],
      ...challenge!.status === "processing" ? { retryAfter: 1 } : {},
      body: challengeDocument(challenge!, url),
    };
  }

  async #validate(challenge: Challenge): Promise<void> {
    const { authorization, token, type } = challenge;
    const { identifier } = authorization;
    using deadline = new Deadline("validate", identifier.value, {
      timeout: this.#options.timeout,
      signal: this.#stopping.signal,
    });
    try {
      await VALIDATIONS[type](
        identifier,
        token,
        `${token}.${authorization.account.thumbprint}`,
        this.#options,
        deadline,
      );
      challenge.status = "valid";
      challenge.validated = new Date();
      if (authorization.status === "pending") authorization.status = "valid";
    } catch (error) {
      challenge.status = "invalid";
      challenge.error = error instanceof AcmeProblem
        ? error
        : new AcmeProblem("connection", (error as Error).message);
      if (authorization.status === "pending") authorization.status = "invalid";
    }
  }

  /** Signs, once all is proven (RFC 8555 §7.4). */
  async finalize({ account, id, payload, url }: Asked): Promise<Answer> {
    const order = this.#orders.get(id);
    mustOwn(order?.account === account);
    const status = orderStatus(order!);
    if (status !== "ready") {
      throw new AcmeProblem("orderNotReady", `the order is ${status}`);
    }
    const csr = fromBase64url(payload?.csr, "csr");
    order!.processing = true;
    try {
      await checkRequest(csr, order!.identifiers, account.jwk);
      order!.issued = await this.#options.authority.sign(csr, {
        days: this.#options.days,
      });
    } catch (error) {
      // What asks for the wrong thing may ask again (RFC 8555 §7.4).
      if (error instanceof AcmeProblem) throw error;
      throw new AcmeProblem("badCSR", (error as Error).message);
    } finally {
      order!.processing = false;
    }
    return {
      location: `${url}/order/${order!.id}`,
      body: orderDocument(order!, url),
    };
  }

  /** Gives out what was issued (RFC 8555 §7.4.2). */
  certificate({ account, id }: Asked): Answer {
    const order = this.#orders.get(id);
    mustOwn(order?.account === account && order.issued !== undefined);
    const { cert, chain } = order!.issued!;
    // A root that signs itself what it issues stands in the chain all the same:
    // certbot takes no chain of one.
    return {
      body: chain.length > 0 ? cert : cert + this.#options.authority.pem,
    };
  }

  /**
   * Revokes: asked for by the account that ordered, or with the certificate's own key
   * (RFC 8555 §7.6).
   */
  async revoke(
    request: SignedRequest,
    account: Account | undefined,
  ): Promise<Answer> {
    const { jwk } = request.header;
    const payload = readPayload(request) ?? {};
    const der = fromBase64url(payload.certificate, "certificate");
    const order = this.orders.find(({ issued }) =>
      issued !== undefined && sameOctets(issued.certificate.der, der)
    );
    if (order?.issued === undefined) {
      throw new AcmeProblem("malformed", "this server issued no such one");
    }
    const { certificate } = order.issued;
    if (jwk !== undefined) {
      await mustBeSignedBy(request, jwk);
      if (!await isKeyOf(certificate.publicKey, jwk)) {
        throw new AcmeProblem("unauthorized", "that is another key");
      }
    } else mustOwn(account === order.account);
    const reason = REASONS[Number(payload.reason ?? 0)];
    if (reason === undefined) {
      throw new AcmeProblem(
        "badRevocationReason",
        `the reason must be one of ${Object.keys(REASONS).join(", ")}`,
      );
    }
    const { authority } = this.#options;
    const records = await authority.issued();
    if (records.find((x) => x.serial === certificate.serial)?.revoked) {
      throw new AcmeProblem("alreadyRevoked", "it was revoked before");
    }
    await authority.revoke(certificate, reason);
    return {};
  }
}
