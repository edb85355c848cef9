// Sends the speed while the slider moves, and follows the server's when it does not.

import { byId, setText } from "../shell/dom";
import { limitAt, limitWords, positionOf } from "./speed_scale";

const SEND_EVERY = 100;

/** The slider of the speed limit. */
export class SpeedSlider {
  readonly #input = byId<HTMLInputElement>("speed");
  readonly #send: (limit: number | null) => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsent = false;
  #inFlight = 0;

  constructor(send: (limit: number | null) => Promise<void>) {
    this.#send = send;
    this.#input.addEventListener("input", () => {
      this.#unsent = true;
      this.#name();
      this.#timer ??= setTimeout(() => this.#flush(), SEND_EVERY);
    });
    this.#name();
  }

  /** Shows the server's limit, unless a person's is still on its way there. */
  follow(limit: number | null, enabled: boolean): void {
    this.#input.disabled = !enabled;
    if (this.#unsent || this.#inFlight > 0) return;
    // A limit between two positions stays what it is.
    if (limitAt(Number(this.#input.value)) !== limit) this.#input.value = String(positionOf(limit));
    this.#name(limit);
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    this.#unsent = false;
    this.#inFlight += 1;
    try {
      await this.#send(limitAt(Number(this.#input.value)));
    } finally {
      this.#inFlight -= 1;
    }
  }

  #name(limit = limitAt(Number(this.#input.value))): void {
    const words = limitWords(limit);
    setText(byId("speed-value"), words);
    this.#input.setAttribute("aria-valuetext", words);
  }
}
