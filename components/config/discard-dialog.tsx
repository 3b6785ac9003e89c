"use client";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** Asks before typed text is thrown away. */
export function DiscardDialog({
  open,
  onClose,
  title,
  lines,
  onDiscard,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  lines: number;
  onDiscard: () => void;
}) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Discard the draft of ${title}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            onClick={() => {
              onDiscard();
              onClose();
            }}
          >
            Discard draft
          </Button>
        </>
      }
    >
      <p>
        {lines === 1 ? "1 changed line is" : `${lines} changed lines are`} lost. What is stored in
        the cluster stays as it is.
      </p>
    </Dialog>
  );
}
