import type { Metadata } from "next";
import { RolloutView } from "@/components/rollouts/rollout-view";

type Props = { readonly params: Promise<{ namespace: string; name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name } = await params;
  return { title: `${name} · Rollouts` };
}

export default async function Page({ params }: Props) {
  const { namespace, name } = await params;
  return <RolloutView key={`${namespace}/${name}`} namespace={namespace} name={name} />;
}
