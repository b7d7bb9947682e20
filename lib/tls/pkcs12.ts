/**
 * PKCS#12, the file in which browsers and devices take a certificate together
 * with its key, written: the one door of `node-forge`.
 *
 * The package's own calls take RSA keys alone. What is used of it here are its
 * ASN.1 values and its ways of encryption, which do not look at what they
 * encrypt, so that keys of every kind go through.
 *
 * @see RFC 7292
 * @module
 */

/** What to write, and how. */
export interface Pkcs12Parts {
  /** The private key's PrivateKeyInfo. */
  readonly key: Uint8Array;
  /** The certificates in DER, that of the key first. */
  readonly certificates: readonly Uint8Array[];
  /** What it is called where it is imported. */
  readonly name: string;
  /** What opens the file. */
  readonly password: string;
  /** Whether to encrypt with 3DES and to sum up with SHA-1, as old systems want. */
  readonly legacy: boolean;
}

/** Rounds for the password, of encryption and of the sum over all. */
const ROUNDS = 10_000;
const SALT = 16;

/** A value of the package's ASN.1. */
export interface Asn1 {
  readonly type: number;
  readonly value: string | Asn1[];
}

/** The part of the package that is used; it brings no types along. */
export interface Forge {
  readonly asn1: {
    readonly Class: { readonly UNIVERSAL: 0; readonly CONTEXT_SPECIFIC: 128 };
    readonly Type: Readonly<Record<string, number>>;
    create(
      tagClass: number,
      type: number,
      constructed: boolean,
      value: string | Asn1[],
    ): Asn1;
    /** Takes BER too, as some programs still write it. */
    fromDer(octets: string, options?: { readonly strict: false }): Asn1;
    toDer(value: Asn1): { getBytes(): string };
    oidToDer(oid: string): { getBytes(): string };
    derToOid(octets: string): string;
    integerToDer(value: number): { getBytes(): string };
  };
  readonly pki: {
    readonly oids: Readonly<Record<string, string>>;
    readonly pbe: {
      getCipher(oid: string, parameters: Asn1, password: string | null): {
        update(octets: unknown): void;
        finish(): boolean;
        readonly output: { getBytes(): string };
      };
    };
    encryptPrivateKeyInfo(
      value: Asn1,
      password: string,
      options: Readonly<Record<string, unknown>>,
    ): Asn1;
  };
  readonly pkcs12: {
    generateKey(
      password: string | null,
      salt: unknown,
      id: number,
      rounds: number,
      octets: number,
      digest: unknown,
    ): unknown;
  };
  readonly hmac: {
    create(): {
      start(digest: unknown, key: unknown): void;
      update(octets: string): void;
      getMac(): { getBytes(): string };
    };
  };
  readonly md: Readonly<
    Record<
      "md5" | "sha1" | "sha256" | "sha384" | "sha512",
      { create(): { readonly digestLength: number } }
    >
  >;
  readonly random: { getBytesSync(count: number): string };
  readonly util: {
    createBuffer(octets: string): unknown;
  };
}

let library: Promise<Forge> | undefined;

/** Loads the package, once. */
export function load(): Promise<Forge> {
  return library ??= (async () => {
    // Without types of its own, which would say what Forge says here.
    const module: unknown = await import("node-forge");
    return (module as { readonly default: Forge }).default;
  })();
}

/**
 * Writes a file.
 *
 * Key and certificates are encrypted with AES-256 and PBKDF2 (HMAC-SHA-256), the
 * sum over all is HMAC-SHA-256; that is what openssl 3 writes too.
 *
 * @param parts What goes into it.
 * @returns The octets of the file.
 * @throws {TypeError} If there is no password: a file without one is refused by
 * most of those it is for.
 */
export async function writePkcs12(
  parts: Pkcs12Parts,
): Promise<Uint8Array<ArrayBuffer>> {
  const { password, legacy } = parts;
  if (typeof password !== "string" || password === "") {
    throw new TypeError(
      "Cannot write PKCS#12 as 'password' must be a text: current value is empty",
    );
  }
  const forge = await load();
  const writer = new Writer(forge);
  const { asn1, pki } = forge;
  const how = {
    algorithm: legacy ? "3des" : "aes256",
    prfAlgorithm: "sha256",
    count: ROUNDS,
    saltSize: SALT,
  };
  // PBES2 takes the password's UTF-8, which the package leaves to its callers;
  // the older ways take UTF-16, which it sees to itself.
  const secret = legacy ? password : binary(new TextEncoder().encode(password));
  const seal = (value: Asn1) => pki.encryptPrivateKeyInfo(value, secret, how);
  const [own] = parts.certificates;
  const attributes = await writer.attributes(parts.name, own!);
  const certificates = writer.sequence(
    ...parts.certificates.map((der, i) =>
      writer.certificateBag(der, i === 0 ? [attributes] : [])
    ),
  );
  const key = writer.sequence(
    writer.keyBag(seal(asn1.fromDer(binary(parts.key))), attributes),
  );
  const safe = asn1.toDer(writer.sequence(
    writer.encryptedData(seal(certificates)),
    writer.data(asn1.toDer(key).getBytes()),
  )).getBytes();
  const file = writer.sequence(
    writer.integer(3),
    writer.data(safe),
    writer.mac(safe, password, legacy),
  );
  return Uint8Array.from(
    asn1.toDer(file).getBytes(),
    (letter) => letter.charCodeAt(0),
  );
}

