import assert from "node:assert/strict";
import { interfaces } from "../../lib/wire/interfaces.ts";
import { testUnless } from "../skip.ts";
import { ownNetwork, withoutNetworks } from "../lab/own_network.ts";

const noNetworks = withoutNetworks();
const root = new URL("../../", import.meta.url).pathname;

testUnless(
  noNetworks,
  "interfaces() tells of each interface whether one can capture on it, and how to mend it",
  async () => {
    using network = ownNetwork();
    const { namespace, run } = network;
    run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");
    run("ip", "link", "set", "v0", "up", "mtu", "1400");
    run("ip", "address", "add", "10.0.0.1/24", "dev", "v0");
    run("ip", "address", "add", "fd00::1/64", "dev", "v0", "nodad");
    const found = await interfaces({ namespace });
    const [lo, v0, v1] = ["lo", "v0", "v1"].map((name) => found.get(name)!);
    assert.deepEqual(
      [lo!.linkType, lo!.linkTypeName, lo!.capturable],
      [1, "EN10MB", true],
    );
    assert.deepEqual([v0!.mtu, v0!.capturable, v0!.hint], [
      1400,
      true,
      undefined,
    ]);
    const texts = v0!.addresses.map(({ address, prefixLength }) =>
      `${address}/${prefixLength}`
    );
    assert.deepEqual(texts.slice(0, 2), ["10.0.0.1/24", "fd00::1/64"]);
    assert.deepEqual(
      [v1!.state, v1!.capturable, v1!.reason, v1!.hint],
      ["DOWN", false, "down", "sudo ip link set v1 up"],
    );
    const shown = Deno.inspect(found);
    assert.match(shown, /v0 .* EN10MB \(1\) .* 10\.0\.0\.1\/24/);
    assert.match(shown, /no: down/);
    assert.match(shown, /^v1: sudo ip link set v1 up$/m);
    assert.equal(JSON.parse(JSON.stringify(found))[0].name, "lo");
  },
);

testUnless(
  noNetworks ?? (Deno.uid() === 0 ? undefined : "only root can give up rights"),
  "interfaces() says in each row what one may not, and throws only where nothing is known",
  async () => {
    const script = `import { interfaces } from "${root}lib/wire/interfaces.ts";
      try { console.log(JSON.stringify(await interfaces())); }
      catch (error) { console.log(JSON.stringify(error)); }`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    const ask = async (flags: string[], wrap: string[] = []) => {
      const [command, ...args] = [
        ...wrap,
        ...[Deno.execPath(), "run", "--no-check", "--no-prompt", "-q"],
        ...["--config", `${root}deno.json`, "--no-lock", ...flags, file],
      ];
      const { stdout, stderr } = await new Deno.Command(command!, { args })
        .output();
      const text = new TextDecoder().decode(stdout);
      assert.notEqual(text, "", new TextDecoder().decode(stderr));
      return JSON.parse(text);
    };
    try {
      await Deno.writeTextFile(file, script);
      const [noFfi, noRights, nothing] = await Promise.all([
        ask(["--allow-run=ip"]),
        ask(
          ["--allow-ffi"],
          ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-all", "--"],
        ),
        ask([]),
      ]);
      const loopback = (rows: { name: string }[]) =>
        rows.find(({ name }) => name === "lo") as unknown as Record<
          string,
          unknown
        >;
      const viaIp = loopback(noFfi);
      assert.deepEqual([viaIp.linkType, viaIp.capturable], [1, false]);
      assert.match(`${viaIp.hint}`, /--allow-ffi/);
      const bound = loopback(noRights);
      assert.equal(bound.capturable, false);
      assert.match(`${bound.reason}`, /not permitted/);
      assert.match(`${bound.hint}`, /setcap cap_net_raw/);
      assert.equal(nothing.name, "PermissionError");
      assert.match(nothing.hint, /--allow-ffi/);
    } finally {
      await Deno.remove(file);
    }
  },
);
