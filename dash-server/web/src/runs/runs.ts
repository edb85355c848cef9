// Everything on the page about runs beside the one that is shown: their list, their curves, their settings.

import { allowedActions } from "../controls/actions";
import type { Session } from "../session";
import { byId, element } from "../shell/dom";
import { onThemeChange, readPalette } from "../shell/palette";
import { complain, toast } from "../shell/toasts";
import type { Command } from "../wire/commands";
import type { Fields } from "../wire/fields";
import { differences } from "./difference";
import { fetchHistory, Overlays, type Overlay } from "./overlays";
import { RunList } from "./run_list";

/** The card of runs. */
export class Runs {
  readonly overlays: Overlays;
  readonly #session: Session;
  readonly #list: RunList;
  readonly #compare = byId<HTMLButtonElement>("runs-compare");

  /** `chosen` is called when other runs are laid over, `grown` when one of them has new rows. */
  constructor(session: Session, send: (command: Command) => Promise<unknown>, chosen: () => void, grown: () => void) {
    this.#session = session;
    this.overlays = new Overlays(fetchHistory, {
      chosen: () => {
        chosen();
        this.draw();
      },
      grown: () => {
        grown();
        this.#offer();
      },
      trouble: (message) => toast(message),
    });
    let palette = readPalette();
    onThemeChange(() => {
      palette = readPalette();
      this.draw();
    });
    this.#list = new RunList({
      runs: () => session.runs,
      current: () => session.status?.run ?? null,
      readOnly: () => session.readOnly,
      trains: () => session.learns,
      mayGoOn: () => allowedActions(session.status?.state ?? null, session.link.kind === "open").has("start"),
      goOn: (run) => void send({ type: "go_on", run }).catch(complain),
      overlays: this.overlays,
      note: async (run, text) => {
        try {
          await send({ type: "note", run, text });
        } catch (error) {
          complain(error);
          throw error;
        }
      },
      palette: () => palette,
    });
    byId("runs").addEventListener("toggle", () => this.draw());
    this.#compare.addEventListener("click", () => this.#show());
  }

  /** Takes in what has changed in the output folder. */
  follow(): void {
    this.overlays.follow(this.#session.runs);
    this.draw();
  }

  /** Brings the list up to date. */
  draw(): void {
    const current = this.#session.status?.run ?? null;
    // It was laid over the charts, and now they are about it.
    const overlay = current === null ? undefined : this.overlays.of(current);
    if (overlay) this.overlays.toggle(overlay);
    this.#list.draw();
    this.#offer();
  }

  /** Names and settings of the runs that are on the page. */
  #configs(): { name: string; config: Fields }[] {
    const { status, config } = this.#session;
    const own = status?.run && config ? [{ name: status.run, config }] : [];
    const isRead = (overlay: Overlay): overlay is Overlay & { config: Fields } => overlay.config !== null;
    return [...own, ...this.overlays.shown.filter(isRead)];
  }

  #offer(): void {
    this.#compare.disabled = this.#configs().length < 2;
  }

  #show(): void {
    const configs = this.#configs();
    const rows = differences(configs.map(({ config }) => config));
    const table = element("table");
    const head = element("tr");
    const corner = element("td");
    head.append(corner, ...configs.map(({ name }) => element("th", "", name)));
    const line = ({ key, values }: (typeof rows)[number]) => {
      const row = element("tr");
      row.append(element("th", "", key), ...values.map((value) => element("td", "", value ?? "–")));
      return row;
    };
    table.append(head, ...rows.map(line));
    const same = element("p", "note", "These runs have the same settings.");
    byId("compare-table").replaceChildren(rows.length > 0 ? table : same);
    byId<HTMLDialogElement>("compare-dialog").showModal();
  }
}
