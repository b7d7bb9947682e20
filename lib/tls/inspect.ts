/**
 * Looking at a server's TLS, or at a file of certificates: what it shows, and
 * whether it is to be believed.
 *
 * @module
 */

import { DecodeError, NetError } from "../errors.ts";
import { tryParse } from "../ip/address.ts";
import type { EndpointLike } from "../socket/endpoint.ts";
import { Certificate, readCertificates } from "./certificate.ts";
import { octetsOf } from "./certificates/certificate_file.ts";
import { titleOf } from "./certificates/certificate_card.ts";
import { sameOctets } from "./der/der.ts";
import { inspectCapture } from "./inspecting/inspect_capture.ts";
import {
  judge,
  notesOn,
  trustOf,
  verdictOf,
} from "./inspecting/inspect_judge.ts";
import type { InspectOptions } from "./inspecting/inspect_options.ts";
import {
  inspectTarget,
  type ServerTarget,
} from "./inspecting/inspect_target.ts";
import {
  type ServerNameBehaviour,
  TlsInspection,
} from "./inspecting/inspection.ts";
import { noneElsewhere } from "../known_options.ts";
import { VERIFIER_NAMES } from "./option_names.ts";
import { plainHost } from "./path/path_host.ts";
import { probe, type ProbeOptions, type ProbeResult } from "./probe/probe.ts";

export type { InspectOptions };

/** A name that no server has (RFC 6761 §6.4). */
const NOBODY = "no-such-name.invalid";

/**
 * Looks at a server's TLS: shakes hands with it, reads what it shows, and
 * verifies its certificates, whatever they are. Or does the last alone, with
 * certificates out of a file.
 *
 * A text is a path if it has a slash in it and no scheme, or ends as files of
 * certificates or captures do; PEM if it begins so; else a server.
 *
 * @param from `"host:port"`, `"host"` for port 443, `{ hostname, port }`, an
 * `https:` URL, or one of what is spoken before TLS, `"smtp://mail.example"`; PEM,
 * or octets in PEM or DER; the path of such a file; the path of a capture.
 * @param options What to offer, whom to trust, for which host, and what to ask
 * beyond that.
 * @returns What was found out; for a capture, of each connection that shows
 * certificates.
 * @throws {NetError} As `net.tls.handshake` does if the server cannot be reached,
 * refuses, or speaks something else.
 * @throws {DecodeError} If the server's own certificate cannot be read.
 * @throws {TypeError} If it is an address of another protocol.
 * @throws {RangeError} If `host` or `serverName` can be none, or `at` is no date.
 * @see RFC 8446 §4.4.2, RFC 5280 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["www.lab.example"] });
 * await using server = await net.tls.serve({ ...site }, net.tcp.echo);
 * const found = await net.tls.inspect(server.address, {
 *   serverName: "www.lab.example",
 *   roots: [ca.certificate],
 * });
 * assert.equal(found.ok, true);
 * assert.equal(found.certificate?.serial, site.serial);
 * ```
 */
export async function inspect(
  from: `${string}.pcap` | `${string}.pcapng`,
  options?: InspectOptions,
): Promise<TlsInspection[]>;
/**
 * Looks at one server's TLS, or at the certificates of a file.
 *
 * @param from The server, or the certificates.
 * @param options What to offer, whom to trust, and for which host.
 * @returns What was found out.
 */
export async function inspect(
  from: EndpointLike | URL | Uint8Array,
  options?: InspectOptions,
): Promise<TlsInspection>;
export async function inspect(
  from: EndpointLike | URL | Uint8Array,
  options: InspectOptions = {},
): Promise<TlsInspection | TlsInspection[]> {
  noneElsewhere("inspect", options, VERIFIER_NAMES);
  const source = inspectTarget(from);
  if (source instanceof Uint8Array || typeof source === "string") {
    return await inspectFile(source, options);
  }
  return await inspectServer(source, options);
}

