/**
 * Saying who asks: Basic, Bearer and Digest.
 *
 * @module
 */

import { hex } from "../bytes/hex.ts";
import { md5 } from "../bytes/md5.ts";
import { sha256 } from "../bytes/sha256.ts";
import {
  type Challenge,
  parseChallenges,
  parseParams,
  quote,
} from "./fields.ts";

/**
 * Who asks, and how to prove it: a name and a password in clear (`"basic"`,
 * RFC 7617) or as a digest that does not give the password away (`"digest"`,
 * RFC 7616), or a token (`"bearer"`, RFC 6750), perhaps one that is fetched
 * anew for each request.
 */
export type HttpAuth =
  | {
    readonly scheme: "basic" | "digest";
    readonly username: string;
    readonly password: string;
  }
  | {
    readonly scheme: "bearer";
    readonly token: string | (() => string | Promise<string>);
  };

/** The algorithms that can be spoken, the better ones first. */
const ALGORITHMS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> =
  {
    "SHA-256": sha256,
    "SHA-256-SESS": sha256,
    "MD5": md5,
    "MD5-SESS": md5,
  };

const encoder = new TextEncoder();

/** What one Digest answer is computed from. */
export interface DigestParts {
  /** What the server sent: realm, nonce, qop, algorithm, opaque, userhash. */
  readonly challenge: ReadonlyMap<string, string>;
  /** Who asks. */
  readonly username: string;
  /** The secret. */
  readonly password: string;
  /** `"GET"`. */
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly uri: string;
  /** The client's own random text. */
  readonly cnonce: string;
  /** How often this nonce was used, this time included. */
  readonly count: number;
  /** The request's body, for `qop=auth-int`. */
  readonly body?: Uint8Array | undefined;
}

/** What a Digest comes to: the field to send, and the proof that the server owes. */
export interface DigestAnswer {
  /** The value of `Authorization`. */
  readonly field: string;
  /** What the server's `rspauth` must be if it knows the password too. */
  readonly proof: string;
}

/**
 * Computes a Digest answer.
 *
 * @param parts The challenge, the secret and the request.
 * @returns The field, and the proof to expect.
 * @see RFC 7616 §3.4, RFC 2617 (answers without `qop`)
 */
