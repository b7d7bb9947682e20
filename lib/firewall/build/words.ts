/**
 * The words that rules begin with: headers, and all others.
 *
 * @module
 */

import type { Word } from "./roots.ts";
import { start } from "./rule_builder.ts";

export * from "./key_words.ts";

/**
 * Rules on the Ethernet header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ether.saddr("00:00:5e:00:53:01").drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const ether: Word<"ether"> = start.ether;

/**
 * Rules on a VLAN tag.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.vlan.id(10, 20).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const vlan: Word<"vlan"> = start.vlan;

/**
 * Rules on an ARP message.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.arp.operation("request").counter();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const arp: Word<"arp"> = start.arp;

/**
 * Rules on the IPv4 header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ip.saddr("192.0.2.0/24").drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const ip: Word<"ip"> = start.ip;

/**
 * Rules on the IPv6 header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ip6.daddr("2001:db8::/32").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const ip6: Word<"ip6"> = start.ip6;

/**
 * Rules on an ICMP message.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.icmp.type("echo-request").limit("5/second").accept();
 * assert.equal(made.rule.statements.length, 3);
 * ```
 */
export const icmp: Word<"icmp"> = start.icmp;

/**
 * Rules on an ICMPv6 message.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.icmpv6.type("nd-neighbor-solicit", "nd-neighbor-advert").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const icmpv6: Word<"icmpv6"> = start.icmpv6;

/**
 * Rules on an IGMP message.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.igmp.type("membership-query").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const igmp: Word<"igmp"> = start.igmp;

/**
 * Rules on the TCP header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.tcp.dport.in([22, "https"]).ct.state("new").accept();
 * assert.equal(made.rule.statements.length, 3);
 * ```
 */
export const tcp: Word<"tcp"> = start.tcp;

/**
 * Rules on the UDP header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.udp.dport("domain").accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const udp: Word<"udp"> = start.udp;

/**
 * Rules on the UDP-Lite header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.udplite.dport(5004).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const udplite: Word<"udplite"> = start.udplite;

/**
 * Rules on the SCTP header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.sctp.chunk.init.exists().counter();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const sctp: Word<"sctp"> = start.sctp;

/**
 * Rules on the DCCP header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.dccp.type("request").drop();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const dccp: Word<"dccp"> = start.dccp;

/**
 * Rules on the authentication header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.ah.spi(256).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const ah: Word<"ah"> = start.ah;

/**
 * Rules on the ESP header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.esp.spi(256).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const esp: Word<"esp"> = start.esp;

/**
 * Rules on the IPComp header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = net.firewall.comp.cpi(2).accept();
 * assert.equal(made.rule.statements.length, 2);
 * ```
 */
export const comp: Word<"comp"> = start.comp;
