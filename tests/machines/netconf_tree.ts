/**
 * The configurations of a device that speaks NETCONF, for tests.
 *
 * @module
 */

import type { XmlElement } from "../../lib/device/netconf/xml_element.ts";
import { escapeText } from "../../lib/device/netconf/xml_text.ts";

/** What the device refuses a request with. */
export class Refusal extends Error {
  constructor(
    readonly tag: string,
    message: string,
    readonly more = "",
  ) {
    super(message);
  }
}

/** A leaf is a text; what has a child `name` is known by it. */
export type Tree = Map<string, Tree | string>;

/** An element `rpc-error`. */
export function rpcError(
  tag: string,
  message: string,
  more = "",
  severity = "error",
): string {
  return `<rpc-error><error-type>application</error-type><error-tag>${tag}</error-tag>` +
    `<error-severity>${severity}</error-severity>` +
    `<error-message xml:lang="en">${message}</error-message>${more}</rpc-error>`;
}

function keyOf(element: XmlElement): string {
  const name = element.find("name")?.text;
  return name === undefined
    ? element.localName
    : `${element.localName} ${name}`;
}

/** Does what an element of `edit-config` asks for. */
export function edit(tree: Tree, element: XmlElement): void {
  const key = keyOf(element);
  const { operation } = Object.fromEntries(
    Object.entries(element.attributes).map((
      [name, value],
    ) => [name.slice(name.indexOf(":") + 1), value]),
  );
  if (operation === "delete") {
    if (!tree.delete(key)) {
      throw new Refusal(
        "data-missing",
        `there is no ${key}`,
        `<error-path>/${element.localName}</error-path>`,
      );
    }
    return;
  }
  if (operation === "create" && tree.has(key)) {
    throw new Refusal("data-exists", `there is ${key}`);
  }
  if (element.elements.length === 0) {
    tree.set(key, element.text);
    return;
  }
  const before = tree.get(key);
  const inner: Tree = before instanceof Map && operation !== "replace"
    ? before
    : new Map();
  tree.set(key, inner);
  for (const one of element.elements) edit(inner, one);
}

/** Writes what is there; of a filter only the outermost names count. */
export function write(tree: Tree, filter?: XmlElement | undefined): string {
  const wanted = filter?.elements.map(({ localName }) => localName);
  return [...tree].filter(([key]) =>
    wanted === undefined || wanted.length === 0 ||
    wanted.includes(key.split(" ")[0] as string)
  ).map(([key, value]) => {
    const name = key.split(" ")[0];
    const inner = typeof value === "string" ? escapeText(value) : write(value);
    return `<${name}>${inner}</${name}>`;
  }).join("");
}
