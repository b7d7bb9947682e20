/**
 * A topology as a Mermaid flowchart, which many wikis and forges draw.
 *
 * @module
 */

import type {
  Interface,
  LinkEnd,
  Node,
  NodeKind,
  Topology,
} from "../topology.ts";
import { duties, impairmentText, portText } from "./labels.ts";

/** What is around a node's text: hosts are boxes, switches bars, routers round. */
const SHAPES: Readonly<Record<NodeKind, readonly [string, string]>> = {
  host: ["[", "]"],
  switch: ["[[", "]]"],
  router: ["([", "])"],
};

/**
 * Writes a topology as Mermaid.
 *
 * @param topology The topology.
 * @returns The text of a flowchart.
 * @see Mermaid's flowchart syntax
 */
export function drawMermaid({ nodes, links }: Topology): string {
  // Ids of our own: a node may be called "end", which Mermaid takes for its own.
  const ids = new Map(nodes.map(({ name }, i) => [name, `n${i}`]));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const lines = ["flowchart LR"];
  for (const node of nodes) {
    const [open, close] = SHAPES[node.kind];
    const id = ids.get(node.name)!;
    const text = [`<b>${escape(node.name)}</b>`, ...textOf(node).map(escape)];
    lines.push(`  ${id}${open}"${text.join("<br/>")}"${close}:::${node.kind}`);
  }
  for (const link of links) {
    const [a, b] = [link.a, link.b].map((end) => endText(byName, end));
    const trouble = impairmentText(link);
    const text = [`${a} ── ${b}`, ...trouble === "" ? [] : [trouble]];
    const line = trouble === "" ? "---" : "-.-";
    lines.push(
      `  ${ids.get(link.a.node)} ${line}|"${text.map(escape).join("<br/>")}"| ${
        ids.get(link.b.node)
      }`,
    );
  }
  lines.push(
    "  classDef host fill:#ebf4ff,stroke:#2b6cb0,color:#1f2933",
    "  classDef switch fill:#e8f6ec,stroke:#2f7a45,color:#1f2933",
    "  classDef router fill:#f5ecfb,stroke:#7b3fa0,color:#1f2933",
  );
  return `${lines.join("\n")}\n`;
}

/** The addresses of a node, interface by interface, and what it does besides. */
function textOf(node: Node): string[] {
  const endpoints = node.interfaces.flatMap(({ name, addresses, vlans }) => [
    { name, addresses },
    ...vlans,
  ]);
  return [
    ...endpoints.filter(({ addresses }) => addresses.length > 0)
      .map(({ name, addresses }) => `${name} ${addresses.join(" ")}`),
    ...duties(node).length === 0 ? [] : [duties(node).join(", ")],
  ];
}

function endText(byName: ReadonlyMap<string, Node>, end: LinkEnd): string {
  const port: Interface | undefined = byName.get(end.node)?.interfaces
    .find(({ name }) => name === end.interface);
  const carries = port?.port === undefined ? "" : ` ${portText(port.port)}`;
  return `${end.interface}${carries}`;
}

/** Makes text safe between quotes, where Mermaid reads HTML and its own entities. */
function escape(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[#&<>"'`\\|\x00-\x1f]/g,
    (char) => `#${char.charCodeAt(0)};`,
  );
}
