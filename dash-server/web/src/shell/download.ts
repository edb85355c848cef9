// Hands something the page has made to the browser's downloads.

/** Saves `content` under `name`. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken the address up by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
