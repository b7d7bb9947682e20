/**
 * The numbers by which Linux says what went wrong, and the library's words for
 * them.
 *
 * @module
 */

/** Names by number, from 1; the generic numbering of x86-64, Arm and RISC-V. */
const NAMES =
  "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON"
    .split(" ");

/** Stable words for programs; what is not here keeps its errno's name. */
const CODES: Readonly<Record<string, string>> = {
  EPERM: "not-permitted",
  EACCES: "not-permitted",
  EEXIST: "exists",
  ENOENT: "not-found",
  ESRCH: "not-found",
  ENODEV: "not-found",
  ENXIO: "not-found",
  EBUSY: "busy",
  EINVAL: "invalid",
  ERANGE: "invalid",
  EOPNOTSUPP: "unsupported",
  EAFNOSUPPORT: "unsupported",
  EPROTONOSUPPORT: "unsupported",
  ENOSYS: "unsupported",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETDOWN: "down",
  EADDRINUSE: "in-use",
  EADDRNOTAVAIL: "not-local",
  EAGAIN: "timeout",
  ETIMEDOUT: "timeout",
  EMFILE: "too-many-files",
  ENFILE: "too-many-files",
  EMSGSIZE: "too-large",
  ENOBUFS: "overrun",
  ENOMEM: "no-memory",
  ENOSPC: "no-space",
};

/**
 * Gives an errno its name.
 *
 * @param n The number, positive.
 * @returns The name, or `errno <n>` for one that has none.
 * @see errno(3)
 *
 * @example
 * ```ts
 * import { errnoName } from "./errno.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(errnoName(1), "EPERM");
 * assert.equal(errnoName(999), "errno 999");
 * ```
 */
export function errnoName(n: number): string {
  const name = NAMES[n - 1];
  return name === undefined || name === "-" ? `errno ${n}` : name;
}

/**
 * Gives the `code` that a `NetError` has for an errno.
 *
 * @param n The number, positive.
 * @returns A stable word: `"exists"`, `"not-found"`; else the name in lower
 * case.
 *
 * @example
 * ```ts
 * import { errnoCode } from "./errno.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(errnoCode(17), "exists");
 * assert.equal(errnoCode(40), "eloop");
 * ```
 */
export function errnoCode(n: number): string {
  const name = errnoName(n);
  return CODES[name] ?? name.toLowerCase().replace(" ", "-");
}
