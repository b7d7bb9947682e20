/**
 * Users in a lab. In a user namespace that took no rights to make there is
 * root, and nobody else: programs that change to a user of their own, as
 * daemons and tcpdump do, would be refused. There all of this machine's users
 * are names of root, and leaving a group succeeds and does nothing.
 *
 * @module
 */

import { check, libc } from "../ffi/libc.ts";
import { bind, LAB_FOLDER } from "./agent_files.ts";

const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_RET_ERRNO = 0x00050000;
const SECCOMP_RET_ALLOW = 0x7fff0000;
/** Where a `struct seccomp_data` has the call's number, and the architecture. */
const [NUMBER, ARCHITECTURE] = [0, 4];
/** BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K of linux/bpf_common.h. */
const [LOAD, IF_EQUAL, RETURN] = [0x20, 0x15, 0x06];

/** By architecture: AUDIT_ARCH_… of linux/audit.h, and the number of setgroups(2). */
const SETGROUPS: Readonly<
  Record<typeof Deno.build.arch, readonly [arch: number, call: number]>
> = {
  x86_64: [0xc000003e, 116],
  aarch64: [0xc00000b7, 159],
};

/** Root's home: each node's own /run, where everyone may write. */
const HOME = "/run";

/** Where root finds programs that others do not (hier(7)). */
const ROOTS_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin";

/**
 * Gives the lab its own /etc/passwd, /etc/group and /etc/shadow, and lets
 * programs change their user where there is no other. Whoever brought it up is
 * root in it, and finds root's programs.
 */
export function mountUsers(): void {
  const path = Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
  Deno.env.set("PATH", `${path}:${ROOTS_FOLDERS}`);
  const isAlone = read("/proc/self/setgroups")?.trim() === "deny";
  if (isAlone) ignoreGroups();
  const put = (path: string, text: string) => {
    if (!isThere(path)) return;
    const own = `${LAB_FOLDER}/${path.replaceAll("/", "-").slice(1)}`;
    Deno.writeTextFileSync(own, text);
    bind(own, path);
  };
  const users = rows("/etc/passwd");
  for (const fields of users) {
    fields[1] = "x";
    if (fields[0] === "root") fields[5] = HOME;
    if (isAlone) fields[2] = fields[3] = "0";
  }
  const groups = rows("/etc/group");
  for (const fields of groups) {
    if (isAlone) fields[2] = "0";
    // FRR's programs want root to be in the group of those who may ask them.
    fields[3] = [...(fields[3] ?? "").split(",").filter(Boolean), "root"]
      .join(",");
  }
  put("/etc/passwd", joined(users));
  put("/etc/group", joined(groups));
  // A password that fits nothing; with "!" sshd takes an account for locked.
  put("/etc/shadow", joined(users.map(([name]) => [name!, "*:::::::"])));
}

/** The fields of the lines of a file as passwd(5) has it. */
function rows(path: string): string[][] {
  return (read(path) ?? "").split("\n").filter((line) => line.includes(":"))
    .map((line) => line.split(":"));
}

function joined(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => `${fields.join(":")}\n`).join("");
}

/** Whether a file is there, readable or not. */
function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Makes setgroups(2) a call that succeeds and does nothing, for this thread and
 * all that it starts (seccomp(2)): a namespace without rights may not do it.
 */
function ignoreGroups(): void {
  const [architecture, call] = SETGROUPS[Deno.build.arch];
  const program = filter([
    [LOAD, 0, 0, ARCHITECTURE],
    [IF_EQUAL, 0, 3, architecture],
    [LOAD, 0, 0, NUMBER],
    [IF_EQUAL, 0, 1, call],
    [RETURN, 0, 0, SECCOMP_RET_ERRNO],
    [RETURN, 0, 0, SECCOMP_RET_ALLOW],
  ]);
  // A struct sock_fprog: how many instructions, and where.
  const head = new Uint8Array(16);
  const view = new DataView(head.buffer);
  view.setUint16(0, program.length / 8, true);
  view.setBigUint64(8, pointer(program), true);
  check(
    libc().prctl(
      PR_SET_SECCOMP,
      BigInt(SECCOMP_MODE_FILTER),
      pointer(head),
      0n,
      0n,
    ),
    "let programs change their user in",
    "the lab",
  );
}

/** Instructions as `struct sock_filter` has them: code, jumps if so and if not, operand. */
function filter(
  instructions: readonly (readonly [number, number, number, number])[],
): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(8 * instructions.length);
  const view = new DataView(octets.buffer);
  instructions.forEach(([code, yes, no, operand], i) => {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, yes);
    view.setUint8(8 * i + 3, no);
    view.setUint32(8 * i + 4, operand, true);
  });
  return octets;
}

function pointer(octets: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(octets));
}
