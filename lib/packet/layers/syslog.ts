/**
 * Syslog: lines of text with a priority in front, in the form of RFC 5424 or in
 * what RFC 3164 found in use.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { Cursor, Fields, Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { randomText, valueText } from "../value.ts";

/** Who speaks (RFC 5424 §6.2.1). */
const SYSLOG_FACILITIES: readonly string[] =
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit \
alert clock local0 local1 local2 local3 local4 local5 local6 local7".split(" ");

/** How bad it is (RFC 5424 §6.2.1). */
const SYSLOG_SEVERITIES: readonly string[] =
  "emergency alert critical error warning notice informational debug".split(
    " ",
  );

/** An element of structured data (RFC 5424 §6.3). */
export interface SyslogElement {
  /** Its identifier: `"timeQuality"`, `"ourSDID@32473"`. */
  readonly id: string;
  /** Names and values; a name may occur more than once. */
  readonly parameters: readonly {
    /** The name. */
    readonly name: string;
    /** The value, without its escapes. */
    readonly value: string;
  }[];
}

/** The parts of a message, as far as they are there. */
interface Parts {
  facility?: number | undefined;
  severity?: number | undefined;
  version?: number | undefined;
  timestamp?: string | undefined;
  hostName?: string | undefined;
  appName?: string | undefined;
  processId?: string | undefined;
  messageId?: string | undefined;
  structuredData?: readonly SyslogElement[] | undefined;
  message?: string | Uint8Array | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const PRIORITY = /^<([0-9]{1,3})>/;

/** Version, time, host, application, process, message; then structured data. */
const HEADER_5424 =
  /^([1-9][0-9]{0,2}) (\S{1,40}) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) /;

const ELEMENT =
  /\[([!#-<>-\\^-~]{1,32})((?: [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\[^])*")*)\]/y;
const PARAMETER = / ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\[^])*)"/g;

/** Time, as BSD's syslog writes it or as later ones do, and host; then perhaps a tag. */
const HEADER_3164 =
  /^([A-Z][a-z]{2} [ 0-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}(?:Z|[+-][0-9]{2}:[0-9]{2})) ([!-~]+) /;
const TAG = /^([\w./@-]{1,48})(?:\[([!-Z^-~]{1,32})\])?: /;

/** Text of one octet a character, so that places are those of the octets. */
function latin(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i += 8192) {
    text += String.fromCharCode(...octets.subarray(i, i + 8192));
  }
  return text;
}

function utf8(octets: Uint8Array): string | Uint8Array {
  try {
    return decoder.decode(octets);
  } catch {
    return octets;
  }
}

/** Octets in which the header must end; RFC 5424 §6.1 asks for half of it. */
const HEAD = 4096;

/** What comes before the message, and where that starts. */
interface Header {
  readonly parts: Parts;
  /** Octets before the message; `undefined` if there is none. */
  readonly at: number | undefined;
}

