import { testUnless } from "../skip.ts";

/** Set where these tests run already in a namespace of users. */
const INNER = "NETREPL_INNER_TESTS";

const FILES = [
  "fabric_switch_test.ts",
  "fabric_traffic_test.ts",
  "fabric_link_test.ts",
  "fabric_tree_test.ts",
  "fabric_life_test.ts",
];

const command = ["--user", "--map-root-user", "--net", "--mount", "--"];

async function reason(): Promise<string | undefined> {
  if (Deno.env.has(INNER)) return "this is the inner run";
  const { success, stderr } = await new Deno.Command("unshare", {
    args: [...command, "true"],
  }).output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
}

testUnless(
  await reason(),
  "the userspace switch and link work the same for a user without privileges",
  async () => {
    const { success, stdout } = await new Deno.Command("unshare", {
      args: [
        ...command,
        ...[Deno.execPath(), "test", "-A", "--no-check"],
        ...FILES.map((file) => new URL(file, import.meta.url).pathname),
      ],
      env: { [INNER]: "1", NO_COLOR: "1" },
      stderr: "inherit",
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (!success || /\bignored\b/.test(text)) throw new Error(text);
  },
);
