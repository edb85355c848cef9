// The table of runs in the output folder.

import { byId, element, setText } from "../shell/dom";
import { duration, NOTHING, short } from "../shell/format";
import type { FolderState, RunEntry } from "../wire/runs";
import { NoteField } from "./note_field";
import { runPath, type Overlay, type Overlays } from "./overlays";

const STATES: Record<FolderState, string> = {
  running: "running", ended: "ended", failed: "failed", broken_off: "broken off",
};
const REASONS: Record<string, string> = { Finished: "finished", TimeLimit: "time limit", Stopped: "stopped" };
const FILES = [
  ["metrics.csv", "CSV"], ["events.jsonl", "JSONL"], ["config.toml", "config"], ["model.safetensors", "model"],
  ["checkpoint.bin", "checkpoint"],
] as const;

/** How runs come into an empty folder, where commands are taken and where they are not. */
const STARTED = "Start one here, or train into the folder from another terminal: it shows up by itself.";
const WATCHED = "One that is trained into it shows up by itself.";

/** What the list needs to know and to do. */
export interface RunListContext {
  runs: () => ReadonlyMap<string, RunEntry>;
  /** The run that the page shows anyway. */
  current: () => string | null;
  /** Whether notes are refused. */
  readOnly: () => boolean;
  overlays: Overlays;
  /** Whether runs can be trained here at all. */
  trains: () => boolean;
  /** Whether a run can be gone on with now: nothing trains here, and commands are taken. */
  mayGoOn: () => boolean;
  /** Goes on with a run from its checkpoint. */
  goOn: (run: string) => void;
  /** Saves a note; rejects with what to tell the person who wrote it. */
  note: (run: string, text: string) => Promise<void>;
  palette: () => { series: Record<string, string> };
}

interface Row {
  element: HTMLTableRowElement;
  box: HTMLInputElement;
  swatch: HTMLElement;
  cells: Record<"state" | "steps" | "time" | "lines" | "best", HTMLElement>;
  note: NoteField;
  links: HTMLElement;
  goOn: HTMLButtonElement;
  linked: string;
  filled: Filling | null;
}

/** What a row is filled from; while all of it is the same, so is the row. */
interface Filling {
  run: RunEntry;
  overlay: Overlay | undefined;
  isCurrent: boolean;
  full: boolean;
  readOnly: boolean;
  trains: boolean;
  mayGoOn: boolean;
  palette: { series: Record<string, string> };
}

/** One row for each run, the newest first. */
export class RunList {
  readonly #context: RunListContext;
  readonly #body = byId<HTMLTableSectionElement>("runs-body");
  readonly #rows = new Map<string, Row>();

  constructor(context: RunListContext) {
    this.#context = context;
  }

  /** Brings the table up to date. */
  draw(): void {
    const runs = [...this.#context.runs().values()].sort((a, b) => b.created - a.created || a.name.localeCompare(b.name));
    const running = runs.filter((run) => run.state === "running").length;
    setText(byId("runs-count"), runs.length === 0 ? "none yet" : `${runs.length}${running ? `, ${running} running` : ""}`);
    byId("runs").hidden = runs.length === 0 && !this.#context.trains();
    byId("runs-empty").hidden = runs.length > 0;
    setText(byId("runs-hint"), this.#context.readOnly() ? WATCHED : STARTED);
    byId("runs-table").hidden = runs.length === 0;
    if (!byId<HTMLDetailsElement>("runs").open) return;
    for (const [name, row] of this.#rows) {
      if (this.#context.runs().has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    const { current, overlays, readOnly, trains, mayGoOn, palette } = this.#context;
    const shared = { full: overlays.full, readOnly: readOnly(), trains: trains(), mayGoOn: mayGoOn(), palette: palette() };
    const name = current();
    runs.forEach((run, index) => {
      const row = this.#rows.get(run.name) ?? this.#create(run.name);
      // Moving a row takes the focus out of it.
      if (this.#body.children[index] !== row.element) this.#body.insertBefore(row.element, this.#body.children[index] ?? null);
      this.#fill(row, { run, overlay: overlays.of(run.name), isCurrent: run.name === name, ...shared });
    });
  }

  #create(name: string): Row {
    const { runs, overlays, note, goOn: goOnWith } = this.#context;
    const box = element("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const run = runs().get(name);
      if (run) overlays.toggle(run);
    });
    const swatch = element("span", "swatch");
    const label = element("label");
    label.append(box, swatch, element("span", "name", name));
    const text = new NoteField(`Note on ${name}`, (written) => note(name, written));
    const goOn = element("button", "", "Continue");
    goOn.type = "button";
    goOn.setAttribute("aria-label", `Continue training ${name} from its checkpoint`);
    goOn.addEventListener("click", () => goOnWith(name));
    const cell = (...content: Node[]) => {
      const made = element("td");
      made.append(...content);
      return made;
    };
    const row: Row = {
      element: element("tr"), box, swatch, note: text, links: element("span", "links"), goOn, linked: "", filled: null,
      cells: { state: cell(), steps: cell(), time: cell(), lines: cell(), best: cell() },
    };
    const { state, steps, time, lines, best } = row.cells;
    const head = element("th");
    head.scope = "row";
    head.append(label);
    row.element.dataset["run"] = name;
    row.element.append(head, state, steps, time, lines, best, cell(text.element), cell(goOn), cell(row.links));
    this.#rows.set(name, row);
    return row;
  }

  #fill(row: Row, filling: Filling): void {
    if (isSame(row.filled, filling)) return;
    row.filled = filling;
    const { run, overlay, isCurrent, full, readOnly, trains, mayGoOn, palette } = filling;
    row.box.checked = isCurrent || overlay !== undefined;
    row.box.disabled = isCurrent || (!overlay && full);
    row.box.title = isCurrent ? "The run that the page shows" : "Lay its curves over the charts";
    row.swatch.style.background = overlay ? palette.series[overlay.colour]! : "transparent";
    setText(row.cells.state, (run.reason && REASONS[run.reason]) || STATES[run.state]);
    row.cells.state.dataset["state"] = run.state;
    setText(row.cells.steps, short(run.step));
    setText(row.cells.time, duration(run.seconds));
    setText(row.cells.lines, run.meanLines === null ? NOTHING : short(run.meanLines));
    setText(row.cells.best, run.best === null ? NOTHING : short(run.best));
    row.goOn.hidden = readOnly || !trains || !run.files.has("checkpoint.bin");
    row.goOn.disabled = run.state === "running" || !mayGoOn;
    row.note.follow(run.note, readOnly);
    const there = FILES.filter(([file]) => run.files.has(file));
    const linked = there.map(([file]) => file).join();
    if (linked === row.linked) return;
    row.linked = linked;
    row.links.replaceChildren(
      ...there.map(([file, label]) => {
        const link = element("a", "", label);
        link.href = runPath(run.name, file);
        link.download = "";
        link.setAttribute("aria-label", `Download ${file} of ${run.name}`);
        return link;
      }),
    );
  }
}

function isSame(before: Filling | null, now: Filling): boolean {
  return before !== null && (Object.keys(now) as (keyof Filling)[]).every((key) => before[key] === now[key]);
}
