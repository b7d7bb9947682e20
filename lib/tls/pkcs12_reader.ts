/**
 * The parts of PKCS#12 files.
 *
 * The values are the package's, which takes BER too; certificates and keys come
 * out of them octet by octet, so that every kind of key goes through.
 *
 * @see RFC 7292 §4, RFC 8018 (PBES2)
 * @module
 */

import { AuthError, DecodeError } from "../errors.ts";
import { decryptPbes2 } from "./authority/encrypted_key.ts";
import { Certificate } from "./certificate.ts";
import { sameOctets } from "./der/der.ts";
import { type Asn1, binary, type Forge } from "./pkcs12.ts";

const LAYER = "PKCS#12";
const PBES2 = "1.2.840.113549.1.5.13";
/** More rounds than that are a trap in a file. */
const MOST_ROUNDS = 1_000_000;
/** How deep contents may stand within contents. */
const DEPTH = 8;

const OIDS = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  keyBag: "1.2.840.113549.1.12.10.1.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  safeContentsBag: "1.2.840.113549.1.12.10.1.6",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
} as const;

const DIGESTS = {
  "1.2.840.113549.2.5": "md5",
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
} as const;

/** What a file has. */
export interface Pkcs12Contents {
  /** What it is called. */
  readonly name: string | undefined;
  /** The certificates, that of the key first, each followed by its signer. */
  readonly certificates: readonly Certificate[];
  /** The key's PrivateKeyInfo. */
  readonly key: Uint8Array | undefined;
}

/** A fault of the file; where it is the package does not say. */
function fault(reason: string, hint?: string): DecodeError {
  return new DecodeError(reason, { layer: LAYER, offset: 0, hint });
}

/** A certificate with what says whose key it is. */
interface Found {
  readonly certificate: Certificate;
  readonly keyId: string | undefined;
}

/** Reads one file. */
export class Pkcs12Reader {
  readonly #forge: Forge;
  readonly #password: string;
  readonly #certificates: Found[] = [];
  #key:
    | { readonly pkcs8: Uint8Array; readonly id: string | undefined }
    | undefined;
  #name: string | undefined;

  /**
   * Takes what opens files.
   *
   * @param forge The package.
   * @param password The password; an empty one is none too.
   */
  constructor(forge: Forge, password: string) {
    this.#forge = forge;
    this.#password = password;
  }

  /**
   * Reads a file.
   *
   * @param octets It.
   * @returns What it has.
   * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
   * @throws {DecodeError} If it is none, or encrypted in a way unknown here.
   */
  async read(octets: Uint8Array): Promise<Pkcs12Contents> {
    const file = this.#parts(this.#value(binary(octets)));
    const [version, safe, mac] = file;
    if (version?.value !== "\x03" || safe === undefined) {
      throw fault("is none");
    }
    const [kind, content] = this.#parts(safe);
    if (this.#oid(kind) !== OIDS.data) {
      throw fault("is signed with a certificate, and not under a password");
    }
    const contents = joined(this.#only(content));
    if (mac !== undefined) this.#checkMac(mac, contents);
    for (const info of this.#parts(this.#value(contents))) {
      await this.#info(info);
    }
    const own = this.#certificates.find(({ keyId }) =>
      keyId !== undefined && keyId === this.#key?.id
    );
    const all = this.#certificates.map(({ certificate }) => certificate);
    return {
      name: this.#name,
      certificates: inOrder(own?.certificate ?? all[0], all),
      key: this.#key?.pkcs8,
    };
  }

  /** Makes sure that the password is right and nobody has changed anything. */
  #checkMac(mac: Asn1, contents: string): void {
    const [info, salt, rounds] = this.#parts(mac);
    const [algorithm, sum] = this.#parts(info);
    const oid = this.#oid(this.#parts(algorithm)[0]);
    if (!Object.hasOwn(DIGESTS, oid)) {
      throw fault(`has a sum of a kind that is not read here (${oid})`);
    }
    const { md, hmac, pkcs12, util } = this.#forge;
    const digest = md[DIGESTS[oid as keyof typeof DIGESTS]];
    const times = rounds === undefined ? 1 : small(rounds);
    // An empty password and none are two things, and programs differ in which.
    const fits = (this.#password === "" ? ["", null] : [this.#password])
      .some((password) => {
        const key = pkcs12.generateKey(
          password,
          util.createBuffer(joined(salt)),
          3,
          times,
          digest.create().digestLength,
          digest.create(),
        );
        const summed = hmac.create();
        summed.start(digest.create(), key);
        summed.update(contents);
        return summed.getMac().getBytes() === joined(sum);
      });
    if (!fits) throw this.#closed();
  }

