import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import {
  drawSpace,
  Space,
  space,
  type SpaceBlock,
} from "../../../lib/ip/plan/space.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const block = (text: string): SpaceBlock => {
  const [subnet, label] = text.split(" ") as [string, string | undefined];
  return { subnet, label };
};

const lines = (within: string, blocks: string[], width: number) =>
  drawSpace(within, blocks.map(block), canvas({ width })).split("\n");

const SITE = [
  "10.0.0.0/22 office",
  "10.0.4.0/23 lab",
  "10.0.6.0/24 guest",
  "10.0.7.0/26 servers",
  "10.0.7.64/30 wan",
];

Deno.test("a block is drawn where it lies, as wide as it is", () => {
  assert.deepEqual(lines("10.0.0.0/24", ["10.0.0.64/26 lab"], 80), [
    "10.0.0.0/24, a cell is a /30",
    "················1 lab ██████████································",
    "10.0.0.0                                              10.0.0.255",
    "1█ lab  10.0.0.64/26",
    "· free: 192 addresses, 75 %",
  ]);
});

Deno.test("blocks that share a cell are drawn closer below", () => {
  assert.deepEqual(lines("10.0.0.0/16", SITE, 80), [
    "10.0.0.0/16, a cell is a /22",
    "1*······························································",
    "10.0.0.0                                            10.0.255.255",
    "closer: 10.0.4.0/22, a cell is a /28",
    "2 lab ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓3 guest ▒▒▒▒▒▒▒▒4░░░5···········",
    "10.0.4.0                                              10.0.7.255",
    "1█ office   10.0.0.0/22    2▓ lab      10.0.4.0/23    3▒ guest    10.0.6.0/24",
    "4░ servers  10.0.7.0/26    5▪ wan      10.0.7.64/30",
    "· free: 63,676 addresses, 97.2 %   ▪ less than a cell",
    "* several blocks in a cell",
  ]);
});

Deno.test("the picture takes the power of two that the width allows", () => {
  const cells = (width: number) =>
    lines("10.0.0.0/16", ["10.0.0.0/17"], width)
      .find((line) => /^(1█*·+|\*|1)$/.test(line))?.length;
  const widths = [1, 2, 7, 8, 40, 80, 120, 128, 200, 1000, Infinity];
  assert.deepEqual(
    widths.map(cells),
    [1, 2, 4, 8, 32, 64, 64, 128, 128, 128, 128],
  );
  assert.deepEqual(lines("10.0.0.0/16", SITE, 40).slice(0, 7), [
    "10.0.0.0/16, a cell is a /21",
    "*·······························",
    "10.0.0.0            10.0.255.255",
    "closer: 10.0.0.0/21, a cell is a /26",
    "1 office ███████2 lab ▓▓3▒▒▒45··",
    "10.0.0.0              10.0.7.255",
    "1█ office   10.0.0.0/22",
  ]);
});

Deno.test("a tiny block in a vast space is seen, and said to be tiny", () => {
  assert.deepEqual(lines("10.0.0.0/8", ["10.77.3.4/30 wan"], 80), [
    "10.0.0.0/8, a cell is a /14",
    "···················1············································",
    "10.0.0.0                                          10.255.255.255",
    "1▪ wan  10.77.3.4/30",
    "· free: 16,777,212 addresses, >99.9 %   ▪ less than a cell",
  ]);
  const [, row] = lines("::/0", ["2001:db8::1/128"], 80);
  assert.equal(row, "········1".padEnd(64, "·"));
});

Deno.test("an address has several cells in a space of few", () => {
  assert.deepEqual(lines("10.0.0.0/30", ["10.0.0.1/32", "10.0.0.2/31"], 40), [
    "10.0.0.0/30, an address has 8 cells",
    "········1███████2▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓",
    "10.0.0.0                10.0.0.3",
    "1█ 10.0.0.1/32   2▓ 10.0.0.2/31",
    "· free: 1 address, 25 %",
  ]);
  assert.match(lines("10.0.0.0/27", [], 40)[0]!, /, a cell is an address$/);
});

Deno.test("ends that do not fit beside each other stand below each other", () => {
  assert.deepEqual(lines("2001:db8::/32", [], 40), [
    "2001:db8::/32, a cell is a /37",
    "································",
    "2001:db8::",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "· free: 100 %",
  ]);
});

Deno.test("forty blocks have a key each, in two rows", () => {
  const nets = Array.from({ length: 40 }, (_, i) => `10.0.${i}.0/24 lan${i}`);
  const drawn = lines("10.0.0.0/16", nets, 80);
  assert.equal(drawn[1], "**********".padEnd(64, "·"));
  assert.equal(drawn[3], "closer: 10.0.0.0/18, a cell is a /24");
  assert.equal(
    drawn[4],
    "123456789abcdefghijklmnopqrstuvwxyzABCDE".padEnd(64, "·"),
  );
  assert.ok(drawn.some((line) => line.includes("E░ lan39  10.0.39.0/24")));
});

Deno.test("more blocks than keys are told apart by shades, and counted", () => {
  const nets = Array.from({ length: 64 }, (_, i) => `10.0.0.${i * 4}/30`);
  const drawn = lines("10.0.0.0/24", nets, 80);
  assert.equal(drawn[1], "█▓▒░".repeat(16));
  assert.equal(drawn.at(-1), "… 3 more");
});