async function inspectFile(
  source: Uint8Array | string,
  options: InspectOptions,
): Promise<TlsInspection | TlsInspection[]> {
  const isPath = typeof source === "string";
  const octets = isPath ? await octetsOf(source) : source;
  const isDer = octets[0] === 0x30;
  const isPem = !isDer &&
    new TextDecoder("latin1").decode(octets).includes("-----BEGIN ");
  const target = isPath ? source : "certificates";
  if (!isDer && !isPem) {
    return await inspectCapture(octets, options).catch((cause) => {
      const isNone = cause instanceof DecodeError && cause.layer === "pcap" &&
        cause.offset === 0;
      if (!isNone) throw cause;
      throw new NetError("it has neither certificates nor a capture", {
        code: "malformed",
        op: "inspect",
        target,
        hint: "look for the line -----BEGIN CERTIFICATE-----",
        cause,
      });
    });
  }
  const certificates = readCertificates(octets);
  if (certificates.length === 0) {
    throw new NetError("there is no certificate in it", {
      code: "empty",
      op: "inspect",
      target,
    });
  }
  const verdict = await verdictOf(certificates, undefined, options);
  return new TlsInspection({
    target,
    agreement: undefined,
    serverName: undefined,
    certificates,
    verdict,
    stapled: undefined,
    timestamps: [],
    notes: notesOn({ certificates, verdict }),
  });
}

async function inspectServer(
  { peer, starttls }: ServerTarget,
  given: InspectOptions,
): Promise<TlsInspection> {
  const options = starttls === undefined ? given : { ...given, starttls };
  const isName = tryParse(peer.hostname) === undefined;
  const asked = options.serverName === undefined && isName
    ? peer.hostname
    : options.serverName ?? undefined;
  const named = options.host ?? options.serverName ?? undefined;
  if (named !== undefined && plainHost(named) === undefined) {
    // Without a host to hold them against, all names would do.
    throw new RangeError(
      `Cannot inspect ${peer} as '${
        options.host === undefined ? "serverName" : "host"
      }' must be a name or an address: current value is ${named}`,
    );
  }
  // The roots are read while the server thinks.
  const trusted = trustOf(options);
  trusted.catch(() => {});
  const result = await probe(peer, probeOptions(options));
  const host = options.host ?? asked ?? peer.hostname;
  const shown = await judge(`${peer}`, result, {
    ...options,
    host: plainHost(host) === undefined ? undefined : host,
    roots: await trusted,
  });
  const { acknowledged, ...rest } = shown;
  const names = options.tryNames ? await tryNames(peer, result, options) : {};
  return new TlsInspection({
    ...rest,
    serverName: { sent: asked, acknowledged, ...names },
  });
}

function probeOptions(options: InspectOptions): ProbeOptions {
  const { serverName, alpn = ["h2", "http/1.1"], versions, starttls, timeout } =
    options;
  const { signal, hello } = options;
  return {
    serverName,
    // What speaks before TLS is no HTTP, and may mind being offered it.
    alpn: starttls === undefined || options.alpn ? alpn : undefined,
    versions,
    starttls,
    timeout,
    signal,
    hello,
  };
}

async function tryNames(
  peer: ServerTarget["peer"],
  first: ProbeResult,
  options: InspectOptions,
): Promise<Pick<ServerNameBehaviour, "withoutName" | "withUnknownName">> {
  const [own] = first.certificates;
  const answerTo = async (serverName: string | null): Promise<string> => {
    try {
      const { certificates } = await probe(peer, {
        ...probeOptions(options),
        serverName,
      });
      const [other] = certificates;
      if (!other) return "no certificate";
      if (own && sameOctets(own, other)) {
        return "the same certificate";
      }
      return `another certificate, ${titleOf(new Certificate(other))}`;
    } catch (error) {
      options.signal?.throwIfAborted();
      return `refused: ${(error as Error).message}`;
    }
  };
  const withoutName = await answerTo(null);
  return { withoutName, withUnknownName: await answerTo(NOBODY) };
}
