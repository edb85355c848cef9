// A canvas with one pixel for each pixel of the screen.

/** A canvas that keeps to the size it is laid out at. */
export class Screen {
  readonly context: CanvasRenderingContext2D;
  readonly #canvas: HTMLCanvasElement;
  #width: number;
  #height: number;

  /** `resized` is called when the canvas has another size, so that it can be drawn again. */
  constructor(canvas: HTMLCanvasElement, resized: () => void) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser has no canvas");
    this.context = context;
    this.#canvas = canvas;
    this.#width = canvas.clientWidth;
    this.#height = canvas.clientHeight;
    // Asking the canvas at every frame would lay the whole page out at every frame.
    new ResizeObserver(([entry]) => {
      if (!entry) return;
      ({ width: this.#width, height: this.#height } = entry.contentRect);
      resized();
    }).observe(canvas);
  }

  /** Takes on the size of now, which clears the canvas if it is another. */
  fit(): { width: number; height: number } {
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(this.#width * scale);
    const height = Math.round(this.#height * scale);
    // Setting a size clears the canvas, also when it is the same.
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    return { width, height };
  }
}
