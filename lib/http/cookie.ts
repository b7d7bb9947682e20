/**
 * One cookie: reading what a server sets, and whom it goes back to.
 *
 * @module
 */

import { tryParse } from "../ip/address.ts";
import { parseHttpDate } from "./fields.ts";

/** One cookie as a client keeps it. */
export interface Cookie {
  /** Its name, perhaps empty. */
  readonly name: string;
  /** Its value, as it was sent. */
  readonly value: string;
  /** The host that it goes back to, in lower case. */
  readonly domain: string;
  /** Whether it goes to that host alone, and not to those below it. */
  readonly hostOnly: boolean;
  /** The beginning of the paths that it goes to. */
  readonly path: string;
  /** Whether it goes over TLS alone. */
  readonly secure: boolean;
  /** Whether scripts in pages may not see it; of no effect here. */
  readonly httpOnly: boolean;
  /** What browsers may send it along with; of no effect here. */
  readonly sameSite: "strict" | "lax" | "none" | "default";
  /** When it ends, in milliseconds since 1970; `undefined` with the session. */
  readonly expires: number | undefined;
  /** When it was first set, in milliseconds since 1970. */
  readonly created: number;
}

/** Longest name and value together, longest attribute, in UTF-16 units. */
const MAX_PAIR = 4096;
const MAX_ATTRIBUTE = 1024;
/** No cookie lives longer than 400 days. */
const MAX_AGE = 400 * 24 * 3600 * 1000;

/** Second labels under which countries register, as in co.uk. */
const REGISTRIES =
  /^(ac|co|com|edu|gob|gouv|gov|govt|go|gv|id|info|ltd|mil|net|ne|nom|or|org|plc|sch)$/;

/**
 * Reads one `Set-Cookie` field.
 *
 * There is no list of public suffixes here: a domain of one label, and the like
 * of `co.uk`, is refused, and what else is a public suffix is not known.
 *
 * @param text The field's value.
 * @param url The URL whose answer carried it.
 * @param now Milliseconds since 1970.
 * @returns The cookie, or in a text why it is refused.
 * @see RFC 6265bis §5.6 (parsing), §5.7 (the storage model)
 */
export function parseCookie(
  text: string,
  url: URL,
  now: number = Date.now(),
): Cookie | string {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) return "it has control characters";
  const [pair = "", ...rest] = text.split(";");
  const equals = pair.indexOf("=");
  const name = pair.slice(0, Math.max(0, equals)).trim();
  const value = pair.slice(equals + 1).trim();
  if (name === "" && value === "") return "it has neither name nor value";
  if (name.length + value.length > MAX_PAIR) {
    return `name and value are longer than ${MAX_PAIR}`;
  }
  const attributes = new Map<string, string>();
  for (const part of rest) {
    const at = part.indexOf("=");
    const key = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase();
    const said = at < 0 ? "" : part.slice(at + 1).trim();
    if (said.length <= MAX_ATTRIBUTE) attributes.set(key, said);
  }
  const host = url.hostname.toLowerCase();
  const asked = (attributes.get("domain") ?? "").replace(/^\./, "")
    .toLowerCase();
  const domain = asked === "" ? host : asked;
  if (asked !== "" && !domainMatches(host, asked)) {
    return `${host} may not set it for ${asked}`;
  }
  const suffix = asked !== "" && asked !== host && isSuffix(asked);
  if (suffix) return `${asked} is no single owner's domain`;
  const secure = attributes.has("secure");
  if (secure && url.protocol !== "https:") {
    return "it is secure, and TLS is not used";
  }
  const said = attributes.get("path") ?? "";
  const path = said.startsWith("/") ? said : defaultPath(url.pathname);
  const hostOnly = asked === "" || asked === host && isSuffix(asked);
  const prefix = /^__(secure|host)-/i.exec(name || value)?.[1]?.toLowerCase();
  if (prefix && (!secure || name === "")) return "its prefix wants it secure";
  if (prefix === "host" && (!hostOnly || said !== "/")) {
    return "its prefix wants Path=/ and no Domain";
  }
  const site = attributes.get("samesite")?.toLowerCase() ?? "";
  const sameSite = site === "strict" || site === "lax" || site === "none"
    ? site
    : "default";
  if (sameSite === "none" && !secure) return "SameSite=None wants it secure";
  return {
    name,
    value,
    domain,
    hostOnly,
    path,
    secure,
    httpOnly: attributes.has("httponly"),
    sameSite,
    expires: expiry(attributes, now),
    created: now,
  };
}

/** `Max-Age` before `Expires`, whichever comes last in the field. */
function expiry(
  attributes: ReadonlyMap<string, string>,
  now: number,
): number | undefined {
  const age = attributes.get("max-age");
  if (age !== undefined && /^-?\d+$/.test(age)) {
    const ms = Number(age) * 1000;
    return ms <= 0 ? 0 : now + Math.min(ms, MAX_AGE);
  }
  const date = cookieDate(attributes.get("expires") ?? "");
  return date === undefined ? undefined : Math.min(date, now + MAX_AGE);
}

/** Dates in cookies have ever been sloppy: hyphens, two digits for a year. */
function cookieDate(text: string): number | undefined {
  if (text === "") return undefined;
  return parseHttpDate(text) ??
    parseHttpDate(text.replace(/(\d)-(\w{3})-(\d)/, "$1 $2 $3"));
}

/** Whether a domain is everybody's, as far as its look tells. */
function isSuffix(domain: string): boolean {
  const labels = domain.split(".");
  return labels.length < 2 ||
    labels.length === 2 && labels[1]!.length === 2 &&
      REGISTRIES.test(labels[0]!);
}

/**
 * Says whether a host is a domain or below it.
 *
 * @param host The host, in lower case; an address matches itself alone.
 * @param domain The domain, in lower case.
 * @returns Whether it matches.
 * @see RFC 6265bis §5.1.3
 */
export function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true;
  return host.endsWith(`.${domain}`) &&
    tryParse(host.replace(/^\[(.*)\]$/, "$1")) === undefined;
}

/**
 * Says whether a path is below another.
 *
 * @param path The request's path.
 * @param below The cookie's path.
 * @returns Whether it matches.
 * @see RFC 6265bis §5.1.4
 */
export function pathMatches(path: string, below: string): boolean {
  return path === below ||
    path.startsWith(below) &&
      (below.endsWith("/") || path[below.length] === "/");
}

/** The folder of the path, where the cookie names none. */
function defaultPath(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}