  async #info(info: Asn1): Promise<void> {
    const [kind, content] = this.#parts(info);
    const oid = this.#oid(kind);
    if (oid === OIDS.data) return await this.#bags(joined(this.#only(content)));
    if (oid !== OIDS.encryptedData) {
      throw fault("is encrypted for a certificate, and not under a password");
    }
    const [, sealed] = this.#parts(this.#only(content));
    const [, algorithm, octets] = this.#parts(sealed);
    await this.#bags(
      await this.#open(algorithm, joined(octets), (plain) => {
        this.#parts(this.#value(binary(plain)));
      }),
    );
  }

  async #bags(octets: string, depth = 0): Promise<void> {
    if (depth > DEPTH) throw fault("has contents within contents without end");
    for (const bag of this.#parts(this.#value(octets))) {
      await this.#bag(bag, depth);
    }
  }

  async #bag(bag: Asn1, depth: number): Promise<void> {
    const [kind, content, attributes] = this.#parts(bag);
    const { name, id } = this.#attributes(attributes);
    const value = this.#only(content);
    switch (this.#oid(kind)) {
      case OIDS.certBag: {
        const [form, octets] = this.#parts(value);
        if (this.#oid(form) !== OIDS.x509Certificate) return;
        const certificate = new Certificate(
          unbinary(joined(this.#only(octets))),
        );
        this.#certificates.push({ certificate, keyId: id });
        if (id !== undefined) this.#name ??= name;
        return;
      }
      case OIDS.keyBag:
        return this.#takeKey(this.#der(value), id, name);
      case OIDS.shroudedKeyBag: {
        const [algorithm, octets] = this.#parts(value);
        const plain = await this.#open(algorithm, joined(octets), (plain) => {
          this.#parts(this.#value(binary(plain)));
        });
        return this.#takeKey(plain, id, name);
      }
      case OIDS.safeContentsBag:
        return await this.#bags(this.#der(value), depth + 1);
    }
  }

  #takeKey(pkcs8: string, id?: string, name?: string): void {
    // Of several, the first: servers and clients take one.
    this.#key ??= { pkcs8: unbinary(pkcs8), id };
    this.#name ??= name;
  }

  #attributes(set: Asn1 | undefined): { name?: string; id?: string } {
    const found: { name?: string; id?: string } = {};
    for (const attribute of set === undefined ? [] : this.#parts(set)) {
      const [kind, values] = this.#parts(attribute);
      const [value] = values === undefined ? [] : this.#parts(values);
      if (typeof value?.value !== "string") continue;
      const oid = this.#oid(kind);
      // The package reads the two octets of each letter itself.
      if (oid === OIDS.friendlyName) found.name = value.value;
      if (oid === OIDS.localKeyId) found.id = value.value;
    }
    return found;
  }

  async #open(
    algorithm: Asn1 | undefined,
    sealed: string,
    check: (plain: Uint8Array) => void,
  ): Promise<string> {
    const { asn1, pki, util } = this.#forge;
    const [kind, parameters] = this.#parts(algorithm);
    const oid = this.#oid(kind);
    if (oid === PBES2) {
      const { Class: { UNIVERSAL }, Type } = asn1;
      const octets = asn1.create(
        UNIVERSAL,
        Type["OCTETSTRING"]!,
        false,
        sealed,
      );
      const whole = asn1.create(UNIVERSAL, Type["SEQUENCE"]!, true, [
        algorithm!,
        octets,
      ]);
      const plain = await decryptPbes2(
        unbinary(asn1.toDer(whole).getBytes()),
        this.#password,
        check,
      );
      return binary(plain);
    }
    small(this.#parts(parameters)[1]);
    for (
      const password of this.#password === "" ? ["", null] : [this.#password]
    ) {
      let cipher;
      try {
        cipher = pki.pbe.getCipher(oid, parameters!, password);
      } catch {
        throw fault(
          `is encrypted in a way (${oid}) that is not read here`,
          "openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW",
        );
      }
      cipher.update(util.createBuffer(sealed));
      if (!cipher.finish()) continue;
      const plain = cipher.output.getBytes();
      try {
        check(unbinary(plain));
        return plain;
      } catch {
        // The wrong one of the two.
      }
    }
    throw this.#closed();
  }

  #closed(): AuthError {
    const none = this.#password === "";
    return new AuthError(
      none
        ? "it is under a password and none was given"
        : "the password is not the one it was encrypted with, or it was changed",
      {
        code: none ? "no-passphrase" : "wrong-passphrase",
        op: "open",
        target: LAYER,
        hint: none ? "give it: { password }" : undefined,
      },
    );
  }

  #value(octets: string): Asn1 {
    try {
      return this.#forge.asn1.fromDer(octets, { strict: false });
    } catch {
      throw fault("is no ASN.1");
    }
  }

  #parts(value: Asn1 | undefined): Asn1[] {
    if (Array.isArray(value?.value)) return value.value;
    throw fault("lacks a part");
  }

  #only(value: Asn1 | undefined): Asn1 {
    const [only] = this.#parts(value);
    if (only === undefined) throw fault("lacks a part");
    return only;
  }

  #oid(value: Asn1 | undefined): string {
    if (typeof value?.value !== "string") throw fault("lacks a part");
    return this.#forge.asn1.derToOid(value.value);
  }

  #der(value: Asn1): string {
    return this.#forge.asn1.toDer(value).getBytes();
  }
}

/** The octets of an octet string; BER may have cut them. */
function joined(value: Asn1 | undefined): string {
  if (value === undefined) throw fault("lacks a part");
  return typeof value.value === "string"
    ? value.value
    : value.value.map(joined).join("");
}

/** How many rounds; each costs time, and whoever made the file says how many. */
function small(value: Asn1 | undefined): number {
  const octets = joined(value);
  const number = unbinary(octets).reduce((sum, octet) => 256 * sum + octet, 0);
  if (number >= 1 && number <= MOST_ROUNDS) return number;
  throw fault("asks for more rounds than is sane");
}

function unbinary(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The first, its signer, the signer's signer …, and then what fits nowhere. */
function inOrder(
  first: Certificate | undefined,
  all: readonly Certificate[],
): Certificate[] {
  const rest = new Set(all);
  const chain: Certificate[] = [];
  for (let next = first; next !== undefined;) {
    chain.push(next);
    rest.delete(next);
    const { issuer } = next;
    next = [...rest].find(({ subject }) => sameOctets(subject.der, issuer.der));
  }
  return [...chain, ...rest];
}
