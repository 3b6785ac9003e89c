const not = (name, from, to, comment, extra = {}) => ({
  name,
  severity: "error",
  comment,
  from: { path: from, pathNot: "\\.test\\.tsx?$|^server/testing/" },
  to: { path: to, ...extra },
});

// Pure: no I/O, and they run in browser, server and command line alike.
const PURE_PACKAGES = "node_modules/(zod|yaml|re2js|rfc6902|@marcbachmann/cel-js)/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    not(
      "lib-is-pure",
      "^lib/",
      "^(app|components|server|sandbox|cli|e2e)/",
      "lib is the core: it knows no one.",
    ),
    not("lib-packages", "^lib/", "node_modules/", "lib may use only pure packages.", {
      pathNot: PURE_PACKAGES,
    }),
    not("lib-no-node", "^lib/", ".*", "lib runs in the browser too.", {
      dependencyTypes: ["core"],
    }),
    not("lib-base-is-lowest", "^lib/base/", "^lib/(?!base/)", "base knows no domain."),
    not("lib-k8s-knows-no-istio", "^lib/k8s/", "^lib/(?!base/|k8s/)", "k8s knows no Istio."),
    not(
      "lib-yaml-knows-no-istio",
      "^lib/yaml/",
      "^lib/(?!base/|k8s/|yaml/)",
      "yaml knows no Istio.",
    ),
    not(
      "lib-istio-knows-no-mesh",
      "^lib/istio/",
      "^lib/(?!base/|k8s/|yaml/|istio/)",
      "istio knows no mesh.",
    ),
    not(
      "lib-mesh-knows-no-feature",
      "^lib/mesh/",
      "^lib/(?!base/|k8s/|yaml/|istio/|mesh/)",
      "mesh knows no feature.",
    ),
    {
      name: "lib-features-are-siblings",
      severity: "error",
      comment: "Share through lib/mesh, or take it as an argument.",
      from: { path: "^lib/(analysis|routing|authz|graph|xds|rollout)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^lib/(analysis|routing|authz|graph|xds|rollout)/", pathNot: "^lib/$1/" },
    },
    not("browser-not-to-server", "^components/", "^server/", "Only types may cross.", {
      dependencyTypesNot: ["type-only"],
    }),
    not(
      "ui-is-lowest",
      "^components/ui/",
      "^(app|server|lib|components/(?!ui/))",
      "Primitives know no domain.",
    ),
    not("server-not-to-browser", "^server/", "^(app|components)/", "The server renders nothing."),
    {
      name: "adapters-are-siblings",
      severity: "error",
      comment: "Adapters meet in container.ts; what they need of each other is a port.",
      from: { path: "^server/(cluster|metrics|istiod|envoy)/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^server/(cluster|metrics|istiod|envoy|rollouts|mesh|trpc)/",
        pathNot: "^server/$1/",
      },
    },
    not(
      "sandbox-is-a-cluster",
      "^(app|components|server|lib)/",
      "^sandbox/",
      "The sandbox is reached over the network, like any cluster.",
    ),
    not(
      "lab-is-a-cluster",
      "^(app|cli|components|lib|sandbox|server)/",
      "^lab/",
      "The lab is reached over the network, like any cluster; only tests command it.",
    ),
    not(
      "tests-alone-choose-a-cluster",
      "^(app|cli|components|lib|sandbox|server)/",
      "^server/testing/",
      "This starts clusters, which only tests do.",
    ),
    not(
      "sandbox-knows-no-product",
      "^sandbox/",
      "^(app|components|server|cli)/",
      "The sandbox is a cluster: it knows no client of its own.",
    ),
    not(
      "e2e-uses-the-browser",
      "^e2e/",
      "^(app|components|server|sandbox)/",
      "e2e sees what an operator sees.",
    ),
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle is two modules that are one.",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.next" },
  },
};
