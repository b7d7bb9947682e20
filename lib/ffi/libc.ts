/**
 * The C library's door: the one file that opens it.
 *
 * Calls are synchronous unless their name says otherwise, and belong to the
 * thread that makes them, which for namespaces and `errno` is what counts.
 * Results that fit 32 bits are numbers: counts of octets stay far below 2 GiB
 * here, so that the low half of an `ssize_t` is the whole truth.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { errnoCode, errnoName } from "./errno.ts";

export { errnoCode, errnoName } from "./errno.ts";

/** What is called, by its name in the C library; add a line for one more. */
const SYMBOLS = {
  // Sockets
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "i32",
  },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recvfrom: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"],
    result: "i32",
  },
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // As pollAsync, but soon over: what it sends, this thread has time for.
  sendmmsgAsync: {
    name: "sendmmsg",
    parameters: ["i32", "buffer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  recvmmsg: {
    parameters: ["i32", "buffer", "u32", "i32", "buffer"],
    result: "i32",
  },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"],
    result: "i32",
  },
  getsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  if_indextoname: { parameters: ["u32", "buffer"], result: "pointer" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" },

  // Files and waiting
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  // On a thread of the pool, which has 32 of them for everything: one wait a
  // process. Its errno is left on that thread: a result below 0 says no more.
  pollAsync: {
    name: "poll",
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  // As pollAsync: readiness.ts alone calls it.
  epollWaitAsync: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
  timerfd_settime: {
    parameters: ["i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },

  // Memory, and streams over it
  mmap: {
    parameters: ["usize", "usize", "i32", "i32", "i32", "i64"],
    result: "pointer",
  },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  fdopen: { parameters: ["i32", "buffer"], result: "pointer" },
  setvbuf: {
    parameters: ["pointer", "buffer", "i32", "usize"],
    result: "i32",
  },
  fflush: { parameters: ["pointer"], result: "i32" },
  fclose: { parameters: ["pointer"], result: "i32" },
  __fpending: { parameters: ["pointer"], result: "u32" },
  __fpurge: { parameters: ["pointer"], result: "void" },

  // Namespaces, mounts, processes
  setns: { parameters: ["i32", "i32"], result: "i32" },
  unshare: { parameters: ["i32"], result: "i32" },
  mount: {
    parameters: ["buffer", "buffer", "buffer", "usize", "buffer"],
    result: "i32",
  },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  sethostname: { parameters: ["buffer", "usize"], result: "i32" },
  prctl: {
    parameters: ["i32", "usize", "usize", "usize", "usize"],
    result: "i32",
  },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  waitid: { parameters: ["i32", "i32", "buffer", "i32"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  chdir: { parameters: ["buffer"], result: "i32" },
  getpid: { parameters: [], result: "i32" },
  gettid: { parameters: [], result: "i32" },

  // Threads; in a library of their own before glibc 2.34.
  pthread_create: {
    parameters: ["buffer", "usize", "pointer", "usize"],
    result: "i32",
    optional: true,
  },
  pthread_detach: { parameters: ["usize"], result: "i32", optional: true },
  // The address of `close`, for a thread to start with.
  closeRoutine: { name: "close", type: "pointer" },

  // What went wrong. The POSIX strerror_r fills the buffer; GNU's of that
  // name may leave it empty and point elsewhere.
  strerror: {
    name: "__xpg_strerror_r",
    parameters: ["i32", "buffer", "usize"],
    result: "i32",
  },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type Call<F> = F extends (...parameters: infer P) => infer R ? (
    ...parameters: {
      [K in keyof P]: P[K] extends bigint ? number | bigint : P[K];
    }
  ) => R
  : F;
type Declared = Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

/**
 * The calls of the C library, by their names there. For a `size_t` they take
 * numbers, which the runtime does and its types do not say.
 */
export type LibcSymbols = {
  readonly [K in keyof Declared]: Call<Declared[K]>;
};

let symbols: LibcSymbols | undefined;
/** This thread's errno: every Worker has modules, and so one, of its own. */
let errnoOfThread: Int32Array | undefined;

/**
 * Tells whether {@linkcode libc} can be called without asking: on Linux, with
 * `--allow-ffi`.
 *
 * @returns Whether it can; a C library other than glibc still counts as one.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeof libcAllowed(), "boolean");
 * ```
 */
export function libcAllowed(): boolean {
  return Deno.build.os === "linux" &&
    Deno.permissions.querySync({ name: "ffi" }).state === "granted";
}

/**
 * Opens the C library, once.
 *
 * @returns Its calls.
 * @throws {PermissionError} Without `--allow-ffi`.
 * @throws {NetError} With code `"unsupported"` where there is no glibc.
 *
 * @example
 * ```ts
 * import { libc, libcAllowed } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.equal(libc().getpid(), Deno.pid);
 * ```
 */
export function libc(): LibcSymbols {
  if (symbols !== undefined) return symbols;
  if (Deno.build.os !== "linux") {
    throw new NetError(`this is ${Deno.build.os}`, {
      code: "unsupported",
      op: "open",
      target: "the C library of Linux",
    });
  }
  try {
    symbols = Deno.dlopen("libc.so.6", SYMBOLS).symbols as LibcSymbols;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw new PermissionError("this program was not given that permission", {
        code: "not-permitted",
        op: "call",
        target: "the C library",
        hint: "run it with --allow-ffi",
        cause,
      });
    }
    throw new NetError("this system has no glibc", {
      code: "unsupported",
      op: "open",
      target: "libc.so.6",
      cause,
    });
  }
  errnoOfThread = new Int32Array(
    Deno.UnsafePointerView.getArrayBuffer(symbols.__errno_location()!, 4),
  );
  return symbols;
}

/**
 * Reads this thread's errno: right after a call that gave -1, before any other.
 *
 * @returns The number, positive; 0 before the first call.
 *
 * @example
 * ```ts
 * import { errno, libc, libcAllowed } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed() && libc().close(-1) < 0) assert.equal(errno(), 9);
 * ```
 */
export function errno(): number {
  return errnoOfThread?.[0] ?? 0;
}

/**
 * Makes the error for an errno, in the system's words.
 *
 * @param n The number, positive.
 * @param op What was being done, as a verb phrase: `"open"`.
 * @param target To what.
 * @param options `detail`, what the kernel said beyond the number, and `hint`.
 * @returns A {@linkcode PermissionError} for EPERM and EACCES, else a
 * {@linkcode NetError}; with codes as {@linkcode errnoCode} has them.
 *
 * @example
 * ```ts
 * import { libcAllowed, systemError } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) {
 *   const error = systemError(17, "add link", "veth0");
 *   assert.equal(error.message, "Cannot add link veth0: file exists (EEXIST)");
 *   assert.equal(error.code, "exists");
 * }
 * ```
 */
export function systemError(
  n: number,
  op: string,
  target: string | undefined,
  options: { detail?: string | undefined; hint?: string | undefined } = {},
): NetError {
  const { detail, hint } = options;
  const name = errnoName(n);
  const words = detail === undefined
    ? `${describe(n)} (${name})`
    : `${detail.replace(/\.$/, "")} (${name})`;
  const facts = { code: errnoCode(n), op, target, hint };
  return name === "EPERM" || name === "EACCES"
    ? new PermissionError(words, facts)
    : new NetError(words, facts);
}

function describe(n: number): string {
  const text = new Uint8Array(128);
  libc().strerror(n, text, text.length);
  const words = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/**
 * Passes a result on unless it says that the call failed.
 *
 * @param result What the call gave.
 * @param op What was being done, as a verb phrase.
 * @param target To what.
 * @returns `result`, which is 0 or more.
 * @throws {NetError} If it is below 0; see {@linkcode systemError}.
 *
 * @example
 * ```ts
 * import { check, libc, libcAllowed } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) {
 *   assert.throws(() => check(libc().close(-1), "close", "-1"), { code: "ebadf" });
 * }
 * ```
 */
export function check(
  result: number,
  op: string,
  target: string | undefined,
): number {
  if (result < 0) throw systemError(errno(), op, target);
  return result;
}

/**
 * Makes text into what C takes for a string: UTF-8 octets, then a zero.
 *
 * @param text The text.
 * @returns The octets.
 * @throws {TypeError} If a zero octet is in it, where C would end it.
 *
 * @example
 * ```ts
 * import { cString } from "./libc.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...cString("lo")], [0x6c, 0x6f, 0]);
 * ```
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) {
    throw new TypeError(
      `Cannot hand text to the system as 'text' must be without zero octets: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  return new TextEncoder().encode(`${text}\0`);
}
