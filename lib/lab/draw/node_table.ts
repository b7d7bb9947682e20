/**
 * The nodes of a topology as a table, and in a few words.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { type Row, table } from "../../inspect/table.ts";
import { count } from "../../inspect/units.ts";
import type { Interface, LinkEnd, Node, Topology } from "../topology.ts";
import { duties, portText } from "./labels.ts";

const COLUMNS = [
  { key: "node", role: "name" },
  { key: "kind" },
  { key: "interface" },
  // An address cut short would be another.
  { key: "address", role: "accent", minWidth: 43 },
  { key: "to", minWidth: 12 },
  { key: "gateway", role: "accent", minWidth: 39 },
  { key: "runs" },
] as const;

/**
 * Draws a table of the nodes: a row for each interface of hosts and routers,
 * and one for each switch.
 *
 * @param topology The topology.
 * @param canvas Where to draw.
 * @returns The lines.
 */
export function nodeTable(topology: Topology, canvas: Canvas): string {
  const peers = new Map<string, string>();
  const key = ({ node, interface: port }: LinkEnd) => `${node}:${port}`;
  for (const { a, b } of topology.links) {
    peers.set(key(a), key(b)).set(key(b), key(a));
  }
  const rows = topology.nodes.flatMap((node) => rowsOf(node, peers));
  // A column that says nothing of anyone takes room from the others.
  const columns = COLUMNS.filter(({ key }) =>
    key === "node" || rows.some((row) => row[key] !== "")
  );
  return table(rows, { columns, canvas });
}

function rowsOf(node: Node, peers: ReadonlyMap<string, string>): Row[] {
  const { name, kind, interfaces, routes } = node;
  const runs = duties(node).join(", ");
  const gateways = routes
    .filter(({ to }) => to === "0.0.0.0/0" || to === "::/0")
    .map(({ via }) => via ?? "");
  if (kind === "switch") {
    const n = interfaces.length;
    const ports = `${count(n)} ${n === 1 ? "port" : "ports"}`;
    const carried = interfaces.flatMap(({ port }) => port?.trunk ?? []);
    const access = interfaces.flatMap(({ port }) => port?.access ?? []);
    const ids = [...new Set([...access, ...carried])].sort((a, b) => a - b);
    const vlans = ids.length === 0 ? "" : portText({ trunk: ids });
    return [{
      node: name,
      kind,
      interface: ports,
      address: "",
      to: vlans.replace("trunk", "VLANs"),
      gateway: "",
      runs,
    }];
  }
  const lines = interfaces.flatMap((port) => [
    ...addressLines(port, peers.get(`${name}:${port.name}`)),
    ...port.vlans.flatMap((sub) => addressLines(sub)),
  ]);
  const length = Math.max(1, lines.length, gateways.length);
  return Array.from({ length }, (_, i) => ({
    node: i === 0 ? name : "",
    kind: i === 0 ? kind : "",
    interface: "",
    address: "",
    to: "",
    ...lines[i],
    gateway: gateways[i] ?? "",
    runs: i === 0 ? runs : "",
  }));
}

/** A row for each address, the first of them with the interface's name. */
function addressLines(
  { name, addresses }: Pick<Interface, "name" | "addresses">,
  to = "",
): Row[] {
  const [first = "", ...more] = addresses;
  return [
    { interface: name, address: first, to },
    ...more.map((address) => ({ address })),
  ];
}

/**
 * Says what a topology is made of.
 *
 * @param topology The topology.
 * @returns `"4 hosts, 1 switch, 4 links"`.
 */
export function summary({ nodes, links }: Topology): string {
  const of = (wanted: string) =>
    nodes.filter(({ kind }) => kind === wanted).length;
  return ([
    [of("host"), "host", "hosts"],
    [of("switch"), "switch", "switches"],
    [of("router"), "router", "routers"],
    [links.length, "link", "links"],
  ] as const)
    .filter(([n]) => n > 0)
    .map(([n, one, more]) => `${count(n)} ${n === 1 ? one : more}`)
    .join(", ") || "nothing";
}
