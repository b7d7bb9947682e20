/**
 * How a service is run, as plain data: its files, the programs to start, and
 * how one knows that each of them answers.
 *
 * @module
 */

import type { Node, Topology } from "../topology.ts";

/** A program of this machine that a service needs. */
export interface Program {
  /** Its name, as it is typed. */
  readonly name: string;
  /** The Debian package that has it. */
  readonly from: string;
}

/**
 * How one knows that a program answers: it listens on a port, or on a Unix
 * socket of this path; or it has written a line like this.
 */
export type Ready =
  | { readonly tcp: number }
  | { readonly udp: number }
  | { readonly unix: string }
  | { readonly says: RegExp };

/** One program that is started, and started again if it ends. */
export interface Supervised {
  /** Its name, which no other of the service has. */
  readonly name: string;
  /** The program's name and its arguments; it stays in the foreground. */
  readonly argv: readonly string[];
  /** Variables beside those that it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** When it answers. */
  readonly ready: Ready;
  /** What is run each time when it does. */
  readonly after?: readonly string[];
}

/** What is made before a service's programs are started. */
export interface Groundwork {
  /** Texts of files by their names in the service's folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders by their names there. */
  readonly folders?: readonly string[];
  /** Commands in their order, each to its end. */
  readonly before?: readonly (readonly string[])[];
}

/** What running a service takes. */
export interface Plan extends Groundwork {
  /** Folders in the node's own /run. */
  readonly run?: readonly string[];
  /**
   * Folders of this machine in which it writes: the node gets its own, with
   * these empty files.
   */
  readonly hides?: Readonly<Record<string, readonly string[]>>;
  /** The programs, in the order in which they are started. */
  readonly processes: readonly Supervised[];
}

/** Where a service is to run. */
export interface Site {
  /** The node. */
  readonly node: Node;
  /** The whole lab. */
  readonly topology: Topology;
  /** The service's folder, as the node sees it. */
  readonly folder: string;
}

/** A service that programs of this machine are. */
export interface Daemon<O> {
  /** The programs that it takes with these options. */
  readonly programs: (options: O) => readonly Program[];
  /** A device that it opens, and how to be let. */
  readonly device?: { readonly path: string; readonly remedy: string };
  /**
   * The machine's folder for its configuration, which the service's own is put
   * over where there is one: there people look for it, and there it may read.
   */
  readonly home?: string;
  /** What all nodes of a lab share that run it, and others use: made once. */
  readonly shared?: {
    /** The machine's folder that theirs is put over, in all nodes. */
    readonly home: string;
    /** What is in it, by the nodes that run the service. */
    readonly plan: (nodes: readonly Node[], folder: string) => Groundwork;
  };
  /** How it is run. */
  readonly plan: (options: O, site: Site) => Plan;
}

/** A service that the lab's agent is itself. */
export interface Own<O> {
  /**
   * Starts to listen; called in the node's network, where its sockets stay.
   *
   * @param options Its options.
   * @returns What ends it.
   */
  readonly serve: (options: O) => AsyncDisposable;
}
