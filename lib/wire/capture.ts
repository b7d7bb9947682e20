/**
 * Capturing live packets.
 *
 * @module
 */

import { checkOptions, mustBe } from "../linux/option_kinds.ts";
import { CAPTURE, CAPTURE_ELSEWHERE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import {
  type CaptureOptions,
  checkEnd,
  sourceOptions,
} from "./capturing/capture_options.ts";
import { LiveCapture } from "./capturing/live_capture.ts";
import { openSource } from "./capturing/open_source.ts";

/**
 * Captures on one interface or several, from the call on.
 *
 * Packets wait in a ring that is shared with the kernel, and cost next to
 * nothing until they are looked at. A packet may be 20 ms late, unless it is
 * asked for at once (`immediate`). What is not read in time is dropped, and
 * counted: `capture.statistics` says so at any time.
 *
 * Tags of VLANs are in the frames as on the wire. With the card's own work on
 * (offloads), frames that this machine sends are captured as they are handed to
 * the card: longer than the wire takes, with checksums that are only begun.
 *
 * @param interfaces The interface's name, or several; `"any"` for all.
 * @param options What to let through, how much of it, when to end.
 * @returns The capture; leave its loop, close it or abort to end it.
 * @throws {NetError} If there is no such interface (`"not-found"`), it is down
 * (`"down"`), or nothing here can read its frames (`"unsupported"`).
 * @throws {PermissionError} Without the right to capture; the hint says how to
 * get it.
 * @throws {ParseError} If the filter makes no sense.
 * @throws {RangeError} If a number is out of range.
 * @throws The signal's reason, if it has aborted already.
 * @see packet(7), pcap-filter(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const packet of net.wire.capture("eth0", { filter: "tcp port 80", count: 10 })) {
 *   console.log(packet);
 * }
 * ```
 */
export function capture(
  interfaces: string | readonly string[],
  options: CaptureOptions = {},
): LiveCapture {
  mustBe("capture", "interfaces", interfaces ?? [], "words");
  checkOptions("capture", options, CAPTURE, CAPTURE_ELSEWHERE);
  const names = [
    ...new Set(typeof interfaces === "string" ? [interfaces] : interfaces),
  ];
  for (const name of names) mustBe("capture", "interfaces", name, "text");
  if (names.length === 0) {
    throw new TypeError(
      "Cannot capture as 'interfaces' must name at least one: current value is []",
    );
  }
  const wanted = sourceOptions(options);
  checkEnd(options);
  options.signal?.throwIfAborted();
  using opened = new DisposableStack();
  const sources = names.map((name) => {
    if (name === "") {
      throw new NetError("it has no name", {
        code: "not-found",
        op: "capture on",
        target: '""',
      });
    }
    return opened.use(openSource(name, wanted, options.tier));
  });
  const capture = new LiveCapture(sources, options);
  opened.move();
  return capture;
}
