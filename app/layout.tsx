import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE } from "@/components/layout/theme-choice";
import { runtime } from "@/server/container";
import "./globals.css";
import { Providers } from "./providers";

export const metadata: Metadata = {
  title: { default: "Quarterdeck", template: "%s · Quarterdeck" },
  description: "The management plane of an Istio mesh.",
  icons: { icon: { url: "/icon.svg", type: "image/svg+xml" } },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const chosen = (await cookies()).get(THEME_COOKIE)?.value;
  // The server writes the theme into the page, so that no other one flashes up before it.
  const theme = chosen === "light" || chosen === "dark" ? chosen : undefined;
  return (
    <html lang="en" data-theme={theme}>
      <body>
        <Providers liveSince={runtime().live.lastEventId}>{children}</Providers>
      </body>
    </html>
  );
}
