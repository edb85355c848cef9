// Asks for preset, settings and seed before a run starts.

import { CommandError } from "../net/commander";
import { byId, element, setText } from "../shell/dom";
import { parseSeed, type Command } from "../wire/commands";
import type { Hello } from "../wire/messages";
import { ConfigForm } from "./config_form";

type Start = Extract<Command, { type: "start" }>;

/** The dialog behind the start button. */
export class StartDialog {
  readonly #dialog = byId<HTMLDialogElement>("start-dialog");
  readonly #preset = byId<HTMLSelectElement>("start-preset");
  readonly #seed = byId<HTMLInputElement>("start-seed");
  readonly #settings = byId<HTMLDetailsElement>("start-settings");
  readonly #form = new ConfigForm();
  #hello: Hello | null = null;
  readonly #error = byId("start-error");
  readonly #start: (command: Start) => Promise<unknown>;

  /** `start` sends the command; what it rejects with is shown in the dialog. */
  constructor(start: (command: Start) => Promise<unknown>) {
    this.#start = start;
    this.#settings.append(this.#form.element);
    this.#preset.addEventListener("change", () => this.#form.show(this.#hello?.configs[this.#preset.value]));
    byId("start-cancel").addEventListener("click", () => this.#dialog.close());
    byId("start-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Opens it with what the server offers. */
  open(hello: Hello, chosen: string | null): void {
    if (this.#dialog.open) return;
    const before = this.#preset.value;
    if (hello !== this.#hello) {
      this.#preset.replaceChildren(...hello.presets.map((preset) => element("option", "", preset)));
      const wanted = [before, chosen ?? ""].find((preset) => hello.presets.includes(preset));
      if (wanted !== undefined) this.#preset.value = wanted;
      this.#form.build(hello.form);
      this.#form.show(hello.configs[this.#preset.value]);
      byId("start-preset-row").hidden = hello.presets.length === 0;
      this.#settings.hidden = hello.form.length === 0;
      this.#hello = hello;
    }
    this.#say("");
    this.#dialog.showModal();
  }

  async #submit(): Promise<void> {
    const command: Start = { type: "start" };
    if (this.#preset.value) command.preset = this.#preset.value;
    if (this.#seed.value.trim() !== "") {
      const seed = parseSeed(this.#seed.value);
      if (seed === null) return this.#say("A seed is a whole number from 0 to 18,446,744,073,709,551,615.");
      command.seed = seed;
    }
    const changes = this.#form.changes();
    if (changes === null) {
      this.#settings.open = true;
      return;
    }
    if (Object.keys(changes).length > 0) command.config = changes;
    this.#say("");
    try {
      await this.#start(command);
      this.#dialog.close();
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const field = error instanceof CommandError ? error.field : null;
    this.#settings.open ||= field !== null;
    if (field === null || !this.#form.refuse(field, message)) {
      setText(this.#error, message);
    }
  }

  #say(error: string): void {
    setText(this.#error, error);
    this.#seed.setAttribute("aria-invalid", String(error !== ""));
  }
}