/** Octets as the package has them: a letter for each. */
export function binary(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}

/** Builds the values of RFC 7292 §4. */
class Writer {
  readonly #forge: Forge;

  constructor(forge: Forge) {
    this.#forge = forge;
  }

  sequence(...parts: Asn1[]): Asn1 {
    return this.#universal("SEQUENCE", parts);
  }

  integer(value: number): Asn1 {
    const { asn1 } = this.#forge;
    return this.#universal("INTEGER", asn1.integerToDer(value).getBytes());
  }

  /** A ContentInfo of plain octets. */
  data(octets: string): Asn1 {
    return this.sequence(
      this.#oid("data"),
      this.#context(0, [this.#universal("OCTETSTRING", octets)]),
    );
  }

  /** A ContentInfo of encrypted octets (RFC 2315 §13). */
  encryptedData(sealed: Asn1): Asn1 {
    // The package seals what it takes for a key; algorithm and octets are the
    // same for all else, only wrapped in another way.
    const [algorithm, octets] = sealed.value as Asn1[];
    const { asn1 } = this.#forge;
    const content = asn1.create(
      asn1.Class.CONTEXT_SPECIFIC,
      0,
      false,
      octets!.value,
    );
    return this.sequence(
      this.#oid("encryptedData"),
      this.#context(0, [
        this.sequence(
          this.integer(0),
          this.sequence(this.#oid("data"), algorithm!, content),
        ),
      ]),
    );
  }

  certificateBag(der: Uint8Array, attributes: readonly Asn1[]): Asn1 {
    const value = this.sequence(
      this.#oid("x509Certificate"),
      this.#context(0, [this.#universal("OCTETSTRING", binary(der))]),
    );
    return this.sequence(
      this.#oid("certBag"),
      this.#context(0, [value]),
      ...attributes,
    );
  }

  keyBag(sealed: Asn1, attributes: Asn1): Asn1 {
    return this.sequence(
      this.#oid("pkcs8ShroudedKeyBag"),
      this.#context(0, [sealed]),
      attributes,
    );
  }

  /** What it is called, and what says which certificate is the key's. */
  async attributes(name: string, der: Uint8Array): Promise<Asn1> {
    const digest = await crypto.subtle.digest("SHA-1", new Uint8Array(der));
    const id = binary(new Uint8Array(digest));
    const attribute = (oid: string, type: string, octets: string) =>
      this.sequence(
        this.#oid(oid),
        this.#universal("SET", [this.#universal(type, octets)]),
      );
    return this.#universal("SET", [
      attribute("localKeyId", "OCTETSTRING", id),
      // The package makes two octets of each letter itself.
      attribute("friendlyName", "BMPSTRING", name),
    ]);
  }

  /** The sum over all, which shows that nobody has changed it. */
  mac(octets: string, password: string, legacy: boolean): Asn1 {
    const { md, hmac, pkcs12, random, util } = this.#forge;
    const digest = legacy ? md.sha1 : md.sha256;
    const salt = random.getBytesSync(SALT);
    const key = pkcs12.generateKey(
      password,
      util.createBuffer(salt),
      3,
      ROUNDS,
      legacy ? 20 : 32,
      digest.create(),
    );
    const mac = hmac.create();
    mac.start(digest.create(), key);
    mac.update(octets);
    return this.sequence(
      this.sequence(
        this.sequence(
          this.#oid(legacy ? "sha1" : "sha256"),
          this.#universal("NULL", ""),
        ),
        this.#universal("OCTETSTRING", mac.getMac().getBytes()),
      ),
      this.#universal("OCTETSTRING", salt),
      this.integer(ROUNDS),
    );
  }

  #oid(name: string): Asn1 {
    const { asn1, pki } = this.#forge;
    return this.#universal("OID", asn1.oidToDer(pki.oids[name]!).getBytes());
  }

  #universal(type: string, value: string | Asn1[]): Asn1 {
    const { asn1 } = this.#forge;
    const { UNIVERSAL } = asn1.Class;
    return asn1.create(
      UNIVERSAL,
      asn1.Type[type]!,
      typeof value !== "string",
      value,
    );
  }

  #context(number: number, value: Asn1[]): Asn1 {
    const { asn1 } = this.#forge;
    return asn1.create(asn1.Class.CONTEXT_SPECIFIC, number, true, value);
  }
}
