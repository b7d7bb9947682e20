/**
 * What each tool takes: at the prompt no type says that an option is mistyped,
 * and a capture without its filter, or end, would look like one.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import type { OptionKinds } from "../linux/option_kinds.ts";
import type {
  CaptureOptions,
  LiveCaptureOptions,
} from "./capturing/capture_options.ts";
import type { ReachOptions, WireOptions } from "./options.ts";

/** Options of `interfaces`, and of all that follow. */
export const WIRE: OptionKinds<WireOptions> = {
  signal: "signal",
  namespace: "namespace",
};

/** Options of what reaches out to others. */
export const REACH: OptionKinds<ReachOptions> = { ...WIRE, authorised: "any" };

const LIVE: OptionKinds<LiveCaptureOptions> = {
  count: "any",
  duration: "numeric",
  signal: "signal",
  writeTo: "any",
  buffer: "any",
};

/** Options of `capture`. */
export const CAPTURE: OptionKinds<CaptureOptions> = {
  ...WIRE,
  ...LIVE,
  filter: "any",
  snaplen: "any",
  promiscuous: "boolean",
  immediate: "boolean",
  direction: "any",
  tier: "any",
};

/** What tcpdump and Scapy call it. */
export const CAPTURE_ELSEWHERE: Elsewhere = {
  bpf: "filter",
  iface: 'the first argument, capture("eth0", …)',
  interface: 'the first argument, capture("eth0", …)',
  limit: "count",
  prn: "for await (const packet of capture(…)) …",
  timeout: "duration",
};

/** What Scapy and others call it. */
export const ON_ELSEWHERE: Elsewhere = {
  iface: "on",
  inter: "rate, in packets a second",
  interface: "on",
  retries: "retry",
};

/** What others call an interface, and how it is said there. */
export const INTERFACE_ELSEWHERE: Elsewhere = {
  device: "interface",
  iface: "interface",
  on: "interface",
};

/** How long a tool listens, that waits for what comes. */
export const TIMEOUT_ELSEWHERE: Elsewhere = { duration: "timeout" };

/** What others call it. */
export const DURATION_ELSEWHERE: Elsewhere = { timeout: "duration" };
