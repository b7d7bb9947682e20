/**
 * What went wrong on the way to a machine, in the library's words.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { legacyAlgorithms } from "./algorithm_names.ts";

/** What the server offered, by the names of ssh2's errors. */
export interface Offers {
  /** `"kex method"`, `"host key format"`, `"c->s cipher"`, … */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** ssh2's name for what was not agreed on, ours, and whose list it is. */
const DISAGREEMENTS: Readonly<
  Record<string, readonly [what: string, list: string]>
> = {
  "key exchange algorithm": ["key exchange", "kex method"],
  "host key format": ["type of host key", "host key format"],
  "C->S cipher": ["cipher", "c->s cipher"],
  "S->C cipher": ["cipher", "s->c cipher"],
  "C->S MAC": ["message authentication code", "c->s mac"],
  "S->C MAC": ["message authentication code", "s->c mac"],
  "C->S compression": ["compression", "c->s compression"],
  "S->C compression": ["compression", "s->c compression"],
};

/**
 * The error for a handshake that did not end well.
 *
 * @param cause What ssh2 said; nothing if the stream just ended.
 * @param target For the message: `ada@web:2222`.
 * @param offers What the server offered, as far as it came to that.
 * @param octets How many octets came from it.
 */
export function handshakeFailure(
  cause: Error | undefined,
  target: string,
  offers: Offers,
  octets: number,
): Error {
  if (cause instanceof NetError) return cause;
  const message = cause?.message ?? "";
  const fail = (code: string, reason: string, hint?: string) =>
    new NetError(reason, { code, op: "connect to", target, hint, cause });
  const disagreed = /no matching (.+)$/.exec(message)?.[1] ?? "";
  const [what, list] = DISAGREEMENTS[disagreed] ?? [];
  if (what !== undefined && list !== undefined) {
    const offered = offers.lists.get(list) ?? [];
    return fail(
      "no-common-algorithm",
      `no ${what} in common; the server offers ${
        offered.filter((name) => !/^(kex-strict|ext-info)-/.test(name))
          .join(", ") || "none"
      }`,
      addHint(offered),
    );
  }
  const isLost = message === "" || /lost before handshake/.test(message);
  const isForeign = isLost && offers.lists.size === 0 && octets > 0;
  if (isForeign || /identification|header|greeting/i.test(message)) {
    return fail(
      "not-ssh",
      "what answers there is no SSH server",
      "another port, or ssh-keyscan to see what answers",
    );
  }
  if (isLost) {
    return offers.lists.size === 0
      ? fail(
        "reset",
        "the server closed the connection before it said anything of SSH",
        "again in a while: it may have too many logins at once (MaxStartups), or bar this address",
      )
      : fail("reset", "the server closed the connection in the handshake");
  }
  const { code: errno, level } = cause as { code?: unknown; level?: string };
  if (level === "client-socket" && errno === "ECONNRESET") {
    return fail("reset", "the other side reset the connection");
  }
  return fail("handshake", `the handshake failed: ${message}`);
}

/** What to type where only old algorithms are in common. */
function addHint(offered: readonly string[]): string | undefined {
  const known = offered.filter((name) =>
    Object.values(legacyAlgorithms).some((list) => list.includes(name))
  );
  return known.length === 0
    ? undefined
    : `{ algorithms: { add: ${
      JSON.stringify(known.slice(0, 1))
    } } }, if so old a cipher will do`;
}

/**
 * The error for a link that went down.
 *
 * @param cause What ssh2 said; nothing if the other side just left.
 * @param target For the message.
 */
export function lostFailure(
  cause: Error | undefined,
  target: string,
): NetError {
  if (cause instanceof NetError) return cause;
  const { code, level, message = "" } = (cause ?? {}) as {
    code?: unknown;
    level?: string;
    message?: string;
  };
  const reason = level === "client-timeout"
    ? "the server answers no more"
    : cause === undefined
    ? "the server closed the connection"
    : code === "ECONNRESET" || code === "EPIPE"
    ? "the other side reset the connection"
    : `the connection broke: ${message}`;
  return new NetError(reason, {
    code: "lost",
    op: "stay connected to",
    target,
    cause,
  });
}

/**
 * The error for what was under way when the link went down.
 *
 * @param op What was being done: `"run make on"`.
 * @param cause Why it went down; nothing if it was closed here.
 */
export function cutFailure(
  op: string,
  target: string,
  cause: Error | undefined,
): NetError {
  return new NetError(
    cause === undefined
      ? "the connection was closed meanwhile"
      : `${
        reasonIn(cause)
      }, and how far it came is not known; it is not repeated`,
    { code: cause === undefined ? "closed" : "lost", op, target, cause },
  );
}

/**
 * The reason in an error's message: what stands between its target and its hint.
 *
 * @param error Any error.
 */
export function reasonIn(error: Error): string {
  return error.message.replace(/^Cannot .*?: /s, "").replace(/\. Try: .*/s, "");
}
