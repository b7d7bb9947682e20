/**
 * What an agent counts of itself.
 *
 * @module
 */

/** What an agent counts: SNMPv2-MIB's counters, without `snmp` in front. */
export interface AgentCounts {
  /** Datagrams that came. */
  inPkts: number;
  /** Datagrams that went out. */
  outPkts: number;
  /** Of those that came: of a version that is none. */
  inBadVersions: number;
  /** With a community that is not one of ours. */
  inBadCommunityNames: number;
  /** That set something with a community that may not. */
  inBadCommunityUses: number;
  /** That are no SNMP, or cut short. */
  inASNParseErrs: number;
  /** Variables that were told. */
  inTotalReqVars: number;
  /** Variables that were set. */
  inTotalSetVars: number;
  /** Questions by their kind: get, get-bulk and … */
  inGetRequests: number;
  /** … get-next. */
  inGetNexts: number;
  /** Requests to set. */
  inSetRequests: number;
  /** Answers of any kind. */
  outGetResponses: number;
  /** Answers that did not fit. */
  outTooBigs: number;
  /** Answers of version 1 that there is no such variable. */
  outNoSuchNames: number;
  /** Answers of version 1 that a value is wrong. */
  outBadValues: number;
  /** Answers that something failed here. */
  outGenErrs: number;
  /** Notifications that were sent. */
  outTraps: number;
  /** Requests that there was no room for. */
  silentDrops: number;
}
