import next from "eslint-config-next";
import tseslint from "typescript-eslint";

const only = (home, name, message) => ({
  group: [name],
  message: `${message} Its home is ${home}.`,
});
const HOMES = [
  ["components/graph/", "cytoscape", "The canvas has one importer."],
  ["components/editor/", "monaco-editor", "The editor has one importer."],
  ["components/editor/", "monaco-editor/*", "The editor has one importer."],
  ["components/editor/", "monaco-yaml", "The editor has one importer."],
  ["server/cluster/", "@kubernetes/client-node", "The cluster is reached through its port."],
];
// The API suite tries that library as a client of a server.
const LIBRARY_CLIENT = "lab/kubeapi/areas/library-client.ts";
const TIME = [
  {
    object: "Date",
    property: "now",
    message: "Time comes from the injected clock (server/clock.ts).",
  },
  {
    object: "Math",
    property: "random",
    message: "Randomness is injected (server/clock.ts, sandbox/random.ts).",
  },
];
const NEW_DATE = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: "Time comes from the injected clock.",
};
const ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Read the environment in server/env.ts.",
};

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      ".next*/",
      "dist/",
      "public/",
      "coverage/",
      "test-results/",
      "playwright-report/",
      "next-env.d.ts",
    ],
  },
  // Rules of React see only what renders; elsewhere they cost time and find nothing.
  ...next.map((config) =>
    config.files
      ? { ...config, files: ["{app,components,e2e}/**/*.{ts,tsx}", "*.{ts,tsx}"] }
      : config,
  ),
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({
    ...config,
    files: ["**/*.{ts,tsx}"],
  })),
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/require-await": "off",
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
      "max-params": ["error", 4],
      "max-depth": ["error", 4],
      "no-restricted-imports": ["error", { patterns: HOMES.map((home) => only(...home)) }],
      "no-restricted-properties": ["error", ...TIME],
      "no-restricted-syntax": ["error", NEW_DATE, ENVIRONMENT],
    },
  },
  ...["components/graph/", "components/editor/", "server/cluster/"].map((folder) => ({
    files: [`${folder}**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: HOMES.filter(([home]) => home !== folder).map((home) => only(...home)) },
      ],
    },
  })),
  {
    files: [LIBRARY_CLIENT],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: HOMES.filter(([, name]) => name !== "@kubernetes/client-node").map((home) =>
            only(...home),
          ),
        },
      ],
    },
  },
  {
    files: ["**/*.test.{ts,tsx}", "e2e/**/*.ts"],
    rules: {
      "max-lines": ["error", 500],
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-properties": "off",
      "no-restricted-syntax": "off",
    },
  },
  {
    // The homes of time, randomness and the environment.
    files: [
      "server/{env,clock}.ts",
      "server/testing/*.ts",
      "sandbox/{clock,random,options}.ts",
      "next.config.ts",
      "playwright.config.ts",
      "vitest.config.ts",
      "scripts/property-seed.ts",
      "e2e/**/*.ts",
      "instrumentation.ts",
      "cli/**/*.ts",
      "lab/**/*.ts",
    ],
    rules: { "no-restricted-properties": "off", "no-restricted-syntax": "off" },
  },
  { files: ["cli/**/*.ts", "lab/**/*.ts", "sandbox/main.ts"], rules: { "no-console": "off" } },
  // The browser shows time; what it shows comes from the one clock hook.
  {
    files: ["components/ui/use-now.ts"],
    rules: { "no-restricted-properties": "off", "no-restricted-syntax": "off" },
  },
);
