/**
 * XML by chance, beside Python's reader (expat).
 *
 * @module
 */

import assert from "node:assert/strict";
import type { XmlElement } from "../../lib/device/netconf/xml_element.ts";
import { parseXml } from "../../lib/device/netconf/xml_read.ts";
import { besidePython, python } from "../python.ts";
import { dice } from "./textfsm_dice.ts";

/** What both readers make of an element. */
type Tree = [
  name: string,
  attributes: [string, string][],
  ...content: unknown[],
];

const PROGRAM = `
import json, sys
import xml.etree.ElementTree as E
def tree(e):
    content = [e.text or ""]
    for child in e:
        content += [tree(child), child.tail or ""]
    return [e.tag, sorted(map(list, e.attrib.items())), *content]
def read(text):
    try: return tree(E.fromstring(text))
    except E.ParseError: return None
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)`;

function treeOf(element: XmlElement): Tree {
  const full = (name: string) => {
    const [local = "", prefix] = name.split(":").reverse();
    const namespace = prefix === undefined ? "" : element.scope.get(prefix);
    return namespace ? `{${namespace}}${local}` : local;
  };
  const attributes = Object.entries(element.attributes)
    .filter(([name]) => !/^xmlns(?::|$)/.test(name))
    .map(([name, value]): [string, string] => [full(name), value])
    .sort(([a], [b]) => a < b ? -1 : 1);
  const { namespace, localName } = element;
  const content: unknown[] = [""];
  for (const child of element.children) {
    if (typeof child === "string") content[content.length - 1] = child;
    else content.push(treeOf(child), "");
  }
  const name = namespace ? `{${namespace}}${localName}` : localName;
  return [name, attributes, ...content];
}

const PIECES = [
  "<a>",
  "</a>",
  "<b/>",
  "<a b='1'>",
  '<a b="x&amp;y" c="&#x41;">',
  "<p:a xmlns:p='urn:p'>",
  "</p:a>",
  "<a xmlns='urn:d' p:b='1' xmlns:p='u'>",
  "<p:b/>",
  "text",
  "&lt;",
  "&#65;",
  "&x;",
  "&",
  "<",
  ">",
  "]]>",
  "<![CDATA[<x>]]>",
  "<!-- c -->",
  "<!-- -- -->",
  "<?pi x?>",
  "<?xml?>",
  "\r\n",
  " ",
  "é",
  "\u0001",
  "b='2'",
  "'",
  '"',
  "xmlns=''",
  "xmlns:q=''",
  "/",
  ":",
];

await besidePython(
  "XML by chance is taken and refused as by expat, and means the same",
  async (seed) => {
    const { below, pick, garble } = dice(seed);
    const document = (): string => {
      const inner = (depth: number): string =>
        Array.from({ length: below(4) }, () => {
          if (depth === 0 || below(3) === 0) {
            return pick([
              "text",
              "&lt;",
              "&#65;",
              "<![CDATA[<]]>",
              "<b/>",
              "\r\n",
              "é<?p x?>",
            ]);
          }
          const [start, end] = pick([
            ["<a>", "</a>"],
            ["<a b=\"x&amp;y\t\" c='&#10;'>", "</a >"],
            ["<p:a xmlns:p='urn:p' p:b='1' b='2'>", "</p:a>"],
            ["<a xmlns='urn:d'>", "</a>"],
            ["<a xmlns=''>", "</a>"],
          ]);
          return start + inner(depth - 1) + end;
        }).join("");
      return `<r xmlns:p="urn:r">${inner(4)}</r>`;
    };
    const texts = Array.from({ length: 4_000 }, (_, i) => {
      if (i % 4 === 0) return document();
      if (i % 4 === 1) return garble(document());
      const text = document();
      const at = below(text.length + 1);
      return text.slice(0, at) + pick(PIECES) + text.slice(at + below(2));
    }).filter((text) => !text.includes("<!D"));
    const theirs = await python<(Tree | null)[]>(PROGRAM, texts);
    let taken = 0;
    for (const [i, text] of texts.entries()) {
      const expected = theirs[i] ?? null;
      let ours: Tree | null = null;
      try {
        ours = treeOf(parseXml(text));
      } catch (error) {
        assert.equal((error as Error).name, "ParseError", text);
      }
      assert.deepEqual(ours, expected, `seed ${seed}: ${JSON.stringify(text)}`);
      if (ours !== null) taken++;
    }
    assert.ok(taken > 1_000 && taken < texts.length - 1_000, `${taken}`);
  },
);
