/**
 * Prefixes in a binary trie that leaves out the nodes with one way on, all of
 * it in one array of words.
 *
 * A node without a route stands only where two ways part, so that `n` routes
 * take fewer than `2n` nodes; those of deleted routes are used again.
 *
 * @see Morrison, "PATRICIA", J. ACM 15 (1968); Sklower, "A Tree-Based Packet
 * Routing Table for Berkeley Unix" (1991)
 *
 * @module
 */

import { Address, type Family } from "../address.ts";
import { lowest } from "../prefix.ts";
import { Subnet } from "../subnet.ts";
import {
  bitOf,
  FIRST,
  layOut,
  LEFT,
  LENGTH,
  NONE,
  NOWHERE,
  plant,
  ROOM,
  rootOf,
  ROUTE,
  sharedBits,
  SIZE,
} from "./nodes.ts";

/**
 * Numbered prefixes of both families, to be found by what they contain. A node
 * is named by the index of its first word, and 0 is none.
 *
 * @example
 * ```ts
 * import { address } from "../address.ts";
 * import { subnet } from "../subnet.ts";
 * import { Trie } from "./trie.ts";
 * import assert from "node:assert/strict";
 *
 * const trie = new Trie();
 * const number = trie.insert(subnet("10.0.0.0/8"));
 * const node = trie.longest(address("10.1.2.3"));
 * assert.equal(trie.routeAt(node), number);
 * assert.equal(`${trie.subnetAt(node, 4)}`, "10.0.0.0/8");
 * ```
 */
export class Trie {
  /** Routes in the trie. */
  size = 0;
  /** Counts the changes after which a walk must find its way anew. */
  version = 0;
  #nodes = plant();
  #end = FIRST;
  #freeNode = NOWHERE;
  #freeNodes = 0;
  #numbers = 0;
  #freeNumbers: number[] = [];
  /** Links to the node that {@linkcode Trie.#descend} found and the one above. */
  #link = NOWHERE;
  #linkAbove = NOWHERE;

  /** Takes out all routes, and gives back their memory. */
  clear(): void {
    this.#nodes = plant();
    this.#end = FIRST;
    this.#freeNode = NOWHERE;
    this.#freeNodes = 0;
    this.#numbers = 0;
    this.#freeNumbers = [];
    this.size = 0;
    this.version++;
  }

  /** Nodes in use, the two roots among them. */
  get nodeCount(): number {
    return this.#end / SIZE - 1 - this.#freeNodes;
  }

  /** Octets that the nodes take, with room for more. */
  get byteLength(): number {
    return this.#nodes.byteLength;
  }

  /** Gives the number of a node's route. */
  routeAt(node: number): number {
    return this.#nodes[node + ROUTE]!;
  }

  /** Gives a node's prefix; whose root it is below, the caller knows. */
  subnetAt(node: number, family: Family): Subnet {
    const nodes = this.#nodes;
    const network = new Address(
      family,
      nodes[node]!,
      nodes[node + 1]!,
      nodes[node + 2]!,
      nodes[node + 3]!,
    );
    return new Subnet(network, nodes[node + LENGTH]! - 128 + network.bits);
  }

  /** Gives the node of the longest prefix that contains an address, or 0. */
  longest(address: Address): number {
    const nodes = this.#nodes;
    let best = NOWHERE;
    let at = rootOf(address.family);
    while (at !== NOWHERE) {
      const length = nodes[at + LENGTH]!;
      if (sharedBits(nodes, at, address) < length) break;
      if (nodes[at + ROUTE] !== NONE) best = at;
      at = nodes[at + LEFT + bitOf(address, length)]!;
    }
    return best;
  }

  /**
   * Gives the nodes of all prefixes that contain an address, or a subnet's
   * whole, the shortest first.
   */
  covering(network: Address, prefixLength: number): number[] {
    const nodes = this.#nodes;
    const most = prefixLength + 128 - network.bits;
    const found: number[] = [];
    let at = rootOf(network.family);
    while (at !== NOWHERE) {
      const length = nodes[at + LENGTH]!;
      if (length > most || sharedBits(nodes, at, network) < length) break;
      if (nodes[at + ROUTE] !== NONE) found.push(at);
      at = nodes[at + LEFT + bitOf(network, length)]!;
    }
    return found;
  }

