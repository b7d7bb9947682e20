/**
 * What comes to a listener, and what of it is not taken.
 *
 * @module
 */

/** What came, and what of it was not taken. */
export interface TrapCounts {
  /** Datagrams of any kind. */
  readonly datagrams: number;
  /** Notifications that were taken. */
  readonly notifications: number;
  /** Of these, informs, which were acknowledged. */
  readonly informs: number;
  /** Informs that came again, as their senders did not hear of it, and were acknowledged again. */
  readonly repeated: number;
  /** Datagrams that are no SNMP, or cut short, or say no name. */
  readonly malformed: number;
  /** Questions and answers, which nobody here has to do with. */
  readonly others: number;
  /** Notifications with a community that is not one of ours. */
  readonly unknownCommunities: number;
  /** Of version 3: no such user. */
  readonly unknownUsers: number;
  /** Of version 3: informs for another engine, as senders begin. */
  readonly unknownEngines: number;
  /** Of version 3: the signature is wrong. */
  readonly wrongDigests: number;
  /** Of version 3: too old, or sent again by somebody. */
  readonly notInTimeWindows: number;
  /** Of version 3: it cannot be decrypted. */
  readonly decryptionErrors: number;
  /** Of version 3: protected otherwise than the user is. */
  readonly wrongLevels: number;
  /** Notifications that found the queue full, and datagrams that the socket had no room for. */
  readonly dropped: number;
}
