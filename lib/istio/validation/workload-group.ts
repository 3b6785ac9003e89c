import type { Field } from "@/lib/yaml/field";
import { portProblem } from "./addresses";
import type { IstioConfig } from "./config";
import { probeHeaderNameProblem } from "./headers";
import type { Issues } from "./issue";
import { errorList } from "./error-list";
import { labelProblems } from "./names";

/** Checks a WorkloadGroup; istiod looks no further after a fault in the template or the labels. */
export function checkWorkloadGroup({ spec }: IstioConfig, issues: Issues): void {
  const template = spec.at("template");
  if (!template.exists) {
    issues.error(template, "template is required");
    return;
  }
  const labels = spec.at("metadata", "labels");
  const problems = labelProblems(labels.labels());
  if (problems.length > 0) {
    issues.error(labels, `invalid labels: ${errorList(problems)}`);
    return;
  }
  checkProbe(spec.at("probe"), issues);
}

const COUNTS = [
  "periodSeconds",
  "initialDelaySeconds",
  "timeoutSeconds",
  "successThreshold",
  "failureThreshold",
];

function checkProbe(probe: Field, issues: Issues): void {
  if (!probe.exists) return;
  for (const name of COUNTS) {
    const count = probe.at(name);
    if ((count.number ?? 0) < 0) issues.error(count, `${name} must be non-negative`);
  }
  const http = probe.at("httpGet");
  const tcp = probe.at("tcpSocket");
  const exec = probe.at("exec");
  if (http.exists) checkHttpProbe(http, issues);
  else if (tcp.exists) issues.check(tcp.at("port"), portProblem(tcp.at("port").number ?? 0));
  else if (exec.exists) {
    if (exec.at("command").items().length === 0) {
      issues.error(exec, "exec.command is required");
    }
  } else {
    const type = probe.at("grpc").exists ? "*v1alpha3.ReadinessProbe_Grpc" : "<nil>";
    issues.error(probe, `unknown health check method ${type}`);
  }
}

function checkHttpProbe(http: Field, issues: Issues): void {
  issues.check(http.at("port"), portProblem(http.at("port").number ?? 0));
  const scheme = http.at("scheme");
  if (!["", "HTTP", "HTTPS"].includes(scheme.text ?? "")) {
    issues.error(scheme, 'httpGet.scheme must be one of "HTTPS", "HTTP"');
  }
  for (const header of http.at("httpHeaders").items()) {
    if (header.exists) issues.check(header, probeHeaderNameProblem(header.at("name").text ?? ""));
    else issues.error(header, "invalid nil header");
  }
}
