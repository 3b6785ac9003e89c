import type { JsonRecord } from "@/lib/k8s/json-value";
import type { Arrival } from "@/lib/mesh/arrival";
import { textsOfClaim } from "@/lib/istio/token-claims";
import { inAddressRange } from "@/lib/istio/address-range";
import {
  headerMatcher,
  isPathTemplate,
  pathTemplateMatcher,
  patternMatcher,
  quoted,
  type ValueMatcher,
  valueMatcher,
} from "./value-matcher";

/** What the rules of a policy look at. */
export interface PolicyFacts {
  readonly arrival: Arrival;
  /** Of the token that was accepted. */
  readonly claims: JsonRecord | undefined;
}

/** Whether one value of a field holds. */
export type Check = (facts: PolicyFacts) => boolean;

/** How the values of one field are read. */
export interface FieldReader {
  /** TCP carries nothing of the kind. */
  readonly httpOnly: boolean;
  /** ztunnel does not know of it. */
  readonly envoyOnly?: boolean;
  /** Undefined for a value that cannot be read. */
  check(value: string): Check | undefined;
}

/** Where a rule is written, as far as it matters to its values. */
interface PolicyPlace {
  readonly namespace: string;
  readonly trustDomains: readonly string[];
}

const on =
  (matcher: ValueMatcher | undefined, of: (facts: PolicyFacts) => string | undefined) =>
  (facts: PolicyFacts): boolean =>
    matcher !== undefined && matcher(of(facts));

