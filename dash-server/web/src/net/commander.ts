// Numbers commands and matches each with its answer.

import { encodeCommand, type Command } from "../wire/commands";
import type { Answer } from "../wire/messages";

/** A command was refused or got no answer. `code` is the protocol's, or `unanswered` or `disconnected`. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly code: string;
  /** The field of the configuration that is wrong, if it is a single one. */
  readonly field: string | null;

  constructor(code: string, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

interface Pending {
  resolve(answer: Answer | null): void;
  reject(error: CommandError): void;
  timer: ReturnType<typeof setTimeout>;
}

const ANSWER_TIMEOUT = 10_000;

/** Sends commands and waits for their answers. */
export class Commander {
  readonly #send: (data: Uint8Array<ArrayBuffer>) => boolean;
  readonly #unanswered: () => void;
  readonly #pending = new Map<number, Pending>();
  #id = 0;

  /** `send` hands a message to the connection; `unanswered` is called when an answer stays out for ten seconds. */
  constructor(send: (data: Uint8Array<ArrayBuffer>) => boolean, unanswered: () => void) {
    this.#send = send;
    this.#unanswered = unanswered;
  }

  /** Sends `command`; resolves with its answer, null for a mere `ack`, and rejects with a CommandError. */
  request(command: Command): Promise<Answer | null> {
    const id = ++this.#id;
    if (!this.#send(encodeCommand(command, id))) {
      return Promise.reject(new CommandError("disconnected", "There is no connection to the server."));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new CommandError("unanswered", "The server did not answer."));
        this.#unanswered();
      }, ANSWER_TIMEOUT);
      this.#pending.set(id, { resolve, reject, timer });
    });
  }

  /** The server's `ack`, or what it answered. */
  acknowledged(id: number, answer: Answer | null = null): void {
    this.#take(id)?.resolve(answer);
  }

  /** The server's `error`; false if it answers no command of ours. */
  refused(id: number | null, code: string, message: string, field: string | null): boolean {
    const pending = id === null ? undefined : this.#take(id);
    pending?.reject(new CommandError(code, message, field));
    return pending !== undefined;
  }

  /** The connection is gone, and the answers with it. */
  disconnected(): void {
    for (const id of [...this.#pending.keys()]) {
      this.#take(id)?.reject(new CommandError("disconnected", "The connection was lost before the server answered."));
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }
}
