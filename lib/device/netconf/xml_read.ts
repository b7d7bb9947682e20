/**
 * Reading XML 1.0 with namespaces, as much of it as messages need: no document
 * types, and so no entities of one's own.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { XmlElement, type XmlNode } from "./xml_element.ts";
import { entity, illegalAt, NAME } from "./xml_text.ts";

/** The most elements that may be within each other. */
const MOST_DEPTH = 256;
/** The most attributes of an element. */
const MOST_ATTRIBUTES = 256;

const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";
const OUTERMOST: ReadonlyMap<string, string> = new Map([
  ["xml", XML_NAMESPACE],
  ["", ""],
]);

/**
 * Reads a document of XML: one element, and what may stand around it.
 *
 * Namespaces must be declared. Comments and processing instructions are left
 * out. A document type is refused: with it come entities, which can name files
 * and grow without bound.
 *
 * @param text The document.
 * @returns Its element.
 * @throws {ParseError} If it is not well-formed, with the place; and if elements
 * stand more than 256 deep.
 * @see https://www.w3.org/TR/xml/ and https://www.w3.org/TR/xml-names/
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const root = net.device.parseXml('<a xmlns="urn:x"><b id="1">one &amp; two</b></a>');
 * assert.equal(root.namespace, "urn:x");
 * assert.equal(root.find("b")?.text, "one & two");
 * assert.throws(() => net.device.parseXml("<!DOCTYPE a><a/>"), /document type/);
 * ```
 */
export function parseXml(text: string): XmlElement {
  return new XmlReader(text).document();
}

/**
 * Reads what may stand within an element: any number of elements, and text.
 *
 * @param text The content.
 * @returns Elements and text, in their order.
 * @throws {ParseError} As {@linkcode parseXml}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const nodes = net.device.parseXmlContent("<a/> and <b/>");
 * assert.deepEqual(nodes.map(String), ["<a/>", " and ", "<b/>"]);
 * ```
 */
export function parseXmlContent(text: string): XmlNode[] {
  return new XmlReader(text).content();
}

/** An element whose end has not come. */
interface Open {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  readonly scope: ReadonlyMap<string, string>;
}

class XmlReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot parse XML as 'text' must be a string: current value is ${typeof text}`,
      );
    }
    this.#text = text;
    const illegal = illegalAt(text);
    if (illegal >= 0) {
      const code = text.codePointAt(illegal)?.toString(16).padStart(4, "0");
      throw this.#error(
        `XML has no character U+${code?.toUpperCase()}`,
        illegal,
      );
    }
  }

  document(): XmlElement {
    if (this.#text.startsWith("\ufeff")) this.#at++;
    this.#declaration();
    const nodes = this.#nodes(true);
    const elements = nodes.filter((node) => typeof node !== "string");
    const [root] = elements;
    if (root === undefined) throw this.#error("there is no element");
    return root;
  }

  content(): XmlNode[] {
    this.#declaration();
    return this.#nodes(false);
  }

  #error(reason: string, at = this.#at): ParseError {
    return new ParseError("XML", this.#text, at, reason);
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What comes before some text, which is then behind. */
  #until(end: string, what: string): string {
    const start = this.#at;
    const found = this.#text.indexOf(end, start);
    if (found < 0) throw this.#error(`${what} has no end`, start);
    this.#at = found + end.length;
    return this.#text.slice(start, found);
  }

  #blanks(): boolean {
    const start = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
      this.#at++;
    }
    return this.#at > start;
  }

  #declaration(): void {
    const start = this.#at;
    if (!/^<\?xml[ \t\r\n]/.test(this.#text.slice(start, start + 6))) return;
    this.#at += 5;
    const text = this.#until("?>", "the declaration");
    const value = (name: string) =>
      `[ \\t\\r\\n]+${name}[ \\t\\r\\n]*=[ \\t\\r\\n]*`;
    const form = new RegExp(
      `^${value("version")}(?:"1\\.[0-9]+"|'1\\.[0-9]+')` +
        `(?:${
          value("encoding")
        }(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?` +
        `(?:${
          value("standalone")
        }(?:"(?:yes|no)"|'(?:yes|no)'))?[ \\t\\r\\n]*$`,
    );
    if (!form.test(text)) {
      throw this.#error("the declaration is malformed", start);
    }
  }

  /** All that is there; without recursion, as the depth is the sender's. */
  #nodes(isDocument: boolean): XmlNode[] {
    const outer: XmlNode[] = [];
    const open: Open[] = [];
    let elements = 0;
    while (this.#at < this.#text.length) {
      const inside = open.at(-1);
      const children = inside?.children ?? outer;
      const start = this.#at;
      if (!this.#text.startsWith("<", start)) {
        const text = this.#characters();
        if (isDocument && inside === undefined && /[^ \t\r\n]/.test(text)) {
          throw this.#error("text outside of the element", start);
        }
        append(children, text);
      } else if (this.#take("<!--")) {
        const comment = this.#until("-->", "a comment");
        if (comment.includes("--") || comment.endsWith("-")) {
          throw this.#error("a comment has -- in it", start);
        }
      } else if (this.#take("<![CDATA[")) {
        if (isDocument && inside === undefined) {
          throw this.#error("text outside of the element", start);
        }
        append(children, lines(this.#until("]]>", "CDATA")));
      } else if (this.#take("<!")) {
        throw this.#error("a document type is not taken", start);
      } else if (this.#take("<?")) {
        this.#instruction(start);
      } else if (this.#take("</")) {
        const name = this.#name();
        this.#blanks();
        if (!this.#take(">")) throw this.#error("a tag has no end");
        const ended = open.pop();
        if (ended?.name !== name) {
          throw this.#error(
            ended === undefined
              ? `</${name}> ends nothing`
              : `</${name}> where </${ended.name}> must be`,
            start,
          );
        }
        append(open.at(-1)?.children ?? outer, new XmlElement(ended));
      } else {
        this.#at++;
        if (isDocument && inside === undefined && elements++ > 0) {
          throw this.#error("a second element", start);
        }
        if (open.length >= MOST_DEPTH) {
          throw this.#error(`more than ${MOST_DEPTH} elements deep`, start);
        }
        const { element, isEmpty } = this.#tag(inside?.scope ?? OUTERMOST);
        if (isEmpty) append(children, new XmlElement(element));
        else open.push(element);
      }
    }
    const left = open.at(-1);
    if (left !== undefined) throw this.#error(`<${left.name}> has no end`);
    return outer;
  }

  #instruction(start: number): void {
    const name = this.#name();
    if (name.includes(":") || name.toLowerCase() === "xml") {
      throw this.#error(`no instruction is called ${name}`, start);
    }
    const text = this.#until("?>", "an instruction");
    if (text !== "" && !/^[ \t\r\n]/.test(text)) {
      throw this.#error("an instruction is malformed", start);
    }
  }

  /** Text up to the next tag, references resolved. */
  #characters(): string {
    const start = this.#at;
    const found = this.#text.indexOf("<", start);
    const end = found < 0 ? this.#text.length : found;
    const text = this.#text.slice(start, end);
    const wrong = text.indexOf("]]>");
    if (wrong >= 0) throw this.#error("]]> outside of CDATA", start + wrong);
    this.#at = end;
    return this.#resolved(lines(text), start);
  }

  #resolved(text: string, start: number): string {
    if (!text.includes("&")) return text;
    return text.replaceAll(
      /&([^;&<]*)(;?)/g,
      (whole, name: string, end: string) => {
        const character = end === "" ? undefined : entity(name);
        if (character === undefined) {
          throw this.#error(`there is no entity ${whole.slice(0, 40)}`, start);
        }
        return character;
      },
    );
  }

  #name(): string {
    const start = this.#at;
    const parts: string[] = [];
    do {
      NAME.lastIndex = this.#at;
      const [part] = NAME.exec(this.#text) ?? [];
      if (part === undefined) {
        throw this.#error("a name must stand here", start);
      }
      parts.push(part);
      this.#at += part.length;
    } while (parts.length < 2 && this.#take(":"));
    return parts.join(":");
  }

  #tag(
    outer: ReadonlyMap<string, string>,
  ): { element: Open; isEmpty: boolean } {
    const start = this.#at - 1;
    const name = this.#name();
    const attributes: [string, string][] = [];
    let isEmpty = false;
    for (;;) {
      const apart = this.#blanks();
      if (this.#take(">")) break;
      if (this.#take("/>")) {
        isEmpty = true;
        break;
      }
      if (!apart) throw this.#error("a tag is malformed");
      attributes.push(this.#attribute());
      if (attributes.length > MOST_ATTRIBUTES) {
        throw this.#error(`more than ${MOST_ATTRIBUTES} attributes`, start);
      }
    }
    const scope = this.#declare(attributes, outer, start);
    const seen = new Set<string>();
    for (const [key] of attributes) {
      const [prefix, local] = split(key);
      // An attribute without a prefix is in no namespace.
      const space = prefix === "" || prefix === "xmlns"
        ? prefix
        : `{${this.#namespace(prefix, scope, start)}}`;
      const full = `${space} ${local}`;
      if (seen.has(full)) {
        throw this.#error(`the attribute ${key} twice`, start);
      }
      seen.add(full);
    }
    const namespace = this.#namespace(split(name)[0], scope, start);
    const element = {
      name,
      namespace,
      attributes: Object.fromEntries(attributes),
      children: [],
      scope,
    };
    return { element, isEmpty };
  }

  #attribute(): [string, string] {
    const name = this.#name();
    this.#blanks();
    if (!this.#take("=")) {
      throw this.#error(`the attribute ${name} has no value`);
    }
    this.#blanks();
    const quote = this.#text.charAt(this.#at);
    if (quote !== '"' && quote !== "'") {
      throw this.#error(`the value of ${name} has no quotes`);
    }
    const start = ++this.#at;
    const raw = this.#until(quote, `the value of ${name}`);
    if (raw.includes("<")) throw this.#error("< in a value", start);
    // References to blanks stay what they are; written blanks become spaces.
    return [name, this.#resolved(lines(raw).replaceAll(/[\t\n]/g, " "), start)];
  }

  #declare(
    attributes: readonly (readonly [string, string])[],
    outer: ReadonlyMap<string, string>,
    start: number,
  ): ReadonlyMap<string, string> {
    let scope: Map<string, string> | undefined;
    for (const [name, value] of attributes) {
      const [prefix, local] = split(name);
      if (name !== "xmlns" && prefix !== "xmlns") continue;
      const declared = name === "xmlns" ? "" : local;
      const isReserved = declared === "xmlns" ||
        value === XMLNS_NAMESPACE ||
        (declared === "xml") !== (value === XML_NAMESPACE);
      if (isReserved || (declared !== "" && value === "")) {
        throw this.#error(`${name}="${value}" may not be declared`, start);
      }
      scope ??= new Map(outer);
      scope.set(declared, value);
    }
    return scope ?? outer;
  }

  #namespace(
    prefix: string,
    scope: ReadonlyMap<string, string>,
    start: number,
  ): string {
    const namespace = scope.get(prefix);
    if (namespace === undefined) {
      throw this.#error(`the prefix ${prefix} is not declared`, start);
    }
    return namespace;
  }
}

/** Line ends as one character, as XML has it. */
function lines(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

function split(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(":");
  return colon < 0 ? ["", name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Adds a node; text next to text is one. */
function append(children: XmlNode[], node: XmlNode): void {
  const last = children.at(-1);
  if (typeof node === "string" && typeof last === "string") {
    children[children.length - 1] = last + node;
  } else if (node !== "") children.push(node);
}
