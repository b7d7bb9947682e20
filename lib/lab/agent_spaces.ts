/**
 * The namespaces of a lab's nodes as the agent has them: descriptors, and a way
 * into them and back for as long as a synchronous call takes.
 *
 * The network namespace of a node is there from the start. What only its
 * programs see (files of its own, its name) is made when the first is started.
 *
 * @module
 */

import { check, cString, libc } from "../ffi/libc.ts";
import {
  CLONE_NEWNET,
  createNetworkNamespace,
  openNamespace,
} from "../ffi/namespace.ts";

const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;
const CLONE_NEWUTS = 0x4000000;

/** A node's namespaces. */
export interface Spaces {
  /** The node's name. */
  readonly node: string;
  /** Its network. */
  readonly net: number;
  /** Its files, once {@linkcode privateSpaces} has made them. */
  mount?: number;
  /** Its host name, likewise. */
  name?: number;
}

/** The agent's own, to come back to. */
interface Home {
  readonly net: number;
  readonly mount: number;
  readonly name: number;
  readonly folder: string;
}

let home: Home | undefined;

function atHome(): Home {
  if (home) return home;
  return home = {
    net: openNamespace("/proc/thread-self/ns/net"),
    mount: openNamespace("/proc/thread-self/ns/mnt"),
    name: openNamespace("/proc/thread-self/ns/uts"),
    folder: Deno.cwd(),
  };
}

/**
 * Makes a node's network namespace.
 *
 * @param node The node's name.
 * @returns Its spaces, with nothing but a network.
 */
export function createSpaces(node: string): Spaces {
  return { node, net: createNetworkNamespace() };
}

/**
 * Makes a node's own mounts and name, once.
 *
 * @param spaces The node's.
 * @param prepare Called inside, to mount what the node has to itself.
 */
export function privateSpaces(spaces: Spaces, prepare: () => void): void {
  if (spaces.mount !== undefined) return;
  const { setns, unshare, sethostname } = libc();
  const from = atHome();
  const what = `node ${spaces.node}'s files and name`;
  check(setns(spaces.net, CLONE_NEWNET), "enter", `node ${spaces.node}`);
  try {
    check(unshare(CLONE_NEWNS | CLONE_NEWUTS), "make", what);
    const name = new TextEncoder().encode(spaces.node);
    check(sethostname(name, name.length), "name", `node ${spaces.node}`);
    prepare();
    spaces.mount = openNamespace("/proc/thread-self/ns/mnt");
    spaces.name = openNamespace("/proc/thread-self/ns/uts");
  } finally {
    leavePrivate();
    check(setns(from.net, CLONE_NEWNET), "leave", `node ${spaces.node}`);
  }
}

/**
 * Calls a function inside a node: in its network, and among its files where it
 * has some.
 *
 * @param spaces The node's.
 * @param f Strictly synchronous.
 * @returns What `f` gave.
 */
export function inSpaces<T>(spaces: Spaces, f: () => T): T {
  const { setns } = libc();
  const { net: back } = atHome();
  const { node, net, mount } = spaces;
  const isPrivate = mount !== undefined;
  check(setns(net, CLONE_NEWNET), "enter", `node ${node}'s network`);
  try {
    return isPrivate ? inPrivate(spaces as Required<Spaces>, f) : f();
  } finally {
    check(setns(back, CLONE_NEWNET), "leave", `node ${node}'s network`);
  }
}

/**
 * A thread that shares its root and folder with others may not change its
 * mounts (setns(2), EINVAL), and shares them with each that it starts.
 */
function part(): void {
  check(libc().unshare(CLONE_FS), "part", "the agent's thread from the others");
}

function inPrivate<T>({ node, name, mount }: Required<Spaces>, f: () => T): T {
  const { setns } = libc();
  try {
    check(setns(name, CLONE_NEWUTS), "enter", `node ${node}'s name`);
    part();
    check(setns(mount, CLONE_NEWNS), "enter", `node ${node}'s files`);
    return f();
  } finally {
    leavePrivate();
  }
}

function leavePrivate(): void {
  const { setns, chdir } = libc();
  const { mount, name, folder } = atHome();
  check(setns(name, CLONE_NEWUTS), "leave", "a node's name");
  part();
  check(setns(mount, CLONE_NEWNS), "leave", "a node's files");
  // Entering files goes to their root. A folder that is gone meanwhile is no
  // reason to stop.
  chdir(cString(folder));
}
