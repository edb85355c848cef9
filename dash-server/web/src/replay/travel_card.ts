// The card under the board while a game of the past is looked at.

import type { Commander } from "../net/commander";
import type { Session } from "../session";
import { copied } from "../shell/clipboard";
import { byId, element, setText } from "../shell/dom";
import { download } from "../shell/download";
import { whole } from "../shell/format";
import { complain, toast } from "../shell/toasts";
import type { Block, GameInfo } from "../wire/games";
import { fromChosen, fromLink, toFile, toLink } from "./file";
import { ServerRecording, type Recording } from "./recording";
import { Travel } from "./travel";

/** When there is nothing to look at. */
const NOTHING_KEPT = "No game has been played yet.";

/** Value of the option that names a game which is none of the server's. */
const FOREIGN = "";

/** Slider, buttons and list of games. */
export class TravelCard {
  readonly #session: Session;
  readonly #commander: Commander;
  readonly #travel: Travel;
  readonly #card = byId("travel");
  readonly #open = byId<HTMLButtonElement>("travel-open");
  readonly #select = byId<HTMLSelectElement>("travel-game");
  readonly #slider = byId<HTMLInputElement>("travel-at");
  readonly #rate = byId<HTMLSelectElement>("travel-rate");
  readonly #file = byId<HTMLInputElement>("travel-file");
  #games: GameInfo[] = [];

  constructor(session: Session, commander: Commander, travel: Travel) {
    this.#session = session;
    this.#commander = commander;
    this.#travel = travel;
    this.#open.addEventListener("click", () => void this.toggle());
    byId("travel-live").addEventListener("click", () => travel.leave());
    this.#select.addEventListener("change", () => this.#choose());
    this.#slider.addEventListener("input", () => travel.step(Number(this.#slider.value) - travel.at));
    this.#rate.addEventListener("change", () => travel.setRate(Number(this.#rate.value), performance.now()));
    for (const button of this.#card.querySelectorAll<HTMLButtonElement>("button[data-travel]")) {
      button.addEventListener("click", () => this.#act(button.dataset["travel"]!));
    }
    byId("travel-open-file").addEventListener("click", () => this.#file.click());
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      if (file) void this.#openFile(file);
      this.#file.value = "";
    });
    this.#acceptDrops();
    window.addEventListener("hashchange", () => void this.openLink());
    this.draw();
  }

