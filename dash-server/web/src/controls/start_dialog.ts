// Asks for preset and seed before a run starts.

import { byId, element, setText } from "../shell/dom";
import { parseSeed, type Command } from "../wire/commands";

type Start = Extract<Command, { type: "start" }>;

/** The dialog behind the start button. */
export class StartDialog {
  readonly #dialog = byId<HTMLDialogElement>("start-dialog");
  readonly #preset = byId<HTMLSelectElement>("start-preset");
  readonly #seed = byId<HTMLInputElement>("start-seed");
  readonly #error = byId("start-error");
  readonly #start: (command: Start) => Promise<void>;

  /** `start` sends the command; what it rejects with is shown in the dialog. */
  constructor(start: (command: Start) => Promise<void>) {
    this.#start = start;
    byId("start-cancel").addEventListener("click", () => this.#dialog.close());
    byId("start-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Opens it with these presets. */
  open(presets: readonly string[], chosen: string | null): void {
    if (this.#dialog.open) return;
    const before = this.#preset.value;
    this.#preset.replaceChildren(...presets.map((preset) => element("option", "", preset)));
    const wanted = [before, chosen ?? ""].find((preset) => presets.includes(preset));
    if (wanted !== undefined) this.#preset.value = wanted;
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
    try {
      await this.#start(command);
      this.#dialog.close();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  #say(error: string): void {
    setText(this.#error, error);
    this.#seed.setAttribute("aria-invalid", String(error !== ""));
  }
}
