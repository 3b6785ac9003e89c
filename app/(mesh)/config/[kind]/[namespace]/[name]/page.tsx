import type { Metadata } from "next";
import { ConfigObject } from "@/components/config/config-object";

interface Props {
  readonly params: Promise<{ kind: string; namespace: string; name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { kind, namespace, name } = await params;
  return { title: `${kind} ${decodeURIComponent(namespace)}/${decodeURIComponent(name)}` };
}

export default async function Page({ params }: Props) {
  const { kind, namespace, name } = await params;
  return (
    <ConfigObject
      kind={kind}
      namespace={decodeURIComponent(namespace)}
      name={decodeURIComponent(name)}
    />
  );
}
