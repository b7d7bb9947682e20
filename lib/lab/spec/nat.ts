/**
 * Reads `nat`: the short form of what most address translation is.
 *
 * @module
 */

import type { DraftNode } from "./draft.ts";
import { findInterface } from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { plainAddress } from "./reading.ts";

/** `10.0.0.10:80`, or `10.0.0.10` for the same port. */
const TARGET = /^([\d.]+)(?::(\d{1,5}))?$/;

/**
 * Reads the address translation of a node.
 *
 * @param node The node; the interfaces to masquerade behind are noted there.
 * @param item An interface, a list of some, or
 * `{ masquerade: eth1, forward: { tcp/8080: 10.0.0.10:80 } }`.
 * @returns An nft table, or `undefined` if there is nothing to translate.
 */
export function readNat(node: DraftNode, item: Item): string | undefined {
  if (item.isAbsent) return undefined;
  if (item.isMap) item.allow(["masquerade", "forward"], "nat");
  const outside = (item.isMap ? item.at("masquerade") : item).list();
  for (const part of outside) {
    const name = part.text("an interface, as eth1");
    if (name === undefined) continue;
    const port = findInterface(node, name, part, "value");
    if (port !== undefined) node.masquerades.add(port);
  }
  const names = [...node.masquerades].map(({ name }) => `"${name}"`);
  const within = `{ ${names.join(", ")} }`;
  const forwards = item.isMap ? readForwards(item.at("forward")) : [];
  if (forwards.length > 0 && names.length === 0) {
    return item.wrong(
      "forward needs masquerade, the interface that the ports are on",
    );
  }
  if (names.length === 0) return undefined;
  return [
    "table ip nat {",
    ...forwards.length === 0 ? [] : [
      "  chain prerouting {",
      "    type nat hook prerouting priority dstnat;",
      ...forwards.map((rule) => `    iifname ${within} ${rule}`),
      "  }",
    ],
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat;",
    `    oifname ${within} masquerade`,
    "  }",
    "}",
  ].join("\n");
}

/** `{ tcp/8080: 10.0.0.10:80 }`, port by port. */
function readForwards(item: Item): string[] {
  return item.entries("a map, as { tcp/8080: 10.0.0.10:80 }").flatMap(
    ([key, part]) => {
      const from = /^(tcp|udp)\/(\d{1,5})$/.exec(key);
      if (from === null || !isPort(from[2]!)) {
        part.wrong(
          `${shown(key)} is not a port to forward, as tcp/8080`,
          "key",
        );
        return [];
      }
      const text = part.text("where to forward to, as 10.0.0.10:80");
      const to = TARGET.exec(text ?? "");
      const port = to?.[2] ?? from[2]!;
      const address = to === null ? undefined : plainAddress(part, to[1]!);
      if (text === undefined || to !== null && address === undefined) return [];
      if (to === null || !isPort(port)) {
        part.wrong(
          `${shown(text)} is not where to forward to, as 10.0.0.10:80`,
        );
        return [];
      }
      return [`${from[1]} dport ${from[2]} dnat to ${address}:${port}`];
    },
  );
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}
