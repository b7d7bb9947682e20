/**
 * The requests of NETCONF as XML.
 *
 * @see RFC 6241 §7 and §8
 * @module
 */

import { BASE, NOTIFICATION } from "./capabilities.ts";
import type {
  NetconfFilter,
  NetconfPlace,
  XmlLike,
} from "./session_options.ts";
import { XmlElement, type XmlNode } from "./xml_element.ts";
import { parseXmlContent } from "./xml_read.ts";
import { escapeAttribute, escapeText } from "./xml_text.ts";

/**
 * Writes XML that was handed in, once it is known to be well-formed: what is
 * sent cannot end the request that it stands in.
 *
 * @throws {ParseError} If it is not well-formed.
 */
export function content(xml: XmlLike): string {
  return xml instanceof XmlElement
    ? xml.toString()
    : written(parseXmlContent(xml));
}

function written(nodes: readonly XmlNode[]): string {
  return nodes
    .map((node) => typeof node === "string" ? escapeText(node) : `${node}`)
    .join("");
}

/** `<config>` around a configuration; one that has it already stays as it is. */
export function config(xml: XmlLike): string {
  const nodes = xml instanceof XmlElement ? [xml] : parseXmlContent(xml);
  const elements = nodes.filter((node) => typeof node !== "string");
  const [only] = elements;
  const inner = elements.length === 1 && only?.localName === "config"
    ? only.children
    : nodes;
  return element("config", written(inner));
}

/** An element around content that is XML already. */
export function element(name: string, inner = "", attributes = ""): string {
  const start = attributes === "" ? name : `${name} ${attributes}`;
  return inner === "" ? `<${start}/>` : `<${start}>${inner}</${name}>`;
}

/** An element around text; nothing if there is none. */
export function textElement(
  name: string,
  text: string | number | undefined,
): string {
  return text === undefined ? "" : element(name, escapeText(`${text}`));
}

/** `<source>` or `<target>`. */
export function place(
  name: "source" | "target",
  at: NetconfPlace,
): string {
  const inner = typeof at === "string"
    ? element(at)
    : textElement("url", at.url);
  return element(name, inner);
}

/** `<filter>`, or nothing. */
export function filter(filter: NetconfFilter | undefined): string {
  if (filter === undefined) return "";
  if (typeof filter === "string" || filter instanceof XmlElement) {
    return element("filter", content(filter), 'type="subtree"');
  }
  const { xpath, namespaces = {} } = filter;
  const declared = Object.entries(namespaces).map(([prefix, namespace]) => {
    if (!/^[A-Za-z_][A-Za-z0-9._-]*$/.test(prefix)) {
      throw new TypeError(
        `Cannot filter by XPath as 'namespaces' must have prefixes as keys: current value is ${
          JSON.stringify(prefix)
        }`,
      );
    }
    return ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
  });
  return element(
    "filter",
    "",
    `type="xpath" select="${escapeAttribute(xpath)}"${declared.join("")}`,
  );
}

/** `<create-subscription>`. */
export function subscription(inner: string): string {
  return element("create-subscription", inner, `xmlns="${NOTIFICATION}"`);
}

/** A whole message. */
export function rpc(id: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>` +
    element("rpc", body, `message-id="${id}" xmlns="${BASE}"`);
}
