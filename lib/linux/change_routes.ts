/**
 * Changes to routes, rules and queueing disciplines.
 *
 * @module
 */

import { change, type ChangeOptions } from "./change.ts";
import type { ClassSpec, QdiscSpec, RouteSpec, RuleSpec } from "./specs.ts";

/**
 * Adds a route.
 *
 * @param route The route.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-route(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addRoute({ to: "198.51.100.0/24", via: "192.0.2.1" }),
 *   /ip route add 198\.51\.100\.0\/24 via 192\.0\.2\.1/,
 * );
 * ```
 */
export function addRoute(
  route: RouteSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addRoute", route }, options);
}

/**
 * Adds a route, or takes the place of the one to the same destination with the same metric.
 *
 * @param route The route.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-route(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.replaceRoute({ to: "198.51.100.0/24", via: "192.0.2.1" }),
 *   /ip route replace 198\.51\.100\.0\/24 via 192\.0\.2\.1/,
 * );
 * ```
 */
export function replaceRoute(
  route: RouteSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "replaceRoute", route }, options);
}

/**
 * Adds a route after those alike; IPv6 makes next hops of one route of them.
 *
 * @param route The route.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-route(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.appendRoute({ to: "198.51.100.0/24", via: "192.0.2.1" }),
 *   /ip route append 198\.51\.100\.0\/24 via 192\.0\.2\.1/,
 * );
 * ```
 */
export function appendRoute(
  route: RouteSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "appendRoute", route }, options);
}

/**
 * Deletes a route: the first that fits what is said of it.
 *
 * @param route The route.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-route(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteRoute({ to: "198.51.100.0/24", via: "192.0.2.1" }),
 *   /ip route delete 198\.51\.100\.0\/24 via 192\.0\.2\.1/,
 * );
 * ```
 */
export function deleteRoute(
  route: RouteSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteRoute", route }, options);
}

/**
 * Adds a rule to the routing policy.
 *
 * @param rule The rule.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-rule(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addRule({ from: "192.0.2.0/24", table: 100 }),
 *   /ip rule add from 192\.0\.2\.0\/24 lookup 100/,
 * );
 * ```
 */
export function addRule(
  rule: RuleSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addRule", rule }, options);
}

/**
 * Deletes a rule: the first that fits what is said of it.
 *
 * @param rule The rule.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-rule(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteRule({ from: "192.0.2.0/24", table: 100 }),
 *   /ip rule delete from 192\.0\.2\.0\/24 lookup 100/,
 * );
 * ```
 */
export function deleteRule(
  rule: RuleSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteRule", rule }, options);
}

/**
 * Adds a queueing discipline.
 *
 * @param qdisc The queueing discipline.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addQdisc({ device: "eth0", kind: "netem", netem: { delay: 20 } }),
 *   /tc qdisc add dev eth0 root netem delay 20ms/,
 * );
 * ```
 */
export function addQdisc(
  qdisc: QdiscSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addQdisc", qdisc }, options);
}

/**
 * Adds a queueing discipline, or takes the place of the one there.
 *
 * @param qdisc The queueing discipline.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.replaceQdisc({ device: "eth0", kind: "netem", netem: { delay: 20 } }),
 *   /tc qdisc replace dev eth0 root netem delay 20ms/,
 * );
 * ```
 */
export function replaceQdisc(
  qdisc: QdiscSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "replaceQdisc", qdisc }, options);
}

/**
 * Deletes a queueing discipline.
 *
 * @param qdisc The queueing discipline.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteQdisc({ device: "eth0", kind: "netem", netem: { delay: 20 } }),
 *   /tc qdisc delete dev eth0 root netem/,
 * );
 * ```
 */
export function deleteQdisc(
  qdisc: QdiscSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteQdisc", qdisc }, options);
}

/**
 * Adds a class of an htb.
 *
 * @param spec The class.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc-htb(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addClass({ device: "eth0", parent: "1:", handle: "1:10", rate: 1e6 }),
 *   /tc class add dev eth0 parent 1: classid 1:10/,
 * );
 * ```
 */
export function addClass(
  spec: ClassSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addClass", class: spec }, options);
}

/**
 * Adds a class of an htb, or changes it where it is there.
 *
 * @param spec The class.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc-htb(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.replaceClass({ device: "eth0", parent: "1:", handle: "1:10", rate: 1e6 }),
 *   /tc class replace dev eth0 parent 1: classid 1:10/,
 * );
 * ```
 */
export function replaceClass(
  spec: ClassSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "replaceClass", class: spec }, options);
}

/**
 * Deletes a class of an htb.
 *
 * @param spec The class.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see tc-htb(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteClass({ device: "eth0", parent: "1:", handle: "1:10", rate: 1e6 }),
 *   /tc class delete dev eth0 parent 1: classid 1:10/,
 * );
 * ```
 */
export function deleteClass(
  spec: ClassSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteClass", class: spec }, options);
}