Deno.test("a picture has at most eight rows, and says what stays hidden", () => {
  const nets = Array.from(
    { length: 32 },
    (_, i) => [`10.${i * 8}.0.0/32`, `10.${i * 8}.0.1/32`],
  ).flat().slice(0, 60);
  const drawn = lines("10.0.0.0/8", nets, 32);
  assert.equal(
    drawn.filter((line) => /^closer:|^10.0.0.0.8,/.test(line)).length,
    8,
  );
  assert.ok(drawn.some((line) => line.startsWith("z* 10.136.0.0/32")));
  assert.equal(drawn.at(-1), "* several blocks in a cell");
});

Deno.test("no line is wider than the canvas, whatever the labels", () => {
  const labels = [
    "路由器路由器",
    "\x1b[2Jred",
    "a\nb",
    "x".repeat(100),
    "👩‍👩‍👧 home",
  ];
  const blocks = labels.map((label, i) => ({
    subnet: subnet("10.0.0.0/20").split(23).at(i)!,
    label,
  }));
  for (const width of [1, 2, 3, 10, 20, 40, 80, 120]) {
    const text = drawSpace("10.0.0.0/20", blocks, canvas({ width }));
    for (const line of text.split("\n")) {
      assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
    }
    assert.ok(!text.includes("\x1b") && !text.includes("\t"));
  }
});

Deno.test("what a label has of control characters is shown, not obeyed", () => {
  const label = "\x1b[2Jred\n";
  const blocks = [{ subnet: "10.0.0.0/25", label }];
  const text = drawSpace("10.0.0.0/24", blocks, canvas({ width: 80 }));
  assert.match(text, /^1 \\x1b\[2Jred\\n █+·+$/m);
  assert.match(text, /^1█ \\x1b\[2Jred\\n {2}10\.0\.0\.0\/25$/m);
});

Deno.test("space() keeps its blocks in order and counts what is free", () => {
  const site = space("10.0.0.0/24", [
    "10.0.0.128/25",
    subnet("10.0.0.64/26"),
    { subnet: "10.0.0.0/30", label: "wan" },
  ]);
  assert.ok(site instanceof Space);
  assert.deepEqual(
    site.blocks.map(({ key, label, subnet }) => `${key} ${label} ${subnet}`),
    ["1 wan 10.0.0.0/30", "2  10.0.0.64/26", "3  10.0.0.128/25"],
  );
  assert.equal(site.free, 60n);
  assert.deepEqual(JSON.parse(JSON.stringify(site)), {
    within: "10.0.0.0/24",
    blocks: [
      { subnet: "10.0.0.0/30", label: "wan" },
      { subnet: "10.0.0.64/26", label: "" },
      { subnet: "10.0.0.128/25", label: "" },
    ],
    free: 60,
  });
});

Deno.test("a space shows as its picture, and inside another value in one line", () => {
  const site = space("10.0.0.0/16", SITE.map(block));
  const picture = lines("10.0.0.0/16", SITE, 80).join("\n");
  assert.equal(Deno.inspect(site), picture);
  assert.equal(Deno.inspect([site]), "[ 10.0.0.0/16 with 5 blocks ]");
  assert.equal(
    Deno.inspect([space("10.0.0.0/16", ["10.0.0.0/17"])]),
    "[ 10.0.0.0/16 with 1 block ]",
  );
  const painted = Deno.inspect(site, { colors: true });
  assert.ok(painted.includes("\x1b["));
  assert.equal(stripVTControlCharacters(painted), picture);
});

Deno.test("a picture may leave out its list of blocks", () => {
  const site = space("10.0.0.0/24", ["10.0.0.0/25"]);
  const drawn = site.draw(canvas({ width: 40 }), { legend: false });
  assert.deepEqual(drawn.split("\n"), [
    "10.0.0.0/24, a cell is a /29",
    "1███████████████················",
    "10.0.0.0              10.0.0.255",
    "· free: 128 addresses, 50 %",
  ]);
});

Deno.test("space() refuses what it cannot draw", () => {
  const cases: [blocks: unknown, name: string, says: RegExp][] = [
    [
      ["10.0.1.0/24"],
      "RangeError",
      /'blocks' must lie inside: current value is 10\.0\.1\.0\/24$/,
    ],
    [["::/64"], "RangeError", /must lie inside/],
    [["0.0.0.0/0"], "RangeError", /must lie inside/],
    [
      ["10.0.0.64/26", "10.0.0.0/25"],
      "RangeError",
      /'blocks' must not overlap: current value is 10\.0\.0\.0\/25 and 10\.0\.0\.64\/26$/,
    ],
    [["10.0.0.0/26", "10.0.0.0/26"], "RangeError", /must not overlap/],
    [["10.0.0.1/26"], "ParseError", /bits set/],
    ["10.0.0.0/26", "TypeError", /'blocks' must be an array or other iterable/],
    [subnet("10.0.0.0/26"), "TypeError", /'blocks' must be an array/],
    [undefined, "TypeError", /'blocks' must be an array/],
    [[null], "TypeError", /./],
    [[{ label: "x" }], "TypeError", /./],
  ];
  for (const [blocks, name, says] of cases) {
    assert.throws(
      () => space("10.0.0.0/24", blocks as string[]),
      (error: Error) => {
        assert.equal(error.name, name);
        assert.match(error.message, says);
        return true;
      },
    );
  }
  function* endless() {
    for (const host of subnet("10.0.0.0/8").split(32)) yield host;
  }
  assert.throws(
    () => space("10.0.0.0/8", endless()),
    /must be at most 1048576/,
  );
});
