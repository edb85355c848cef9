// The words over the board: why there is none, and what to do.

import type { Session } from "../session";

/** What the words depend on. */
export type Situation = Pick<Session, "link" | "refusal" | "status" | "frame" | "incompatible" | "learns" | "readOnly">;

/** Title and text of the veil, the title empty where there should be none. `link` is where the connection stands, in words. */
export function veilWords(situation: Situation, link: string): [title: string, text: string] {
  const { refusal, status, frame, incompatible, learns, readOnly } = situation;
  if (incompatible) return ["This page is out of date", "The server has been updated. Reload the page."];
  if (situation.link.kind === "waiting") {
    if (refusal) return ["The server does not let this page in", `${refusal} ${link}.`];
    return ["The server does not answer", `${link}. If it was stopped, start tetris-dash again.`];
  }
  if (!status) return [link, ""];
  switch (status.state) {
    case "idle":
      if (readOnly) return ["No run yet", "This server takes no commands: a run cannot be started from here."];
      return ["No run yet", learns ? "Press Start to train an agent." : "Press Start to see a trained model play."];
    case "failed":
      return [learns ? "Training failed" : "The model failed", status.message ?? "The server gave no reason."];
    case "unresponsive":
      return ["Training does not obey", status.message ?? `It was told to stop and goes on.${readOnly ? "" : " A new run can be started beside it."}`];
    case "stopped":
      if (frame) return ["", ""];
      if (readOnly) return ["Stopped", ""];
      return ["Stopped", learns ? "Press Start to train again." : "Press Start to see it play again."];
    default:
      return frame ? ["", ""] : ["Waiting for the first piece …", ""];
  }
}
