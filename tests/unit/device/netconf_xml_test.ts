import assert from "node:assert/strict";
import {
  parseXml,
  parseXmlContent,
} from "../../../lib/device/netconf/xml_read.ts";
import {
  escapeAttribute,
  escapeText,
} from "../../../lib/device/netconf/xml_text.ts";

Deno.test("a document is its element, whatever stands around it", () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0" encoding="UTF-8" standalone=\'yes\'?>\r\n<!-- a -->' +
      "<?x y?>\n<a b='1' c=\"&quot;2&#10;\t3\"><!-- b -->x<![CDATA[<&]]>y<?z?>\r\nz<d/></a>\n<!---->",
  );
  assert.equal(root.name, "a");
  assert.deepEqual(root.attributes, { b: "1", c: '"2\n 3' });
  assert.equal(root.children[0], "x<&y\nz");
  assert.equal(root.find("d")?.text, "");
});

Deno.test("namespaces are resolved, and written where an element stands alone", () => {
  const root = parseXml(
    '<a xmlns="urn:1" xmlns:p="urn:2"><p:b p:id="1" id="2"><c xmlns="">p:x</c></p:b></a>',
  );
  const b = root.find("b");
  const c = root.find("b/c");
  assert.deepEqual([root.namespace, b?.namespace, c?.namespace], [
    "urn:1",
    "urn:2",
    "",
  ]);
  assert.equal(
    `${b}`,
    '<p:b xmlns="urn:1" xmlns:p="urn:2" p:id="1" id="2"><c xmlns="">p:x</c></p:b>',
  );
  assert.equal(`${c}`, '<c xmlns:p="urn:2" xmlns="">p:x</c>');
  assert.equal(parseXml(`${b}`).find("c")?.scope.get("p"), "urn:2");
});

Deno.test("elements are found by paths, and turned into plain data", () => {
  const root = parseXml(
    "<l><i><n>a</n><e/></i>\n<i><n>b</n></i><x:o xmlns:x='urn:x'> 1 </x:o></l>",
  );
  assert.deepEqual(root.findAll("i/n").map(({ text }) => text), ["a", "b"]);
  assert.deepEqual(root.findAll("*").map(({ localName }) => localName), [
    "i",
    "i",
    "o",
  ]);
  assert.equal(root.find("i/none/x"), undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(root)), {
    l: { i: [{ n: "a", e: "" }, { n: "b" }], o: "1" },
  });
  const shown = (root as unknown as Record<symbol, () => string>)[
    Symbol.for("Deno.customInspect")
  ];
  assert.match(shown?.call(root) ?? "", /^<l>\n {2}<i>\n {4}<n>a<\/n>/);
});

/** What is no XML, where, and what is said of it. */
const WRONG: readonly (readonly [text: string, at: number, says: RegExp])[] = [
  ["", 0, /there is no element/],
  ["x<a/>", 0, /text outside/],
  ["<a/>x", 4, /text outside/],
  ["<a/><b/>", 4, /second element/],
  ["<a>", 3, /<a> has no end/],
  ["<a></b>", 3, /<\/b> where <\/a>/],
  ["</a>", 0, /ends nothing/],
  ["<a", 2, /malformed/],
  ["<a b>", 4, /has no value/],
  ["<a b=1>", 5, /no quotes/],
  ["<a b='<'/>", 6, /< in a value/],
  ["<a b='1'c='2'/>", 8, /malformed/],
  ["<a b='1' b='2'/>", 0, /attribute b twice/],
  ["<a x:b='1' y:b='2' xmlns:x='u' xmlns:y='u'/>", 0, /y:b twice/],
  ["<p:a/>", 0, /prefix p is not declared/],
  ["<a p:b=''/>", 0, /prefix p is not declared/],
  ["<a xmlns:p=''/>", 0, /may not be declared/],
  ["<a xmlns:xml='u'/>", 0, /may not be declared/],
  ["<a:b:c xmlns:a='u'/>", 4, /malformed/],
  ["<1a/>", 1, /a name must/],
  ["<a>&b;</a>", 3, /no entity &b;/],
  ["<a>&amp</a>", 3, /no entity &amp/],
  ["<a>&#0;</a>", 3, /no entity &#0;/],
  ["<a>&#xD800;</a>", 3, /no entity/],
  ["<a>]]></a>", 3, /\]\]> outside/],
  ["<a><!-- -- --></a>", 3, /comment has --/],
  ["<a><!-- </a>", 7, /a comment has no end/],
  ["<a><![CDATA[</a>", 12, /CDATA has no end/],
  ["<a>\u0001</a>", 3, /no character U\+0001/],
  ["<!DOCTYPE a><a/>", 0, /document type is not taken/],
  ["<a><!ENTITY x 'y'></a>", 3, /document type/],
  [" <?xml version='1.0'?><a/>", 1, /no instruction is called xml/],
  ["<?xml encoding='x'?><a/>", 0, /declaration is malformed/],
  ["<a>".repeat(300), 768, /256 elements deep/],
  [
    `<a ${Array.from({ length: 300 }, (_, i) => `b${i}=''`).join(" ")}/>`,
    0,
    /256 attributes/,
  ],
];

Deno.test("what is not well-formed is refused, with the place", () => {
  for (const [text, offset, message] of WRONG) {
    assert.throws(
      () => parseXml(text),
      { name: "ParseError", offset, message },
      text.slice(0, 60),
    );
  }
});

Deno.test("a bomb and a file by entities are refused before they do anything", () => {
  const bomb = `<!DOCTYPE a [<!ENTITY a "x">${
    Array.from({ length: 30 }, (_, i) => `<!ENTITY b${i} "&a;&a;">`).join("")
  }]><a>&b29;</a>`;
  assert.throws(() => parseXml(bomb), /document type/);
  const file =
    '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>';
  assert.throws(() => parseXml(file), /document type/);
});

Deno.test("content may be several elements and text, but ends where it ends", () => {
  assert.deepEqual(parseXmlContent("a<b/>c").map(String), ["a", "<b/>", "c"]);
  assert.deepEqual(parseXmlContent(""), []);
  assert.throws(() => parseXmlContent("<a/></b>"), /ends nothing/);
});

Deno.test("what is written is read again as it was", () => {
  const odd = "a<b>&\"']]>\t\n\r é😀\u2028";
  const text = `<a b="${escapeAttribute(odd)}">${escapeText(odd)}</a>`;
  for (const root of [parseXml(text), parseXml(`${parseXml(text)}`)]) {
    assert.equal(root.attributes["b"], odd);
    assert.equal(root.children[0], odd);
  }
  assert.throws(() => escapeText("a\u0000"), /U\+0000 at 1/);
  assert.throws(() => escapeText("\ud800"), TypeError);
});
