// The card under the board while a person plays, and the keys.

import { BoardView } from "../board/board";
import { PreviewView, sideBySide } from "../board/preview";
import { positionScene } from "../board/scene";
import type { TravelCard } from "../replay/travel_card";
import { byId, setText } from "../shell/dom";
import { whole } from "../shell/format";
import { remember } from "../shell/storage";
import { isField } from "../shell/typing";
import type { Key } from "../wire/play";
import { GameKeys } from "./keys";
import { GUIDELINE, type Delays, type Play } from "./play";

const REMEMBERED = "tetris-dash.delays";

/** Hold, preview, the agent's board, delays and keys. */
export class PlayCard {
  readonly #play: Play;
  readonly #keys: GameKeys;
  readonly #card = byId("play");
  readonly #open = byId<HTMLButtonElement>("play-open");
  readonly #das = byId<HTMLInputElement>("play-das");
  readonly #arr = byId<HTMLInputElement>("play-arr");
  readonly #hold: PreviewView;
  readonly #next: PreviewView;
  readonly #rival: BoardView;

  /** `redraw` asks for the next `draw`. */
  constructor(play: Play, travelCard: TravelCard, redraw: () => void) {
    this.#play = play;
    this.#keys = new GameKeys((key, down) => play.turn(key, down, performance.now()));
    this.#hold = new PreviewView(byId<HTMLCanvasElement>("play-hold"), redraw);
    this.#next = new PreviewView(byId<HTMLCanvasElement>("play-next"), redraw, sideBySide(4));
    this.#rival = new BoardView(byId<HTMLCanvasElement>("rival-board"), byId("rival-well"), redraw);
    const delays = remembered();
    this.#das.value = String(delays.das);
    this.#arr.value = String(delays.arr);
    this.toggle = async () => {
      if (play.active) play.leave();
      else await play.start(await travelCard.course(), this.#delays());
    };
    this.#open.addEventListener("click", () => void this.toggle());
    byId("play-again").addEventListener("click", () => void play.again(this.#delays()));
    byId("play-leave").addEventListener("click", () => play.leave());
    for (const button of this.#card.querySelectorAll<HTMLButtonElement>("button[data-key]")) {
      const key = button.dataset["key"] as Key;
      const turn = (down: boolean) => (event: Event) => {
        event.preventDefault();
        play.turn(key, down, performance.now());
      };
      button.addEventListener("pointerdown", turn(true));
      for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, turn(false));
    }
    this.#bindKeys();
    this.draw();
  }

  /** Begins to play, or stops. */
  readonly toggle: () => Promise<void>;

  /** Brings the card up to date. */
  draw(): void {
    const { active, frame, rival, latency } = this.#play;
    this.#card.hidden = !active;
    this.#open.setAttribute("aria-pressed", String(active));
    if (!active) return;
    setText(byId("play-title"), frame ? `Your game · level ${frame.level}` : "Your game");
    this.#card.dataset["latency"] = Number.isNaN(latency) ? "" : latency.toFixed(1);
    this.#hold.show(frame && frame.hold > 0 ? [frame.hold] : []);
    this.#hold.draw();
    this.#next.show(frame ? [...frame.next.subarray(1)] : []);
    this.#next.draw();
    const other = rival.frame;
    byId("rival").hidden = !rival.recording;
    if (!other || !rival.recording) return;
    this.#rival.show(positionScene(other), other.height);
    this.#rival.draw();
    const ended = rival.at >= rival.recording.pieces && rival.recording.over;
    const pieces = `${whole(other.pieces)} ${other.pieces === 1 ? "piece" : "pieces"}`;
    setText(byId("rival-text"), ended ? `The agent lost after ${pieces}` : `The agent after ${pieces}`);
    setText(byId("rival-lines"), whole(other.lines));
    setText(byId("own-lines"), whole(frame?.lines ?? 0));
  }

  #delays(): Delays {
    const read = (input: HTMLInputElement, usual: number) => {
      const value = Math.round(Number(input.value));
      const sound = input.value.trim() !== "" && value >= 0 && value <= 1000;
      if (!sound) input.value = String(usual);
      return sound ? value : usual;
    };
    const delays = { das: read(this.#das, GUIDELINE.das), arr: read(this.#arr, GUIDELINE.arr) };
    remember(REMEMBERED, JSON.stringify(delays));
    return delays;
  }

  // Before everybody else: while someone plays, the keys are the game's.
  #bindKeys(): void {
    const handle = (handled: (event: KeyboardEvent) => boolean) => (event: KeyboardEvent) => {
      if (!this.#play.active || !handled(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener("keydown", handle((event) => this.#press(event)), { capture: true });
    document.addEventListener("keyup", handle((event) => this.#keys.release(event)), { capture: true });
    // Whoever turns to a field or a dialog does not hold the piece any more.
    document.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element && (isField(target) || target.closest("dialog"))) this.#keys.releaseAll();
    });
    // Keys that are let go elsewhere are never heard of.
    window.addEventListener("blur", () => this.#keys.releaseAll());
  }

  // Whether the key was meant for the game.
  #press(event: KeyboardEvent): boolean {
    const target = event.target instanceof Element ? event.target : null;
    if (document.querySelector("dialog[open]") || isField(target) || isPressed(event.key, target)) return false;
    if (event.key === "Escape") this.#play.leave();
    else if (event.key === "Enter" && this.#play.frame?.over) void this.#play.again(this.#delays());
    else return this.#keys.press(event);
    return true;
  }
}

// Whether the key presses or ticks what has the focus. The button that began the game keeps it; a space there drops the piece.
function isPressed(key: string, target: Element | null): boolean {
  const pressed = { " ": "button, summary, [type=checkbox], [type=radio]", Enter: "button, summary, a" }[key];
  return pressed !== undefined && target?.closest(pressed) != null && !target.closest("#play-open, #play-again");
}

function remembered(): Delays {
  try {
    const { das, arr } = JSON.parse(localStorage.getItem(REMEMBERED) ?? "") as Partial<Delays>;
    return { das: Number.isFinite(das) ? das! : GUIDELINE.das, arr: Number.isFinite(arr) ? arr! : GUIDELINE.arr };
  } catch {
    return GUIDELINE;
  }
}
