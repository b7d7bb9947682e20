/**
 * What agents say when they refuse, in words that say what to do about it.
 *
 * @see RFC 3416 §3 (error-status), RFC 3414 §5 and RFC 3412 §5 (reports)
 * @module
 */

import { AuthError, NetError } from "../../errors.ts";
import { levelOf } from "./security.ts";
import { asWhom, type Settings } from "./settings.ts";

/** Code, the RFC's name and what it means, by error-status. */
const STATUSES: readonly (readonly [code: string, says: string])[] = [
  ["no-error", "noError"],
  ["too-big", "tooBig: the answer does not fit a message"],
  ["no-such-name", "noSuchName: there is no such variable, or not for you"],
  ["bad-value", "badValue: the value is wrong in type, length or content"],
  ["read-only", "readOnly: it cannot be set"],
  ["general-error", "genErr: the agent failed and does not say why"],
  ["no-access", "noAccess: it is not for you"],
  ["wrong-type", "wrongType: the value is of another type"],
  ["wrong-length", "wrongLength: the value is too short or too long"],
  ["wrong-encoding", "wrongEncoding: the value is encoded wrong"],
  ["wrong-value", "wrongValue: the variable cannot have that value"],
  ["no-creation", "noCreation: no such variable can be made"],
  [
    "inconsistent-value",
    "inconsistentValue: it cannot have that value now, as other values are",
  ],
  ["resource-unavailable", "resourceUnavailable: the agent lacks room"],
  ["commit-failed", "commitFailed: nothing was changed"],
  ["undo-failed", "undoFailed: some values may be changed, others not"],
  ["authorization-error", "authorizationError: you may not do that"],
  ["not-writable", "notWritable: it can never be set"],
  ["inconsistent-name", "inconsistentName: it cannot be made now"],
];

/** Which statuses a community or user with more rights may get around. */
const MORE_RIGHTS = new Set([2, 4, 6, 16]);
const INCONSISTENT_VALUE = 12;

/**
 * The error for an answer that has an error-status.
 *
 * @param settings Who was asked.
 * @param op What was being done: `"set"`.
 * @param status The answer's error-status.
 * @param name The variable that it blames, if it blames one.
 */
export function statusError(
  settings: Settings,
  op: string,
  status: number,
  name: string | undefined,
): NetError {
  const [code, says] = STATUSES[status] ??
    ["general-error", `error-status ${status}`];
  const { endpoint } = settings;
  return new NetError(says, {
    code,
    op: `${op} ${name ?? "variables"} of`,
    target: `${endpoint}`,
    hint: hintFor(settings, op, status),
  });
}

function hintFor(
  { user }: Settings,
  op: string,
  status: number,
): string | undefined {
  const isWrite = op === "set" || op === "create";
  if (isWrite && MORE_RIGHTS.has(status)) {
    return user
      ? `a user who may write, as "rwuser NAME" in snmpd.conf makes one`
      : `a community that may write, as { community: "private" }`;
  }
  if (op === "create" && status === INCONSISTENT_VALUE) {
    return "destroyRow() or setRow() if there is such a row already; else the columns that the table's description says a row must have";
  }
  if (status !== 16 || !user) return undefined;
  return levelOf(user) === "authPriv"
    ? `what "rouser ${user.name}" in its snmpd.conf lets be read`
    : `'auth' and 'priv' of the user: the agent may ask for more than ${
      levelOf(user)
    }`;
}

/** What came back and was of no use, for whoever waits in vain. */
export interface Notes {
  /** Answers that are no SNMP, and why the last of them is none. */
  malformed: number;
  reason: string;
  /** Answers that are not signed, encrypted or named as they should be. */
  forged: number;
  /** Times that the target's machine said that nothing listens there. */
  refused: number;
  /** Answers of any kind that were good. */
  answers: number;
}

/** No notes yet. */
export function noNotes(): Notes {
  return { malformed: 0, reason: "", forged: 0, refused: 0, answers: 0 };
}

/**
 * The error for a question without an answer.
 *
 * @param settings Who was asked, and how often.
 * @param op What was being done: `"get"`.
 * @param notes What came all the same.
 * @param isFound Whether the agent has said who it is, as version 3 begins.
 */
