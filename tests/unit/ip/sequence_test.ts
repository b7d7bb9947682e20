import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parse } from "../../../lib/ip/address.ts";
import { Sequence } from "../../../lib/ip/sequence.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const lines = (value: unknown) => Deno.inspect(value).split("\n");

Deno.test("hosts() iterates in order, and again from the start", () => {
  const hosts = subnet("10.0.0.248/29").hosts();
  const want = [249, 250, 251, 252, 253, 254].map((n) => `10.0.0.${n}`);
  assert.deepEqual([...hosts].map(String), want);
  assert.deepEqual([...hosts].map(String), want);
  assert.deepEqual(hosts.toArray().map(String), want);
});

Deno.test("iteration ends at the last address of the family", () => {
  assert.equal([...subnet("255.255.255.252/30").addresses()].length, 4);
  const top = subnet("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126");
  assert.equal([...top.addresses()].length, 4);
  assert.equal([...subnet("0.0.0.0/0").split(1)].length, 2);
  assert.equal([...subnet("::/0").split(0)].length, 1);
});

Deno.test("at() reaches any member of a /0 or a /64 at once", () => {
  const hosts = subnet("2001:db8::/64").hosts();
  assert.equal(`${hosts.at(0)}`, "2001:db8::1");
  assert.equal(`${hosts.at(2n ** 63n)}`, "2001:db8::8000:0:0:1");
  assert.equal(`${hosts.at(-1)}`, "2001:db8::ffff:ffff:ffff:ffff");
  assert.equal(`${hosts.at(-hosts.length)}`, "2001:db8::1");
  assert.equal(hosts.at(hosts.length), undefined);
  assert.equal(hosts.at(-hosts.length - 1n), undefined);
  const all = subnet("::/0").split(128);
  assert.equal(all.length, 2n ** 128n);
  assert.equal(`${all.at(2n ** 127n)}`, "8000::/128");
});

Deno.test("at() refuses an index that is no exact integer", () => {
  const hosts = subnet("10.0.0.0/8").hosts();
  for (const index of [0.5, NaN, Infinity, 2 ** 53, "0", undefined]) {
    assert.throws(() => hosts.at(index as number), RangeError);
  }
});

Deno.test("at() agrees with iteration for steps of any size", () => {
  for (
    const sequence of [
      subnet("10.0.0.0/8").split(12),
      subnet("10.0.0.0/28").split(32),
      subnet("::/0").split(4), // steps beyond 2^53
      subnet("2001:db8::/32").split(36),
    ]
  ) {
    const members = [...sequence];
    assert.equal(BigInt(members.length), sequence.length);
    members.forEach((member, i) => {
      assert.deepEqual(sequence.at(i), member);
      assert.deepEqual(sequence.at(i - members.length), member);
    });
  }
});

Deno.test("split() cuts into parts of the prefix length asked for", () => {
  const parts = subnet("10.0.0.0/24").split(26);
  assert.deepEqual(parts.toArray().map(String), [
    "10.0.0.0/26",
    "10.0.0.64/26",
    "10.0.0.128/26",
    "10.0.0.192/26",
  ]);
  assert.deepEqual(subnet("10.0.0.0/24").split(24).toArray().map(String), [
    "10.0.0.0/24",
  ]);
  assert.equal(subnet("2001:db8::/32").split(64).length, 2n ** 32n);
});

Deno.test("split() refuses a prefix length that is shorter, too long or no integer", () => {
  const net = subnet("10.0.0.0/24");
  for (const length of [23, 33, 24.5, NaN, undefined]) {
    assert.throws(() => net.split(length as number), {
      name: "RangeError",
      message:
        `Cannot split 10.0.0.0/24 as 'newPrefixLength' must be an integer from 24 to 32: current value is ${length}`,
    });
  }
});

Deno.test("toArray() and JSON refuse more than 2^20 members, and take as many", () => {
  assert.equal(subnet("10.0.0.0/12").addresses().toArray().length, 2 ** 20);
  const many = subnet("10.0.0.0/8").hosts();
  assert.throws(() => many.toArray(), /must be at most 1048576/);
  assert.throws(() => JSON.stringify(many), RangeError);
});

Deno.test("a sequence stands in JSON as the array of its members", () => {
  assert.equal(
    JSON.stringify(subnet("10.0.0.0/31").hosts()),
    '["10.0.0.0","10.0.0.1"]',
  );
});

Deno.test("a short sequence shows whole, a long one its start and end", () => {
  assert.deepEqual(lines(subnet("10.0.0.0/24").split(25)), [
    "2 subnets",
    "  10.0.0.0/25",
    "  10.0.0.128/25",
  ]);
  assert.equal(lines(subnet("10.0.0.0/24").split(27)).length, 1 + 8);
  assert.deepEqual(lines(subnet("10.0.0.0/16").hosts()), [
    "65,534 hosts",
    "  10.0.0.1",
    "  10.0.0.2",
    "  10.0.0.3",
    "  10.0.0.4",
    "  10.0.0.5",
    "  10.0.0.6",
    "  … 65,527 more …",
    "  10.0.255.254",
  ]);
  assert.deepEqual(lines(subnet("10.0.0.1/32").addresses()), [
    "1 address",
    "  10.0.0.1",
  ]);
});

Deno.test("a sequence inside another value shows on one line", () => {
  assert.equal(
    Deno.inspect([subnet("10.0.0.0/24").split(26)]),
    "[ 4 subnets 10.0.0.0/26 … 10.0.0.192/26 ]",
  );
  assert.equal(
    Deno.inspect({ a: subnet("10.0.0.1/32").hosts() }),
    "{ a: 1 host 10.0.0.1 }",
  );
});

Deno.test("a sequence is painted where colour is wanted, and says the same", () => {
  for (const value of [subnet("10.0.0.0/8").hosts(), subnet("::/0").split(2)]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.ok(painted.includes("\x1b["));
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
});

Deno.test("sequences that differ are not deeply equal", () => {
  const net = subnet("10.0.0.0/24");
  assert.deepEqual(net.split(26), net.split(26));
  assert.notDeepEqual(net.split(26), subnet("10.0.1.0/24").split(26));
  assert.notDeepEqual(net.split(26), net.split(27));
});

Deno.test("a sequence that would leave its family is refused at once", () => {
  const start = parse("255.255.255.254");
  const options = { noun: "host", start, step: 1n, member: String };
  assert.equal(
    new Sequence({ ...options, length: 2n }).last,
    "255.255.255.255",
  );
  assert.throws(() => new Sequence({ ...options, length: 3n }), RangeError);
});