function parse(octets: Uint8Array): Parts {
  const text = latin(octets.subarray(0, HEAD));
  const [whole = "", digits] = PRIORITY.exec(text) ?? [];
  const priority = Number(digits ?? NaN);
  if (!(priority < 192)) return { message: utf8(octets) };
  const rest = octets.subarray(whole.length);
  const facility = priority >> 3;
  const severity = priority & 7;
  const head = { facility, severity };
  const body = text.slice(whole.length);
  const { parts, at } = parse5424(body) ?? parse3164(body);
  const message = at === undefined ? undefined : utf8(rest.subarray(at));
  const end = whole.length + (at ?? rest.length);
  const written = encoder.encode(header({ ...head, ...parts, message }));
  // Whatever would be written in another way was not meant this way.
  if (isSame(written, octets.subarray(0, end))) {
    return { ...head, ...parts, message };
  }
  return { ...head, message: utf8(rest) };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

function parse5424(body: string): Header | undefined {
  const found = HEADER_5424.exec(body);
  if (found === null) return undefined;
  const [whole, version, ...words] = found;
  const [timestamp, hostName, appName, processId, messageId] = words.map(
    (word) => word === "-" ? undefined : word,
  );
  let at = whole.length;
  const structuredData: SyslogElement[] = [];
  if (body[at] === "-") at++;
  else {
    ELEMENT.lastIndex = at;
    for (
      let element = ELEMENT.exec(body);
      element !== null;
      element = ELEMENT.exec(body)
    ) {
      at = ELEMENT.lastIndex;
      const parameters = [];
      for (const [, name, value] of element[2]!.matchAll(PARAMETER)) {
        const octets = Uint8Array.from(value!, (c) => c.charCodeAt(0));
        const text = utf8(octets);
        if (typeof text !== "string") return undefined;
        const plain = text.replaceAll(/\\(["\\\]])/g, "$1");
        parameters.push({ name: name!, value: plain });
      }
      structuredData.push({ id: element[1]!, parameters });
    }
    if (structuredData.length === 0) return undefined;
  }
  if (at < body.length && body[at] !== " ") return undefined;
  const parts = {
    version: Number(version),
    timestamp,
    hostName,
    appName,
    processId,
    messageId,
    structuredData,
  };
  return { parts, at: at < body.length ? at + 1 : undefined };
}

function parse3164(body: string): Header {
  const [header = "", timestamp, hostName] = HEADER_3164.exec(body) ?? [];
  const [tag = "", appName, processId] = TAG.exec(body.slice(header.length)) ??
    [];
  const parts = { timestamp, hostName, appName, processId };
  return { parts, at: header.length + tag.length };
}

/** Writes what comes before the message. */
function header(parts: Parts): string {
  const { facility, severity, version, message } = parts;
  const { timestamp, hostName, appName, processId, messageId } = parts;
  let head = facility === undefined && severity === undefined
    ? ""
    : `<${(facility ?? 1) * 8 + (severity ?? 5)}>`;
  if (version !== undefined) {
    const words = [timestamp, hostName, appName, processId, messageId];
    head += [version, ...words.map((word) => word ?? "-")].join(" ");
    head += ` ${(parts.structuredData ?? []).map(elementText).join("") || "-"}`;
    if (message !== undefined) head += " ";
  } else {
    if (timestamp !== undefined) head += `${timestamp} ${hostName ?? "-"} `;
    if (appName !== undefined) {
      head += appName + (processId === undefined ? "" : `[${processId}]`) +
        ": ";
    }
  }
  return head;
}

/** Writes a message from its parts. */
function compose(parts: Parts): Uint8Array {
  const { message } = parts;
  const start = encoder.encode(header(parts));
  const end = message instanceof Uint8Array
    ? message
    : encoder.encode(message ?? "");
  const octets = new Uint8Array(start.length + end.length);
  octets.set(start);
  octets.set(end, start.length);
  return octets;
}

function elementText({ id, parameters }: SyslogElement): string {
  const list = parameters.map(({ name, value }) =>
    ` ${name}="${value.replaceAll(/["\\\]]/g, "\\$&")}"`
  );
  return `[${id}${list.join("")}]`;
}

/** What was read of the messages that are being read. */
const PARSED = new WeakMap<Cursor, Parts>();

function parsed(from: Cursor): Parts {
  let parts = PARSED.get(from);
  if (parts === undefined) {
    parts = parse(from.octets.subarray(from.at, from.end));
    PARSED.set(from, parts);
  }
  return parts;
}

/**
 * A part of the message. Only the whole tells where one ends: the first part
 * reads them all, and the last writes them all.
 */
function part<N extends keyof Parts, I = Parts[N]>(
  name: N,
  about: string,
  random: Format["random"],
  takes: (value: unknown) => boolean,
): Format<Parts[N], I> {
  return {
    about,
    isQuiet: true,
    takesOctets: true,
    read: (from) => parsed(from)[name],
    write(to, value) {
      if (value !== undefined && !takes(value)) to.refuse(`be ${about}`, value);
    },
    random,
    text: (value) => valueText(value),
  };
}

/** A word of the header: text without blanks, but for those of old times. */
function word(
  name: "timestamp" | "hostName" | "appName" | "processId" | "messageId",
) {
  return part(
    name,
    "text without blanks, or a time",
    (random, { version }) => {
      // Without a version only some of them can be told apart.
      if (version === undefined || random() < 0.2) return undefined;
      if (name !== "timestamp") return `x${randomText(6, random)}`;
      return new Date(Math.floor(random() * 2 ** 41)).toISOString();
    },
    (value) => typeof value === "string" && /^[ -~]+$/.test(value),
  );
}

/** A number that has a name. */
function named(
  name: "facility" | "severity",
  names: readonly string[],
): Format<number | undefined, number | string> {
  return {
    ...part<typeof name, number | string>(
      name,
      `a number below ${names.length} or its name`,
      (random) => Math.floor(random() * names.length),
      (value) => numberOf(names, value) !== undefined,
    ),
    text: (value) =>
      value === undefined ? "absent" : `${value} ${names[value] ?? ""}`,
  };
}

function numberOf(names: readonly string[], value: unknown) {
  const number = typeof value === "string" ? names.indexOf(value) : value;
  return names[Number(number)] === undefined ? undefined : Number(number);
}

const message: Format<string | Uint8Array | undefined, string | Uint8Array> = {
  about: "text",
  takesOctets: true,
  read(from) {
    const { message } = parsed(from);
    from.bytes();
    return message;
  },
  write(to, value) {
    const fields: Fields = to.fields;
    to.bytes(compose({
      ...fields as Parts,
      facility: numberOf(SYSLOG_FACILITIES, fields.facility),
      severity: numberOf(SYSLOG_SEVERITIES, fields.severity),
      message: value,
    }));
  },
  random: (random) => `said ${randomText(8, random)}`,
  text: (value) => value === undefined ? "absent" : valueText(value),
};

/** The fields of a syslog message. */
export const syslogFields = {
  /** Who speaks: 0 to 23, or a name such as `"daemon"`. */
  facility: named("facility", SYSLOG_FACILITIES),
  /** How bad it is: 0 (emergency) to 7 (debug). */
  severity: named("severity", SYSLOG_SEVERITIES),
  /** 1 in the form of RFC 5424; messages of the older form have none. */
  version: part<"version", number>(
    "version",
    "1",
    (random) => random() < 0.5 ? 1 : undefined,
    (value) => Number.isInteger(value) && Number(value) > 0,
  ),
  /** When, as it stands there: `"2003-10-11T22:14:15.003Z"`, `"Oct 11 22:14:15"`. */
  timestamp: word("timestamp"),
  /** Whose message it is. */
  hostName: word("hostName"),
  /** Of which application. */
  appName: word("appName"),
  /** Of which process. */
  processId: word("processId"),
  /** What kind of message. */
  messageId: word("messageId"),
  /** Elements with names and values (RFC 5424 §6.3). */
  structuredData: part<"structuredData", readonly SyslogElement[]>(
    "structuredData",
    "a list of elements with id and parameters",
    (random, { version }) =>
      version === undefined ? undefined : [{
        id: "a@1",
        parameters: [{ name: "b", value: randomText(3, random) }],
      }],
    Array.isArray,
  ),
  /** What is said. */
  message,
} as const satisfies FieldTable;

/** How much of a message a summary shows. */
const SHOWN = 80;

/** Syslog. */
export const syslog: Layer<"syslog", typeof syslogFields> = layer(
  "syslog",
  syslogFields,
  {
    source: "RFC 5424 §6, RFC 3164 §4.1",
    under: [["udp", 514]],
    header: "parsed",
    summary({ facility, severity, appName, message }) {
      const who = facility === undefined
        ? ""
        : `${SYSLOG_FACILITIES[facility]}.${SYSLOG_SEVERITIES[severity ?? 0]} `;
      return `${who}${appName === undefined ? "" : `${appName}: `}${
        message === undefined ? "" : valueText(message.slice(0, SHOWN))
      }${message !== undefined && message.length > SHOWN ? "…" : ""}`;
    },
  },
);
