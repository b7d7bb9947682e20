/**
 * Elements of XML as values: what NETCONF's messages are made of.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { escapeAttribute, escapeText } from "./xml_text.ts";

/** A part of an element's content: an element, or text. */
export type XmlNode = XmlElement | string;

/** What an element comes to as plain data; see {@linkcode XmlElement.toObject}. */
export type XmlData = string | { [name: string]: XmlData | XmlData[] };

/** The parts that an element is made of. */
export interface XmlParts {
  /** The name as it is written, with its prefix. */
  readonly name: string;
  /** The namespace that the prefix stands for; empty for none. */
  readonly namespace: string;
  /** The attributes as they are written, declarations of namespaces among them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What is within, in its order. */
  readonly children: readonly XmlNode[];
  /** The namespaces by the prefixes that hold here; the empty one is the default. */
  readonly scope: ReadonlyMap<string, string>;
}

/**
 * An element of XML, which never changes.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const list = net.device.parseXml(
 *   "<interfaces><interface><name>eth0</name><mtu>1500</mtu></interface></interfaces>",
 * );
 * assert.equal(list.find("interface/mtu")?.text, "1500");
 * assert.deepEqual(list.toObject(), { interface: { name: "eth0", mtu: "1500" } });
 * ```
 */
export class XmlElement implements XmlParts {
  /** The name as it is written, with its prefix. */
  readonly name: string;
  /** The namespace that the prefix stands for; empty for none. */
  readonly namespace: string;
  /** The attributes as they are written, declarations of namespaces among them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What is within, in its order. */
  readonly children: readonly XmlNode[];
  readonly #scope: ReadonlyMap<string, string>;

  /**
   * Takes the parts; {@linkcode parseXml} reads them.
   *
   * @param parts The parts.
   */
  constructor(parts: XmlParts) {
    this.name = parts.name;
    this.namespace = parts.namespace;
    this.attributes = parts.attributes;
    this.children = parts.children;
    this.#scope = parts.scope;
  }

  /** The name without its prefix. */
  get localName(): string {
    return this.name.slice(this.name.indexOf(":") + 1);
  }

  /** The namespaces by the prefixes that hold here; the empty one is the default. */
  get scope(): ReadonlyMap<string, string> {
    return this.#scope;
  }

  /** The elements within, without the text between them. */
  get elements(): XmlElement[] {
    return this.children.filter((child) => typeof child !== "string");
  }

  /** All text within, that of the elements within included, without blanks around it. */
  get text(): string {
    return this.#allText().trim();
  }

  /**
   * Finds the first element by a path of local names.
   *
   * @param path Names from here inwards: `"interface/name"`; `*` is any.
   * @returns The element, or nothing.
   */
  find(path: string): XmlElement | undefined {
    return this.findAll(path)[0];
  }

  /**
   * Finds all elements by a path of local names.
   *
   * @param path Names from here inwards: `"interface/name"`; `*` is any.
   * @returns The elements, in their order.
   */
  findAll(path: string): XmlElement[] {
    let found: XmlElement[] = [this];
    for (const name of path.split("/")) {
      found = found.flatMap(({ elements }) =>
        elements.filter((one) => name === "*" || one.localName === name)
      );
    }
    return found;
  }

  /**
   * Turns the content into plain data: local names as keys, a list where a name
   * is there more than once, and text without blanks around it. Attributes and
   * text between elements are left out.
   *
   * @returns Text, or an object of what is within.
   */
  toObject(): XmlData {
    const { elements } = this;
    if (elements.length === 0) return this.text;
    const entries = new Map<string, XmlData | XmlData[]>();
    for (const element of elements) {
      const key = element.localName;
      const value = element.toObject();
      const before = entries.get(key);
      if (before === undefined) entries.set(key, value);
      else if (Array.isArray(before)) before.push(value);
      else entries.set(key, [before, value]);
    }
    return Object.fromEntries(entries);
  }

  /** The same as {@linkcode toObject}, under the element's own name. */
  toJSON(): { [name: string]: XmlData } {
    return { [this.localName]: this.toObject() };
  }

  /** Writes it as XML that stands by itself, with the namespaces that it needs. */
  toString(): string {
    return this.#write(true);
  }

  /** The XML, indented. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return this.#show(canvas({ colors: options?.colors ?? false }), "");
  }

  #allText(): string {
    return this.children.map((child) =>
      typeof child === "string" ? child : child.#allText()
    ).join("");
  }

  #write(outermost: boolean): string {
    const { name } = this;
    const attributes = outermost ? this.#standalone() : this.attributes;
    const start = name + attributesText(attributes);
    if (this.children.length === 0) return `<${start}/>`;
    const content = this.children.map((child) =>
      typeof child === "string" ? escapeText(child) : child.#write(false)
    );
    return `<${start}>${content.join("")}</${name}>`;
  }

  /** The attributes with the declarations of those around it. */
  #standalone(): Record<string, string> {
    const inherited: Record<string, string> = {};
    for (const [prefix, namespace] of this.#scope) {
      if (prefix === "xml" || namespace === "") continue;
      inherited[prefix === "" ? "xmlns" : `xmlns:${prefix}`] = namespace;
    }
    return { ...inherited, ...this.attributes };
  }

  #show(on: Canvas, indent: string): string {
    const { elements } = this;
    const shown = attributesText(
      indent === "" ? this.#standalone() : this.attributes,
    );
    const start = indent + paint("key", `<${this.name}`, on) +
      paint("muted", shown, on);
    const end = paint("key", `</${this.name}>`, on);
    if (elements.length === 0) {
      const { text } = this;
      return text === ""
        ? start + paint("key", "/>", on)
        : start + paint("key", ">", on) + escapeText(text) + end;
    }
    const inner = elements.map((one) => one.#show(on, `${indent}  `));
    return [start + paint("key", ">", on), ...inner, indent + end].join("\n");
  }
}

function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join("");
}
