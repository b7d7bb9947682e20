/**
 * Which way packets of an interface come, by what the interface is.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { withSocket } from "../../linux/access.ts";
import { readLinks } from "../../linux/link_decode.ts";
import { nearestWord } from "../../nearest.ts";
import { DumpSource } from "./dump.ts";
import { RingSource } from "./ring.ts";
import { SocketSource } from "./socket_source.ts";
import type { PacketSource, SourceOptions, Tier } from "./source.ts";

type Open = (name: string, options: SourceOptions) => PacketSource;

const TIERS: Readonly<Record<Exclude<Tier, "stream">, Open>> = {
  ring: RingSource.open,
  socket: SocketSource.open,
  dump: DumpSource.open,
};

/** libpcap's name for all interfaces together. */
const ANY = "any";
/** Names that an error lists at most. */
const LISTED = 12;

/**
 * Opens a source of packets: the ring, or for those who ask packet by packet a
 * socket; libpcap where neither can read the frames.
 *
 * @param name The interface; `"any"` for all.
 * @param options What to let through, and how much of it.
 * @param tier The way. @default {the quickest}
 * @returns The source; dispose of it.
 * @throws {NetError} With code `"not-found"`, `"down"` or `"unsupported"`.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws {ParseError} If the filter makes no sense.
 *
 * @example
 * ```ts ignore
 * import { openSource } from "./open_source.ts";
 *
 * using source = openSource("eth0", options);
 * console.log(source.tier);
 * ```
 */
export function openSource(
  name: string,
  options: SourceOptions,
  tier?: Exclude<Tier, "stream">,
): PacketSource {
  if (tier !== undefined && !Object.hasOwn(TIERS, tier)) {
    throw new TypeError(
      `Cannot capture as 'tier' must be ${
        Object.keys(TIERS).join(", ")
      }: current value is ${tier}`,
    );
  }
  try {
    if (tier !== undefined) return TIERS[tier](name, options);
    if (name === ANY) return DumpSource.open(name, options);
    return openQuickest(name, options);
  } catch (error) {
    if (!(error instanceof NetError && error.code === "not-found")) throw error;
    throw notFound(name, options.namespace, error);
  }
}

function openQuickest(name: string, options: SourceOptions): PacketSource {
  try {
    const open = options.immediate ? SocketSource.open : RingSource.open;
    return open(name, options);
  } catch (error) {
    if (!isOurs(error)) throw error;
    try {
      return DumpSource.open(name, options);
    } catch (other) {
      // Without libpcap, what we ourselves lack is the better reason.
      const isAbsent = other instanceof NetError &&
        other.code === "unsupported";
      throw isAbsent ? error : other;
    }
  }
}

/** Whether it is our way that fails, where another may not. */
function isOurs(error: unknown): boolean {
  return error instanceof NetError && !(error instanceof PermissionError) &&
    !["not-found", "down"].includes(error.code);
}

function notFound(
  name: string,
  namespace: number | string | undefined,
  cause: NetError,
): NetError {
  const names = withSocket(namespace, readLinks).map((link) => link.name);
  const near = nearestWord(name, names);
  const guess = near === undefined ? "" : ` (did you mean "${near}"?)`;
  const listed = names.slice(0, LISTED).join(", ");
  const more = names.length > LISTED ? ", …" : "";
  return new NetError(`there is no such interface${guess}`, {
    code: "not-found",
    op: "capture on",
    target: name,
    hint: `one of ${listed}${more}`,
    cause,
  });
}