export function silence(
  settings: Settings,
  op: string,
  notes: Notes,
  isFound: boolean,
): NetError {
  const { endpoint, user, timeout, retries, community } = settings;
  const target = `${endpoint}`;
  if (notes.refused > 0) return refused(settings, op);
  const tries = retries === 0 ? "" : ` to any of ${retries + 1} datagrams`;
  const parts = [`no answer within ${timeout} ms${tries}`];
  if (notes.malformed > 0) {
    parts.push(
      `${notes.malformed} came that cannot be read: ${notes.reason}`,
    );
  }
  if (notes.forged > 0) {
    parts.push(`${notes.forged} came that the agent cannot have sent`);
  }
  if (isFound && settings.context !== "" && notes.answers === 0) {
    return new NetError(parts.join("; "), {
      code: "timeout",
      op: `${op} variables of`,
      target,
      hint:
        `leave out 'context', as many agents do not answer for one that they do not know; and ${
          privacyHint(settings)
        }`,
    });
  }
  if (isFound && user?.priv && notes.answers === 0) {
    // What they cannot decrypt, most agents throw away.
    return new AuthError(
      `the agent says who it is, and nothing to what is encrypted: ${
        parts.join("; ")
      }`,
      {
        code: "decryption-error",
        op: `${op} variables of`,
        target,
        hint: privacyHint(settings),
      },
    );
  }
  return new NetError(parts.join("; "), {
    code: "timeout",
    op: `${op} variables of`,
    target,
    hint: notes.malformed > 0
      ? `net.wire.capture("any", { filter: "udp port ${endpoint.port}" }) to see what it sends`
      : user
      ? `check address and port, a firewall for UDP ${endpoint.port} on the way, and whether the agent speaks version 3; a wrong name or 'auth' would be answered`
      : `check the community ${
        community === "public" ? '"public"' : "that you gave"
      } (a wrong one is not answered), address and port, a firewall for UDP ${endpoint.port} on the way, and from where the agent lets itself be asked`,
  });
}

/**
 * The error for a port that is closed.
 *
 * @param settings Who was asked.
 * @param op What was being done.
 */
export function refused({ endpoint }: Settings, op: string): NetError {
  return new NetError("nothing listens on that UDP port", {
    code: "refused",
    op: `${op} variables of`,
    target: `${endpoint}`,
    hint:
      `systemctl status snmpd there, and what agentaddress its snmpd.conf says`,
  });
}

/** usmStats and snmpMPDStats by the last numbers of their names. */
const REPORTS: Readonly<
  Record<
    string,
    (settings: Settings) => [code: string, reason: string, hint: string]
  >
> = {
  "15.1.1.1": (settings) => [
    "unsupported-security-level",
    `the agent does not have ${asWhom(settings)}`,
    levelOf(settings.user!) === "authPriv"
      ? "leave out 'priv', or another protocol there: not every agent has every one"
      : "add 'auth', and 'priv' if the agent asks for it",
  ],
  "15.1.1.2": () => [
    "not-in-time-window",
    "the agent's clock and ours disagree by more than 150 seconds, again after they were set",
    "another session; and look whether something answers late or for another agent",
  ],
  "15.1.1.3": ({ user }) => [
    "unknown-user",
    `the agent knows no user ${JSON.stringify(user!.name)}`,
    `check 'user.name'; on net-snmp, createUser and rouser in snmpd.conf make one`,
  ],
  "15.1.1.4": () => [
    "unknown-engine",
    "the agent does not know its own engine ID, again after it was asked for it",
    "look whether several agents answer at that address",
  ],
  "15.1.1.5": ({ user }) => [
    "wrong-digest",
    `the agent finds the signature of ${JSON.stringify(user!.name)} wrong`,
    `check 'user.auth': the password, and whether its protocol is ${user?.auth?.protocol}`,
  ],
  "15.1.1.6": (settings) => [
    "decryption-error",
    `the agent cannot decrypt what ${
      JSON.stringify(settings.user!.name)
    } sends`,
    privacyHint(settings),
  ],
  "11.2.1.1": () => [
    "unknown-security-model",
    "the agent does not have the user-based security model",
    "version 2c, with a community",
  ],
  "12.1.4": ({ context }) => [
    "unavailable-context",
    `the context ${JSON.stringify(context)} cannot be had now`,
    "leave out 'context'",
  ],
  "12.1.5": ({ context }) => [
    "unknown-context",
    `the agent knows no context ${JSON.stringify(context)}`,
    "leave out 'context'",
  ],
};

const SNMP_MODULES = "1.3.6.1.6.3.";

/**
 * The error for a report, which is how version 3 refuses.
 *
 * @param settings Who was asked.
 * @param op What was being done.
 * @param oid What the report reports.
 */
export function reportError(
  settings: Settings,
  op: string,
  oid: string,
): NetError {
  const key = oid.startsWith(SNMP_MODULES)
    ? oid.slice(SNMP_MODULES.length).replace(/\.0$/, "")
    : oid;
  const known = Object.hasOwn(REPORTS, key) ? REPORTS[key] : undefined;
  const target = `${settings.endpoint}`;
  if (known === undefined) {
    return new NetError(`the agent reports ${oid}`, {
      code: "report",
      op: `${op} variables of`,
      target,
    });
  }
  const [code, reason, hint] = known(settings);
  return new AuthError(reason, {
    code,
    op: `${op} variables of`,
    target,
    hint,
  });
}

/**
 * The error for an answer that is signed and encrypted as it should be, and of
 * which nothing sensible comes out.
 *
 * @param settings Who was asked.
 * @param op What was being done.
 * @param cause What cannot be read.
 */
export function undecipherable(
  settings: Settings,
  op: string,
  cause: unknown,
): AuthError {
  return new AuthError("the agent's answer cannot be decrypted", {
    code: "decryption-error",
    op: `${op} variables of`,
    target: `${settings.endpoint}`,
    hint: privacyHint(settings),
    cause,
  });
}

function privacyHint({ user }: Settings): string {
  return user?.priv
    ? `check 'user.priv': the password, and whether its protocol is ${user.priv.protocol}`
    : `check 'user.priv'`;
}
