// Upright lines where a person changed something while training ran.

import type uPlot from "uplot";
import { short } from "../shell/format";
import type { Palette } from "../shell/palette";
import type { Change } from "../wire/messages";
import type { XView } from "./x_view";

const NAMES = { learning_rate: "lr", epsilon: "\u03b5" } as const;

/** Draws one line for each change in sight, with its new value if `named`. */
export function drawMarks(plot: uPlot, changes: readonly Change[], view: XView, palette: Palette, named: boolean): void {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = palette.text;
  ctx.lineWidth = scale;
  ctx.setLineDash([3 * scale, 3 * scale]);
  ctx.font = `${10 * scale}px system-ui, sans-serif`;
  ctx.textBaseline = "top";
  for (const change of changes) {
    const x = Math.round(plot.valToPos(change[view.axis], "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.globalAlpha = 0.55;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (!named) continue;
    ctx.globalAlpha = 1;
    const text = `${NAMES[change.setting]} ${short(change.value)}`;
    const room = bbox.left + bbox.width - x > ctx.measureText(text).width + 6 * scale;
    ctx.textAlign = room ? "left" : "right";
    const lower = change.setting === "epsilon" ? 12 * scale : 0;
    ctx.fillText(text, x + (room ? 4 : -4) * scale, bbox.top + 2 * scale + lower);
  }
  ctx.restore();
}
