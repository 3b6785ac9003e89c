import type { Metadata } from "next";
import { Shell } from "@/components/layout/shell";
import { ButtonLink } from "@/components/ui/button-link";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";

export const metadata: Metadata = { title: "No such page" };

export default function NotFound() {
  return (
    <Shell>
      <PageHeader title="No such page" />
      <EmptyState
        title="This address leads nowhere"
        action={<ButtonLink href="/">Open the overview</ButtonLink>}
      >
        The object may have been deleted or renamed, or the link is mistyped. Search (Ctrl K) finds
        everything that exists now.
      </EmptyState>
    </Shell>
  );
}
