// One WebSocket that comes back by itself.

import { Backoff } from "./backoff";

/** Where the connection stands. `until` is the time of the next try, in milliseconds of the wall clock. */
export type Link = { kind: "connecting" } | { kind: "open" } | { kind: "waiting"; until: number };

/** The part of WebSocket that is used. */
export type Socket = Pick<WebSocket, "binaryType" | "readyState" | "send" | "close"> & {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
};

/** What the connection tells its owner. */
export interface ConnectionEvents {
  link(link: Link): void;
  message(data: ArrayBuffer): void;
}

// Whoever accepts the TCP connection, or opens the WebSocket, and then says nothing must not hold the page. What a server
// says first is short.
const ANSWER_TIMEOUT = 10_000;
const OPEN = 1;

/** A WebSocket with automatic reconnect. */
export class Connection {
  readonly #open: () => Socket;
  readonly #events: ConnectionEvents;
  readonly #backoff = new Backoff();
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `open` makes a socket; it is called for each try. */
  constructor(open: () => Socket, events: ConnectionEvents) {
    this.#open = open;
    this.#events = events;
  }

  /** Connects now, also when it is waiting for the next try. Does nothing while a socket is open or opening. */
  connect(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    const socket = this.#open();
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#expectAnswer();
      this.#events.link({ kind: "open" });
    };
    socket.onmessage = ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      clearTimeout(this.#timer);
      this.#events.message(data);
    };
    // A failed try ends in `close` too, so `error` needs no handler.
    socket.onclose = () => this.#lost(socket);
    this.#expectAnswer();
    this.#events.link({ kind: "connecting" });
  }

  /** The server has said hello: the next loss is retried after the first wait again. */
  confirm(): void {
    this.#backoff.reset();
  }

  /** Gives up the socket, for instance because it no longer answers, and comes back after the usual wait. */
  drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close();
    this.#lost(socket);
  }

  /** Sends one message; false if there is no open socket. */
  send(data: Uint8Array<ArrayBuffer>): boolean {
    if (!this.#socket || this.#socket.readyState !== OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  #expectAnswer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.drop(), ANSWER_TIMEOUT);
  }

  #lost(socket: Socket): void {
    if (socket !== this.#socket) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    this.#socket = null;
    clearTimeout(this.#timer);
    const wait = this.#backoff.next();
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#events.link({ kind: "waiting", until: Date.now() + wait });
  }
}