  /** Gives the node of a prefix if there is a route for it, or 0. */
  find(subnet: Subnet): number {
    const at = this.#top(subnet);
    const there = at !== NOWHERE &&
      this.#nodes[at + LENGTH] === wordLength(subnet) &&
      this.#nodes[at + ROUTE] !== NONE;
    return there ? at : NOWHERE;
  }

  /** Gives the prefix a route, and that route's number: the old one if it has. */
  insert(subnet: Subnet): number {
    const { network } = subnet;
    const length = wordLength(subnet);
    this.#makeRoom();
    const at = this.#descend(network, length);
    const link = this.#link;
    if (at === NOWHERE) {
      const leaf = this.#make(network, length);
      this.#nodes[link] = leaf;
      return this.#number(leaf);
    }
    const here = this.#nodes[at + LENGTH]!;
    const shared = Math.min(sharedBits(this.#nodes, at, network), length);
    if (shared === here) return this.#number(at);
    if (shared === length) {
      const above = this.#make(network, length);
      this.#nodes[above + LEFT + this.#bitAt(at, length)] = at;
      this.#nodes[link] = above;
      return this.#number(above);
    }
    const leaf = this.#make(network, length);
    const stem = lowest(network, shared - 128 + network.bits);
    const fork = this.#make(stem, shared);
    this.#nodes[fork + LEFT + this.#bitAt(at, shared)] = at;
    this.#nodes[fork + LEFT + bitOf(network, shared)] = leaf;
    this.#nodes[link] = fork;
    return this.#number(leaf);
  }

  /** Takes a prefix's route out, and gives the number that it had, or -1. */
  delete(subnet: Subnet): number {
    const nodes = this.#nodes;
    const at = this.find(subnet);
    if (at === NOWHERE) return NONE;
    const number = nodes[at + ROUTE]!;
    nodes[at + ROUTE] = NONE;
    this.#freeNumbers.push(number);
    this.size--;
    this.version++;
    const link = this.#link;
    const left = nodes[at + LEFT]!;
    const right = nodes[at + LEFT + 1]!;
    // A root has no link to it and stays; so does a node where two ways part.
    if (link === NOWHERE || (left !== NOWHERE && right !== NOWHERE)) {
      return number;
    }
    nodes[link] = left | right;
    this.#free(at);
    const above = link & -SIZE;
    const linkAbove = this.#linkAbove;
    if (
      nodes[link] === NOWHERE && linkAbove !== NOWHERE &&
      nodes[above + ROUTE] === NONE
    ) {
      // Two ways parted there, and one is left.
      nodes[linkAbove] = nodes[above + LEFT]! | nodes[above + LEFT + 1]!;
      this.#free(above);
    }
    this.#giveBack();
    return number;
  }

  /**
   * Gives what is yet to be walked, as nodes to {@linkcode Trie.step} through:
   * each stands for all below it, and the last comes first.
   *
   * @param family Below which root.
   * @param within The prefix to stay in.
   * @param last The prefix to go on after, whether or not it is still there.
   */
  pending(family: Family, within?: Subnet, last?: Subnet): number[] {
    const nodes = this.#nodes;
    const top = within === undefined ? rootOf(family) : this.#top(within);
    const stack: number[] = [];
    if (last === undefined) {
      if (top !== NOWHERE) stack.push(top);
      return stack;
    }
    const { network } = last;
    const end = wordLength(last);
    for (let at = top; at !== NOWHERE;) {
      const length = nodes[at + LENGTH]!;
      const shared = Math.min(sharedBits(nodes, at, network), end);
      if (shared < length) {
        // All of it lies inside the last, or on one side.
        if (shared === end || this.#bitAt(at, shared) === 1) stack.push(at);
        break;
      }
      const left = nodes[at + LEFT]!;
      const right = nodes[at + LEFT + 1]!;
      const goesRight = length < end && bitOf(network, length) === 1;
      if (!goesRight && right !== NOWHERE) stack.push(right);
      if (length === end) {
        if (left !== NOWHERE) stack.push(left);
        break;
      }
      at = goesRight ? right : left;
    }
    return stack;
  }

  /** Gives the next node that has a route, or 0 at the end of the walk. */
  step(pending: number[]): number {
    const nodes = this.#nodes;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const left = nodes[at + LEFT]!;
      const right = nodes[at + LEFT + 1]!;
      if (right !== NOWHERE) pending.push(right);
      if (left !== NOWHERE) pending.push(left);
      if (nodes[at + ROUTE] !== NONE) return at;
    }
    return NOWHERE;
  }

  /** Gives the highest node whose prefix lies in a subnet, or 0. */
  #top({ network, prefixLength }: Subnet): number {
    const length = prefixLength + 128 - network.bits;
    const at = this.#descend(network, length);
    return sharedBits(this.#nodes, at, network) < length ? NOWHERE : at;
  }

  /**
   * Goes down to where a prefix is or would be: to the first node that is as
   * long or longer, or off its way; to 0 where there is none.
   */
  #descend(network: Address, length: number): number {
    const nodes = this.#nodes;
    let link = NOWHERE;
    let linkAbove = NOWHERE;
    let at = rootOf(network.family);
    while (at !== NOWHERE) {
      const here = nodes[at + LENGTH]!;
      if (here >= length || sharedBits(nodes, at, network) < here) break;
      linkAbove = link;
      link = at + LEFT + bitOf(network, here);
      at = nodes[link]!;
    }
    this.#link = link;
    this.#linkAbove = linkAbove;
    return at;
  }

  #bitAt(node: number, n: number): number {
    return this.#nodes[node + (n >> 5)]! >>> (~n & 31) & 1;
  }

