"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { Icon } from "./icon";
import { toast } from "./toast";

/** Copies `text` as it is. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast("fail", "Not copied: the browser keeps the clipboard from this page", {
        detail: "Select the text and press Ctrl C.",
      });
    }
  }

  return (
    <Button variant="quiet" icon={<Icon of={copied ? Check : Copy} />} onClick={() => void copy()}>
      {copied ? "Copied" : label}
    </Button>
  );
}
