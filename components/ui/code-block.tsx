/** Text as a machine gave it, or takes it. Scrolls by itself, also by keyboard. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="qd-code" data-text="" role="region" aria-label={label} tabIndex={0}>
      {text}
    </div>
  );
}
