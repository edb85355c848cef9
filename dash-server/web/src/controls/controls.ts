// The buttons, the speed slider and their keys.

import type { Charts } from "../charts/charts";
import type { Commander } from "../net/commander";
import type { PlayCard } from "../play/play_card";
import type { Travel } from "../replay/travel";
import type { TravelCard } from "../replay/travel_card";
import type { Session } from "../session";
import { byId } from "../shell/dom";
import { passOn } from "../shell/focus";
import { whole } from "../shell/format";
import { toast } from "../shell/toasts";
import type { Why } from "../why/why";
import type { Command } from "../wire/commands";
import { allowedActions, type Action } from "./actions";
import { bindKeyboard } from "./keyboard";
import { Rates } from "./rates";
import { SpeedSlider } from "./speed_slider";
import { StartDialog } from "./start_dialog";

/** What keys reach beside the run. */
export interface Reach {
  charts: Charts;
  why: Why;
  travel: Travel;
  travelCard: TravelCard;
  playCard: PlayCard;
}

/** Everything on the page that sends commands. */
export class Controls {
  readonly #session: Session;
  readonly #commander: Commander;
  readonly #buttons = [...document.querySelectorAll<HTMLButtonElement>("button[data-action]")];
  readonly #start: StartDialog;
  readonly #speed: SpeedSlider;
  readonly #rates: Rates;

  #awaitsSave = false;

  constructor(session: Session, commander: Commander, { charts, why, travel, travelCard, playCard }: Reach) {
    this.#session = session;
    this.#commander = commander;
    this.#start = new StartDialog((command) => commander.request(command));
    this.#speed = new SpeedSlider((limit) => this.#send({ type: "speed", limit }));
    this.#rates = new Rates(session, (command) => commander.request(command));
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.#act(button.dataset["action"] as Action));
    }
    // A dialog gives the focus back to what opened it, and while a run goes on none can be started.
    const start = this.#buttons.find((button) => button.dataset["action"] === "start")!;
    byId("start-dialog").addEventListener("close", () => passOn(start));
    const help = byId<HTMLDialogElement>("help-dialog");
    byId("help-open").addEventListener("click", () => help.showModal());
    bindKeyboard({
      pauseOrResume: () => {
        if (travel.recording) travel.toggle(performance.now());
        else this.#act(this.#session.status?.state === "paused" ? "resume" : "pause");
      },
      step: () => this.#act("step"),
      games: () => void travelCard.toggle(),
      play: () => void playCard.toggle(),
      live: () => travel.leave(),
      scrub: (placements) => {
        travel.step(placements);
        return travel.recording !== null;
      },
      start: () => this.#act("start"),
      resetZoom: () => charts.resetZoom(),
      why: () => why.toggle(),
      hold: () => charts.toggleHold(),
      help: () => help.showModal(),
    });
  }

  /** Enables what means something now. */
  update(): void {
    const { status } = this.#session;
    const allowed = this.#allowed();
    const paused = status?.state === "paused";
    for (const button of this.#buttons) {
      const action = button.dataset["action"] as Action;
      const enabled = allowed.has(action);
      // These two share a place.
      if (action === "pause" || action === "resume") button.hidden = (action === "resume") !== paused;
      button.disabled = !enabled;
    }
    this.#speed.follow(status?.speedLimit ?? null, allowed.has("speed"));
    byId("rates").hidden = !this.#session.learns;
    byId("watching").hidden = !this.#session.readOnly;
    this.showRates();
  }

  /** Brings the rates up to date. */
  showRates(): void {
    this.#rates.follow(this.#allowed().has("rates"));
  }

  /** A checkpoint was written; whoever asked for it hears so. */
  saved(step: number): void {
    if (this.#awaitsSave) toast(`The checkpoint of step ${whole(step)} is saved.`, "good");
    this.#awaitsSave = false;
  }

  #allowed(): ReadonlySet<Action> {
    const { status, link, incompatible, readOnly } = this.#session;
    const obeys = link.kind === "open" && !incompatible && !readOnly;
    return allowedActions(status?.state ?? null, obeys, this.#session.learns);
  }

  #act(action: Action): void {
    if (!this.#allowed().has(action)) return;
    if (action === "start") {
      const { hello, status } = this.#session;
      if (hello) this.#start.open(hello, status?.preset ?? null);
    } else if (action !== "speed" && action !== "rates") {
      this.#awaitsSave ||= action === "save";
      void this.#send({ type: action });
    }
  }

  async #send(command: Command): Promise<void> {
    try {
      await this.#commander.request(command);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }
}
