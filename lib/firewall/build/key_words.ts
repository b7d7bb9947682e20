/**
 * The words that rules begin with which are no headers: what the kernel knows
 * of a packet, and what is computed.
 *
 * @module
 */

import type { Start } from "./field.ts";
import type { RuleBuilder, Word } from "./roots.ts";
import { start } from "./rule_builder.ts";

/**
 * Rules on what the kernel knows of the packet itself.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.meta.l4proto("tcp", "udp").th.dport(53).accept();
 * assert.equal(made.rule.statements.length, 3);
 * ```
 */
export const meta: Word<"meta"> = start.meta;

/**
 * Rules on what connection tracking knows.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ct.state.vmap({ established: "accept", invalid: "drop" });
 * assert.equal(made.rule.statements.length, 1);
 * ```
 */
export const ct: Word<"ct"> = start.ct;

/**
 * Rules on what routing found.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.rt.mtu.lt(1400).counter();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const rt: Word<"rt"> = start.rt;

/**
 * Rules on the local socket that the packet belongs to.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.socket.transparent(1).mark.set(1);
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const socket: Word<"socket"> = start.socket;

/**
 * Rules on the sender's TCP fingerprint.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.osf.name("Linux").counter();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const osf: Word<"osf"> = start.osf;

/**
 * Rules on IPv6 extension headers.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.exthdr.frag.exists().drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const exthdr: Word<"exthdr"> = start.exthdr;

/**
 * Rules on the interface that the packet came in by, by index.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.iif("lo").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const iif: Word<"iif"> = start.iif;

/**
 * Rules on the name of the interface that the packet came in by.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.iifname("eth0", "wlan*").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const iifname: Word<"iifname"> = start.iifname;

/**
 * Rules on the interface that the packet leaves by, by index.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.oif("lo").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const oif: Word<"oif"> = start.oif;

/**
 * Rules on the name of the interface that the packet leaves by.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.oifname.not("eth0").drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const oifname: Word<"oifname"> = start.oifname;

/**
 * Rules on the packet's mark.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.mark(7).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const mark: Word<"mark"> = start.mark;

/**
 * Rules on the user whose socket sent the packet.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.skuid(1000).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const skuid: Word<"skuid"> = start.skuid;

/**
 * Rules on the group whose socket sent the packet.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.skgid(1000).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const skgid: Word<"skgid"> = start.skgid;

/**
 * Rules on whether the packet is for this host, for many or for all.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.pkttype("broadcast").drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const pkttype: Word<"pkttype"> = start.pkttype;

/**
 * Looks the packet up in the routing tables.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.fib("saddr", "iif").oif.missing().drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const fib: Word<"fib"> = start.fib;

/**
 * The IPsec states of the packet.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ipsec("in").reqid(1).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const ipsec: Word<"ipsec"> = start.ipsec;

/**
 * Bits at a place of a header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.raw("th", 0, 8)(5).drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const raw: Word<"raw"> = start.raw;

/**
 * Several fields as one key.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.concat(net.firewall.ip.saddr, net.firewall.tcp.dport).in([["192.0.2.1", 22]]).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const concat: Word<"concat"> = start.concat;

/**
 * A number that counts up or is drawn by chance.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.numgen("random", 10)(0).drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const numgen: Word<"numgen"> = start.numgen;

/**
 * A hash of fields.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.jhash(net.firewall.ip.saddr, { mod: 2 }).vmap([[0, "accept"], [1, "drop"]]);
 * assert.equal(made.rule.statements.length, 1);
 * ```
 */
export const jhash: Word<"jhash"> = start.jhash;

/**
 * A hash of the connection, alike both ways.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.symhash(2)(1).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const symhash: Word<"symhash"> = start.symhash;

/**
 * An empty rule, for those that begin with what they do: `rule.counter().drop()`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.rule.counter().log("end ").drop();
 * assert.equal(made.rule.statements.length, 3);
 * ```
 */
export const rule: RuleBuilder<Start> = start;
