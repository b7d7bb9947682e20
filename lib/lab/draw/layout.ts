/**
 * Where everything in a drawing stands, in cells of a terminal: boxes in
 * columns, links between them at right angles. Text and SVG both draw from it.
 *
 * @module
 */

import { displayWidth } from "../../inspect/text.ts";
import type { Interface, Link, Node, Topology } from "../topology.ts";
import { type Channel, type Lead, route } from "./channel.ts";
import { type Detail, duties, impairmentText, portLines } from "./labels.ts";
import { type Columns, columnsOf, Neighbours } from "./layers.ts";

/** Text inside a box. */
export interface Line {
  readonly text: string;
  /** The row, counted over the whole drawing. */
  readonly y: number;
  /** The side that it keeps to, which is that of its link. */
  readonly side: "left" | "right";
  /** Whether a link is beside it. */
  readonly isPort: boolean;
}

/** A node in its place. */
export interface Box {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly Line[];
}

/** A link in its place: from the edge of a box to that of another, at right angles. */
export interface Wire {
  readonly link: Link;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What goes wrong on it. */
  readonly label: string;
}

/** A drawing's plan. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  /** Whether no two links share a stretch of line. */
  readonly isClear: boolean;
}

/** A box before its column has a place. */
interface Draft {
  readonly node: Node;
  readonly top: number;
  readonly bottom: number;
  readonly lines: readonly Line[];
  readonly width: number;
}

/** How often a column is moved down by a row to part links from one another. */
const NUDGES = 4;

/**
 * Makes the plan of a drawing.
 *
 * @param topology The topology.
 * @param detail How much to say.
 * @param labelled Whether straight links are made long enough for their labels.
 * @returns The plan; the parts that do not hang together are one below another.
 */
export function layout(
  topology: Topology,
  detail: Detail,
  labelled: boolean,
): Layout {
  const neighbours = new Neighbours(topology);
  const boxes: Box[] = [];
  const wires: Wire[] = [];
  let width = 0;
  let height = 0;
  let isClear = true;
  for (const columns of columnsOf(topology, neighbours)) {
    const part = new Part(columns, neighbours, detail, labelled, height)
      .place();
    boxes.push(...part.boxes);
    wires.push(...part.wires);
    width = Math.max(width, part.width);
    height = part.height + 1;
    isClear &&= part.isClear;
  }
  return { width, height: Math.max(0, height - 1), boxes, wires, isClear };
}

/** One part that hangs together. */
class Part {
  readonly #columns: Columns;
  readonly #neighbours: Neighbours;
  readonly #detail: Detail;
  readonly #labelled: boolean;
  readonly #top: number;
  readonly #column = new Map<Node, number>();
  readonly #row = new Map<Node, number>();
  /** The row of each port, by node and interface. */
  readonly #ports = new Map<string, number>();

  constructor(
    columns: Columns,
    neighbours: Neighbours,
    detail: Detail,
    labelled: boolean,
    top: number,
  ) {
    this.#columns = columns;
    this.#neighbours = neighbours;
    this.#detail = detail;
    this.#labelled = labelled;
    this.#top = top;
    columns.forEach((column, i) =>
      column.forEach((node, j) => {
        this.#column.set(node, i);
        this.#row.set(node, j);
      })
    );
  }

