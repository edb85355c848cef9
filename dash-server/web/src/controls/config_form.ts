// The fields of a configuration: they show what the preset says, and tell what a person has changed.

import { element, setText } from "../shell/dom";
import type { Fields } from "../wire/fields";
import { putAt, valueAt, type FormField } from "../wire/form";
import { FormError, parsed, written } from "./form_value";

interface Row {
  field: FormField;
  label: HTMLElement;
  input: HTMLInputElement | HTMLSelectElement;
  error: HTMLElement;
  /** What the preset says. */
  preset: string;
}

/** Rows of labelled inputs under the names of their sections. */
export class ConfigForm {
  readonly element = element("div", "config");
  readonly #rows: Row[] = [];

  /** Makes the form anew. */
  build(fields: readonly FormField[]): void {
    this.#rows.length = 0;
    this.element.replaceChildren();
    let section = "";
    for (const field of fields) {
      const [name = ""] = field.key.split(".");
      if (name !== section) this.element.append(element("h3", "", name));
      section = name;
      this.#rows.push(this.#row(field));
    }
  }

  /** Shows the values of a preset. */
  show(config: Fields | undefined): void {
    const game = config?.["game"];
    for (const row of this.#rows) {
      row.label.hidden = row.field.game !== null && row.field.game !== game;
      row.preset = written(valueAt(config, row.field.key), row.field);
      row.input.value = row.preset;
      if (row.input instanceof HTMLInputElement) row.input.placeholder = row.preset || "none";
      this.#mark(row, "");
    }
  }

  /** What differs from the preset; null if something cannot be meant, which the form then says. */
  changes(): Record<string, unknown> | null {
    const changes: Record<string, unknown> = {};
    const wrong = this.#rows.filter((row) => !row.label.hidden && !this.#check(row, changes));
    wrong[0]?.input.focus();
    return wrong.length === 0 ? changes : null;
  }

  /** Says what the server found wrong beside its field; false if the form has no such field. */
  refuse(key: string, message: string): boolean {
    const row = this.#rows.find(({ field }) => field.key === key);
    if (!row) return false;
    this.#mark(row, message);
    row.input.focus();
    row.error.scrollIntoView({ block: "nearest" });
    return true;
  }

  #row(field: FormField): Row {
    const choices = field.kind === "switch" ? ["off", "on"] : field.choices;
    const input = element(choices.length > 0 ? "select" : "input");
    input.id = `field-${field.key}`;
    input.autocomplete = "off";
    if (input instanceof HTMLSelectElement) input.append(...choices.map((choice) => element("option", "", choice)));
    else if (field.kind === "integer") input.inputMode = "numeric";
    const error = element("p", "error");
    error.id = `${input.id}-error`;
    input.setAttribute("aria-describedby", error.id);
    const label = element("label", "", field.label);
    label.title = field.doc;
    label.append(input, error);
    this.element.append(label);
    const row: Row = { field, label, input, error, preset: "" };
    input.addEventListener("change", () => this.#check(row, {}));
    return row;
  }

  #check(row: Row, changes: Record<string, unknown>): boolean {
    const text = row.input.value.trim();
    try {
      if (text !== "" && text !== row.preset) putAt(changes, row.field.key, parsed(text, row.field));
      this.#mark(row, "");
      return true;
    } catch (error) {
      if (!(error instanceof FormError)) throw error;
      this.#mark(row, error.message);
      return false;
    }
  }

  #mark({ input, error, preset }: Row, message: string): void {
    setText(error, message);
    input.setAttribute("aria-invalid", String(message !== ""));
    input.toggleAttribute("data-changed", input.value.trim() !== "" && input.value.trim() !== preset);
  }
}
