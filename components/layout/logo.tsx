/** Four quarters of a deck, one lit. */
export function Logo() {
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden fill="none" stroke="currentcolor">
      <path d="M11 2h9v9h-9z" fill="var(--qd-accent)" stroke="none" />
      <path d="M1 1h20v20H1z" strokeWidth="2" />
      <path d="M11 1v20M1 11h20" strokeWidth="1.4" />
    </svg>
  );
}
