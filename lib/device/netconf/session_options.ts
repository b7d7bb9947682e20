/**
 * What one says to a NETCONF session: which configuration, what of it, and how.
 *
 * @module
 */

import type { DeadlineOptions } from "../../deadline.ts";
import type { XmlElement } from "./xml_element.ts";

export type { DeadlineOptions } from "../../deadline.ts";

/** A configuration: the one that runs, one to prepare, the one to start with. */
export type NetconfDatastore = "running" | "candidate" | "startup";

/** A configuration of the device, or a file: `{ url: "ftp://…" }`. */
export type NetconfPlace = NetconfDatastore | { readonly url: string };

/** XML to send: as text, or an element. */
export type XmlLike = string | XmlElement;

/**
 * What to choose out of a configuration: a subtree as XML, or an XPath with the
 * namespaces of its prefixes.
 */
export type NetconfFilter = XmlLike | {
  /** The XPath: `"/if:interfaces/if:interface[if:name='eth0']"`. */
  readonly xpath: string;
  /** The namespaces by prefix. */
  readonly namespaces?: Readonly<Record<string, string>> | undefined;
};

/** A capability by its short name: `"candidate"`, `"confirmed-commit:1.1"`. */
export type NetconfCapability =
  | "writable-running"
  | "candidate"
  | "confirmed-commit"
  | "confirmed-commit:1.1"
  | "rollback-on-error"
  | "validate"
  | "startup"
  | "url"
  | "xpath"
  | "notification"
  | "interleave";

/** Options for what asks for data. */
export interface NetconfGetOptions extends DeadlineOptions {
  /** What of it. @default {all} */
  filter?: NetconfFilter | undefined;
}

/** Options for {@linkcode NetconfSession.getConfig}. */
export interface NetconfGetConfigOptions extends NetconfGetOptions {
  /** Which configuration. @default {"running"} */
  source?: NetconfPlace | undefined;
}

/** Options for {@linkcode NetconfSession.editConfig}. */
export interface NetconfEditOptions extends DeadlineOptions {
  /** Which configuration. @default {"candidate" where there is one, else "running"} */
  target?: NetconfDatastore | undefined;
  /** What is done with what has no attribute `operation`. @default {"merge"} */
  defaultOperation?: "merge" | "replace" | "none" | undefined;
  /** Whether it is tested first, or only. @default {as the device does it} */
  testOption?: "test-then-set" | "set" | "test-only" | undefined;
  /** What is done after an error. @default {"stop-on-error"} */
  errorOption?:
    | "stop-on-error"
    | "continue-on-error"
    | "rollback-on-error"
    | undefined;
}

/** Options for {@linkcode NetconfSession.commit}. */
export interface NetconfCommitOptions extends DeadlineOptions {
  /**
   * The commit is undone unless another one follows: after so many seconds, or
   * after the device's own 600.
   */
  confirm?: number | boolean | undefined;
  /** A word with which another session can confirm it; it outlives this one. */
  persist?: string | undefined;
  /** The word of the commit that this one confirms. */
  persistId?: string | undefined;
}

/** Options for {@linkcode NetconfSession.createSubscription}. */
export interface NetconfSubscribeOptions extends DeadlineOptions {
  /** The stream. @default {"NETCONF"} */
  stream?: string | undefined;
  /** Which events. @default {all} */
  filter?: NetconfFilter | undefined;
  /** From when on old events are sent again. */
  startTime?: Date | undefined;
  /** When it ends; with `startTime` only. */
  stopTime?: Date | undefined;
  /** How many may wait here; then the oldest are dropped. @default {10000} */
  buffer?: number | undefined;
}
