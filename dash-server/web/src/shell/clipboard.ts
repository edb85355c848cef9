// The clipboard, which a browser gives to a page only over https or on the machine of its server, and if it is let.

/** Whether the words could be put into the clipboard. */
export async function copied(words: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return false;
  return clipboard.writeText(words).then(() => true, () => false);
}
