// As much of a page as views ask for, for tests that look at what they make of it. It lays nothing out and draws nothing.

/** An element: children, attributes, style and events. Every id of the page is one. */
export class FakeElement extends EventTarget {
  readonly children: FakeElement[] = [];
  readonly dataset: Record<string, string> = {};
  readonly style: Record<string, unknown> & { setProperty: (name: string, value: string) => void };
  readonly clientWidth = 960;
  /** What was drawn on it, if it is a canvas: the names of the calls with their arguments. */
  readonly drawn: unknown[][] = [];
  textContent = "";
  value = "";
  #parent: FakeElement | null = null;
  readonly #attributes = new Map<string, string>();

  constructor() {
    super();
    const style: Record<string, unknown> = {};
    this.style = Object.assign(style, { setProperty: (name: string, value: string) => void (style[name] = value) });
  }

  append(...content: (FakeElement | string)[]): void {
    for (const each of content) if (typeof each !== "string") this.insertBefore(each, null);
  }

  remove(): void {
    this.#parent?.children.splice(this.#parent.children.indexOf(this), 1);
  }

  replaceChildren(...content: FakeElement[]): void {
    this.children.splice(0, this.children.length, ...content);
  }

  insertBefore(child: FakeElement, next: FakeElement | null): void {
    child.#parent = this;
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  /** A context that remembers what is done with it. */
  getContext(): unknown {
    const done = { measureText: (text: string) => ({ width: 6 * text.length }) };
    return new Proxy(done as Record<string, unknown>, {
      get: (own, name: string) => own[name] ?? ((...given: unknown[]) => void this.drawn.push([name, ...given])),
      set: (_own, name: string, value) => (this.drawn.push([name, value]), true),
    });
  }

  toBlob(done: (blob: Blob) => void): void {
    done(new Blob());
  }
}

/** A button. */
export class FakeButton extends FakeElement {
  /** Presses it. */
  click(): void {
    this.dispatchEvent(new Event("click"));
  }
}

/** What stands for the document. */
export interface FakePage {
  byId: (id: string) => FakeElement;
  /** All that was made, in turn. */
  made: FakeElement[];
  activeElement: FakeElement | null;
}

/** Puts a new page in the place of the browser's. */
export function fakePage(): FakePage {
  const ids = new Map<string, FakeElement>();
  const byId = (id: string) => {
    if (!ids.has(id)) ids.set(id, new FakeElement());
    return ids.get(id)!;
  };
  const page: FakePage = { byId, made: [], activeElement: null };
  const createElement = (tag: string) => {
    const element = tag === "button" ? new FakeButton() : new FakeElement();
    page.made.push(element);
    return element;
  };
  Object.assign(globalThis, {
    document: Object.assign(page, { getElementById: byId, createElement }),
    window: { devicePixelRatio: 1 },
    HTMLButtonElement: FakeButton,
    ResizeObserver: class {
      observe(): void {}
    },
    getComputedStyle: () => ({}),
  });
  return page;
}
