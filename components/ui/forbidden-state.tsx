import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { Icon } from "./icon";
import { Message } from "./message";

/** Who lacks which right, and whom to ask. */
export function ForbiddenState({
  message,
  hint,
  action,
}: {
  message: string;
  hint?: string | undefined;
  action?: ReactNode;
}) {
  return (
    <Message
      glyph={
        <span className="text-ink-3">
          <Icon of={Lock} />
        </span>
      }
      title={message}
      action={action}
    >
      <p>{hint ?? "An administrator of the namespace can grant it."}</p>
    </Message>
  );
}
