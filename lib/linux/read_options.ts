/**
 * Where to look, and for what.
 *
 * @module
 */

/** Where to look. */
export interface ReadOptions {
  /** Another network namespace: a descriptor of it, or its file, such as `/run/netns/blue`. @default {this program's} */
  namespace?: number | string | undefined;
  /** Checked before anything is done, which then takes no time to speak of. */
  signal?: AbortSignal | undefined;
}

/** Which routes to read. */
export interface RouteOptions extends ReadOptions {
  /** One table by its number, or all of them. @default {254, main} */
  table?: number | "all" | undefined;
  /** 4 or 6. @default {both} */
  family?: 4 | 6 | undefined;
}
