/**
 * What the system says when a socket fails, in the library's words.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { type Endpoint, isLoopback } from "./endpoint.ts";

/** What some errnos mean where the target is a path. */
const PATH_REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["not-found", "there is nothing at that path"],
  ECONNREFUSED: ["refused", "nothing listens at that path any more"],
  EADDRINUSE: ["in-use", "something is at that path already"],
  ENOTSOCK: ["not-a-socket", "what is there is no socket"],
  EPROTOTYPE: ["not-a-socket", "the socket there is no stream"],
};

/** Code and reason for each errno that sockets meet. */
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ["refused", "connection refused"],
  ECONNRESET: ["reset", "the other side reset the connection"],
  EPIPE: ["reset", "the other side has closed the connection"],
  ECONNABORTED: ["reset", "the connection was aborted"],
  ETIMEDOUT: ["timeout", "no answer, and the system gave up"],
  ENOTFOUND: ["not-found", "no address is known for that name"],
  ENODATA: ["not-found", "no address is known for that name"],
  EAI_AGAIN: ["not-found", "no name server answers"],
  EAI_FAIL: ["not-found", "the name server failed"],
  EHOSTUNREACH: ["unreachable", "no way to that host"],
  ENETUNREACH: ["unreachable", "no route to that network"],
  ENETDOWN: ["unreachable", "the network is down"],
  EADDRINUSE: ["in-use", "something listens there already"],
  EADDRNOTAVAIL: ["not-local", "no interface of this machine has that address"],
  EMSGSIZE: ["too-large", "more octets than one datagram holds"],
  EMFILE: ["too-many-files", "this process has as many files open as it may"],
  ENFILE: ["too-many-files", "this machine has as many files open as it may"],
  ERR_STREAM_DESTROYED: ["closed", "the connection is closed"],
  ECANCELED: ["closed", "the connection is closed"],
};

/**
 * Puts an error of the system into the library's words. A {@linkcode NetError}
 * passes through as it is.
 *
 * @param cause What was thrown.
 * @param op What was being done: `"connect to"`.
 * @param target To what.
 * @returns The error to throw.
 */
export function failure(cause: unknown, op: string, target: Endpoint): Error {
  if (cause instanceof NetError) return cause;
  const { code: errno = "", name, message, syscall } = cause as {
    code?: string;
    name?: string;
    message?: string;
    syscall?: string;
  };
  // The runtime's refusal to look a name up arrives dressed as EPERM.
  if (
    name === "NotCapable" || (errno === "EPERM" && syscall === "getaddrinfo")
  ) {
    return notAllowed(op, target, cause);
  }
  if (errno === "EACCES" || errno === "EPERM") {
    const low = op === "listen on" && target.port < 1024;
    // The runtime says EPERM where it finds no interface of that name.
    const [, zone] = target.hostname.split("%");
    return new PermissionError(
      low
        ? "ports below 1024 are for root"
        : zone !== undefined
        ? `there is no interface ${zone}, or the operating system does not permit it`
        : "the operating system does not permit it",
      {
        code: "permission",
        op,
        target: `${target}`,
        hint: low
          ? "a port from 1024 up, or: sudo sysctl net.ipv4.ip_unprivileged_port_start=0"
          : zone === undefined
          ? undefined
          : "ip -br link",
        cause,
      },
    );
  }
  // The runtime says EINVAL where the kernel said EADDRNOTAVAIL.
  const foreign = errno === "EINVAL" &&
    (syscall === "bind" || syscall === "listen");
  const [code, reason] = (target.isUnix ? PATH_REASONS[errno] : undefined) ??
    REASONS[foreign ? "EADDRNOTAVAIL" : errno] ??
    ["failed", `${message ?? cause}`];
  const refused = code === "refused";
  const why = refused && !target.isUnix
    ? `${reason}, nothing listens on port ${target.port} there`
    : refused && isAbstract(target)
    ? "nothing listens by that name"
    : reason;
  return new NetError(why, {
    code,
    op,
    target: `${target}`,
    hint: hintFor(code, target),
    cause,
  });
}

/**
 * The error for what the runtime's permissions bar.
 *
 * @param op What was being done: `"listen on"`.
 * @param target Where.
 * @param cause The runtime's own error, if there is one.
 * @returns The error to throw; its hint names the flag.
 */
export function notAllowed(
  op: string,
  target: Endpoint,
  cause?: unknown,
): PermissionError {
  return new PermissionError("this program may not use the network there", {
    code: "permission",
    op,
    target: `${target}`,
    hint: isAbstract(target)
      ? "deno run --allow-net --allow-read --allow-write …"
      : target.isUnix
      ? `deno run --allow-net=unix:${target} --allow-read=${target} --allow-write=${target} …`
      : `deno run --allow-net=${permissionHost(target).replace(/:0$/, "")} …`,
    cause,
  });
}

/**
 * The way the runtime's permissions write an endpoint.
 *
 * @param target Any endpoint.
 * @returns Host and port, without a zone.
 */
export function permissionHost(target: Endpoint): string {
  return `${target}`.replace(/%[^\]]*/, "");
}

/** Whether it is a name in no directory, as `ss` writes them. */
function isAbstract(target: Endpoint): boolean {
  return target.isUnix && `${target}`.startsWith("@");
}

/** What to type about a path. */
const PATH_HINTS: Readonly<Record<string, string>> = {
  refused: "ss -lx, and remove the path if nobody listens there",
  "in-use": "ss -lx to see who listens; { replace: true } if nobody does",
  "not-found": "ss -lx, which lists what listens on this machine",
};

function hintFor(code: string, target: Endpoint): string | undefined {
  if (isAbstract(target)) return "ss -lx, which lists what listens here";
  if (target.isUnix) return PATH_HINTS[code];
  const { hostname, port } = target;
  switch (code) {
    case "refused":
      return isLoopback(hostname)
        ? "ss -ltn, which lists what listens on this machine"
        : `ss -ltn on ${hostname}; a firewall there may also have refused`;
    case "in-use":
      return `ss -ltnp 'sport = :${port}' to see what, or port: 0 for a free port`;
    case "not-found":
      return `getent hosts ${hostname}`;
    case "not-local":
      return "ip -br address";
    case "unreachable":
      return `ip route get ${hostname.replace("%", " oif ")}`;
    case "too-many-files":
      return "ulimit -n 65536, before starting this program";
    default:
      return undefined;
  }
}