const peer = ({ arrival }: PolicyFacts): string | undefined => arrival.peer;
const barePath = ({ arrival }: PolicyFacts): string => arrival.path.split(/[?#]/)[0] ?? "";

const reader = (check: FieldReader["check"], httpOnly = false): FieldReader => ({
  check,
  httpOnly,
});

/** Of a connection, but not among what istiod tells ztunnel of. */
const ofEnvoy = (known: FieldReader): FieldReader => ({ ...known, envoyOnly: true });

const address = (of: (arrival: Arrival) => string): FieldReader =>
  reader((value) => {
    const matches = inAddressRange(value);
    return matches && (({ arrival }) => matches(of(arrival)));
  });

const claim = (names: readonly string[]): FieldReader =>
  reader((value) => {
    const matches = valueMatcher(value);
    return ({ claims }) => textsOfClaim(claims, names).some(matches);
  }, true);

/** The readers of `source`, by field. */
export const sourceReaders = (place: PolicyPlace): Readonly<Record<string, FieldReader>> => ({
  principals: reader((value) => principal(value, place)),
  requestPrincipals: REQUEST_PRINCIPAL,
  serviceAccounts: reader((value) => serviceAccount(value, place)),
  trustDomains: ofEnvoy(reader(trustDomain)),
  namespaces: NAMESPACE,
  remoteIpBlocks: ofEnvoy(address(({ remoteIp }) => remoteIp)),
  ipBlocks: address(({ sourceIp }) => sourceIp),
});

const NAMESPACE = reader((value) => {
  const pattern = value.split("*").map(quoted).join(".*");
  return on(patternMatcher(`.*/ns/${pattern}/.*`), peer);
});

const PORT = reader((value) => {
  const port = Number(value);
  return /^\d+$/.test(value) && port <= 65_535 ? ({ arrival }) => arrival.port === port : undefined;
});

/** The readers of `operation`, by field. */
export const OPERATION_READERS: Readonly<Record<string, FieldReader>> = {
  hosts: reader(
    (value) => on(headerMatcher(value, true), ({ arrival }) => arrival.authority),
    true,
  ),
  methods: reader((value) => on(headerMatcher(value), ({ arrival }) => arrival.method), true),
  paths: reader(
    (value) =>
      on(isPathTemplate(value) ? pathTemplateMatcher(value) : valueMatcher(value), barePath),
    true,
  ),
  ports: PORT,
};

/** The reader of a key of `when`; undefined for a key that Istio does not know. */
export function conditionReader(key: string, place: PolicyPlace): FieldReader | undefined {
  const bracketed = (prefix: string): readonly string[] | undefined => {
    const rest = key.slice(prefix.length);
    if (!key.startsWith(prefix) || !rest.startsWith("[") || !rest.endsWith("]")) return undefined;
    return rest.slice(1, -1).split("][");
  };
  const [header] = bracketed("request.headers") ?? [];
  if (header !== undefined) return headerReader(header.toLowerCase());
  const names = bracketed("request.auth.claims");
  if (names) return claim(names);
  const sources = sourceReaders(place);
  switch (key) {
    case "source.ip":
      return sources["ipBlocks"];
    case "remote.ip":
      return sources["remoteIpBlocks"];
    case "source.namespace":
      return NAMESPACE;
    case "source.serviceAccount":
      return sources["serviceAccounts"];
    case "source.trustDomain":
      return sources["trustDomains"];
    case "source.principal":
      return sources["principals"];
    case "request.auth.principal":
      return REQUEST_PRINCIPAL;
    case "request.auth.audiences":
      return claim(["aud"]);
    case "request.auth.presenter":
      return claim(["azp"]);
    case "destination.ip":
      return ofEnvoy(address(({ destinationIp }) => destinationIp));
    case "destination.port":
      return PORT;
    case "connection.sni":
      return ofEnvoy(
        reader((value) => on(valueMatcher(value), ({ arrival }) => arrival.sni ?? "")),
      );
    default:
      return undefined;
  }
}

const headerReader = (name: string): FieldReader =>
  reader(
    (value) =>
      on(headerMatcher(value), ({ arrival }) =>
        name === ":authority" || name === "host" ? arrival.authority : arrival.headers[name],
      ),
    true,
  );

/** `trust-domain/ns/x/sa/y`; a trust domain of ours stands for all of ours. */
function principal(value: string, { trustDomains }: PolicyPlace): Check {
  if (value === "*") return on(valueMatcher("*"), peer);
  const [domain = "", ...rest] = value.split("/");
  const ours = domain === "cluster.local" || trustDomains.some((known) => known === domain);
  const values =
    rest.length === 4 && ours
      ? [...new Set(trustDomains.map((known) => [known, ...rest].join("/")))]
      : [value];
  const matchers = values.map((one) =>
    one.startsWith("*")
      ? patternMatcher(`spiffe://.*${quoted(one.slice(1))}`)
      : valueMatcher(`spiffe://${one}`),
  );
  return (facts) => matchers.some((matches) => matches(peer(facts)));
}

/** `name`, of the policy's namespace, or `namespace/name`. */
function serviceAccount(value: string, { namespace }: PolicyPlace): Check {
  const slash = value.indexOf("/");
  const owner = slash < 0 ? namespace : value.slice(0, slash);
  const name = value.slice(slash + 1);
  return on(patternMatcher(`spiffe://.+/ns/${quoted(owner)}/(.+/|)sa/${quoted(name)}(/.+)?`), peer);
}

function trustDomain(value: string): Check {
  if (value === "*") return on(valueMatcher("spiffe://*"), peer);
  if (!value.includes("*")) return on(valueMatcher(`spiffe://${value}/*`), peer);
  const star = value.indexOf("*");
  const [head, tail] = [value.slice(0, star), value.slice(star + 1)];
  return on(patternMatcher(`spiffe://${quoted(head)}[^/]*${quoted(tail)}/.*`), peer);
}

/** `issuer/subject`, split at the last slash because an issuer may be a URL. */
const REQUEST_PRINCIPAL = reader((value) => {
  const slash = value.lastIndexOf("/");
  const [issuer, subject] =
    slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  const [ofIssuer, ofSubject] = requestPrincipal(value, issuer, slash < 0 ? undefined : subject);
  return ({ claims }) =>
    textsOfClaim(claims, ["iss"]).some(ofIssuer) && textsOfClaim(claims, ["sub"]).some(ofSubject);
}, true);

function requestPrincipal(
  value: string,
  issuer: string,
  subject: string | undefined,
): readonly [ValueMatcher, ValueMatcher] {
  const any = valueMatcher("*");
  const exact =
    (text: string): ValueMatcher =>
    (given) =>
      given === text;
  if (value === "*") return [any, any];
  if (value.startsWith("*")) {
    if (subject === undefined) return [any, valueMatcher(value)];
    return [issuer === "*" ? any : valueMatcher(`*${issuer.slice(1)}`), exact(subject)];
  }
  if (value.endsWith("*")) {
    return subject === undefined
      ? [valueMatcher(value), any]
      : [exact(issuer), subject === "*" ? any : valueMatcher(subject)];
  }
  return [exact(issuer), exact(subject ?? "")];
}
