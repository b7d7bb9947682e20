/**
 * Messages as dig prints them.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { EXTENDED_ERRORS } from "../packet/layers/dns/codes.ts";
import {
  type MessageFlag,
  type MessageParts,
  opcodeName,
  rcodeName,
} from "./message_parts.ts";
import { Columns } from "./columns.ts";
import { absoluteName } from "./names.ts";
import { type DnsOptRecord, type DnsRecord, recordLine } from "./record.ts";

/** Bits of the head, in dig's order. */
const SHOWN: readonly MessageFlag[] = ["AA", "TC", "RD", "RA", "AD", "CD"];

/**
 * Writes a message as dig does, from its head to its last record.
 *
 * @param message The message.
 * @param room Where it goes; dig itself has no colours. @default {no colours}
 * @returns The lines, joined by line feeds.
 */
export function messageText(
  message: MessageParts,
  room: Canvas = canvas({ width: Infinity }),
): string {
  const { opt } = message;
  const status = rcodeName(message.rcode);
  const good = status === "NOERROR" ? "good" : "bad";
  const flags = [
    ...message.qr === 1 ? ["qr"] : [],
    ...SHOWN.filter((flag) => message.flags.includes(flag))
      .map((flag) => flag.toLowerCase()),
  ];
  const counts = [
    ["QUERY", message.questions.length],
    ["ANSWER", message.answers.length],
    ["AUTHORITY", message.authorities.length],
    ["ADDITIONAL", message.additionals.length + (opt === undefined ? 0 : 1)],
  ].map(([name, count]) => `${name}: ${count}`).join(", ");
  const reserved = message.flags.includes("Z") ? "; MBZ: 0x4" : "";
  const wanted = message.qr === 1 && message.flags.includes("RD") &&
    !message.flags.includes("RA");
  const muted = (text: string) => paint("muted", text, room);
  return [
    `;; ->>HEADER<<- opcode: ${opcodeName(message.opcode)}, status: ${
      paint(good, status, room)
    }, id: ${message.id}`,
    `;; flags:${
      flags.map((flag) => ` ${flag}`).join("")
    }${reserved}; ${counts}`,
    ...wanted ? [";; WARNING: recursion requested but not available"] : [],
    "",
    ...opt === undefined ? [] : optLines(opt),
    ...message.questions.length === 0 ? opt === undefined ? [] : [""] : [
      ";; QUESTION SECTION:",
      ...message.questions.map(({ name, class: of, type }) =>
        questionLine(absoluteName(name), of, type)
      ),
      "",
    ],
    ...section("ANSWER", message.answers, room),
    ...section("AUTHORITY", message.authorities, room),
    ...section("ADDITIONAL", message.additionals, room),
  ].map((line) =>
    line.startsWith(";") && !line.startsWith(";; ->>") ? muted(line) : line
  )
    .join("\n").trimEnd();
}

function questionLine(name: string, of: string, type: string): string {
  const line = new Columns();
  // The semicolon before it is no part of the columns.
  line.put(name, 32);
  line.put(of, 40);
  return `;${line.text}${type}`;
}

function section(
  title: string,
  records: readonly DnsRecord[],
  room: Canvas,
): string[] {
  if (records.length === 0) return [];
  const lines = records.map((record) => {
    const line = recordLine(record);
    const tab = line.indexOf("\t");
    return room.colors && tab > 0
      ? paint("name", line.slice(0, tab), room) + line.slice(tab)
      : line;
  });
  return [`;; ${title} SECTION:`, ...lines, ""];
}

/** EDNS, with the options that dig knows by name (RFC 6891 §6.1). */
function optLines(opt: DnsOptRecord): string[] {
  const flags = opt.flags.map((flag) => ` ${flag.toLowerCase()}`).join("");
  const must = opt.reserved === 0
    ? ""
    : `; MBZ: 0x${opt.reserved.toString(16).padStart(4, "0")}`;
  return [
    ";; OPT PSEUDOSECTION:",
    `; EDNS: version: ${opt.version}, flags:${flags}${must}; udp: ${opt.udpPayloadSize}`,
    ...opt.options.map(optionLine),
  ];
}

function optionLine(option: DnsOptRecord["options"][number]): string {
  const printable = (octets: Uint8Array) =>
    String.fromCharCode(...octets).replaceAll(/[^ -~]/g, ".");
  const pairs = (octets: Uint8Array) =>
    octets.toHex().match(/../g)?.join(" ") ?? "";
  switch (option.kind) {
    case "nsid":
      return `; NSID: ${pairs(option.id)} ("${printable(option.id)}")`;
    case "cookie":
      return `; COOKIE: ${option.client.toHex()}${option.server.toHex()}`;
    case "clientSubnet":
      return `; CLIENT-SUBNET: ${
        option.address instanceof Uint8Array
          ? option.address.toHex()
          : option.address
      }/${option.sourcePrefixLength}/${option.scopePrefixLength}`;
    case "expire":
      return `; EXPIRE: ${option.seconds ?? ""}`;
    case "tcpKeepalive":
      return `; TCP-KEEPALIVE: ${((option.timeout ?? 0) / 10).toFixed(1)} secs`;
    case "padding":
      return `; PAD (${option.octets.length} bytes)`;
    case "extendedError": {
      const text = typeof option.extraText === "string"
        ? option.extraText
        : printable(option.extraText);
      return `; EDE: ${extendedError(option.infoCode)}${
        text === "" ? "" : `: (${text})`
      }`;
    }
    default:
      return typeof option.kind === "number"
        ? `; OPT=${option.kind}: ${pairs(option.octets)}`
        : `; ${option.kind}: ${JSON.stringify(option)}`;
  }
}

function extendedError(code: number): string {
  const names: Readonly<Record<number, string>> = EXTENDED_ERRORS;
  const title = names[code]?.replace(/^[a-z]| [a-z]/g, (c) => c.toUpperCase());
  return title === undefined ? `${code}` : `${code} (${title})`;
}
