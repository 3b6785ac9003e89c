import fc from "fast-check";
import { expect, it } from "vitest";
import { type HeapTimer, TimerHeap } from "./timer-heap";

it("hands timers out by time and order, whatever was added and removed in between", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ removeAt: fc.nat(30) }),
    fc.constant({ take: true as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const heap = new TimerHeap<HeapTimer>();
      let model: HeapTimer[] = [];
      let order = 0;
      const sorted = () => [...model].sort((a, b) => a.due - b.due || a.order - b.order);
      for (const each of steps) {
        if ("add" in each) {
          const timer = { due: each.add, order: order++, place: -1 };
          heap.add(timer);
          model.push(timer);
        } else {
          const gone = "take" in each ? heap.first() : model[each.removeAt];
          if (gone) heap.remove(gone);
          model = model.filter((timer) => timer !== gone);
        }
        expect(heap.first()).toBe(sorted()[0]);
      }
    }),
  );
});
