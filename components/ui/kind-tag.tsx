/** Two letters for a kind in dense rows; the full kind on hover and for readers. */
export function KindTag({ tag, kind }: { tag: string; kind: string }) {
  return (
    <abbr className="qd-kind" title={kind} aria-label={kind}>
      {tag}
    </abbr>
  );
}
