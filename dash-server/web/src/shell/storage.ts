// What the browser remembers for this page. Where it is told to keep nothing for sites, even looking throws: then the page
// remembers nothing, and works all the same.

/** What was remembered under a name; null if nothing was, or nothing can be. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remembers something until another time, if that is possible. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds for as long as the page is open.
  }
}
