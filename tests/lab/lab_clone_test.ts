import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../lib/lab/clone.ts";
import * as net from "../../mod.ts";

const copy = (value: unknown) => decode(encode(value, "arg"));

Deno.test("what structuredClone copies comes out as it went in", async () => {
  const values: readonly unknown[] = [
    undefined,
    null,
    "text",
    NaN,
    -0,
    -Infinity,
    12345678901234567890n,
    [],
    ["u"],
    [["k", "Address", "10.0.0.1"]],
    { a: undefined, "": 1, constructor: 2 },
    new Date(12),
    new Date(NaN),
    /a+/giu,
    new Map<unknown, unknown>([[{ key: 1 }, new Set([1n, [2]])]]),
    Uint8Array.of(0, 255),
    new Float64Array([NaN, 1.5]),
    new BigInt64Array([-1n]),
    new DataView(new ArrayBuffer(3)),
    Uint8Array.of(1, 2, 3).buffer,
    Uint8Array.of(1, 2, 3, 4).subarray(1, 3),
  ];
  for (const value of values) {
    assert.deepEqual(await copy(value), structuredClone(value));
  }
});

Deno.test("random data comes out as it went in", async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: false,
  });
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      assert.deepEqual(await copy(value), structuredClone(value));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a field called __proto__ stays a field", async () => {
  const value = JSON.parse('{"__proto__":{"polluted":true}}');
  const back = await copy(value) as Record<string, unknown>;
  assert.ok(Object.hasOwn(back, "__proto__"));
  assert.equal(back.polluted, undefined);
});

Deno.test("circles and what occurs twice keep their shape", async () => {
  const shared = { n: 1 };
  const value = { shared, again: [shared], self: {} as unknown };
  value.self = value;
  const back = await copy(value) as typeof value;
  assert.equal(back.self, back);
  assert.equal(back.again[0], back.shared);
});

Deno.test("values of net come out as what they are", async () => {
  const { ip } = net;
  const values = [
    ip.parse("192.0.2.1"),
    ip.parse("fe80::1%eth0"),
    ip.subnet("10.0.0.0/8"),
    ip.subnet("2001:db8::/32"),
    ip.mac("02:00:00:00:00:01"),
    ip.range("10.0.0.1", "10.0.0.9"),
    ip.set(["10.0.0.0/8", "192.0.2.1"]),
    ip.set([]),
  ];
  for (const value of values) {
    const back = await copy(value) as typeof value;
    assert.equal(back.constructor, value.constructor);
    assert.equal(`${back}`, `${value}`);
  }
  const host = net.ip.subnet("10.0.0.5/24", { hostBits: "keep" });
  const back = await copy(host) as net.ip.Subnet;
  assert.equal(`${back.host}`, `${host.host}`);
});

Deno.test("what net.linux lists comes out as what it is, and shows so", async () => {
  const { linux } = net;
  const values = [
    await linux.links(),
    await linux.addresses(),
    await linux.routes(),
    await linux.route("127.0.0.1"),
  ];
  for (const value of values) {
    const back = await copy(value) as typeof value;
    assert.equal(back.constructor, value.constructor);
    assert.equal(Deno.inspect(back), Deno.inspect(value));
    assert.deepEqual(JSON.stringify(back), JSON.stringify(value));
  }
  const links = await copy(values[0]) as net.linux.Links;
  assert.equal(links.get("lo")?.name, "lo");
  assert.equal(links.filter(({ name }) => name === "lo").length, 1);
});

Deno.test("errors come out with class, name, code, fields and stack", async () => {
  const values: readonly Error[] = [
    new Error("plain"),
    new RangeError("too far", { cause: new TypeError("why") }),
    new AggregateError([new Error("one")], "many"),
    new DOMException("stopped", "AbortError"),
    new Deno.errors.ConnectionRefused("nobody"),
    new net.NetError("no answer", { code: "timeout", op: "ping", target: "a" }),
    new net.PermissionError("no", { code: "not-permitted", op: "do" }),
    new net.DecodeError("cut short", { layer: "tcp", offset: 3 }),
    new net.ParseError("a thing", "xyz", 2, "no"),
    Object.assign(new Error("own"), { code: "E1", count: 3n }),
  ];
  for (const value of values) {
    const back = await copy(value) as Error;
    assert.equal(back.constructor, value.constructor);
    assert.equal(back.name, value.name);
    assert.equal(back.message, value.message);
    assert.equal(back.stack, value.stack);
    assert.deepEqual({ ...back }, { ...value });
    assert.deepEqual(back.cause, value.cause);
    assert.ok(Error.isError(back));
  }
  class Special extends net.NetError {}
  const special = new Special("odd", { code: "odd", op: "do" });
  assert.equal((await copy(special) as Error).constructor, net.NetError);
  const failed = assertionError();
  const back = await copy(failed) as assert.AssertionError;
  assert.equal(back.name, "AssertionError");
  assert.equal(back.actual, 1);
});

function assertionError(): assert.AssertionError {
  try {
    assert.equal(1, 2);
  } catch (error) {
    return error as assert.AssertionError;
  }
  throw new Error("unreachable");
}

Deno.test("what cannot be copied is refused by its path", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [() => 1, /'arg' must be data: current value is a function/],
    [{ a: [1, Symbol("x")] }, /'arg\.a\[1\]' .* a symbol/],
    [new Map([["k", Promise.resolve()]]), /'arg's value 0' .* a Promise/],
    [new WeakMap(), /a WeakMap/],
  ];
  for (const [value, says] of cases) {
    assert.throws(() => encode(value, "arg"), {
      name: "TypeError",
      message: says,
    });
  }
});

Deno.test("an error loses a field that cannot be copied, not itself", async () => {
  const shared = { n: 1 };
  const error = Object.assign(new Error("x"), {
    bad: [{ a: 1 }, () => 1],
    good: shared,
    same: shared,
  });
  const back = await copy(error) as typeof error;
  assert.equal(back.bad, undefined);
  assert.deepEqual(back.good, shared);
  assert.equal(back.good, back.same);
});
