/**
 * What an ACME server does with an HTTP request, whoever brings it.
 *
 * @see RFC 8555 §6
 * @module
 */

import { Accounts } from "./accounts.ts";
import { readPayload, readSignedRequest, token } from "./jws.ts";
import { type IssueOptions, Orders } from "./orders.ts";
import { AcmeProblem } from "./problem.ts";
import type { Answer, Asked, Order } from "./state.ts";

/** Nonces beyond this many are forgotten, the oldest first. */
const NONCES = 10_000;

/** A request's body is never longer; a CSR takes a few thousand octets. */
const LONGEST_BODY = 65_536;

type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** Accounts and orders, and the requests that work on them. */
export class AcmeRequests {
  readonly #nonces = new Set<string>();
  readonly #accounts = new Accounts();
  readonly #orders: Orders;

  /** What answers a POST that an account signed, by path. */
  readonly #posts: readonly (readonly [path: RegExp, Handler])[] = [
    [/^\/new-order$/, (asked) => this.#orders.order(asked)],
    [/^\/key-change$/, (asked) => this.#accounts.changeKey(asked)],
    [/^\/account\/([\w-]+)$/, (asked) => this.#accounts.show(asked)],
    [/^\/account\/([\w-]+)\/orders$/, (asked) => this.#accounts.orders(asked)],
    [/^\/order\/([\w-]+)$/, (asked) => this.#orders.show(asked)],
    [/^\/order\/([\w-]+)\/finalize$/, (asked) => this.#orders.finalize(asked)],
    [
      /^\/authorization\/([\w-]+)$/,
      (asked) => this.#orders.authorization(asked),
    ],
    [/^\/challenge\/([\w-]+)$/, (asked) => this.#orders.challenge(asked)],
    [/^\/certificate\/([\w-]+)$/, (asked) => this.#orders.certificate(asked)],
  ];

  /** Starts with nothing remembered. */
  constructor(options: IssueOptions) {
    this.#orders = new Orders(options);
  }

  /** All orders, the newest last. */
  get orders(): Order[] {
    return this.#orders.orders;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#orders.close();
  }

  /** Answers one HTTP request. */
  async answer(request: Request): Promise<Response> {
    const { origin, pathname } = new URL(request.url);
    const headers = new Headers({
      "replay-nonce": this.#nonce(),
      "cache-control": "no-store",
    });
    headers.append("link", `<${origin}/directory>;rel="index"`);
    try {
      if (pathname === "/directory") {
        return Response.json(directory(origin), { headers });
      }
      if (pathname === "/new-nonce") {
        // RFC 8555 §7.2
        return new Response(null, {
          status: request.method === "GET" ? 204 : 200,
          headers,
        });
      }
      if (request.method !== "POST") {
        throw new AcmeProblem("malformed", "ask by POST", {}, 405);
      }
      const answer = await this.#post(request, origin, pathname);
      const { status = 200, location, links = [], retryAfter, body } = answer;
      if (location !== undefined) headers.set("location", location);
      for (const link of links) headers.append("link", link);
      if (retryAfter !== undefined) {
        headers.set("retry-after", String(retryAfter));
      }
      if (typeof body === "string") {
        headers.set("content-type", "application/pem-certificate-chain");
        return new Response(body, { status, headers });
      }
      if (body === undefined) return new Response(null, { status, headers });
      return Response.json(body, { status, headers });
    } catch (error) {
      const problem = error instanceof AcmeProblem
        ? error
        : new AcmeProblem("serverInternal", "this server failed; it knows why");
      headers.set("content-type", "application/problem+json");
      return new Response(JSON.stringify(problem), {
        status: problem.status,
        headers,
      });
    }
  }

  async #post(
    http: Request,
    origin: string,
    pathname: string,
  ): Promise<Answer> {
    const type = http.headers.get("content-type")?.split(";")[0]?.trim();
    if (type !== "application/jose+json") {
      throw new AcmeProblem(
        "malformed",
        "the body must be application/jose+json",
        {},
        415,
      );
    }
    const request = readSignedRequest(await readJson(http));
    // RFC 8555 §6.4 and §6.5: neither moved to another place nor sent twice.
    if (request.header.url !== http.url) {
      throw new AcmeProblem(
        "unauthorized",
        `the request was signed for ${request.header.url}, and came to ${http.url}`,
      );
    }
    if (!this.#nonces.delete(request.header.nonce ?? "")) {
      throw new AcmeProblem("badNonce", "the nonce is unknown or was used");
    }
    if (pathname === "/new-account") {
      return await this.#accounts.open(request, origin);
    }
    if (pathname === "/revoke") {
      return await this.#orders.revoke(
        request,
        request.header.jwk === undefined
          ? await this.#accounts.signer(request, origin)
          : undefined,
      );
    }
    for (const [pattern, handler] of this.#posts) {
      const match = pattern.exec(pathname);
      if (match === null) continue;
      const account = await this.#accounts.signer(request, origin);
      return await handler({
        url: origin,
        id: match[1] ?? "",
        request,
        payload: readPayload(request),
        account,
      });
    }
    throw new AcmeProblem("malformed", `there is no ${pathname}`, {}, 404);
  }

  #nonce(): string {
    const nonce = token();
    this.#nonces.add(nonce);
    if (this.#nonces.size > NONCES) {
      for (const oldest of this.#nonces) {
        this.#nonces.delete(oldest);
        break;
      }
    }
    return nonce;
  }
}

function directory(url: string): unknown {
  return {
    newNonce: `${url}/new-nonce`,
    newAccount: `${url}/new-account`,
    newOrder: `${url}/new-order`,
    revokeCert: `${url}/revoke`,
    keyChange: `${url}/key-change`,
    meta: { externalAccountRequired: false },
  };
}

async function readJson(request: Request): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > LONGEST_BODY) {
      throw new AcmeProblem("malformed", "the body is too long", {}, 413);
    }
    pieces.push(piece);
  }
  try {
    return JSON.parse(await new Blob(pieces as BlobPart[]).text());
  } catch {
    throw new AcmeProblem("malformed", "the body must be JSON");
  }
}
