import {
  Bird,
  Clock,
  GitFork,
  Globe,
  Hourglass,
  Monitor,
  RotateCw,
  ShieldCheck,
  Shuffle,
  SlidersHorizontal,
  Unplug,
  ZapOff,
} from "lucide-react";
import Link from "next/link";
import { type CSSProperties, memo } from "react";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { Rect } from "@/lib/graph/places";
import type { Badge } from "@/lib/graph/mesh-graph";
import { HEALTH_STATUS, type PlateView } from "./plate-views";

/** Icons and words of what configuration does to a service. */
export const BADGES: Readonly<Record<Badge, { icon: typeof Clock; word: string }>> = {
  canary: { icon: Bird, word: "canary in progress" },
  "missing-sidecar": { icon: Unplug, word: "pods outside the mesh" },
  "virtual-service": { icon: Shuffle, word: "VirtualService" },
  "destination-rule": { icon: SlidersHorizontal, word: "DestinationRule" },
  gateway: { icon: Globe, word: "Gateway" },
  fault: { icon: ZapOff, word: "fault injection" },
  timeout: { icon: Hourglass, word: "timeout" },
  retry: { icon: RotateCw, word: "retries" },
  mirror: { icon: GitFork, word: "mirroring" },
  "circuit-breaker": { icon: Clock, word: "circuit breaker" },
  authorization: { icon: ShieldCheck, word: "AuthorizationPolicy" },
  "virtual-machine": { icon: Monitor, word: "virtual machine" },
};

const MAX_BADGES = 3;

interface PlateProps {
  readonly plate: PlateView;
  readonly place: Rect;
  readonly selected: boolean;
  /** Steps down while something else is selected. */
  readonly dim: boolean;
  /** The one plate that Tab leads to. */
  readonly current: boolean;
  readonly onSelect: (id: string) => void;
  /** Opens what is folded into it. */
  readonly onToggle: (id: string) => void;
  /** What is wrong with the configuration behind it. */
  readonly mark: PlateMark | undefined;
}

/** A count of findings on a plate, which leads to them. */
export interface PlateMark {
  readonly status: "fail" | "warn";
  readonly count: number;
  /** `2 errors, 1 warning`. */
  readonly words: string;
  readonly href: string;
}

/**
 * One plate of the graph, or the title of an opened service. It is drawn over the canvas at the
 * place that the layout gave it, and is what readers and the keyboard reach.
 */
export const Plate = memo(function Plate(props: PlateProps) {
  const { plate, place, selected, dim, current, onSelect, onToggle, mark } = props;
  const { health, badges } = plate;
  const status = HEALTH_STATUS[health.state];
  const unwell = health.state === "failing" || health.state === "degraded";
  const where: CSSProperties =
    plate.shape === "group"
      ? { left: place.x + 6, top: place.y + 4, width: place.width - 12 }
      : { left: place.x, top: place.y, width: place.width, height: place.height };
  const button = (
    <button
      type="button"
      className="qd-plate"
      data-plate={plate.id}
      data-shape={plate.shape}
      data-state={health.state}
      data-canary={plate.canary || undefined}
      data-dim={(dim && !selected) || undefined}
      aria-label={mark ? `${plate.name}, configuration has ${mark.words}` : plate.name}
      aria-pressed={selected}
      tabIndex={current ? 0 : -1}
      style={where}
      onClick={() => onSelect(plate.id)}
      {...(plate.shape === "folded" ? { onDoubleClick: () => onToggle(plate.id) } : {})}
    >
      <span className="qd-plate-title">
        <span>{plate.title}</span>
        {plate.aside ? <span className="qd-plate-aside">{plate.aside}</span> : null}
      </span>
      <span className="qd-plate-line">{plate.line}</span>
      {unwell || health.state === "unknown" ? (
        <span className="qd-plate-glyph" data-status={status}>
          <StatusGlyph status={status} size={14} />
        </span>
      ) : null}
      {badges.length > 0 ? <PlateBadges badges={badges} /> : null}
    </button>
  );
  if (!mark) return button;
  return (
    <>
      {button}
      {/* For the mouse: the keyboard and readers find the same link in the panel. */}
      <Link
        className="qd-plate-mark"
        href={mark.href}
        title={`Configuration has ${mark.words}`}
        aria-hidden
        tabIndex={-1}
        data-dim={(dim && !selected) || undefined}
        style={{ left: place.x + 8, top: place.y - 14 }}
      >
        <StatusGlyph status={mark.status} size={12} />
        {mark.count}
      </Link>
    </>
  );
});

function PlateBadges({ badges }: { badges: readonly Badge[] }) {
  const more = badges.length - MAX_BADGES;
  return (
    <span className="qd-plate-badges" aria-hidden>
      {badges.slice(0, MAX_BADGES).map((badge) => {
        const { icon: Glyph, word } = BADGES[badge];
        return (
          <span key={badge} title={word}>
            <Glyph size={12} strokeWidth={1.5} />
          </span>
        );
      })}
      {more > 0 ? <span>+{more}</span> : null}
    </span>
  );
}
