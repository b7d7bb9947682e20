/**
 * What this machine can do for a lab: asked of a throw-away child, once.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { NetError } from "../errors.ts";
import { programUrl } from "./program.ts";
import { type Feature, FEATURES, type Finding } from "./probe_kernel.ts";

export type { Feature, Finding, KernelFeatures } from "./probe_kernel.ts";
export { FEATURES } from "./probe_kernel.ts";

/** Options of `probe`. */
const PROBE: OptionKinds<{ readonly again?: boolean }> = {
  again: "boolean",
};

/** What the probe found out about this machine. */
export interface ProbeResult {
  /** Whether a child can be started in namespaces of its own, and if not, why. */
  readonly namespaces: Finding & {
    /** What to type to get there. */
    readonly remedy?: string;
  };
  /** How `unshare` is called so that it works: `["--user", "--map-root-user"]`, or nothing as root. */
  readonly user: readonly string[];
  /** For each thing that a lab wants of the kernel, whether it works; none does without namespaces. */
  readonly kernel: Readonly<Record<Feature, Finding>>;
}

/** Namespaces of users, for all who are not root. */
const USER = ["--user", "--map-root-user"];
/** All that a lab's agent has, so that what bars one of them shows here. */
const SPACES = [
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

let answer: Promise<ProbeResult> | undefined;

/**
 * Finds out what this machine can do for a lab, by trying it in namespaces that
 * are thrown away. Asked again it tells what it knows already: until the
 * machine starts anew the answer stays the same, but for modules of the kernel
 * that somebody installs.
 *
 * @param options `again`: whether to try anew.
 * @returns What was found; that a lab cannot be had is an answer, too.
 * @throws {Deno.errors.NotCapable} Without `--allow-run=unshare`.
 *
 * @example
 * ```ts ignore
 * import { probe } from "./probe.ts";
 *
 * const { kernel } = await probe();
 * const hasVlans = kernel.vlan.works && kernel.bridgeVlan.works;
 * ```
 */
export function probe(
  options: { readonly again?: boolean } = {},
): Promise<ProbeResult> {
  checkOptions("look what this machine can do", options, PROBE);
  if (options.again) answer = undefined;
  answer ??= ask().catch((error) => {
    answer = undefined;
    throw error;
  });
  return answer;
}

async function ask(): Promise<ProbeResult> {
  if (Deno.build.os !== "linux") {
    return without({
      works: false,
      reason: `this is ${Deno.build.os}`,
      remedy: "use Linux, in a virtual machine say",
    });
  }
  // Root needs no namespace of users; but in a container it may not do without.
  const first = isRoot() ? await start([]) : undefined;
  if (first?.kernel) return { ...first, kernel: first.kernel };
  const { kernel, namespaces, user } = await start(USER);
  return kernel ? { kernel, namespaces, user } : without(namespaces);
}

function without(namespaces: ProbeResult["namespaces"]): ProbeResult {
  const none: Finding = { works: false, reason: "no namespace to try it in" };
  const kernel = Object.fromEntries(
    FEATURES.map((feature) => [feature, none]),
  ) as Record<Feature, Finding>;
  return { namespaces, user: [], kernel };
}

interface Started {
  readonly namespaces: ProbeResult["namespaces"];
  readonly user: readonly string[];
  readonly kernel?: ProbeResult["kernel"];
}

/** Starts the probe's program in new namespaces; all goes with it. */
async function start(user: readonly string[]): Promise<Started> {
  const program = programUrl("probe_program");
  const path = program.protocol === "file:"
    ? decodeURIComponent(program.pathname)
    : program.href;
  const runtime = [
    ...["run", "-q", "-A", "--no-lock", "--no-check", "--no-config"],
    ...["--no-npm", "--cached-only", path, "/dev/stdout"],
  ];
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("unshare", {
      args: [...user, ...SPACES, "--", Deno.execPath(), ...runtime],
      // Our own record of permissions is not for it; an empty path it would not take.
      env: { DENO_NO_UPDATE_CHECK: "1", DENO_AUDIT_PERMISSIONS: "/dev/null" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const reason = "the program unshare is not there";
    const remedy = "sudo apt install util-linux";
    return { user, namespaces: { works: false, reason, remedy } };
  }
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets).trim();
  if (output.success) {
    const kernel = JSON.parse(text(output.stdout)) as ProbeResult["kernel"];
    return { user, namespaces: { works: true }, kernel };
  }
  const words = text(output.stderr);
  if (!words.startsWith("unshare:")) {
    throw new NetError(words.split("\n")[0] || `code ${output.code}`, {
      code: "failed",
      op: "probe",
      target: "this machine's kernel",
    });
  }
  return { user, namespaces: { works: false, ...await whyBarred(words) } };
}

/** Settings that bar namespaces, the value that does, and how to lift it. */
const BARS:
  readonly (readonly [path: string, value: RegExp, remedy: string])[] = [
    [
      "/proc/sys/kernel/unprivileged_userns_clone",
      /^0$/,
      "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    ],
    [
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
      /^[1-9]/,
      "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ],
    [
      "/proc/sys/user/max_user_namespaces",
      /^0$/,
      "sudo sysctl -w user.max_user_namespaces=10000",
    ],
    [
      "/proc/sys/user/max_net_namespaces",
      /^0$/,
      "sudo sysctl -w user.max_net_namespaces=10000",
    ],
  ];

/** Finds the setting that stands in the way, where one does and can be read. */
async function whyBarred(
  words: string,
): Promise<{ readonly reason: string; readonly remedy: string }> {
  for (const [path, barring, remedy] of BARS) {
    const readable = Deno.permissions.querySync({ name: "read", path });
    if (readable.state !== "granted") continue;
    const value = await Deno.readTextFile(path).catch(() => "");
    if (!barring.test(value.trim())) continue;
    const name = path.replace("/proc/sys/", "").replaceAll("/", ".");
    return { reason: `${name} is ${value.trim()}`, remedy };
  }
  return {
    reason: words.split("\n")[0]!.replace(/^unshare: /, ""),
    remedy: "run as root; in a container, start that with --privileged",
  };
}

/** Whether this is root, if that may be asked. */
function isRoot(): boolean {
  const asked = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return asked.state === "granted" && Deno.uid() === 0;
}
