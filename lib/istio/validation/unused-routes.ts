import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { matchKey, overlapsOf, type PrefixMatch, prefixMatch } from "./match-overlap";
import { quoted } from "./names";

/** Warns of routes and matches that no request can reach because of those before them. */
export function warnOfUnusedRoutes(spec: Field, issues: Issues): void {
  for (const protocol of ["http", "tcp", "tls"] as const) {
    warnOfRoutes(spec.at(protocol), protocol === "http", issues);
  }
}

/** How messages call a route or a match: by its name, else by its place. Only HTTP has names. */
const label = (item: Field, index: number, hasNames: boolean): string => {
  const name = hasNames ? item.at("name").text : undefined;
  return name === undefined ? `#${index}` : quoted(name);
};

function warnOfRoutes(list: Field, isHttp: boolean, issues: Issues): void {
  const routes = list.items();
  const routeLabels = routes.map((route, index) => label(route, index, isHttp));
  const seen = new Map<string, string>();
  const prefixes: PrefixMatch[] = [];
  let hasCatchAll = false;
  routes.forEach((route, index) => {
    if (!route.exists) return;
    const routeLabel = routeLabels[index] ?? "";
    const matches = route.at("match").items();
    if (matches.length === 0) {
      if (hasCatchAll) {
        warnUnreachable(route, routeLabel, "only the last rule can have no matches", issues);
      }
      hasCatchAll = true;
      return;
    }
    let repeated = 0;
    matches.forEach((match, matchIndex) => {
      if (hasCatchAll) {
        warnUnreachable(match, routeLabel, "route without matches defined before", issues);
        return;
      }
      const matchLabel = label(match, matchIndex, isHttp);
      const key = matchKey(match, isHttp);
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        warnIneffective(match, [routeLabel, matchLabel, earlier], issues);
        repeated++;
        return;
      }
      seen.set(key, routeLabel);
      const prefix = isHttp ? prefixMatch(match, { routeLabel, matchLabel }) : undefined;
      if (prefix) prefixes.push(prefix);
    });
    if (repeated === matches.length) {
      warnUnreachable(route, routeLabel, "all matches used by prior rules", issues);
    }
  });
  for (const [earlier, later] of overlapsOf(prefixes)) {
    const covered = `${later.matchLabel} of prefix ${later.prefix}`;
    const cover = `${earlier.matchLabel} of prefix ${earlier.prefix} on ${earlier.routeLabel}`;
    warnIneffective(later.match, [later.routeLabel, covered, cover], issues);
  }
}

function warnUnreachable(at: Field, route: string, reason: string, issues: Issues): void {
  issues.warn(at, `virtualService rule ${route} not used (${reason})`, {
    code: "IST0130",
    parameters: [route, reason],
  });
}

function warnIneffective(
  at: Field,
  [route, match, earlier]: readonly [string, string, string],
  issues: Issues,
): void {
  issues.warn(
    at,
    `virtualService rule ${route} match ${match} is not used (duplicate/overlapping match in rule ${earlier})`,
    { code: "IST0131", parameters: [route, match, earlier] },
  );
}
