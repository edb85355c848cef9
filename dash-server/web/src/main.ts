// Puts the page together.

import "./app.css";
import { BoardView } from "./board/board";
import { GridView } from "./board/grid";
import { describe, showWords } from "./board/describe";
import { Stage } from "./board/stage";
import { Upcoming } from "./board/upcoming";
import { Charts } from "./charts/charts";
import { Controls } from "./controls/controls";
import { Play } from "./play/play";
import { PlayCard } from "./play/play_card";
import { Travel } from "./replay/travel";
import { TravelCard } from "./replay/travel_card";
import { Commander } from "./net/commander";
import { Connection, type Socket } from "./net/connection";
import { Pulse } from "./net/pulse";
import { refusal } from "./net/refusal";
import { Runs } from "./runs/runs";
import { rowsOf, Session } from "./session";
import { bindColours } from "./shell/colours";
import { byId } from "./shell/dom";
import { keepFocus } from "./shell/focus";
import { FrameLoop } from "./shell/frame_loop";
import { drawScores, drawTiles } from "./shell/numbers";
import { StatusBar } from "./shell/status_bar";
import { toast } from "./shell/toasts";
import { Why } from "./why/why";
import type { Frame } from "./wire/frame";
import { ProtocolError } from "./wire/fields";
import { decodeMessage } from "./wire/messages";

const DESCRIBE_EVERY = 5_000;

const loop = new FrameLoop();

const session = new Session({
  greeted: () => connection.confirm(),
  replaced: () => {
    travelCard.detach();
    charts.begin();
  },
  incomplete: () => commander.request({ type: "snapshot" }),
  trouble: (message) => toast(message),
  acknowledged: (id, answer) => commander.acknowledged(id, answer),
  refused: (id, code, message, field) => commander.refused(id, code, message, field),
  statusChanged: () => {
    // Whether a piece moves depends on the speed.
    refresh();
    drawStatus();
    drawRuns();
    drawNumbers();
  },
  begun: () => charts.begin(),
  frameChanged: () => drawFrame(),
  metricsChanged: () => {
    drawNumbers();
    charts.redraw();
  },
  boardsChanged: () => drawGrid(),
  played: (frame) => play.receive(frame),
  runsChanged: () => runs.follow(),
  saved: (step) => controls.saved(step),
});

/** How often a server that lets nobody in was asked for the reason. */
let knocks = 0;
const connection = new Connection(openSocket, {
  link: (link) => {
    if (link.kind === "waiting") {
      commander.disconnected();
      if (play.active) toast("Your game ended with the connection.");
      play.leave();
      const knock = ++knocks;
      // An answer that took its time says nothing of now.
      void refusal().then((words) => knock === knocks && session.setRefusal(words));
    }
    if (link.kind === "open") pulse.heard();
    session.setLink(link);
  },
  message: receive,
});
const commander = new Commander((data) => connection.send(data), () => connection.drop());
// The list of games is a short answer that every server gives. A run that goes on is heard many times a second.
const pulse = new Pulse({
  ask: () => commander.request({ type: "games" }),
  expected: () => session.link.kind === "open" && session.status?.state === "running",
  loading: () => session.loading,
  // What a server of another protocol sends may never be a whole history to us.
  lost: () => session.incompatible || connection.drop(),
});

const board = new BoardView(byId<HTMLCanvasElement>("board"), byId("well"), () => refresh());
const why = new Why(() => refresh());
const travel = new Travel({
  changed: () => {
    refresh();
    drawTravel();
    drawStatus();
  },
  trouble: (message) => toast(message),
});
const play = new Play(commander, {
  changed: () => {
    refresh();
    drawTravel();
    drawStatus();
  },
  trouble: (message) => toast(message),
});
const stage = new Stage(session, why, travel, play);
const upcoming = new Upcoming(() => refresh());
const grid = new GridView(
  (environment) => void commander.request({ type: "follow", environment }).catch((error: Error) => toast(error.message)),
  () => drawGrid(),
);
const drawGrid = loop.prompt(() => {
  grid.draw(session.boards);
  return session.boards !== null;
});
const statusBar = new StatusBar(session, travel, play, () => connection.connect(), () => drawStatus());
const charts = new Charts(session, loop);
const runs = new Runs(
  session, (command) => commander.request(command), () => charts.setOverlays(runs.overlays.shown), () => charts.redraw(),
);
const travelCard = new TravelCard(session, commander, travel);
const playCard = new PlayCard(play, travelCard, () => drawTravel());
const controls = new Controls(session, commander, { charts, why, travel, travelCard, playCard });

// One card at a time stands under the board.
const drawTravel = loop.prompt(() =>
  keepFocus(() => {
    travelCard.draw();
    playCard.draw();
    if (play.active) byId("travel").hidden = true;
    byId("controls").hidden = travel.recording !== null || play.active;
  }),
);
const drawStatus = loop.prompt(() =>
  keepFocus(() => {
    statusBar.draw();
    charts.follow();
    controls.update();
  }),
);
// Of a game that is played or looked back at, many times a second, the list says nothing.
const drawRuns = loop.prompt(() => keepFocus(() => runs.draw()));
const drawNumbers = loop.prompt(() => {
  drawTiles(session);
  controls.showRates();
});
// What is on the screen: a frame that is there already and does not move is not drawn again.
let painted: Frame | null | undefined;
const drawFrame = loop.prompt(() => {
  const scene = stage.scene(performance.now());
  const frame = stage.shown;
  if (stage.moving) drawFrame();
  if (frame === painted && !stage.inMotion) return false;
  painted = frame;
  const { config } = travel.recording ?? session;
  board.show(frame?.text ? null : scene, rowsOf(config, frame));
  board.draw();
  showWords(frame);
  why.show(config);
  upcoming.draw(frame, config);
  drawScores(frame);
  play.drawn(performance.now());
  drawTiles(session);
  return true;
});

/** Draws the frame again because something around it has changed. */
function refresh(): void {
  painted = undefined;
  drawFrame();
}

// The cookie has it now; the address may be looked at over a shoulder, or copied.
if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", location.pathname + location.hash);
setInterval(() => byId("board").setAttribute("aria-label", describe(stage.shown)), DESCRIBE_EVERY);
bindColours(() => {
  refresh();
  drawTravel();
});
window.addEventListener("online", wake);
document.addEventListener("visibilitychange", () => document.hidden || wake());
connection.connect();
void travelCard.openLink();

function openSocket(): Socket {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}/ws`) as Socket;
}

/** The network or the person is back: the connection may have died meanwhile. */
function wake(): void {
  connection.connect();
  pulse.feel();
}

function receive(data: ArrayBuffer): void {
  pulse.heard();
  try {
    session.receive(decodeMessage(data));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    toast(`The server sent something that this page cannot read: ${error.message}.`);
  }
}