  /** Gives a node's route a number, unless it has one. */
  #number(node: number): number {
    const old = this.#nodes[node + ROUTE]!;
    if (old !== NONE) return old;
    const number = this.#freeNumbers.pop() ?? this.#numbers++;
    this.#nodes[node + ROUTE] = number;
    this.size++;
    this.version++;
    return number;
  }

  #make({ w0, w1, w2, w3 }: Address, length: number): number {
    let node = this.#freeNode;
    if (node !== NOWHERE) {
      this.#freeNode = this.#nodes[node + LEFT]!;
      this.#freeNodes--;
    } else {
      node = this.#end;
      this.#end += SIZE;
    }
    const nodes = this.#nodes;
    nodes[node] = w0;
    nodes[node + 1] = w1;
    nodes[node + 2] = w2;
    nodes[node + 3] = w3;
    nodes[node + LENGTH] = length;
    nodes[node + LEFT] = NOWHERE;
    nodes[node + LEFT + 1] = NOWHERE;
    nodes[node + ROUTE] = NONE;
    return node;
  }

  /** Sees to it that two nodes can be made, the most that one prefix takes. */
  #makeRoom(): void {
    const { length } = this.#nodes;
    const free = this.#freeNodes + (length - this.#end) / SIZE;
    if (free < 2) this.#move(SIZE * Math.ceil(1.5 * length / SIZE));
  }

  /** Halves an array of which less than a quarter is used. */
  #giveBack(): void {
    const { length } = this.#nodes;
    if (length > SIZE * ROOM && 4 * SIZE * this.nodeCount < length) {
      this.#move(SIZE * Math.floor(length / (2 * SIZE)));
    }
  }

  #move(size: number): void {
    const { nodes, end } = layOut(this.#nodes, size);
    this.#nodes = nodes;
    this.#end = end;
    this.#freeNode = NOWHERE;
    this.#freeNodes = 0;
    // Also the insertion of a route that is there may come here.
    this.version++;
  }

  /** Keeps a node for later: the free ones are a chain of left children. */
  #free(node: number): void {
    this.#nodes[node + LEFT] = this.#freeNode;
    this.#freeNode = node;
    this.#freeNodes++;
  }
}

/** A prefix's length in the words, where IPv4 begins at bit 96. */
function wordLength({ network, prefixLength }: Subnet): number {
  return prefixLength + 128 - network.bits;
}
