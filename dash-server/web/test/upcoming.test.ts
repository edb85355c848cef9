import assert from "node:assert/strict";
import { test } from "node:test";
import { sideBySide, type Slot } from "../src/board/preview";
import { previewOf, queueSlots } from "../src/board/upcoming";

test("the configuration says how many pieces are seen", () => {
  assert.equal(previewOf({ environment: { preview: 5 } }), 5);
  for (const config of [null, {}, { environment: {} }, { environment: { preview: 0 } }, { environment: { preview: "5" } }]) {
    assert.equal(previewOf(config), 0);
  }
});

test("slots fill their canvas and do not overlap", () => {
  const apart = (a: Slot, b: Slot) =>
    a.left + a.width <= b.left + 1e-9 || b.left + b.width <= a.left + 1e-9 || a.top + a.height <= b.top + 1e-9 || b.top + b.height <= a.top + 1e-9;
  for (const slots of [sideBySide(4), ...[0, 1, 2, 5, 14].map(queueSlots)]) {
    slots.forEach((slot, index) => {
      assert.ok(slot.left >= 0 && slot.top >= 0 && slot.left + slot.width < 1 + 1e-9 && slot.top + slot.height < 1 + 1e-9);
      for (const other of slots.slice(index + 1)) assert.ok(apart(slot, other));
    });
    const bottom = Math.max(...slots.map(({ top, height }) => top + height));
    assert.ok(Math.abs(bottom - 1) < 1e-9);
  }
  assert.equal(queueSlots(5).length, 6);
});
