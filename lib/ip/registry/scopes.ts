/**
 * How far an address reaches, in the words of RFC 7346.
 *
 * @module
 */

/**
 * How far a multicast packet may go: the scopes of IPv6 (RFC 7346 §2), and
 * `"local"` for 239.255.0.0/16, the smallest of those that an IPv4 network's
 * administrator draws (RFC 2365 §6.1). `"unassigned"` and `"reserved"` are
 * values without a meaning.
 */
export type MulticastScope =
  | "interface-local"
  | "link-local"
  | "realm-local"
  | "local"
  | "admin-local"
  | "site-local"
  | "organization-local"
  | "global"
  | "unassigned"
  | "reserved";

/** The scope by the fourth digit of an IPv6 multicast address (RFC 7346 §2). */
export const IPV6_SCOPES: readonly Exclude<MulticastScope, "local">[] = [
  "reserved",
  "interface-local",
  "link-local",
  "realm-local",
  "admin-local",
  "site-local",
  "unassigned",
  "unassigned",
  "organization-local",
  "unassigned",
  "unassigned",
  "unassigned",
  "unassigned",
  "unassigned",
  "global",
  "reserved",
];
