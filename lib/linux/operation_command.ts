/**
 * Operations as the commands of `ip`, `bridge` and `tc` that do the same.
 *
 * @see ip(8), bridge(8), tc(8)
 * @module
 */

import { checkOperation } from "./operation_check.ts";
import { addressParts } from "./address_messages.ts";
import {
  classWords,
  device,
  maybe,
  neighbourWords,
  qdiscWords,
  routeCommand,
  ruleWords,
} from "./command_words.ts";
import { detailWords } from "./details.ts";
import { kinds, portKinds } from "./kinds.ts";
import type { Operation } from "./operation.ts";
import { verbOf } from "./operations.ts";
import { ruleFamily } from "./route_messages.ts";
import type {
  AddressSpec,
  Device,
  LinkChange,
  LinkSettings,
  LinkSpec,
  PortVlanSpec,
} from "./specs.ts";

/**
 * Gives the commands that do what an operation does.
 *
 * @param operation The operation.
 * @returns One command a line, with what a shell would take apart in quotes.
 * @throws {TypeError} If the operation says something that cannot be.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const command = net.linux.operationCommand({
 *   op: "addRoute",
 *   route: { to: "default", via: "192.0.2.1", device: "eth0" },
 * });
 * assert.equal(command, "ip route add default via 192.0.2.1 dev eth0");
 * ```
 */
export function operationCommand(operation: Operation): string {
  return operationWords(operation)
    .map((words) => words.map(quoted).join(" ")).join("\n");
}

/**
 * Gives the commands of an operation as words, for a program to run.
 *
 * @param operation The operation.
 * @returns The commands, each with its program first.
 */
export function operationWords(operation: Operation): string[][] {
  checkOperation(operation);
  const verb = verbOf(operation);
  switch (operation.op) {
    case "addLink":
      return [["ip", "link", "add", ...linkWords(operation.link)]];
    case "setLink":
      return setWords(operation.device, operation.change);
    case "deleteLink":
      return [["ip", "link", "delete", ...device(operation.device)]];
    case "addPortVlan":
    case "deletePortVlan":
      return [[
        "bridge",
        "vlan",
        verb === "delete" ? "del" : verb,
        ...portVlanWords(operation.portVlan),
      ]];
    case "addAddress":
    case "replaceAddress":
    case "deleteAddress":
      return [["ip", "address", verb, ...addressWords(operation.address)]];
    case "addRoute":
    case "replaceRoute":
    case "appendRoute":
    case "deleteRoute":
      return [routeCommand(verb, operation.route)];
    case "addRule":
    case "deleteRule":
      return [[
        "ip",
        ...ruleFamily(operation.rule) === 6 ? ["-6"] : [],
        "rule",
        verb,
        ...ruleWords(operation.rule),
      ]];
    case "addNeighbour":
    case "replaceNeighbour":
    case "deleteNeighbour":
      return [["ip", "neigh", verb, ...neighbourWords(operation.neighbour)]];
    case "addQdisc":
    case "replaceQdisc":
    case "deleteQdisc":
      return [["tc", "qdisc", verb, ...qdiscWords(verb, operation.qdisc)]];
    case "addClass":
    case "replaceClass":
    case "deleteClass":
      return [["tc", "class", verb, ...classWords(verb, operation.class)]];
  }
}

