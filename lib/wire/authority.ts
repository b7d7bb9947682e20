/**
 * Whom one may ask what: the check that stands before everything that scans,
 * injects or asks beyond this machine.
 *
 * To probe a machine without its owner's leave is an offence in many countries,
 * whatever one means by it. And it is bad manners everywhere: somebody is woken
 * by an alarm, or sits behind a thin line that is suddenly full.
 *
 * @module
 */

import { noneElsewhere } from "../known_options.ts";
import { PermissionError } from "../errors.ts";
import { confirmed } from "../inspect/live.ts";
import { count } from "../inspect/units.ts";
import { Deadline } from "../deadline.ts";
import { Address } from "../ip/address.ts";
import { type AddressSet, set } from "../ip/set/set.ts";
import { Subnet } from "../ip/subnet.ts";
import { withSocket } from "../linux/access.ts";
import { readAddresses } from "../linux/address_decode.ts";
import { inside } from "../linux/entering.ts";
import { inLab } from "../linux/lab_mark.ts";
import type { ReachOptions } from "./options.ts";

/** What is about to be done to whom; see {@linkcode authorise}. */
export interface Intent {
  /** What, up to the names of those it is done to: `"scan 1,024 TCP ports of"`. */
  readonly action: string;
  /** To whom. */
  readonly targets: readonly (Address | Subnet)[];
  /**
   * What a yes is remembered for, on the same targets or some of them.
   *
   * @default {the action}
   */
  readonly kind?: string | undefined;
}

/** This machine: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
const LOOPBACK = set(["127.0.0.0/8", "::1"]);

/**
 * Space that is not routed on the Internet: RFC 1918, RFC 3927 §2.1, RFC 4193
 * §3.1, RFC 4291 §2.5.6.
 */
const PRIVATE = set([
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
]);

/** What no router passes on, of IPv4: RFC 919 §7, RFC 5771 §4. */
const LINK_IPV4 = set(["255.255.255.255", "224.0.0.0/24"]);

/** And of IPv6: scopes 1 and 2, whatever the flags (RFC 4291 §2.7). */
const LINK_IPV6 = set(
  Array.from(
    { length: 32 },
    (_, n) => `ff${(n >> 1).toString(16)}${1 + (n & 1)}::/16`,
  ),
);

/** IPv4 in IPv6's clothes: RFC 4291 §2.5.5.2. */
const MAPPED = new Subnet(new Address(6, 0, 0, 0xffff, 0), 96);

/** Who is named in a question or an error; the rest is counted. */
const NAMED = 3;

/** What was said yes to, by kind, for as long as the program runs. */
const granted = new Map<string, AddressSet>();

/** The question before: its answer may be the answer to the next one. */
let asking: Promise<unknown> = Promise.resolve();

/**
 * Makes sure that something may be done to others, and asks if need be.
 *
 * It passes for this machine itself, for own subnets of private space (what the
 * prefixes of this machine's addresses cover of RFC 1918, unique local and
 * link-local space), for broadcasts and multicasts that no router passes on from
 * there, in the lab, and with `authorised`. Public addresses never pass unasked,
 * not even those of the own subnet: its neighbours there are strangers. For the
 * rest a person is asked, once for the same kind of thing and the same targets
 * or some of them.
 *
 * @param intent What is about to be done.
 * @param options Why one may; in which network namespace it will be done.
 * @throws {PermissionError} With code `"not-authorised"` if nobody says yes, or
 * without `--allow-ffi`, by which the own addresses are read.
 * @throws {TypeError} If `authorised` is given and says nothing.
 * @throws The signal's reason, when it aborts.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const action = "send 1 TCP segment to";
 * await net.wire.authorise({ action, targets: [net.ip.parse("127.0.0.1")] });
 * const intent = { action, targets: [net.ip.parse("192.0.2.1")] };
 * await net.wire.authorise(intent, { authorised: "an address for examples" });
 * await assert.rejects(net.wire.authorise(intent, { authorised: "" }), TypeError);
 * ```
 */
export async function authorise(
  intent: Intent,
  options: ReachOptions = {},
): Promise<void> {
  noneElsewhere("reach out to others", options, {
    authorized: "authorised, and why you may",
  });
  const { authorised, namespace, signal } = options;
  signal?.throwIfAborted();
  if (saysWhy(authorised)) return;
  const { action, kind = action } = intent;
  const targets = set(intent.targets.map(plain));
  // Most go no further than here, and ask the kernel nothing.
  if (targets.isSubsetOf(LOOPBACK) || inside(namespace, inLab)) return;
  const own = ownReach(namespace);
  const foreign = () => targets.difference(own.union(granted.get(kind) ?? []));
  if (foreign().isEmpty) return;
  const answer = asking.then(async () => {
    const asked = foreign();
    if (asked.isEmpty) return true;
    const says = await confirmed(
      `${capital(action)} ${
        named(asked)
      }? You may test only what you own or may test.`,
    );
    if (says) granted.set(kind, asked.union(granted.get(kind) ?? []));
    return says;
  });
  asking = answer.catch(() => {});
  using deadline = new Deadline("ask", "whether one may", { signal });
  const says = await deadline.race(answer);
  if (says) return;
  throw new PermissionError(
    says === undefined
      ? "you may test only what you own or may test"
      : "you said no",
    {
      code: "not-authorised",
      op: action,
      target: named(foreign()),
      hint: '{ authorised: "why you may" } among the options',
    },
  );
}

/** Whether a reason is given. */
function saysWhy(authorised: unknown): boolean {
  if (authorised === undefined) return false;
  if (typeof authorised === "string" && authorised.trim() !== "") return true;
  throw new TypeError(
    `Cannot reach out to others as 'authorised' must say in a few words why you may: current value is ${
      Deno.inspect(authorised)
    }`,
  );
}

/** Whom one reaches from a namespace without asking anybody. */
function ownReach(namespace: number | string | undefined): AddressSet {
  const entries = withSocket(namespace, readAddresses);
  const machine = entries.map(({ address }) => plain(address));
  const subnets = entries.map(({ subnet }) => subnet);
  // An IPv4 broadcast on a link of public addresses reaches strangers. One of
  // IPv6 goes from link-local address to link-local address, and DHCP's comes
  // before there is any address.
  const isPrivate = entries.every(({ family, address }) =>
    family === 6 || PRIVATE.contains(address) || LOOPBACK.contains(address)
  );
  return set([
    LOOPBACK,
    ...machine,
    PRIVATE.intersection(subnets),
    LINK_IPV6,
    ...isPrivate ? [LINK_IPV4] : [],
  ]);
}

/** A target as numbers: without a zone, and as IPv4 if that is what it means. */
function plain(target: Address | Subnet): Subnet {
  const { network, prefixLength } = target instanceof Subnet
    ? target
    : { network: target.withZone(), prefixLength: target.bits };
  if (network.family === 4 || prefixLength < 96 || !MAPPED.contains(network)) {
    return new Subnet(network, prefixLength);
  }
  return new Subnet(new Address(4, 0, 0, 0, network.w3), prefixLength - 96);
}

/** The first few of a set, and how many more there are. */
function named(foreign: AddressSet): string {
  const ranges = foreign.ranges();
  const first: string[] = [];
  for (const range of ranges) {
    if (first.length === NAMED) break;
    const [subnet, more] = range.subnets();
    const isOne = range.size === 1n;
    first.push(`${isOne ? range.start : more ? range : subnet}`);
  }
  const rest = ranges.length - BigInt(first.length);
  return first.join(", ") + (rest > 0n ? ` and ${count(rest)} more` : "");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
