/**
 * Reads links, and gives each end its interface.
 *
 * @module
 */

import type { Impairment } from "../topology.ts";
import type {
  DraftInterface,
  DraftLink,
  DraftNode,
  LinkEndDraft,
} from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { remedy } from "./problem.ts";
import { duration, rate, share } from "./quantity.ts";
import { checkInterfaceName } from "./reading.ts";

/** The keys of what goes wrong on a link. */
const IMPAIRMENTS = ["delay", "jitter", "loss", "reorder", "rate"] as const;

/** A minute: nothing on Earth is further. */
const MOST_DELAY = 60_000;

/** What a link may be written as, for messages. */
const FORMS = "a link, as pc1 -- sw1 or [pc1, sw1, { delay: 10 ms }]";

/**
 * Reads the list of links.
 *
 * @param item What `links` has.
 * @param byName The nodes.
 * @returns The links that make sense.
 */
export function readLinks(
  item: Item,
  byName: ReadonlyMap<string, DraftNode>,
): DraftLink[] {
  if (item.isMap) {
    item.broken("a map is not a list of links: write each after a hyphen");
    return [];
  }
  return item.list().flatMap((link) => readLink(link, byName) ?? []);
}

function readLink(
  item: Item,
  byName: ReadonlyMap<string, DraftNode>,
): DraftLink | undefined {
  const { value } = item;
  const parts = typeof value === "string"
    ? value.trim().split(/\s+--\s+/).map((text) => ({ text, item }))
    : Array.isArray(value)
    ? item.list().slice(0, 2).map((end) => ({
      text: end.text("the end of a link, as pc1 or pc1:eth0"),
      item: end,
    }))
    : [];
  if (parts.length !== 2 || Array.isArray(value) && value.length > 3) {
    return item.broken(`${shown(value)} is not ${FORMS}`);
  }
  const ends = parts.map((part) => readEnd(part, byName));
  const [a, b] = ends;
  const impairment = Array.isArray(value) ? readImpairment(item.at(2)) : {};
  if (a === undefined || b === undefined) return undefined;
  if (a.node === b.node) {
    return item.broken(`${a.node.name} is linked to itself`);
  }
  return { ends: [a, b], impairment, item };
}

function readEnd(
  { text, item }: { text: string | undefined; item: Item },
  byName: ReadonlyMap<string, DraftNode>,
): LinkEndDraft | undefined {
  if (text === undefined) return item.broken(`this is not ${FORMS}`);
  const [name, named, ...rest] = text.split(":") as [string, string?];
  if (rest.length > 0) {
    return item.broken(`${shown(text)} is not a node or a node:interface`);
  }
  const node = byName.get(name);
  if (node === undefined) {
    return item.broken(
      `there is no node ${name}${remedy(name, [...byName.keys()])}`,
    );
  }
  if (named !== undefined && !checkInterfaceName(named, item, "value")) {
    return undefined;
  }
  return { node, named, item };
}

/** Reads the map at the end of a link. */
function readImpairment(item: Item): Impairment {
  if (item.isAbsent) return {};
  if (!item.isMap) {
    item.wrong(`${shown(item.value)} is not a map, as { delay: 10 ms }`);
    return {};
  }
  item.allow(IMPAIRMENTS, "a link");
  const found = {
    delay: duration(item.at("delay"), MOST_DELAY),
    jitter: duration(item.at("jitter"), MOST_DELAY),
    loss: share(item.at("loss")),
    reorder: share(item.at("reorder")),
    rate: rate(item.at("rate")),
  };
  const { delay, jitter, reorder } = found;
  if (jitter !== undefined && delay !== undefined && jitter > delay) {
    item.at("jitter").wrong("the jitter is more than the delay");
  } else if (jitter !== undefined && delay === undefined) {
    item.at("jitter").wrong("a jitter needs a delay to vary");
  }
  if (reorder !== undefined && delay === undefined) {
    item.at("reorder").wrong(
      "frames overtake only those that wait: give a delay too",
    );
  }
  const entries = IMPAIRMENTS.flatMap((key) =>
    // What is 0 does nothing, so it is left out.
    found[key] ? [[key, found[key]] as const] : []
  );
  return Object.fromEntries(entries);
}

/**
 * Makes the interfaces at both ends of each link: the names that were written,
 * and `eth0`, `eth1`, … for the others in the order of the links.
 *
 * @param links The links.
 */
export function connect(links: readonly DraftLink[]): void {
  const taken = new Map<DraftNode, Set<string>>();
  const namesOf = (node: DraftNode) => {
    const names = taken.get(node) ?? new Set();
    taken.set(node, names);
    return names;
  };
  for (const { node, named, item } of links.flatMap(({ ends }) => ends)) {
    if (named === undefined) continue;
    const names = namesOf(node);
    if (names.has(named)) {
      item.broken(`the interface ${named} of ${node.name} has a link already`);
    }
    names.add(named);
  }
  const counters = new Map<DraftNode, number>();
  const nextName = (node: DraftNode) => {
    const names = namesOf(node);
    let n = counters.get(node) ?? 0;
    while (names.has(`eth${n}`)) n++;
    counters.set(node, n + 1);
    return `eth${n}`;
  };
  for (const link of links) {
    const [a, b] = link.ends.map(({ node, named }) =>
      newInterface(node, named ?? nextName(node), link)
    ) as [Unplugged, Unplugged];
    for (const [end, peer] of [[a, b], [b, a]] as const) {
      const plugged = Object.assign(end, { peer }) as DraftInterface;
      plugged.node.interfaces.push(plugged);
    }
  }
}

/** An interface whose other end is not known yet. */
type Unplugged = Omit<DraftInterface, "peer">;

function newInterface(
  node: DraftNode,
  name: string,
  link: DraftLink,
): Unplugged {
  const draft = {
    node,
    name,
    tag: 0,
    addresses: [],
    isAutomatic: node.kind !== "switch",
    isDoubtful: false,
    item: node.item,
    link,
    mac: undefined,
    mtu: 1500,
    carries: undefined,
    vlans: [],
  };
  // An interface is its own port: so endpoints of both sorts are asked alike.
  return Object.assign(draft, { port: draft as unknown as DraftInterface });
}