function quoted(word: string): string {
  return /^[\w.:/@%+=,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

function settingWords(settings: LinkSettings): string[] {
  const { mac, mtu, txQueueLength, alias, group, namespace } = settings;
  return [
    ...maybe("address", mac),
    ...maybe("mtu", mtu),
    ...maybe("txqueuelen", txQueueLength),
    ...maybe("alias", alias),
    ...maybe("group", group),
    ...namespace === undefined
      ? []
      : ["netns", `/proc/${Deno.pid}/fd/${namespace}`],
  ];
}

function linkWords(link: LinkSpec): string[] {
  const { name, kind, index, peer, details, txQueues, rxQueues } = link;
  return [
    ...link.link === undefined ? [] : ["link", ...device(link.link).slice(1)],
    "name",
    name,
    ...maybe("index", index),
    ...settingWords(link),
    ...maybe("numtxqueues", txQueues),
    ...maybe("numrxqueues", rxQueues),
    ...flagWords(link),
    ...masterWords(link),
    "type",
    kind,
    ...detailWords(kind, kinds.get(kind), details ?? {}),
    ...peer === undefined ? [] : [
      "peer",
      ...maybe("name", peer.name),
      ...maybe("index", peer.index),
      ...settingWords(peer),
    ],
  ];
}

function masterWords({ master }: LinkSettings): string[] {
  if (master === undefined) return [];
  return master === null
    ? ["nomaster"]
    : ["master", ...device(master).slice(1)];
}

function flagWords(settings: LinkSettings): string[] {
  const { up, arp, promiscuous, allMulticast, multicast } = settings;
  const onOff = (name: string, value: boolean | undefined) =>
    value === undefined ? [] : [name, value ? "on" : "off"];
  return [
    ...up === undefined ? [] : [up ? "up" : "down"],
    ...onOff("arp", arp),
    ...onOff("promisc", promiscuous),
    ...onOff("allmulticast", allMulticast),
    ...onOff("multicast", multicast),
  ];
}

function setWords(name: Device, change: LinkChange): string[][] {
  const at = device(name);
  const { kind, details, port, addAltNames, deleteAltNames } = change;
  const words = [
    ...flagWords(change),
    ...settingWords(change),
    ...maybe("addrgenmode", change.addrGenMode),
    ...masterWords(change),
    ...maybe("name", change.name),
  ];
  const commands: string[][] = [];
  if (words.length > 0) commands.push(["ip", "link", "set", ...at, ...words]);
  if (details !== undefined && kind !== undefined) {
    const fields = detailWords(kind, kinds.get(kind), details);
    commands.push(["ip", "link", "set", ...at, "type", kind, ...fields]);
  }
  if (port !== undefined) {
    const { kind: master, ...fields } = port;
    const words = detailWords(master, portKinds.get(master), fields);
    const type = `${master}_slave`;
    commands.push(["ip", "link", "set", ...at, "type", type, ...words]);
  }
  // By its new name, if it has got one.
  const now = change.name === undefined ? at : device(change.name);
  for (
    const [verb, names] of [["add", addAltNames], [
      "del",
      deleteAltNames,
    ]] as const
  ) {
    if (names === undefined || names.length === 0) continue;
    const each = names.flatMap((name) => ["altname", name]);
    commands.push(["ip", "link", "property", verb, ...now, ...each]);
  }
  return commands;
}

function portVlanWords(spec: PortVlanSpec): string[] {
  const { vlan, pvid, untagged, self } = spec;
  return [
    ...device(spec.device),
    "vid",
    typeof vlan === "number" ? `${vlan}` : vlan.join("-"),
    ...pvid ? ["pvid"] : [],
    ...untagged ? ["untagged"] : [],
    ...self ? ["self"] : [],
  ];
}

function addressWords(spec: AddressSpec): string[] {
  const { local, peer, prefixLength } = addressParts(spec);
  const lifetime = (seconds: number | undefined) =>
    seconds === Infinity ? "forever" : seconds;
  return [
    ...peer === undefined
      ? [`${local}/${prefixLength}`]
      : [`${local}`, "peer", `${peer}/${prefixLength}`],
    ...maybe("broadcast", spec.broadcast),
    ...device(spec.device),
    ...maybe("label", spec.label),
    ...maybe("scope", spec.scope),
    ...maybe("metric", spec.metric),
    ...maybe("valid_lft", lifetime(spec.validSeconds)),
    // ip takes it for endless where it is not said, and then for too long.
    ...maybe(
      "preferred_lft",
      lifetime(spec.preferredSeconds ?? spec.validSeconds),
    ),
    ...spec.home ? ["home"] : [],
    ...spec.manageTemporary ? ["mngtmpaddr"] : [],
    ...spec.noDad ? ["nodad"] : [],
    ...spec.optimistic ? ["optimistic"] : [],
    ...spec.noPrefixRoute ? ["noprefixroute"] : [],
    ...spec.autoJoin ? ["autojoin"] : [],
  ];
}