  place(): Layout {
    const drafts: Draft[][] = [];
    const channels: Channel<Link>[] = [];
    this.#columns.forEach((column, i) => {
      for (let nudge = 0; nudge <= NUDGES; nudge++) {
        drafts[i] = this.#stack(column, i === 0 ? 0 : nudge);
        if (i === 0) break;
        channels[i - 1] = this.#route(i - 1);
        if (channels[i - 1]!.isClear) break;
      }
    });
    const last = this.#columns.length - 1;
    if (this.#leads(last).length > 0) channels.push(this.#route(last));
    return this.#join(drafts, channels);
  }

  /** Gives the columns and the channels between them their places from left to right. */
  #join(
    drafts: readonly (readonly Draft[])[],
    channels: readonly Channel<Link>[],
  ): Layout {
    const boxes: Box[] = [];
    const wires: Wire[] = [];
    let x = 0;
    drafts.forEach((column, i) => {
      const width = Math.max(...column.map((draft) => draft.width));
      for (const { node, top, bottom, lines } of column) {
        boxes.push({ node, x, y: top, width, height: bottom - top + 1, lines });
      }
      x += width;
      const channel = channels[i];
      if (channel === undefined) return;
      for (const { what: link, points } of channel.wires) {
        wires.push({
          link,
          points: points.map(([dx, y]) => [x + dx, y]),
          label: impairmentText(link),
        });
      }
      x += channel.width;
    });
    return {
      width: x,
      height: Math.max(...boxes.map(({ y, height }) => y + height)),
      boxes,
      wires,
      isClear: channels.every(({ isClear }) => isClear),
    };
  }

  /** Puts the boxes of a column below each other, each as near its links as can be. */
  #stack(column: readonly Node[], nudge: number): Draft[] {
    let free = this.#top + nudge;
    return column.map((node) => {
      const draft = this.#box(node, free);
      free = draft.bottom + 1;
      return draft;
    });
  }

  #box(node: Node, free: number): Draft {
    const { left, right } = this.#sides(node);
    const extra = duties(node);
    const lines: Line[] = [];
    // The rows in use; only on switches may both sides have text in one row.
    const isShared = node.kind === "switch" || this.#detail === "names";
    const used = { left: new Set<number>(), right: new Set<number>() };
    const isFree = (side: "left" | "right", from: number, count: number) =>
      Array.from({ length: count }, (_, i) => from + i).every((y) =>
        !used[side].has(y) &&
        (isShared || !used.left.has(y) && !used.right.has(y))
      );
    const put = (port: Interface, side: "left" | "right", wanted: number) => {
      const texts = portLines(port, this.#detail);
      let y = wanted;
      while (!isFree(side, y, texts.length)) y++;
      texts.forEach((text, i) => {
        used[side].add(y + i);
        lines.push({ text, y: y + i, side, isPort: i === 0 });
      });
      this.#ports.set(`${node.name}:${port.name}`, y);
      return y + texts.length;
    };
    let next = free + 1;
    for (const { port, peerRow } of left) {
      next = put(port, "left", Math.max(next, peerRow ?? next));
    }
    const first = left.length > 0
      ? Math.min(...lines.map(({ y }) => y))
      : free + 1;
    next = first;
    for (const { port, room } of right) {
      // As far apart as the boxes over there will be, so that links are straight.
      next = Math.max(put(port, "right", next), next + room);
    }
    const top = first - 1;
    let bottom = Math.max(first - 1, ...lines.map(({ y }) => y)) + 1;
    if (extra.length > 0 && this.#detail !== "names") {
      const side = left.length > 0 ? "left" : "right";
      lines.push({ text: extra.join(", "), y: bottom++, side, isPort: false });
    }
    if (lines.length === 0) bottom = top + 1;
    return { node, top, bottom, lines, width: boxWidth(node, lines) };
  }

  /** The ports of a node by side, in the order of the boxes that they lead to. */
  #sides(node: Node): {
    left: { port: Interface; peerRow: number | undefined }[];
    right: { port: Interface; room: number }[];
  } {
    const column = this.#column.get(node)!;
    const row = this.#row.get(node)!;
    const ports = this.#neighbours.linksOf(node).map(({ peer, link }) => {
      const isA = link.a.node === node.name;
      const [own, other] = isA ? [link.a, link.b] : [link.b, link.a];
      return {
        port: node.interfaces.find(({ name }) => name === own.interface)!,
        peer,
        peerColumn: this.#column.get(peer)!,
        peerRow: this.#ports.get(`${peer.name}:${other.interface}`),
        // A link within the column leaves beside the box that it goes to.
        order: this.#column.get(peer) === column
          ? this.#row.get(peer)! < row ? -1 : Infinity
          : this.#row.get(peer)!,
      };
    });
    const left = ports.filter(({ peerColumn }) => peerColumn < column)
      .sort((a, b) => (a.peerRow ?? 0) - (b.peerRow ?? 0));
    const right = ports.filter(({ peerColumn }) => peerColumn >= column)
      .sort((a, b) => a.order - b.order)
      .map(({ port, peer }) => ({ port, room: this.#room(peer) }));
    return { left, right };
  }

  /** The rows that a node's box will take, if it is a leaf. */
  #room(node: Node): number {
    if (this.#neighbours.linksOf(node).length !== 1) return 1;
    const [port] = node.interfaces;
    const extra = this.#detail !== "names" && duties(node).length > 0 ? 1 : 0;
    return portLines(port!, this.#detail).length + extra + 2;
  }

  #route(column: number): Channel<Link> {
    return route(
      this.#leads(column),
      (link) => this.#labelled ? displayWidth(impairmentText(link)) : 0,
    );
  }

  /** The links in the channel right of a column. */
  #leads(column: number): Lead<Link>[] {
    return (this.#columns[column] ?? []).flatMap((node) =>
      this.#neighbours.linksOf(node).flatMap(({ peer, link }) => {
        const other = this.#column.get(peer)!;
        if (other !== column && other !== column + 1) return [];
        // A link within the column is met from both ends, and taken once.
        if (other === column && link.a.node !== node.name) return [];
        const [own, far] = link.a.node === node.name
          ? [link.a, link.b]
          : [link.b, link.a];
        return [{
          what: link,
          from: this.#ports.get(`${own.node}:${own.interface}`)!,
          to: this.#ports.get(`${far.node}:${far.interface}`)!,
          returns: other === column,
        }];
      })
    );
  }
}

function boxWidth({ name }: Node, lines: readonly Line[]): number {
  const rows = new Map<number, number>();
  for (const { text, y } of lines) {
    const before = rows.get(y);
    const width = displayWidth(text);
    rows.set(y, before === undefined ? width : before + 2 + width);
  }
  // Two edges with a space inside each; the name has a piece of edge besides.
  return Math.max(
    displayWidth(name) + 5,
    ...[...rows.values()].map((w) => w + 4),
  );
}
