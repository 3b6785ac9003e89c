import type { AmbientPolicy } from "./policy-in-ambient";

export const AUTHORIZATION_POLICY: AmbientPolicy = {
  kind: "AuthorizationPolicy",
  name: "An AuthorizationPolicy",
  apiVersion: "security.istio.io/v1",
  content: "rules: [{ to: [{ operation: { methods: [GET] } }] }]",
  besides: "An ALLOW that the node proxy cannot judge lets nobody in.",
};

export const REQUEST_AUTHENTICATION: AmbientPolicy = {
  kind: "RequestAuthentication",
  name: "A RequestAuthentication",
  apiVersion: "security.istio.io/v1",
  content: "jwtRules: [{ issuer: https://issuer.example.com }]",
};

export const TELEMETRY: AmbientPolicy = {
  kind: "Telemetry",
  name: "A Telemetry",
  apiVersion: "telemetry.istio.io/v1",
  content: "tracing: [{ randomSamplingPercentage: 10 }]",
};

export const WASM_PLUGIN: AmbientPolicy = {
  kind: "WasmPlugin",
  name: "A WasmPlugin",
  apiVersion: "extensions.istio.io/v1alpha1",
  content: "url: oci://example.com/plugin:1",
};
