// The learning rate and the exploration rate, which can be changed while training runs.

import type { Session } from "../session";
import { byId, setText } from "../shell/dom";
import { short } from "../shell/format";
import type { Command } from "../wire/commands";
import type { Setting } from "../wire/messages";
import { parseRate } from "./rate";

/** Both fields: they show what training uses, and send what a person writes. */
export class Rates {
  readonly #session: Session;
  readonly #error = byId("rates-error");
  readonly #fields: readonly [HTMLInputElement, Setting][];
  readonly #send: (command: Command) => Promise<unknown>;

  constructor(session: Session, send: (command: Command) => Promise<unknown>) {
    this.#session = session;
    this.#send = send;
    this.#fields = [
      [byId<HTMLInputElement>("rate-learning"), "learning_rate"],
      [byId<HTMLInputElement>("rate-epsilon"), "epsilon"],
    ];
    for (const [field, setting] of this.#fields) {
      field.addEventListener("change", () => void this.#submit(field, setting));
      field.addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.#show(field, setting);
      });
    }
  }

  /** Shows the rates of now, except in a field that someone writes in. */
  follow(enabled: boolean): void {
    for (const [field, setting] of this.#fields) {
      field.disabled = !enabled;
      const written = document.activeElement === field || field.getAttribute("aria-invalid") === "true";
      if (!written || !enabled) this.#show(field, setting);
    }
  }

  #show(field: HTMLInputElement, setting: Setting): void {
    const rate = this.#session.rate(setting);
    const text = Number.isNaN(rate) ? "" : short(rate);
    if (field.value !== text) field.value = text;
    this.#say(field, "");
  }

  async #submit(field: HTMLInputElement, setting: Setting): Promise<void> {
    const rate = parseRate(field.value, setting);
    if (typeof rate === "string") return this.#say(field, rate);
    try {
      await this.#send({ type: setting, value: rate });
      this.#say(field, "");
    } catch (error) {
      this.#say(field, error instanceof Error ? error.message : String(error));
    }
  }

  #say(field: HTMLInputElement, error: string): void {
    field.setAttribute("aria-invalid", String(error !== ""));
    const other = this.#fields.some(([each]) => each !== field && each.getAttribute("aria-invalid") === "true");
    if (error !== "" || !other) setText(this.#error, error);
  }
}
