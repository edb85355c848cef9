// The header: the run, its state and the connection's; and the veil over the board that says what to do.

import type { Play } from "../play/play";
import type { Travel } from "../replay/travel";
import type { Session } from "../session";
import type { RunState } from "../wire/messages";
import { byId, setText } from "./dom";
import { veilWords } from "./veil";

const STATES: Record<RunState, { label: string; tone: "good" | "wait" | "bad" | "off" }> = {
  idle: { label: "Idle", tone: "off" },
  running: { label: "Running", tone: "good" },
  paused: { label: "Paused", tone: "wait" },
  stopping: { label: "Stopping …", tone: "wait" },
  stopped: { label: "Stopped", tone: "off" },
  failed: { label: "Failed", tone: "bad" },
  unresponsive: { label: "Not responding", tone: "bad" },
};

/** Shows where run and connection stand. */
export class StatusBar {
  readonly #session: Session;
  readonly #travel: Travel;
  readonly #play: Play;
  readonly #changed: () => void;
  #countdown: ReturnType<typeof setTimeout> | undefined;
  #announced = "";

  /** `changed` asks for the next `draw`, which the countdown needs each second. */
  constructor(session: Session, travel: Travel, play: Play, reconnect: () => void, changed: () => void) {
    this.#session = session;
    this.#travel = travel;
    this.#play = play;
    this.#changed = changed;
    byId("reconnect").addEventListener("click", reconnect);
  }

  /** Brings everything up to date. */
  draw(): void {
    const link = this.#drawLink();
    const run = this.#drawRun();
    this.#drawVeil(link);
    this.#announce(this.#session.link.kind === "open" ? `Connected. ${run}` : "No connection to the server.");
    document.title = `${run} · tetris-dash`;
  }

  #drawRun(): string {
    const { status, hello, link, learns } = this.#session;
    const connected = link.kind === "open";
    const { label, tone } = status ? STATES[status.state] : { label: "No run", tone: "off" as const };
    const pill = byId("run-pill");
    // Without a connection the state is the last one heard, so it is shown without its colour.
    pill.dataset["tone"] = connected ? tone : "off";
    pill.dataset["state"] = status?.state ?? "none";
    pill.dataset["live"] = connected && status?.state === "running" ? "yes" : "no";
    setText(byId("run-state"), label);
    const reason = status?.state === "stopped" ? status.message : null;
    const what = learns ? status?.preset && `preset ${status.preset}` : status?.run && "a trained model plays, nothing is learned";
    const parts = [status?.run, what, reason].filter(Boolean);
    setText(byId("run-name"), parts.join(" · "));
    byId("run-name").title = parts.join(" · ");
    setText(byId("server"), hello?.server ?? "");
    return label;
  }

  #drawLink(): string {
    const { link } = this.#session;
    clearTimeout(this.#countdown);
    const seconds = link.kind === "waiting" ? Math.max(Math.ceil((link.until - Date.now()) / 1000), 0) : 0;
    if (link.kind === "waiting") this.#countdown = setTimeout(this.#changed, 250);
    const words = { open: "Connected", connecting: "Connecting …", waiting: `Reconnecting in ${seconds} s` }[link.kind];
    const pill = byId("link-pill");
    pill.dataset["tone"] = { open: "good", connecting: "wait", waiting: "bad" }[link.kind];
    pill.dataset["state"] = link.kind;
    setText(byId("link-state"), words);
    byId("reconnect").hidden = link.kind !== "waiting";
    return words;
  }

  #drawVeil(link: string): void {
    const [title, text] = this.#veil(link);
    byId("veil").hidden = title === "";
    setText(byId("veil-title"), title);
    setText(byId("veil-text"), text);
  }

  #veil(link: string): [title: string, text: string] {
    if (this.#play.active) {
      const over = this.#play.frame?.over;
      return over ? ["Game over", `${over[0]!.toUpperCase()}${over.slice(1)}. Press Enter to play again, Esc to leave.`] : ["", ""];
    }
    // A game of the past is there whatever the server does.
    if (this.#travel.recording) return this.#travel.frame ? ["", ""] : ["Fetching the game …", ""];
    return veilWords(this.#session, link);
  }

  // A screen reader hears changes, not every countdown.
  #announce(text: string): void {
    if (text === this.#announced) return;
    this.#announced = text;
    setText(byId("announcer"), text);
  }
}
