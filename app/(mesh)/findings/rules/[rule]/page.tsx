import type { Metadata } from "next";
import { RuleView } from "@/components/findings/rule-view";

interface Props {
  readonly params: Promise<{ rule: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Rule ${decodeURIComponent((await params).rule)}` };
}

export default async function Page({ params }: Props) {
  return <RuleView name={decodeURIComponent((await params).rule)} />;
}
