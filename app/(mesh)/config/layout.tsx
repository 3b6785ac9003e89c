import type { Metadata } from "next";
import type { ReactNode } from "react";
import { ConfigLayout } from "@/components/config/config-layout";

export const metadata: Metadata = { title: "Config" };

export default function Layout({ children }: { children: ReactNode }) {
  return <ConfigLayout>{children}</ConfigLayout>;
}
