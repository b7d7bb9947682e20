/**
 * Why an agent refuses, by the numbers of the protocol.
 *
 * @see RFC 3416 §3, RFC 3584 §4.4
 * @module
 */

/** error-status by name. */
export const STATUS = {
  noError: 0,
  tooBig: 1,
  noSuchName: 2,
  badValue: 3,
  genErr: 5,
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  resourceUnavailable: 13,
  commitFailed: 14,
  undoFailed: 15,
  authorizationError: 16,
  notWritable: 17,
} as const;

/** The name of one. */
export type StatusName = keyof typeof STATUS;

/** What version 1 says in their places. */
const IN_VERSION_1: Readonly<Partial<Record<StatusName, StatusName>>> = {
  wrongType: "badValue",
  wrongLength: "badValue",
  wrongValue: "badValue",
  inconsistentValue: "badValue",
  noAccess: "noSuchName",
  notWritable: "noSuchName",
  noCreation: "noSuchName",
  authorizationError: "noSuchName",
  resourceUnavailable: "genErr",
  commitFailed: "genErr",
  undoFailed: "genErr",
};

/** A request is refused because of one of its variables, or of none. */
export class Refused extends Error {
  /**
   * Says why.
   *
   * @param status Why.
   * @param index Because of which variable, from 1; 0 for none.
   * @param cause What went wrong, if something did.
   */
  constructor(
    readonly status: StatusName,
    readonly index: number,
    override readonly cause?: unknown,
  ) {
    super(status);
  }
}

/** The status that a version has for it. */
export function statusIn(version: 0 | 1 | 3, status: StatusName): StatusName {
  return version === 0 ? IN_VERSION_1[status] ?? status : status;
}
