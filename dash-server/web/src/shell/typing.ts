// Where keys write text or choose from a list, and so belong to what has the focus.

const FIELDS = 'input:not([type="range"], [type="radio"], [type="checkbox"]), select, textarea';

/** Whether a key that is pressed there belongs to the field. */
export function isField(target: Element | null): boolean {
  return target?.closest(FIELDS) != null;
}