export function digest(parts: DigestParts): DigestAnswer {
  const { challenge, username, password, method, uri, cnonce, body } = parts;
  const get = (name: string) => challenge.get(name) ?? "";
  const named = challenge.get("algorithm");
  const algorithm = (named ?? "MD5").toUpperCase();
  const H = (text: string | Uint8Array) =>
    hex(ALGORITHMS[algorithm]!(
      typeof text === "string" ? encoder.encode(text) : text,
    ));
  const [realm, nonce] = [get("realm"), get("nonce")];
  const offered = get("qop").split(",").map((x) => x.trim().toLowerCase());
  const qop = offered.includes("auth")
    ? "auth"
    : offered.includes("auth-int")
    ? "auth-int"
    : undefined;
  const nc = parts.count.toString(16).padStart(8, "0");
  const plain = H(`${username}:${realm}:${password}`);
  const secret = algorithm.endsWith("-SESS")
    ? H(`${plain}:${nonce}:${cnonce}`)
    : plain;
  const prove = (what: string) =>
    H(
      qop === undefined
        ? `${secret}:${nonce}:${H(what)}`
        : `${secret}:${nonce}:${nc}:${cnonce}:${qop}:${H(what)}`,
    );
  const integrity = qop === "auth-int" ? `:${H(body ?? new Uint8Array())}` : "";
  const hashed = get("userhash").toLowerCase() === "true";
  const ascii = /^[\x20-\x7e]*$/.test(username);
  const who = hashed
    ? `username=${quote(H(`${username}:${realm}`))}`
    : ascii
    ? `username=${quote(username)}`
    : `username*=UTF-8''${encodeURIComponent(username)}`;
  const fields = [
    who,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response=${quote(prove(`${method}:${uri}${integrity}`))}`,
    ...(named === undefined ? [] : [`algorithm=${named}`]),
    ...(challenge.has("opaque") ? [`opaque=${quote(get("opaque"))}`] : []),
    ...(qop === undefined
      ? []
      : [`qop=${qop}`, `nc=${nc}`, `cnonce=${quote(cnonce)}`]),
    ...(hashed ? ["userhash=true"] : []),
  ];
  return { field: `Digest ${fields.join(", ")}`, proof: prove(`:${uri}`) };
}

/**
 * Picks the strongest Digest challenge that can be answered.
 *
 * @param field The value of `WWW-Authenticate`.
 * @returns Its parameters, or `undefined`.
 */
export function digestChallenge(
  field: string,
): ReadonlyMap<string, string> | undefined {
  const rank = ({ params }: Challenge) =>
    Object.keys(ALGORITHMS).indexOf(
      (params.get("algorithm") ?? "MD5").toUpperCase(),
    );
  return parseChallenges(field)
    .filter((x) =>
      x.scheme === "digest" && rank(x) >= 0 && x.params.has("nonce")
    )
    .sort((a, b) => rank(a) - rank(b))[0]?.params;
}

/** What goes into one request to prove who asks. */
export interface Proof {
  /** The value of `Authorization`. */
  readonly field: string;
  /** What the server's `rspauth` must be, where the scheme has that. */
  readonly expect?: string | undefined;
}

/** One identity, and what its servers have told us to prove it with. */
export class Authenticator {
  readonly #auth: HttpAuth;
  /** By origin: the challenge, and how often its nonce was used. */
  readonly #nonces = new Map<
    string,
    { challenge: ReadonlyMap<string, string>; count: number }
  >();

  /**
   * @param auth Who asks.
   * @throws {TypeError} If the scheme is none of ours, a name has a colon, or
   * there is no name, password or token.
   */
  constructor(auth: HttpAuth) {
    if (!["basic", "digest", "bearer"].includes(auth.scheme)) {
      throw new TypeError(
        `Cannot authenticate as 'scheme' must be "basic", "digest" or "bearer": current value is ${auth.scheme}`,
      );
    }
    const wanted = auth.scheme === "bearer"
      ? ["token"]
      : ["username", "password"];
    const given = auth as unknown as Readonly<Record<string, unknown>>;
    for (const name of wanted) {
      const may = name === "token" && typeof given[name] === "function";
      if (may || typeof given[name] === "string") continue;
      throw new TypeError(
        `Cannot authenticate as '${name}' must be a text: current value is ${
          given[name]
        }`,
      );
    }
    if (auth.scheme !== "bearer" && auth.username.includes(":")) {
      throw new TypeError(
        `Cannot authenticate as 'username' must be without a colon: current value is ${auth.username}`,
      );
    }
    this.#auth = auth;
  }

  /**
   * Makes the proof for a request.
   *
   * @param method `"GET"`.
   * @param url Where to.
   * @param body The body, for Digest's integrity check.
   * @returns The proof; `undefined` as long as the server has not asked for one.
   */
  async prove(
    method: string,
    url: URL,
    body?: Uint8Array,
  ): Promise<Proof | undefined> {
    const auth = this.#auth;
    if (auth.scheme === "bearer") {
      const { token } = auth;
      return {
        field: `Bearer ${typeof token === "string" ? token : await token()}`,
      };
    }
    const { username, password } = auth;
    if (auth.scheme === "basic") return { field: basic(username, password) };
    const known = this.#nonces.get(url.origin);
    if (known === undefined) return undefined;
    known.count++;
    const cnonce = hex(crypto.getRandomValues(new Uint8Array(16)));
    const { field, proof } = digest({
      challenge: known.challenge,
      username,
      password,
      method,
      uri: url.pathname + url.search,
      cnonce,
      count: known.count,
      body,
    });
    return { field, expect: proof };
  }

  /**
   * Hears what the server says to a request.
   *
   * @param url Where the request went.
   * @param status What was answered.
   * @param headers The answer's fields.
   * @param proof What the request proved itself with.
   * @returns `"again"` if another proof may do, `"impostor"` if the server
   * itself could not prove that it knows the password.
   */
  hear(
    url: URL,
    status: number,
    headers: Headers,
    proof: Proof | undefined,
  ): "again" | "impostor" | undefined {
    if (this.#auth.scheme !== "digest") return undefined;
    const known = this.#nonces.get(url.origin);
    if (status === 401) {
      const challenge = digestChallenge(headers.get("www-authenticate") ?? "");
      if (challenge === undefined) return undefined;
      this.#nonces.set(url.origin, { challenge, count: 0 });
      // The same password again helps only if the nonce alone was refused.
      const stale = challenge.get("stale")?.toLowerCase() === "true";
      return proof === undefined || stale ? "again" : undefined;
    }
    const info = parseParams(headers.get("authentication-info") ?? "");
    const next = info.get("nextnonce");
    if (known && next !== undefined) {
      const challenge = new Map(known.challenge).set("nonce", next);
      this.#nonces.set(url.origin, { challenge, count: 0 });
    }
    const said = info.get("rspauth");
    // With auth-int the proof covers the body too, which is not here yet.
    const whole = info.get("qop") !== "auth-int";
    return said !== undefined && whole && proof?.expect !== undefined &&
        said.toLowerCase() !== proof.expect
      ? "impostor"
      : undefined;
  }
}

/**
 * Writes a name and a password for Basic authentication.
 *
 * @param username The name, without a colon.
 * @param password The secret.
 * @returns The value of `Authorization`.
 * @see RFC 7617 §2, §2.1 (as UTF-8)
 */
export function basic(username: string, password: string): string {
  const octets = encoder.encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...octets))}`;
}
