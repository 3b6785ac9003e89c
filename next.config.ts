import type { NextConfig } from "next";

const config: NextConfig = {
  // Several dev servers may run on one checkout, each in a folder of its own.
  distDir: process.env.QUARTERDECK_DIST_DIR ?? ".next",
  poweredByHeader: false,
  // `npm test` checks the types of everything, tests included; who starts the product need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // The development server is opened by address as well as by name.
  allowedDevOrigins: ["127.0.0.1", "localhost"],
  serverExternalPackages: ["@kubernetes/client-node", "prom-client", "ws"],
};

export default config;
