// The field with the note on a run.

import { element } from "../shell/dom";

/** Shows the note that is kept, and keeps what a person writes. */
export class NoteField {
  readonly element = element("input", "note");
  readonly #keep: (text: string) => Promise<void>;
  /** The note in the folder, as it was told last. */
  #kept = "";
  /** What the field shows unless someone has typed. */
  #shown = "";
  /** Whether a note came while someone was in the field. */
  #missed = false;

  /** `keep` rejects if the note is refused. */
  constructor(label: string, keep: (text: string) => Promise<void>) {
    this.#keep = keep;
    this.element.placeholder = "add a note";
    this.element.maxLength = 1000;
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("change", () => void this.#save(this.element.value));
    this.element.addEventListener("blur", () => {
      if (this.#missed && this.element.value === this.#shown) this.#show();
    });
  }

  /** Takes up the note of the folder, in a moment if someone is in the field. */
  follow(note: string, readOnly: boolean): void {
    this.element.disabled = readOnly;
    if (note === this.#kept) return;
    this.#kept = note;
    this.element.removeAttribute("aria-invalid");
    if (document.activeElement === this.element) this.#missed = true;
    else this.#show();
  }

  #show(): void {
    this.#missed = false;
    this.#shown = this.element.value = this.#kept;
  }

  async #save(text: string): Promise<void> {
    try {
      await this.#keep(text);
    } catch {
      this.element.setAttribute("aria-invalid", "true");
      return;
    }
    // What came before is written over; the folder tells of this one soon.
    this.#missed = false;
    this.#shown = text;
    this.element.removeAttribute("aria-invalid");
  }
}