  /** Begins to look back at the games of the run, or comes back to the present. */
  async toggle(): Promise<void> {
    if (this.#travel.recording) return this.#travel.leave();
    try {
      await this.#list();
    } catch (error) {
      return complain(error);
    }
    // A file or a link may have been opened while the list was on its way.
    if (this.#travel.recording) return;
    const [newest] = this.#games;
    if (newest) this.#travel.open(this.#recordingOf(newest));
    else toast(this.#session.readOnly ? NOTHING_KEPT : `${NOTHING_KEPT} Start a run, or open a file.`, "good");
  }

  /** Opens the game that the address of the page holds, if it holds one. */
  async openLink(): Promise<void> {
    try {
      const recording = await fromLink(location.hash);
      if (recording) this.#show(recording);
    } catch (error) {
      complain(error);
    }
  }

  /** The game whose pieces a person should get: the one that is looked at, or the best one; null if none is kept. */
  async course(): Promise<{ recording: Recording; game: number } | null> {
    const { recording } = this.#travel;
    if (isKept(recording)) return { recording, game: recording.info.game };
    await this.#list().catch(complain);
    const [best] = this.#games.filter((game) => game.first === 0 && game.best).sort((a, b) => b.lines - a.lines || b.score - a.score);
    const chosen = best ?? this.#games.find((game) => game.first === 0);
    return chosen ? { recording: this.#recordingOf(chosen), game: chosen.game } : null;
  }

  /** Another server answers: of all that the last one kept, what was fetched of the game that is looked at is left. */
  detach(): void {
    const { recording } = this.#travel;
    if (recording instanceof ServerRecording) recording.detach();
    this.#listOnly(recording);
    this.draw();
  }

  /** Does what a button or a key asks for. */
  #act(action: string): void {
    const { recording, at } = this.#travel;
    if (!recording) return;
    const stepped: Record<string, number> = {
      first: recording.first - at, back: -1, forward: 1, last: recording.pieces - at,
    };
    if (action in stepped) this.#travel.step(stepped[action]!);
    else if (action === "play") this.#travel.toggle(performance.now());
    else if (action === "link") void this.#shareLink(recording);
    else void this.#save(recording);
  }

  /** Brings the card up to date. */
  draw(): void {
    const { recording, at, playing, rate } = this.#travel;
    const active = recording !== null;
    this.#card.hidden = !active;
    byId("travel-tag").hidden = !active;
    this.#open.setAttribute("aria-pressed", String(active));
    if (!recording) return;
    setText(byId("travel-tag"), recording.title);
    this.#slider.min = String(recording.first);
    this.#slider.max = String(recording.pieces);
    this.#slider.value = String(at);
    const words = `piece ${whole(at)} of ${whole(recording.pieces)}`;
    setText(byId("travel-where"), words);
    this.#slider.setAttribute("aria-valuetext", words);
    byId("travel-play").setAttribute("aria-label", playing ? "Pause" : "Play");
    this.#card.toggleAttribute("data-playing", playing);
    this.#rate.value = String(rate);
    this.#mark(recording);
  }

  async #list(): Promise<void> {
    const answer = await this.#commander.request({ type: "games" });
    this.#games = answer?.type === "games" ? answer.games : [];
    const option = ({ game, episode, pieces, lines }: GameInfo) => {
      // Of a running game the newest lines are not counted yet.
      const name = episode === null ? "Running game" : `Game ${whole(episode + 1)} · ${whole(lines)} lines`;
      const made = element("option", "", `${name} · ${whole(pieces)} pieces`);
      made.value = String(game);
      return made;
    };
    const group = (label: string, games: readonly GameInfo[]) => {
      const made = element("optgroup");
      made.label = label;
      made.append(...games.map(option));
      return games.length > 0 ? [made] : [];
    };
    const best = this.#games.filter((game) => game.best).sort((a, b) => b.lines - a.lines || b.score - a.score);
    this.#select.replaceChildren(
      ...group("Now", this.#games.filter((game) => game.episode === null)),
      ...group("Best", best),
      ...group("Newest", this.#games.filter((game) => game.episode !== null && !game.best)),
    );
    if (this.#travel.recording) this.#mark(this.#travel.recording);
  }

  // The list names the game that is looked at. One from elsewhere stands before the others as long as it is.
  #mark(recording: Recording): void {
    const listed = isKept(recording) && this.#games.some(({ game }) => game === recording.info.game);
    const [first] = this.#select.options;
    const foreign = first?.value === FOREIGN ? first : null;
    if (listed) foreign?.remove();
    else if (foreign) setText(foreign, recording.title);
    else this.#select.prepend(foreignOption(recording.title));
    // A number that is not listed any more leaves nothing selected, which reads like the value of the foreign game.
    const value = listed ? String(recording.info.game) : FOREIGN;
    if (this.#select.selectedIndex < 0 || this.#select.value !== value) this.#select.value = value;
  }

  #choose(): void {
    const info = this.#games.find(({ game }) => String(game) === this.#select.value);
    if (info) this.#travel.open(this.#recordingOf(info));
  }

  #recordingOf(info: GameInfo): Recording {
    const { config, frame } = this.#session;
    return new ServerRecording(info, frame?.episode ?? 0, config, (game, piece) => this.#ask(game, piece));
  }

  async #ask(game: number, piece: number): Promise<Block> {
    const answer = await this.#commander.request({ type: "moves", game, piece });
    if (answer?.type !== "moves") throw new Error("The server answered something else.");
    return answer.block;
  }

  // The list holds the game that is looked at, if one is, and no game of the server.
  #listOnly(recording: Recording | null): void {
    this.#games = [];
    this.#select.replaceChildren(foreignOption(recording?.title ?? ""));
  }

  #show(recording: Recording): void {
    this.#listOnly(recording);
    this.#travel.open(recording, recording.first);
    void this.#list().catch(() => undefined);
  }

  async #shareLink(recording: Recording): Promise<void> {
    try {
      const hash = await toLink(recording);
      if (!hash) return toast("This game is too long for a link. Save it as a file instead.");
      history.replaceState(null, "", hash);
      const inClipboard = await copied(location.href);
      toast(inClipboard ? "The link is in your clipboard." : "The link stands in the address bar.", "good");
    } catch (error) {
      complain(error);
    }
  }

  async #save(recording: Recording): Promise<void> {
    try {
      const run = this.#session.status?.run ?? "tetris";
      const name = recording.title.toLowerCase().replaceAll(" ", "-");
      download(`${run}-${name}.tetris`, new Blob([await toFile(recording)], { type: "application/octet-stream" }));
    } catch (error) {
      complain(error);
    }
  }

  async #openFile(file: File): Promise<void> {
    try {
      this.#show(await fromChosen(file));
    } catch (error) {
      complain(error);
    }
  }

  #acceptDrops(): void {
    const mark = (on: boolean) => document.body.toggleAttribute("data-dropping", on);
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      mark(true);
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
    document.addEventListener("drop", (event) => {
      mark(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void this.#openFile(file);
    });
  }
}

function foreignOption(title: string): HTMLOptionElement {
  const option = element("option", "", title);
  option.value = FOREIGN;
  return option;
}

/** Whether a game can be asked for by its number. */
function isKept(recording: Recording | null): recording is ServerRecording {
  return recording instanceof ServerRecording && recording.attached;
}
