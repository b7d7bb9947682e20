/**
 * V8's inspector, asked from inside: REPL mode, and looking at values without
 * changing anything. It is opened when it is first needed, since opening it
 * loads much of Node's process.
 *
 * @module
 */

import type { Session } from "node:inspector";

/** A property that completion may offer. */
export interface Member {
  readonly name: string;
  readonly kind: "function" | "class" | "namespace" | "value";
}

interface RemoteObject {
  readonly type: string;
  readonly className?: string;
  readonly description?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly objectId?: string;
}

interface Property {
  readonly name: string;
  readonly isOwn?: boolean;
  readonly symbol?: RemoteObject;
  readonly value?: RemoteObject;
}

interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: {
    readonly lineNumber: number;
    readonly columnNumber: number;
    readonly exception?: RemoteObject;
  };
}

/** What an evaluation came to; lines and columns count from 0. */
export type Evaluation =
  | { readonly value: unknown }
  | { readonly error: unknown; readonly line: number; readonly column: number };

/** An inspector session with this very process. */
export class Inspector {
  readonly #sinkPath: string;
  #session: Promise<Session> | undefined;
  #sunk: unknown;

  /** @param sinkPath Where evaluated code finds {@linkcode sink}. */
  constructor(sinkPath: string) {
    this.#sinkPath = sinkPath;
  }

  /** Takes a value out of the inspector's hands. */
  readonly sink = (value: unknown): void => {
    this.#sunk = value;
  };

  /**
   * Evaluates in REPL mode, and waits for its top-level awaits.
   *
   * @param expression JavaScript.
   */
  async evaluate(expression: string): Promise<Evaluation> {
    try {
      const { exceptionDetails, result } = await this.#post<Evaluated>(
        "Runtime.evaluate",
        {
          expression,
          replMode: true,
          awaitPromise: true,
          objectGroup: "entry",
          silent: true,
        },
      );
      if (!exceptionDetails) return await this.#real(result);
      const { exception, lineNumber, columnNumber } = exceptionDetails;
      const { value: error } = await this.#real(exception ?? result);
      return { error, line: lineNumber, column: columnNumber };
    } finally {
      this.#release("entry");
    }
  }

  /** Names declared by entries. */
  async names(): Promise<string[]> {
    const { names } = await this.#post<{ names: string[] }>(
      "Runtime.globalLexicalScopeNames",
      {},
    );
    return [...new Set(names)];
  }

  /**
   * The properties of what an expression gives, without running anything that
   * could change something.
   *
   * @param expression JavaScript; one that has side effects gives no members.
   */
  async members(expression: string): Promise<Member[]> {
    const object = await this.#look(`Object(${expression}\n)`);
    if (object?.objectId === undefined) return [];
    // The inspector lists properties without firing getters or proxy traps.
    const { result } = await this.#post<{ result: Property[] }>(
      "Runtime.getProperties",
      { objectId: object.objectId, nonIndexedPropertiesOnly: true },
    );
    this.#release("look");
    return result.flatMap(({ name, isOwn, symbol, value }) =>
      symbol || name === "constructor" || name.startsWith("__") ||
        (!isOwn && name in Object.prototype)
        ? []
        : [{ name, kind: kindOf(value) }]
    );
  }

  /**
   * The value of an expression that has no side effects, in a box, as nobody is
   * to wait for one that is a promise.
   *
   * @param expression JavaScript.
   * @returns Nothing for an expression that fails, or changes something.
   */
  async value(expression: string): Promise<{ value: unknown } | undefined> {
    const remote = await this.#look(`(${expression}\n)`);
    const boxed = remote && await this.#real(remote);
    this.#release("look");
    return boxed;
  }

  async #look(expression: string): Promise<RemoteObject | undefined> {
    try {
      const { result, exceptionDetails } = await this.#post<Evaluated>(
        "Runtime.evaluate",
        {
          expression,
          // Not in REPL mode, where an await could be left pending.
          throwOnSideEffect: true,
          timeout: 50,
          objectGroup: "look",
          silent: true,
        },
      );
      return exceptionDetails ? undefined : result;
    } catch {
      return undefined;
    }
  }

  /**
   * The value itself, not the inspector's picture of it; in a box, since an
   * async function would wait for a promise that it returns.
   */
  async #real(remote: RemoteObject): Promise<{ value: unknown }> {
    if (remote.objectId !== undefined) {
      await this.#post("Runtime.callFunctionOn", {
        functionDeclaration:
          `function () { "use strict"; ${this.#sinkPath}(this) }`,
        objectId: remote.objectId,
        silent: true,
      });
      const value = this.#sunk;
      this.#sunk = undefined;
      return { value };
    }
    const special = remote.unserializableValue;
    if (special === undefined) return { value: remote.value };
    return {
      value: remote.type === "bigint"
        ? BigInt(special.slice(0, -1))
        : Number(special),
    };
  }

  async #post<T>(method: string, parameters: object): Promise<T> {
    const session = await (this.#session ??= open());
    return await new Promise((resolve, reject) => {
      session.post(method, parameters, (error, result) => {
        if (error) reject(error);
        else resolve(result as T);
      });
    });
  }

  #release(objectGroup: "entry" | "look"): void {
    this.#post("Runtime.releaseObjectGroup", { objectGroup }).catch(() => {});
  }
}

async function open(): Promise<Session> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  return session;
}

function kindOf(value: RemoteObject | undefined): Member["kind"] {
  if (value?.type === "function") {
    return value.description?.startsWith("class") ? "class" : "function";
  }
  return value?.className === "Module" ? "namespace" : "value";
}
